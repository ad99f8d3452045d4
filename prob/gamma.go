package prob

import (
	"math"

	"credence/graph"
)

// Gamma is the gamma distribution of positive numbers, with the shape Alpha and the rate Beta: of density
// Betaᵅ xᵅ⁻¹ exp(-Beta·x)/Γ(Alpha). Densities, entropies and divergences do not cancel, however large the
// shape (Loader 2000, Fast and accurate computation of binomial probabilities).
type Gamma struct{ Alpha, Beta *graph.Node }

// Parameters returns the shape, Alpha, and the rate, Beta.
func (d Gamma) Parameters() []Parameter {
	return []Parameter{{"Alpha", d.Alpha, graph.Positive}, {"Beta", d.Beta, graph.Positive}}
}

// Support returns the positive numbers. At 0, where the density tends to 0, Beta or infinity, it is
// taken to be 0.
func (d Gamma) Support() graph.Constraint { return graph.Positive }

// Sample returns draws through which gradients pass to both parameters (implicit reparameterisation,
// Figurnov et al. 2018, https://arxiv.org/abs/1805.08498). Small shapes have draws too small for a
// number: at Alpha = 10⁻³ nine in ten in float32, and half in float64. These are the smallest number of the
// precision instead, twice 10⁻³⁸ or 10⁻³⁰⁸, and pass no gradient.
func (d Gamma) Sample(leading ...int) *graph.Node {
	check(d)
	return expInRange(logGamma(d, d.Alpha, leading...).Sub(d.Beta.Log()))
}

// logGamma returns the logarithms of Gamma(alpha, 1) draws in the shape of draws of d.
func logGamma(d Distribution, alpha *graph.Node, leading ...int) *graph.Node {
	return graphOf(d).LogGamma(alpha.Broadcast(shapeOf(d, leading...)...))
}

// expInRange returns eˣ, or the number nearest to it that has a reciprocal.
func expInRange(x *graph.Node) *graph.Node {
	smallest, _ := limits(x.Graph())
	limit := -math.Log(2 * smallest)
	return x.Clamp(-limit, limit).Exp()
}

// limits returns, for the precision of a graph, the smallest number above 0 that is not subnormal, and
// the largest below 1.
func limits(g *graph.Graph) (smallest, belowOne float64) {
	if g.Params().Precision() == graph.Float32 {
		return 0x1p-126, 1 - 0x1p-24
	}
	return 0x1p-1022, 1 - 0x1p-53
}

// LogProb returns the log-density at x, elementwise.
func (d Gamma) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	return where(x.Greater(g.Const(0)), x, g.Const(1), -inf, func(x *graph.Node) *graph.Node {
		return logGammaScale(d.Alpha, d.Beta, x).Sub(x.Log())
	})
}

// logGammaScale returns the log-density of log x, x ~ Gamma(alpha, beta). The deviance of
// alpha/beta from x, times beta, is that of alpha from beta·x, which might be too small for a number.
func logGammaScale(alpha, beta, x *graph.Node) *graph.Node {
	deviance := alpha.Div(beta).Deviance(x).Mul(beta)
	return alpha.Log().Sub(alpha.FactorialExcess()).Sub(deviance)
}

// CDF returns the probability of values up to x, elementwise.
func (d Gamma) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.Alpha.GammaP(x.ReLU().Mul(d.Beta))
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1]; 0 where
// it is too small for a number.
func (d Gamma) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return d.Alpha.GammaPInv(p).Div(d.Beta)
}

// Median returns Quantile(1/2).
func (d Gamma) Median() *graph.Node { return d.Quantile(graphOf(d).Const(0.5)) }

// Mean returns Alpha/Beta.
func (d Gamma) Mean() *graph.Node {
	check(d)
	return d.Alpha.Div(d.Beta)
}

// Variance returns Alpha/Beta².
func (d Gamma) Variance() *graph.Node { return d.Mean().Div(d.Beta) }

// Mode returns (Alpha-1)/Beta; 0, towards which the density rises, for shapes of at most 1.
func (d Gamma) Mode() *graph.Node {
	check(d)
	return d.Alpha.AddScalar(-1).ReLU().Div(d.Beta)
}

// Entropy returns the differential entropy of each element.
func (d Gamma) Entropy() *graph.Node { return d.logEntropy().Add(d.meanLog()) }

// logEntropy returns the entropy of log x. It depends on the shape only, but has the shape of all.
func (d Gamma) logEntropy() *graph.Node {
	check(d)
	a := d.Alpha
	return whole(d, a.FactorialExcess().Sub(a.Mul(digammaGap(a))).Sub(a.Log()))
}

// meanLog returns the mean of log x, Digamma(Alpha) - log Beta.
func (d Gamma) meanLog() *graph.Node {
	check(d)
	return d.Alpha.Digamma().Sub(d.Beta.Log())
}

// KL returns KL(d‖p), elementwise.
func (d Gamma) KL(p Gamma) *graph.Node {
	check(d)
	check(p)
	return p.Alpha.Deviance(d.Mean().Mul(p.Beta)).Add(shapeDivergence(d.Alpha, p.Alpha))
}

// shapeDivergence returns KL(Gamma(a, a)‖Gamma(c, c)), of means 1: what two shapes that differ add to
// the divergence of the means.
func shapeDivergence(a, c *graph.Node) *graph.Node {
	shift := a.Sub(c).Mul(digammaGap(a))
	return shift.Add(c.FactorialExcess().Sub(a.FactorialExcess())).Add(a.Div(c).Log())
}

// digammaGap returns Digamma(a) - log a, about -1/(2a), without cancellation: the slope of
// FactorialExcess is Digamma(a+1) - log a.
func digammaGap(a *graph.Node) *graph.Node {
	return graph.Grad(a.FactorialExcess().Sum(), a)[0].Sub(a.Reciprocal())
}

// nan is what a moment is that does not exist.
var nan = math.NaN()
