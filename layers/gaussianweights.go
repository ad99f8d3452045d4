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

// GaussianWeights are weights with a factorised Gaussian posterior, of a layer that multiplies by them. The bias has none:
// it is a parameter like any other.
type GaussianWeights struct {
	Mu        *graph.Param // [..., in, out], the posterior's means
	Rho       *graph.Param // [..., in, out]; the posterior's standard deviations are softplus(Rho)
	B         *graph.Param // [out]; nil for none
	Prior     prob.Prior   // of each weight
	Estimator Estimator
}

// BayesOptions are what the constructors of Bayesian layers have defaults for.
type BayesOptions struct {
	Mu        graph.Init // initial means; nil is graph.He
	Sigma     float64    // initial standard deviation of the posterior; 0 is softplus(-5), about 0.0067
	Estimator Estimator  // the zero value is WeightSampling
}

// newGaussianWeights declares name/mu, name/rho and name/b, the latter zero.
func newGaussianWeights(ps *graph.Params, name string, prior prob.Prior, o BayesOptions, shape ...int) GaussianWeights {
	if o.Mu == nil {
		o.Mu = graph.He
	}
	rho := -5.0
	if o.Sigma != 0 {
		rho = inverseSoftplus(o.Sigma)
	}
	return GaussianWeights{
		Mu:        ps.New(name+"/mu", o.Mu, shape...),
		Rho:       ps.New(name+"/rho", graph.Constant(rho), shape...),
		B:         ps.New(name+"/b", graph.Zeros, shape[len(shape)-1]),
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

// Posterior returns the distribution of the weights, [..., in, out].
func (l *GaussianWeights) Posterior(g *graph.Graph) prob.Normal {
	sigma := g.Once(own{l, "sigma"}, func() *graph.Node { return g.Param(l.Rho).Softplus() })
	return prob.Normal{Mu: g.Param(l.Mu), Sigma: sigma}
}

// product is what a layer does with its input and its weights.
type product func(x, w *graph.Node) *graph.Node

// forward returns a draw of the product of x and the weights, plus B, by the layer's estimator.
func (l *GaussianWeights) forward(x *graph.Node, by product) *graph.Node {
	switch l.Estimator {
	case LocalReparameterization:
		return l.forwardLocal(x, by)
	case Flipout:
		return l.forwardFlipout(x, by)
	}
	w, _ := l.draw(x.Graph())
	return l.addBias(by(x, w))
}

func (l *GaussianWeights) addBias(y *graph.Node) *graph.Node {
	if l.B == nil {
		return y
	}
	return y.Add(y.Graph().Param(l.B))
}

// minVariance, under the root, keeps the root's gradient finite where the variance is 0, as it is for
// an input of zeros.
const minVariance = 1e-8

// forwardLocal draws each output by itself, with the mean and the variance that the weights give it.
func (l *GaussianWeights) forwardLocal(x *graph.Node, by product) *graph.Node {
	mu, q := l.forwardMean(x, by), l.Posterior(x.Graph())
	sigma := by(x.Square(), q.Sigma.Square()).AddScalar(minVariance).Sqrt()
	return prob.Normal{Mu: mu, Sigma: sigma}.Sample()
}

func (l *GaussianWeights) forwardMean(x *graph.Node, by product) *graph.Node {
	return l.addBias(by(x, x.Graph().Param(l.Mu)))
}

// KL returns the divergence of the posterior from the prior in nats, summed over the weights. From
// an AnalyticPrior it is exact. From another it is Blundell's estimate (equation 2), what
// prob.SampledKL returns at one draw of the weights: under WeightSampling the draw that Forward uses
// in this graph, otherwise one of KL's own.
func (l *GaussianWeights) KL(g *graph.Graph) *graph.Node {
	switch p := l.Prior.(type) {
	case nil:
		return g.Failf("weights %s have no prior", l.Mu.Name())
	case prob.AnalyticPrior:
		return p.KLFrom(l.Posterior(g)).Sum()
	default:
		w, logQ := l.draw(g)
		return logQ.Sub(p.LogProb(w)).Sum()
	}
}

// draw returns the graph's one draw of the weights, and its log-density under the posterior.
func (l *GaussianWeights) draw(g *graph.Graph) (w, logQ *graph.Node) {
	w = g.Once(own{l, "w"}, func() *graph.Node {
		w, logQ = l.Posterior(g).SampleLogProb()
		return w.Named(strings.TrimSuffix(l.Mu.Name(), "mu") + "w")
	})
	return w, g.Once(own{l, "log q"}, func() *graph.Node { return logQ }) // made with w
}
