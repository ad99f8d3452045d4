package prob

import "credence/graph"

// Beta is the beta distribution of numbers between 0 and 1, of density proportional to
// xᵅ⁻¹(1-x)ᵝ⁻¹. Densities, entropies and divergences do not cancel, however large Alpha and Beta are.
type Beta struct{ Alpha, Beta *graph.Node }

// Parameters returns Alpha, the exponent at 0, and Beta, that at 1.
func (d Beta) Parameters() []Parameter {
	return []Parameter{{"Alpha", d.Alpha, graph.Positive}, {"Beta", d.Beta, graph.Positive}}
}

// Support returns the numbers between 0 and 1. At 0 and 1 themselves the density is taken to be 0.
func (d Beta) Support() graph.Constraint { return graph.OpenUnit }

// total returns Alpha + Beta.
func (d Beta) total() *graph.Node { return d.Alpha.Add(d.Beta) }

// Sample returns draws through which gradients pass to both parameters: the sigmoid of the
// difference of the logarithms of two gamma draws (see Gamma). What would round to 0 or 1 is a number
// next to it instead, and passes no gradient: at small Alpha and Beta most draws.
func (d Beta) Sample(leading ...int) *graph.Node {
	check(d)
	logOdds := logGamma(d, d.Alpha, leading...).Sub(logGamma(d, d.Beta, leading...))
	return logOdds.Sigmoid().Clamp(limits(logOdds.Graph()))
}

// LogProb returns the log-density at x, elementwise.
func (d Beta) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	inside := x.Greater(g.Const(0)).Mul(x.Less(g.Const(1)))
	return where(inside, x, g.Const(0.5), -inf, func(x *graph.Node) *graph.Node {
		return d.logNorm().Sub(d.deviance(x, x.Neg().AddScalar(1))).Sub(x.Log()).Sub(x.Neg().Log1p())
	})
}

// deviance returns Alpha + Beta times the divergence of the shares x and y, which are 1 together, from the means.
func (d Beta) deviance(x, y *graph.Node) *graph.Node {
	n := d.total()
	return n.Mul(d.Alpha.Div(n).Deviance(x).Add(d.Beta.Div(n).Deviance(y)))
}

// logNorm returns the log-density of log(x/(1-x)) at the mean of x. With the deviance it is the
// density at x; the large parts of log B(Alpha, Beta) are in the deviance.
func (d Beta) logNorm() *graph.Node {
	n := d.total()
	excess := n.FactorialExcess().Sub(d.Alpha.FactorialExcess()).Sub(d.Beta.FactorialExcess())
	return excess.Add(d.Alpha.Log()).Add(d.Beta.Div(n).Log())
}

// CDF returns the probability of values up to x, elementwise.
func (d Beta) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.Clamp(0, 1).BetaInc(d.Alpha, d.Beta)
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Beta) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return p.BetaIncInv(d.Alpha, d.Beta)
}

// Median returns Quantile(1/2).
func (d Beta) Median() *graph.Node { return d.Quantile(graphOf(d).Const(0.5)) }

// Mean returns Alpha/(Alpha+Beta).
func (d Beta) Mean() *graph.Node {
	check(d)
	return d.Alpha.Div(d.total())
}

// Variance returns Mean·(1-Mean)/(Alpha+Beta+1).
func (d Beta) Variance() *graph.Node {
	n := d.total()
	return d.Mean().Mul(d.Beta.Div(n)).Div(n.AddScalar(1))
}

// Mode returns (Alpha-1)/(Alpha+Beta-2) where both are above 1. Elsewhere the density rises towards
// an end, which is returned: of two the one where it rises faster, 0 if neither.
func (d Beta) Mode() *graph.Node {
	check(d)
	one := graphOf(d).Const(1)
	inside := d.Alpha.Greater(one).Mul(d.Beta.Greater(one))
	a, b := inside.Where(d.Alpha, one.Scale(2)).Sub(one), inside.Where(d.Beta, one.Scale(2)).Sub(one)
	return inside.Where(a.Div(a.Add(b)), d.Alpha.Greater(d.Beta))
}

// Entropy returns the differential entropy of each element.
func (d Beta) Entropy() *graph.Node {
	check(d)
	n := d.total()
	return freeEntropy(d.Alpha).Add(freeEntropy(d.Beta)).Sub(freeEntropy(n)).Sub(n.Digamma())
}

// freeEntropy returns the part of each exponent, and less that of their sum, in the entropy of Beta and Dirichlet.
func freeEntropy(a *graph.Node) *graph.Node {
	return a.FactorialExcess().Sub(a.AddScalar(-1).Mul(digammaGap(a)))
}

// KL returns KL(d‖p), elementwise.
func (d Beta) KL(p Beta) *graph.Node {
	check(d)
	check(p)
	x, y := d.Mean(), d.Beta.Div(d.total())
	shapes := shapeDivergence(d.Alpha, p.Alpha).Add(shapeDivergence(d.Beta, p.Beta))
	return p.deviance(x, y).Add(shapes).Sub(shapeDivergence(d.total(), p.total()))
}
