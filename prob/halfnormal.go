package prob

import (
	"math"

	"credence/graph"
)

// HalfNormal is the distribution of |x| with x from N(0, Sigma²).
type HalfNormal struct{ Sigma *graph.Node }

// Parameters returns Sigma, the standard deviation of x rather than of |x|.
func (d HalfNormal) Parameters() []Parameter {
	return []Parameter{{"Sigma", d.Sigma, graph.Positive}}
}

// Support returns the numbers of at least 0.
func (d HalfNormal) Support() graph.Constraint { return graph.NonNegative }

// Sample returns draws, through which gradients pass to Sigma.
func (d HalfNormal) Sample(leading ...int) *graph.Node {
	check(d)
	return graphOf(d).Normal(shapeOf(d, leading...)...).Abs().Mul(d.Sigma)
}

// LogProb returns the log-density at x, elementwise.
func (d HalfNormal) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	zero := x.Graph().Const(0)
	return where(x.GreaterEqual(zero), x, zero, -inf, func(x *graph.Node) *graph.Node {
		return x.Div(d.Sigma).Square().Scale(-0.5).Sub(d.Sigma.Log()).AddScalar(math.Ln2 - halfLog2Pi)
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d HalfNormal) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.ReLU().Div(d.Sigma).Scale(math.Sqrt2 / 2).Erf()
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d HalfNormal) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return p.ErfInv().Scale(math.Sqrt2).Mul(d.Sigma)
}

// Mean returns Sigma·√(2/π).
func (d HalfNormal) Mean() *graph.Node { return d.scaled(math.Sqrt(2 / math.Pi)) }

// Mode returns 0.
func (d HalfNormal) Mode() *graph.Node {
	check(d)
	return whole(d, graphOf(d).Const(0))
}

// Median returns the half-way quantile, 0.67·Sigma.
func (d HalfNormal) Median() *graph.Node { return d.scaled(math.Sqrt2 * math.Erfinv(0.5)) }

// Variance returns Sigma²·(1 - 2/π).
func (d HalfNormal) Variance() *graph.Node { return d.scaled(math.Sqrt(1 - 2/math.Pi)).Square() }

// scaled returns c·Sigma.
func (d HalfNormal) scaled(c float64) *graph.Node {
	check(d)
	return d.Sigma.Scale(c)
}

// Entropy returns log Sigma + log(πe/2)/2, the differential entropy of each element.
func (d HalfNormal) Entropy() *graph.Node {
	check(d)
	return d.Sigma.Log().AddScalar(halfLog2Pi + 0.5 - math.Ln2)
}

// KL returns KL(d‖p), elementwise: that of N(0, d.Sigma²) from N(0, p.Sigma²).
func (d HalfNormal) KL(p HalfNormal) *graph.Node {
	check(d)
	check(p)
	ratio := d.Sigma.Div(p.Sigma)
	return ratio.Square().AddScalar(-1).Scale(0.5).Sub(ratio.Log())
}

// KLExponential returns KL(d‖p), elementwise.
func (d HalfNormal) KLExponential(p Exponential) *graph.Node {
	return p.surpriseIn(d.Sigma, d.Mean()).AddScalar(math.Ln2 - halfLog2Pi - 0.5)
}
