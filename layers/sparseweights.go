package layers

import (
	"math"

	"credence/graph"
	"credence/prob"
)

// SparseWeights are weights with sparse variational dropout (Molchanov, Ashukha and Vetrov 2017,
// https://arxiv.org/abs/1701.05369), of a layer that multiplies by them: each weight is normal with mean Theta and variance Sigma², and is
// noise, to be pruned, when log alpha = log Sigma² - log Theta² reaches the Threshold. The prior is
// log-uniform and improper: with KL in it, what training maximises is an objective, and no bound on
// the evidence.
type SparseWeights struct {
	Theta     *graph.Param // [..., in, out]
	LogSigma2 *graph.Param // [..., in, out]
	B         *graph.Param // [out]
	// Threshold is the log alpha from which a weight counts as 0: 3, a dropout rate of 0.95, in the paper.
	Threshold float64
	// TrainClip has Forward leave out the weights beyond the threshold in training too, as it does in
	// prediction.
	TrainClip bool
}

// SparseOptions are what the constructors of sparse layers have defaults for.
type SparseOptions struct {
	Theta     graph.Init // initial means; nil is graph.He
	LogSigma2 float64    // initial log variances; 0 is -10
	Threshold float64    // 0 is 3
	TrainClip bool
}

// newSparseWeights declares name/theta, name/log_sigma2 and name/b, the latter zero.
func newSparseWeights(ps *graph.Params, name string, o SparseOptions, shape ...int) SparseWeights {
	if o.Theta == nil {
		o.Theta = graph.He
	}
	if o.LogSigma2 == 0 {
		o.LogSigma2 = -10
	}
	if o.Threshold == 0 {
		o.Threshold = 3
	}
	return SparseWeights{
		Theta:     ps.New(name+"/theta", o.Theta, shape...),
		LogSigma2: ps.New(name+"/log_sigma2", graph.Constant(o.LogSigma2), shape...),
		B:         ps.New(name+"/b", graph.Zeros, shape[len(shape)-1]),
		Threshold: o.Threshold, TrainClip: o.TrainClip,
	}
}

// The authors' code bounds log alpha, and keeps the logarithm of a mean of 0 finite.
const (
	maxLogAlpha = 8
	minTheta2   = 1e-8
)

// LogAlpha returns log alpha of each weight, [..., in, out], in [-8, 8].
func (l *SparseWeights) LogAlpha(g *graph.Graph) *graph.Node {
	return g.Once(own{l, "log alpha"}, func() *graph.Node {
		theta2 := g.Param(l.Theta).Square().AddScalar(minTheta2)
		return g.Param(l.LogSigma2).Sub(theta2.Log()).Clamp(-maxLogAlpha, maxLogAlpha)
	})
}

// means returns the weights' means, pruned or not.
func (l *SparseWeights) means(g *graph.Graph, pruned bool) *graph.Node {
	theta := g.Param(l.Theta)
	if !pruned {
		return theta
	}
	return theta.Mul(l.LogAlpha(g).Less(g.Const(l.Threshold)))
}

// forward returns a draw of the product of x and the weights, plus B, by local reparameterisation; in prediction, or with
// TrainClip, the weights beyond the threshold are 0. The bias is outside of the noise.
func (l *SparseWeights) forward(x *graph.Node, by product) *graph.Node {
	g := x.Graph()
	theta := l.means(g, l.TrainClip || g.Mode() == graph.Predict)
	variance := by(x.Square(), l.LogAlpha(g).Exp().Mul(theta.Square()))
	mu := by(x, theta).Add(g.Param(l.B))
	return prob.Normal{Mu: mu, Sigma: variance.AddScalar(minVariance).Sqrt()}.Sample()
}

func (l *SparseWeights) forwardMean(x *graph.Node, by product) *graph.Node {
	g := x.Graph()
	return by(x, l.means(g, true)).Add(g.Param(l.B))
}

// Sparse returns the weights, of any layer that has such.
func (l *SparseWeights) Sparse() *SparseWeights { return l }

// KL returns the divergence of the posterior from the improper log-uniform prior in nats up to a
// constant, summed over the weights, by Molchanov's approximation: see prob.MolchanovKL.
func (l *SparseWeights) KL(g *graph.Graph) *graph.Node { return prob.MolchanovKL(l.LogAlpha(g)).Sum() }

// Kept tells which weights are not pruned, [..., in, out] in row-major order.
func (l *SparseWeights) Kept() []bool {
	kept := make([]bool, l.Theta.Value().Len())
	for i := range kept {
		kept[i] = l.logAlpha(i) < l.Threshold
	}
	return kept
}

// LogAlphas returns log alpha of each weight, [..., in, out] in row-major order.
func (l *SparseWeights) LogAlphas() []float64 {
	alphas := make([]float64, l.Theta.Value().Len())
	for i := range alphas {
		alphas[i] = l.logAlpha(i)
	}
	return alphas
}

func (l *SparseWeights) logAlpha(i int) float64 {
	theta := l.Theta.Value().At(i)
	return min(max(l.LogSigma2.Value().At(i)-math.Log(theta*theta+minTheta2), -maxLogAlpha), maxLogAlpha)
}
