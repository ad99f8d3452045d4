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
		{Name: "vae500", Group: "step", build: vaeStep},
	}
}

// classifierStep is a step of Adam on the free energy of a classifier, per example.
func classifierStep(name string, layer maker, hidden ...int) Work {
	return Work{Name: name, Group: "step", build: func() (Task, error) {
		ps := graph.NewParams(graph.Float32, 1)
		net := classifier(ps, layer, hidden...)
		g := graph.New(ps, graph.Train)
		x, y := g.Input("x", batch, pixels), g.Input("y", batch)
		logLik := prob.Categorical{Logits: net.Forward(x)}.LogProb(y)
		loss := infer.NewFreeEnergy(logLik, net.complexity(g), g.Const(1.0/examples)).Total
		return minimize(optim.Adam{}, loss, 1e-3, graph.Feed{x: images(batch), y: labels(batch)})
	}}
}

// minimize is the task of one step of an optimiser at a learning rate that is fed, as a schedule's is.
func minimize(o optim.Optimizer, loss *graph.Node, rate float64, feed graph.Feed) (Task, error) {
	g := loss.Graph()
	lr := g.Input("lr")
	optim.Minimize(o, loss, lr)
	feed[lr] = &rate
	return compile(g, feed, loss)
}

// images returns so many images of uniform noise in [0, 1), row after row.
func images(n int) []float32 {
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([]float32, n*pixels)
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
