package layers

import (
	"credence/graph"
	"credence/prob"
)

// forwardFlipout is x Mu + ((x∘s)(Sigma∘ε))∘r + B with signs s [..., in] and r [..., out] of each example (Wen et al.
// 2018, equation 4). The signs turn example n's deviation by sₙrₙᵀ, elementwise: its distribution, symmetric and
// independent among the weights, stays, and that of one example times that of another is 0 on average.
func (l *GaussianWeights) forwardFlipout(x *graph.Node, by product) *graph.Node {
	y := l.forwardMean(x, by)
	deviation := by(x.Mul(signs(x)), l.deviation(x.Graph()))
	return y.Add(deviation.Mul(signs(y)))
}

// deviation returns the graph's one draw of the weights' deviations from their means, [..., in, out].
func (l *GaussianWeights) deviation(g *graph.Graph) *graph.Node {
	return g.Once(own{l, "deviation"}, func() *graph.Node {
		return prob.Normal{Mu: g.Const(0), Sigma: l.Posterior(g).Sigma}.Sample()
	})
}

// signs draws +1 or -1, equally likely, for each element of x. A uniform is never 1/2.
func signs(x *graph.Node) *graph.Node { return x.Graph().Uniform(x.Shape()...).AddScalar(-0.5).Sign() }
