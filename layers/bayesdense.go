package layers

import (
	"fmt"
	"math"
	"strings"

	"credence/graph"
	"credence/prob"
)

// Estimator is how a Bayesian layer turns its posterior into a random output.
type Estimator uint8

const (
	// WeightSampling draws the weights once and uses the draw for all examples (Blundell et al. 2015,
	// https://arxiv.org/abs/1505.05424): a run computes with one network of the posterior.
	WeightSampling Estimator = iota
	// LocalReparameterization draws each example's outputs from the normal distribution that the
	// posterior gives them (Kingma, Salimans and Welling 2015, https://arxiv.org/abs/1506.02557).
	// For each example by itself this is the distribution of outputs under WeightSampling, but
	// examples are independent, which makes gradients less noisy.
	LocalReparameterization
	// Flipout draws the weights once and turns the draw's deviation from the mean by random signs of each example's
	// own (Wen et al. 2018, https://arxiv.org/abs/1803.04386): each example's weights are distributed as under
	// WeightSampling, and examples are uncorrelated. It works for any layer that multiplies by its weights, and
	// costs two products.
	Flipout
)

func (e Estimator) String() string {
	if e > Flipout {
		return fmt.Sprintf("Estimator(%d)", uint8(e))
	}
	return [...]string{"weight sampling", "local reparameterization", "flipout"}[e]
}

// BayesDense is Dense with a factorised Gaussian posterior over its weights. The bias has none: it is
// a parameter like any other.
type BayesDense struct {
	Mu        *graph.Param // [in, out], the posterior's means
	Rho       *graph.Param // [in, out]; the posterior's standard deviations are softplus(Rho)
	B         *graph.Param // [out]; nil for none
	Prior     prob.Prior
	Estimator Estimator
}

// BayesOptions are what NewBayesDense has defaults for.
type BayesOptions struct {
	Mu        graph.Init // initial means; nil is graph.He
	Sigma     float64    // initial standard deviation of the posterior; 0 is softplus(-5), about 0.0067
	Estimator Estimator  // the zero value is WeightSampling
}

// NewBayesDense declares name/mu, name/rho and name/b, the latter zero. The prior is that of each
// weight. It panics if the standard deviation of the options is negative, infinite or NaN.
func NewBayesDense(ps *graph.Params, name string, in, out int, prior prob.Prior, o BayesOptions) *BayesDense {
	if o.Mu == nil {
		o.Mu = graph.He
	}
	rho := -5.0
	if o.Sigma != 0 {
		rho = inverseSoftplus(o.Sigma)
	}
	return &BayesDense{
		Mu:        ps.New(name+"/mu", o.Mu, in, out),
		Rho:       ps.New(name+"/rho", graph.Constant(rho), in, out),
		B:         ps.New(name+"/b", graph.Zeros, out),
		Prior:     prior,
		Estimator: o.Estimator,
	}
}

func inverseSoftplus(sigma float64) float64 {
	if !(sigma > 0) || math.IsInf(sigma, 1) {
		panic(fmt.Sprintf("layers: initial standard deviation %v, want a positive number", sigma))
	}
	return sigma + math.Log(-math.Expm1(-sigma))
}

// Posterior returns the distribution of the weights, [in, out].
func (l *BayesDense) Posterior(g *graph.Graph) prob.Normal {
	sigma := g.Once(own{l, "sigma"}, func() *graph.Node { return g.Param(l.Rho).Softplus() })
	return prob.Normal{Mu: g.Param(l.Mu), Sigma: sigma}
}

// Forward maps x [..., in] to a draw of xW + B, [..., out], by the layer's estimator, in training and
// prediction alike. The draw is another at every step of a run; within a graph, WeightSampling has
// one draw of W for all calls, LocalReparameterization one of the outputs for each, Flipout one of W for all and one
// of the signs for each.
func (l *BayesDense) Forward(x *graph.Node) *graph.Node {
	switch l.Estimator {
	case LocalReparameterization:
		return l.ForwardLocal(x)
	case Flipout:
		return l.forwardFlipout(x)
	}
	w, _ := l.draw(x.Graph())
	return l.addBias(x.MatMul(w))
}

func (l *BayesDense) addBias(y *graph.Node) *graph.Node {
	if l.B == nil {
		return y
	}
	return y.Add(y.Graph().Param(l.B))
}

// minVariance, under the root, keeps the root's gradient finite where the variance is 0, as it is for
// an input of zeros.
const minVariance = 1e-8

// ForwardLocal is Forward by LocalReparameterization, whichever the layer's estimator: exact for each
// example by itself, since the outputs of one example are independent normals. The variance under the
// root is that of xW.
func (l *BayesDense) ForwardLocal(x *graph.Node) *graph.Node {
	mu, q := l.ForwardMean(x), l.Posterior(x.Graph())
	sigma := x.Square().MatMul(q.Sigma.Square()).AddScalar(minVariance).Sqrt()
	return prob.Normal{Mu: mu, Sigma: sigma}.Sample()
}

// ForwardMean maps x [..., in] to its output under the posterior's mean weights, [..., out].
func (l *BayesDense) ForwardMean(x *graph.Node) *graph.Node {
	return l.addBias(x.MatMul(x.Graph().Param(l.Mu)))
}

// KL returns the divergence of the posterior from the prior in nats, summed over the weights. From
// an AnalyticPrior it is exact. From another it is Blundell's estimate (equation 2), what
// prob.SampledKL returns at one draw of the weights: under WeightSampling the draw that Forward uses
// in this graph, otherwise one of KL's own.
func (l *BayesDense) KL(g *graph.Graph) *graph.Node {
	switch p := l.Prior.(type) {
	case nil:
		return g.Failf("BayesDense with weights %s has no prior", l.Mu.Name())
	case prob.AnalyticPrior:
		return p.KLFrom(l.Posterior(g)).Sum()
	default:
		w, logQ := l.draw(g)
		return logQ.Sub(p.LogProb(w)).Sum()
	}
}

// draw returns the graph's one draw of the weights, and its log-density under the posterior.
func (l *BayesDense) draw(g *graph.Graph) (w, logQ *graph.Node) {
	w = g.Once(own{l, "w"}, func() *graph.Node {
		w, logQ = l.Posterior(g).SampleLogProb()
		return w.Named(strings.TrimSuffix(l.Mu.Name(), "mu") + "w")
	})
	return w, g.Once(own{l, "log q"}, func() *graph.Node { return logQ }) // made with w
}
