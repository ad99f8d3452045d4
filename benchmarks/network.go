package benchmarks

import (
	"fmt"

	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// network is layers, one after the other.
type network []layers.Layer

func (n network) Forward(x *graph.Node) *graph.Node {
	for _, l := range n {
		x = l.Forward(x)
	}
	return x
}

// complexity returns the divergence of the posterior from the prior, 0 where no layer is Bayesian.
func (n network) complexity(g *graph.Graph) *graph.Node {
	total := g.Const(0)
	for _, l := range n {
		if b, ok := l.(layers.Bayesian); ok {
			total = total.Add(b.KL(g))
		}
	}
	return total
}

// relu is a layer too.
type relu struct{}

func (relu) Forward(x *graph.Node) *graph.Node { return x.ReLU() }

// maker declares one layer with weights.
type maker func(ps *graph.Params, name string, in, out int) layers.Layer

// classifier returns the layers of an image's 784 pixels to 10 logits by way of the hidden widths.
func classifier(ps *graph.Params, layer maker, hidden ...int) network {
	var n network
	in := pixels
	for i, out := range append(hidden, classes) {
		if i > 0 {
			n = append(n, relu{})
		}
		n = append(n, layer(ps, fmt.Sprintf("fc%d", i), in, out))
		in = out
	}
	return n
}

// plain makes layers whose weights are points.
func plain(ps *graph.Params, name string, in, out int) layers.Layer {
	return layers.NewDense(ps, name, in, out, graph.He)
}

// dropped makes them with Monte Carlo dropout before each: of a fifth of the pixels, of half the units.
func dropped(ps *graph.Params, name string, in, out int) layers.Layer {
	rate := 0.5
	if in == pixels {
		rate = 0.2
	}
	return network{layers.MCDropout{Rate: rate}, plain(ps, name, in, out)}
}

// bayesian makes layers with a Gaussian posterior over their weights, and the prior N(0, 1).
func bayesian(e layers.Estimator) maker {
	return func(ps *graph.Params, name string, in, out int) layers.Layer {
		return layers.NewBayesDense(ps, name, in, out, prob.Gaussian{Sigma: 1}, layers.BayesOptions{Estimator: e})
	}
}
