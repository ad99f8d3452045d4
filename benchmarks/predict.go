package benchmarks

import (
	"fmt"

	"credence/graph"
	"credence/layers"
)

// samples is how many draws a prediction averages.
const samples = 100

// predictions are the class probabilities of one image, and of 100, averaged over draws from the
// posterior of bbb400: by drawing weights, or the activations that they give each image, which for
// each image by itself has the same distribution.
func predictions() []Work {
	var works []Work
	for _, n := range []int{1, 100} {
		name := fmt.Sprintf("predict_bbb400_s%d_b%d", samples, n)
		works = append(works,
			Work{Name: name + "/weights", Group: "predict", build: func() (*Task, error) { return byWeights(n) }},
			Work{Name: name + "/activations", Group: "predict", build: func() (*Task, error) { return byActivations(n) }},
		)
	}
	return works
}

// byWeights runs a program with one draw of the weights 100 times, and adds the results up in an array.
func byWeights(n int) (*Task, error) {
	ps := graph.NewParams(graph.Float32, 1)
	net := classifier(ps, bayesian(layers.WeightSampling), 400, 400)
	mean := ps.Declare(graph.State, "mean", graph.Zeros, n, classes)
	g := graph.New(ps, graph.Predict)
	x := g.Input("x", n, pixels)
	probs := net.Forward(x).Softmax(1)
	g.Update(mean, g.Param(mean).Add(probs.Scale(1.0/samples)))
	once, err := compile(g, graph.Feed{x: images(n)})
	if err != nil {
		return nil, err
	}
	result := []*graph.Array{mean.Value()}
	return &Task{samples * once.FLOPs, func() ([]*graph.Array, error) {
		mean.Value().Fill(0)
		for range samples {
			if _, err := once.Run(); err != nil {
				return nil, err
			}
		}
		return result, nil
	}}, nil
}

// byActivations is one program, whose first axis is the draw.
func byActivations(n int) (*Task, error) {
	ps := graph.NewParams(graph.Float32, 1)
	net := classifier(ps, bayesian(layers.LocalReparameterization), 400, 400)
	g := graph.New(ps, graph.Predict)
	x := g.Input("x", n, pixels)
	probs := net.Forward(x.Broadcast(samples, n, pixels)).Softmax(-1)
	return compile(g, graph.Feed{x: images(n)}, probs.Mean(0))
}
