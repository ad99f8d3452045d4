package layers

import (
	"fmt"
	"math"

	"credence/graph"
	"credence/prob"
)

// WeightNoise is how the noise of a layer's weights depends on one another.
type WeightNoise uint8

const (
	// IndependentNoise multiplies each weight by a noise of its own (section 3.1), which is noise on the
	// outputs: the paper's type B.
	IndependentNoise WeightNoise = iota
	// CorrelatedNoise multiplies the weights from an input by one noise (section 3.2), which is Gaussian
	// dropout of that input: the paper's type A.
	CorrelatedNoise
)

func (n WeightNoise) String() string {
	if n > CorrelatedNoise {
		return fmt.Sprintf("WeightNoise(%d)", uint8(n))
	}
	return [...]string{"independent noise", "correlated noise"}[n]
}

// Rates is how many rates of noise a layer learns.
type Rates uint8

const (
	RatePerLayer  Rates = iota // one
	RatePerUnit                // one for each input
	RatePerWeight              // one for each weight; for IndependentNoise only
)

// shape returns the shape of the rates of a layer.
func (r Rates) shape(in, out int) []int { return [][]int{{1, 1}, {in, 1}, {in, out}}[r] }

// VariationalDropout is Dense with Gaussian dropout whose rates are learned (Kingma, Salimans and Welling
// 2015, https://arxiv.org/abs/1506.02557, sections 3.1 and 3.2): weight w is Theta·s with s from
// N(1, alpha), the noises s being those of Noise. The rates are alpha = sigmoid(Rho), which is below 1 as
// the paper demands. The prior is log-uniform and improper: with KL in it, what training maximises is an
// objective, and no bound on the evidence.
type VariationalDropout struct {
	Theta *graph.Param // [in, out]
	Rho   *graph.Param // [1, 1], [in, 1] or [in, out], by how many rates there are
	B     *graph.Param // [out]
	Noise WeightNoise
}

// VariationalDropoutOptions are what NewVariationalDropout has defaults for.
type VariationalDropoutOptions struct {
	Theta graph.Init  // initial means; nil is graph.He
	Alpha float64     // initial rates, between 0 and 1; 0 is 0.25, which has the moments of dropout of a fifth
	Noise WeightNoise // the zero value is IndependentNoise
	Rates Rates       // the zero value is RatePerLayer
}

// NewVariationalDropout declares name/theta, name/rho and name/b, the latter zero. It panics if the
// initial rate is not between 0 and 1, or if there are no such Rates.
func NewVariationalDropout(ps *graph.Params, name string, in, out int, o VariationalDropoutOptions) *VariationalDropout {
	if o.Theta == nil {
		o.Theta = graph.He
	}
	if o.Alpha == 0 {
		o.Alpha = 0.25
	}
	if o.Rates > RatePerWeight {
		panic(fmt.Sprintf("layers: no Rates %d", o.Rates))
	}
	return &VariationalDropout{
		Theta: ps.New(name+"/theta", o.Theta, in, out),
		Rho:   ps.New(name+"/rho", graph.Constant(logit(o.Alpha)), o.Rates.shape(in, out)...),
		B:     ps.New(name+"/b", graph.Zeros, out),
		Noise: o.Noise,
	}
}

func logit(p float64) float64 {
	if !(p > 0 && p < 1) {
		panic(fmt.Sprintf("layers: initial rate %v, want a number between 0 and 1", p))
	}
	return math.Log(p) - math.Log1p(-p)
}

// LogAlpha returns the logarithms of the rates, in the shape of Rho.
func (l *VariationalDropout) LogAlpha(g *graph.Graph) *graph.Node { return g.Param(l.Rho).LogSigmoid() }

// deviation returns the weights' standard deviations, [in, out], turned around where a mean is negative.
func (l *VariationalDropout) deviation(g *graph.Graph) *graph.Node {
	return l.LogAlpha(g).Scale(0.5).Exp().Mul(g.Param(l.Theta))
}

// Forward maps x [..., in] to a draw of its outputs, [..., out], in training and prediction alike. The
// noise is that of each example by itself: of the outputs, by local reparameterisation (section 3.1), or,
// under CorrelatedNoise, of the inputs (section 3.2). The bias is outside of the noise.
func (l *VariationalDropout) Forward(x *graph.Node) *graph.Node {
	g, mu := x.Graph(), l.ForwardMean(x)
	switch {
	case l.Noise > CorrelatedNoise:
		return g.Failf("VariationalDropout with weights %s has no such noise: %v", l.Theta.Name(), l.Noise)
	case l.Noise == CorrelatedNoise && l.perWeight():
		return g.Failf("VariationalDropout with weights %s has a rate for each, which correlated noise cannot", l.Theta.Name())
	case l.Noise == CorrelatedNoise:
		return mu.Add(x.Mul(g.Normal(x.Shape()...)).MatMul(l.deviation(g)))
	}
	variance := x.Square().MatMul(l.deviation(g).Square())
	return prob.Normal{Mu: mu, Sigma: variance.AddScalar(minVariance).Sqrt()}.Sample()
}

// perWeight tells whether weights from one input have different rates.
func (l *VariationalDropout) perWeight() bool { return l.Rho.Shape()[1] > 1 }

// ForwardMean maps x [..., in] to its output under the mean weights, [..., out].
func (l *VariationalDropout) ForwardMean(x *graph.Node) *graph.Node {
	g := x.Graph()
	return x.MatMul(g.Param(l.Theta)).Add(g.Param(l.B))
}

// KL returns the divergence of the posterior from the improper log-uniform prior in nats up to a
// constant, by the approximation of the paper's appendix C, summed over the noises: one for each weight
// or, under CorrelatedNoise, for each input. On alpha in (0, 1] the approximation is within 0.02 nats a
// noise of the exact divergence, the constant being chosen well:
//
//	-KL ≈ log(alpha)/2 + c1·alpha + c2·alpha² + c3·alpha³
func (l *VariationalDropout) KL(g *graph.Graph) *graph.Node {
	const c1, c2, c3 = 1.16145124, -1.50204118, 0.58629921
	logAlpha := l.LogAlpha(g)
	alpha := logAlpha.Exp()
	polynomial := alpha.Scale(c3).AddScalar(c2).Mul(alpha).AddScalar(c1).Mul(alpha)
	return logAlpha.Scale(0.5).Add(polynomial).Neg().Mean().Scale(l.noises())
}

// noises returns how many noises an example's weights have.
func (l *VariationalDropout) noises() float64 {
	if l.Noise == CorrelatedNoise {
		return float64(l.Theta.Shape()[0])
	}
	return float64(l.Theta.Value().Len())
}

// Alphas returns the rates, in the shape of Rho in row-major order.
func (l *VariationalDropout) Alphas() []float64 {
	alphas := l.Rho.Value().Float64s()
	for i, rho := range alphas {
		alphas[i] = sigmoid(rho)
	}
	return alphas
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
