package benchmarks

import (
	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// sparse is a layer under sparse variational dropout (Molchanov, Ashukha and Vetrov 2017,
// https://arxiv.org/abs/1701.05369): a Gaussian posterior with the log-uniform prior, by sampled
// activations. Unlike layers.SparseVD it does not bound the noise of activations, as its peers do not.
type sparse struct {
	theta     *graph.Param // [..., in, out], the posterior's means
	logSigma2 *graph.Param // [..., in, out], the logarithms of its variances
	b         *graph.Param // [out]
	product   func(x, w *graph.Node) *graph.Node
}

func newSparse(ps *graph.Params, name string, product func(x, w *graph.Node) *graph.Node, shape ...int) layers.Layer {
	return &sparse{
		theta:     ps.New(name+"/theta", graph.He, shape...),
		logSigma2: ps.New(name+"/log_sigma2", graph.Constant(-10), shape...),
		b:         ps.New(name+"/b", graph.Zeros, shape[len(shape)-1]),
		product:   product,
	}
}

func newSparseDense(ps *graph.Params, name string, in, out int) layers.Layer {
	return newSparse(ps, name, (*graph.Node).MatMul, in, out)
}

func newSparseConv(ps *graph.Params, name string, filter ...int) layers.Layer {
	return newSparse(ps, name, func(x, w *graph.Node) *graph.Node { return x.Conv2D(w, graph.Window{}) }, filter...)
}

// Forward maps x to a draw of each example's outputs.
func (l *sparse) Forward(x *graph.Node) *graph.Node {
	g := x.Graph()
	mu := l.product(x, g.Param(l.theta)).Add(g.Param(l.b))
	variance := l.product(x.Square(), g.Param(l.logSigma2).Exp())
	return prob.Normal{Mu: mu, Sigma: variance.AddScalar(1e-8).Sqrt()}.Sample()
}

// KL returns the approximation of the divergence in equation 14, in nats, summed over the weights.
func (l *sparse) KL(g *graph.Graph) *graph.Node {
	theta2 := g.Param(l.theta).Square().AddScalar(1e-8)
	logAlpha := g.Param(l.logSigma2).Sub(theta2.Log()).Clamp(-8, 8)
	return prob.MolchanovKL(logAlpha).Sum()
}
