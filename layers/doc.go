// Package layers has the layers of networks: deterministic ones, and Bayesian ones, whose weights are
// uncertain.
//
// A layer is a struct whose fields are its parameters. A constructor declares them in a
// graph.Params; Forward uses them, in as many graphs as there are on those Params; a Bayesian
// layer adds KL, the divergence of its posterior from its prior, in nats and summed over its weights.
//
//	ps := graph.NewParams(graph.Float32, 1)
//	fc := layers.NewBayesDense(ps, "fc", 784, 10, prob.Gaussian{Sigma: 1}, layers.BayesOptions{})
//
//	g := graph.New(ps, graph.Train)
//	logits, kl := fc.Forward(x), fc.KL(g)
//
// Images are [batch, height, width, channels], and filters [down, across, in, out].
//
//	conv := layers.NewSparseVDConv2D(ps, "conv", [4]int{5, 5, 1, 20}, graph.Window{}, layers.SparseOptions{})
//
// A width that does not fit is a mistake of the graph's, with the line of the caller's code. Layers
// may be used from several goroutines as long as each has its own graph and nobody writes the
// parameters.
package layers

import "credence/graph"

// Layer maps the activations x [..., in] to [..., out].
type Layer interface {
	Forward(x *graph.Node) *graph.Node
}

// Bayesian is a layer whose weights have a posterior.
type Bayesian interface {
	Layer
	// KL returns the divergence of the posterior from the prior, or an estimate of it, in nats: a
	// scalar, the sum over all weights.
	KL(g *graph.Graph) *graph.Node
}
