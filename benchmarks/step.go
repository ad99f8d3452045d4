package benchmarks

import (
	"math/rand/v2"

	"credence/graph"
	"credence/infer"
	"credence/layers"
	"credence/optim"
	"credence/prob"
)

const (
	batch    = 100
	pixels   = 784
	classes  = 10
	examples = 60_000 // among which an epoch divides the divergence
)

// steps are training steps: forward, gradient and update, on a batch that is fed anew.
func steps() []Work {
	weights, activations := bayesian(layers.WeightSampling), bayesian(layers.LocalReparameterization)
	return []Work{
		classifierStep("mlp400", plain, 400, 400),
		classifierStep("mcdropout400", dropped, 400, 400),
		classifierStep("bbb400", weights, 400, 400),
		classifierStep("bbb1200", weights, 1200, 1200),
		classifierStep("lrt400", activations, 400, 400),
		classifierStep("lrt1200", activations, 1200, 1200),
		classifierStep("sparsevd_lenet300", newSparseDense, 300, 100),
		step("sparsevd_lenet5", optim.Adam{}, 1e-3, batch, []int{28, 28, 1}, lenet5),
		step("resnet32_b128", optim.SGD{Momentum: 0.9}, 0.1, 128, []int{32, 32, 3}, resnet32),
		{Name: "vae500", Group: "step", build: vaeStep},
	}
}

// classifierStep is a step of Adam of a classifier with these hidden units.
func classifierStep(name string, layer maker, hidden ...int) Work {
	return step(name, optim.Adam{}, 1e-3, batch, []int{pixels}, func(ps *graph.Params) network { return classifier(ps, layer, hidden...) })
}

// step is a step of an optimiser on the free energy of a network, per example.
func step(name string, o optim.Optimizer, rate float64, batch int, example []int, of func(ps *graph.Params) network) Work {
	return Work{Name: name, Group: "step", build: func() (*Task, error) {
		ps := graph.NewParams(graph.Float32, 1)
		net := of(ps)
		g := graph.New(ps, graph.Train)
		x, y := g.Input("x", append([]int{batch}, example...)...), g.Input("y", batch)
		logLik := prob.Categorical{Logits: net.Forward(x)}.LogProb(y)
		loss := infer.NewFreeEnergy(logLik, net.complexity(g), g.Const(1.0/examples)).Total
		return minimize(o, loss, rate, graph.Feed{x: uniform(batch * graph.Shape(example).Size()), y: labels(batch)})
	}}
}

// minimize is the task of one step of an optimiser at a learning rate that is fed, as a schedule's is.
func minimize(o optim.Optimizer, loss *graph.Node, rate float64, feed graph.Feed) (*Task, error) {
	g := loss.Graph()
	lr := g.Input("lr")
	optim.Minimize(o, loss, lr)
	feed[lr] = &rate
	return compile(g, feed, loss)
}

// images returns so many images of uniform noise in [0, 1), row after row.
func images(n int) []float32 { return uniform(n * pixels) }

func uniform(n int) []float32 {
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = rng.Float32()
	}
	return x
}

// labels returns the class of each image, uniform in [0, 10).
func labels(n int) []int {
	rng := rand.New(rand.NewPCG(1, 2))
	y := make([]int, n)
	for i := range y {
		y[i] = rng.IntN(classes)
	}
	return y
}
