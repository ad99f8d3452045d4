package layers

import "credence/graph"

// Sequential applies layers one after the other.
type Sequential []Layer

// Forward returns the last layer's outputs.
func (s Sequential) Forward(x *graph.Node) *graph.Node {
	for _, l := range s {
		x = l.Forward(x)
	}
	return x
}

// KL returns the sum of the divergences of the layers that have one, 0 if none has.
func (s Sequential) KL(g *graph.Graph) *graph.Node {
	total := g.Const(0)
	for _, l := range s {
		if b, ok := l.(Bayesian); ok {
			total = total.Add(b.KL(g))
		}
	}
	return total
}

// Activation is a function of each activation, as a layer: Activation((*graph.Node).Tanh).
type Activation func(x *graph.Node) *graph.Node

// Forward returns the function's values.
func (f Activation) Forward(x *graph.Node) *graph.Node { return f(x) }

// Residual adds the output of a layer to its input, of the same shape (He et al. 2016,
// https://arxiv.org/abs/1512.03385).
type Residual struct{ Layer Layer }

// Forward returns x + Layer(x).
func (r Residual) Forward(x *graph.Node) *graph.Node { return x.Add(r.Layer.Forward(x)) }

// KL returns the layer's divergence, 0 if it has none.
func (r Residual) KL(g *graph.Graph) *graph.Node { return Sequential{r.Layer}.KL(g) }
