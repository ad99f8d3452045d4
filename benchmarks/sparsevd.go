package benchmarks

import (
	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// sparseDense is a dense layer under sparse variational dropout (Molchanov, Ashukha and Vetrov 2017,
// https://arxiv.org/abs/1701.05369): a Gaussian posterior with the log-uniform prior, by sampled
// activations. Unlike layers.SparseVD it does not bound the noise of activations, as its peers do not.
type sparseDense struct {
	theta     *graph.Param // [in, out], the posterior's means
	logSigma2 *graph.Param // [in, out], the logarithms of its variances
	b         *graph.Param // [out]
}

func newSparseDense(ps *graph.Params, name string, in, out int) layers.Layer {
	return &sparseDense{
		theta:     ps.New(name+"/theta", graph.He, in, out),
		logSigma2: ps.New(name+"/log_sigma2", graph.Constant(-10), in, out),
		b:         ps.New(name+"/b", graph.Zeros, out),
	}
}

// Forward maps x [batch, in] to a draw of each example's outputs, [batch, out].
func (l *sparseDense) Forward(x *graph.Node) *graph.Node {
	g := x.Graph()
	mu := x.MatMul(g.Param(l.theta)).Add(g.Param(l.b))
	variance := x.Square().MatMul(g.Param(l.logSigma2).Exp())
	return prob.Normal{Mu: mu, Sigma: variance.AddScalar(1e-8).Sqrt()}.Sample()
}

// KL returns the approximation of the divergence in equation 14, in nats, summed over the weights.
func (l *sparseDense) KL(g *graph.Graph) *graph.Node {
	theta2 := g.Param(l.theta).Square().AddScalar(1e-8)
	logAlpha := g.Param(l.logSigma2).Sub(theta2.Log()).Clamp(-8, 8)
	return prob.MolchanovKL(logAlpha).Sum()
}
