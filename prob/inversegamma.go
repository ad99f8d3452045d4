package prob

import "credence/graph"

// InverseGamma is the distribution of 1/y, y ~ Gamma(Alpha, rate Beta), for which Beta is a scale: of density
// Betaᵅ x⁻ᵅ⁻¹ exp(-Beta/x)/Γ(Alpha).
type InverseGamma struct{ Alpha, Beta *graph.Node }

// Parameters returns the shape, Alpha, and the scale, Beta.
func (d InverseGamma) Parameters() []Parameter {
	return []Parameter{{"Alpha", d.Alpha, graph.Positive}, {"Beta", d.Beta, graph.Positive}}
}

// Support returns the positive numbers.
func (d InverseGamma) Support() graph.Constraint { return graph.Positive }

// inverse is the distribution of 1/x.
func (d InverseGamma) inverse() Gamma { return Gamma(d) }

// Sample returns draws through which gradients pass to both parameters, as for Gamma. What would be
// too large for a number, at small shapes, is the reciprocal of the smallest instead.
func (d InverseGamma) Sample(leading ...int) *graph.Node {
	check(d)
	return expInRange(d.Beta.Log().Sub(logGamma(d, d.Alpha, leading...)))
}

// LogProb returns the log-density at x, elementwise.
func (d InverseGamma) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	return where(x.Greater(g.Const(0)), x, g.Const(1), -inf, func(x *graph.Node) *graph.Node {
		return logGammaScale(d.Alpha, d.Beta, x.Reciprocal()).Sub(x.Log())
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d InverseGamma) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	return where(x.Greater(g.Const(0)), x, g.Const(1), 0, func(x *graph.Node) *graph.Node {
		return d.Alpha.GammaQ(d.Beta.Div(x))
	})
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1]. It is
// found from 1-p, and as precise as that.
func (d InverseGamma) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return d.Beta.Div(d.Alpha.GammaPInv(p.Neg().AddScalar(1)))
}

// Median returns Quantile(1/2).
func (d InverseGamma) Median() *graph.Node { return d.Quantile(graphOf(d).Const(0.5)) }

// Mean returns Beta/(Alpha-1), infinite for shapes of at most 1.
func (d InverseGamma) Mean() *graph.Node {
	check(d)
	g := graphOf(d)
	return where(d.Alpha.Greater(g.Const(1)), d.Alpha, g.Const(2), inf, func(alpha *graph.Node) *graph.Node {
		return d.Beta.Div(alpha.AddScalar(-1))
	})
}

// Variance returns Beta²/((Alpha-1)²(Alpha-2)), infinite for shapes of at most 2 and NaN for those
// of at most 1, which have no finite mean.
func (d InverseGamma) Variance() *graph.Node {
	check(d)
	g := graphOf(d)
	otherwise := d.Alpha.Greater(g.Const(1)).Where(g.Const(inf), g.Const(nan))
	finite := d.Alpha.Greater(g.Const(2))
	alpha := finite.Where(d.Alpha, g.Const(3))
	return finite.Where(d.Beta.Div(alpha.AddScalar(-1)).Square().Div(alpha.AddScalar(-2)), otherwise)
}

// Mode returns Beta/(Alpha+1).
func (d InverseGamma) Mode() *graph.Node {
	check(d)
	return d.Beta.Div(d.Alpha.AddScalar(1))
}

// Entropy returns the differential entropy of each element.
func (d InverseGamma) Entropy() *graph.Node {
	check(d)
	return d.inverse().logEntropy().Sub(d.inverse().meanLog())
}

// KL returns KL(d‖p), elementwise: that of the inverses.
func (d InverseGamma) KL(p InverseGamma) *graph.Node {
	check(d)
	check(p)
	return d.inverse().KL(p.inverse())
}
