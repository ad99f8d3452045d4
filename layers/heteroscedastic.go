package layers

import (
	"credence/graph"
	"credence/prob"
)

// Heteroscedastic turns a layer's outputs into normal distributions whose noise depends on the input
// (Kendall and Gal 2017, https://arxiv.org/abs/1703.04977, section 2.2): the first half of the outputs is
// their means, the second the logarithms of their variances.
type Heteroscedastic struct{ Layer Layer }

// NewHeteroscedastic declares a Dense of 2·out outputs, name/w and name/b.
func NewHeteroscedastic(ps *graph.Params, name string, in, out int, init graph.Init) Heteroscedastic {
	return Heteroscedastic{NewDense(ps, name, in, 2*out, init)}
}

// Normal returns the distribution of the targets, [..., out], at x [..., in].
func (l Heteroscedastic) Normal(x *graph.Node) prob.Normal {
	y := l.Layer.Forward(x)
	last, width := y.Rank()-1, y.Dim(-1)
	if width%2 != 0 {
		y = y.Graph().Failf("heteroscedastic head on %v: want a last axis of even length", y)
	}
	mu, logVariance := y.Slice(last, 0, width/2), y.Slice(last, width/2, width)
	return prob.Normal{Mu: mu, Sigma: logVariance.Scale(0.5).Exp()}
}

// KL returns the layer's divergence, 0 if it has none.
func (l Heteroscedastic) KL(g *graph.Graph) *graph.Node { return Sequential{l.Layer}.KL(g) }
