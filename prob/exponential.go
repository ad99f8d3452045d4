package prob

import (
	"math"

	"credence/graph"
)

// Exponential is the exponential distribution of positive numbers, of density Rate·exp(-Rate·x).
type Exponential struct{ Rate *graph.Node }

// Parameters returns Rate.
func (d Exponential) Parameters() []Parameter {
	return []Parameter{{"Rate", d.Rate, graph.Positive}}
}

// Support returns the numbers of at least 0.
func (d Exponential) Support() graph.Constraint { return graph.NonNegative }

// Sample returns draws -log(u)/Rate with u uniform, through which gradients pass to Rate.
func (d Exponential) Sample(leading ...int) *graph.Node {
	check(d)
	return graphOf(d).Uniform(shapeOf(d, leading...)...).Log().Neg().Div(d.Rate)
}

// LogProb returns the log-density at x, elementwise.
func (d Exponential) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	zero := x.Graph().Const(0)
	return where(x.GreaterEqual(zero), x, zero, -inf, func(x *graph.Node) *graph.Node {
		return d.Rate.Log().Sub(x.Mul(d.Rate))
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d Exponential) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.ReLU().Mul(d.Rate).Neg().Expm1().Neg()
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Exponential) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return p.Neg().Log1p().Neg().Div(d.Rate)
}

// Mean returns 1/Rate.
func (d Exponential) Mean() *graph.Node {
	check(d)
	return d.Rate.Reciprocal()
}

// Mode returns 0.
func (d Exponential) Mode() *graph.Node {
	check(d)
	return d.Rate.Graph().Const(0).Broadcast(d.Rate.Shape()...)
}

// Median returns log(2)/Rate.
func (d Exponential) Median() *graph.Node { return d.Mean().Scale(math.Ln2) }

// Variance returns 1/Rate².
func (d Exponential) Variance() *graph.Node { return d.Mean().Square() }

// Entropy returns 1 - log Rate, the differential entropy of each element.
func (d Exponential) Entropy() *graph.Node {
	check(d)
	return d.Rate.Log().Neg().AddScalar(1)
}

// surpriseIn returns -E[log(unit·density)] of what is never negative and has the given mean.
func (d Exponential) surpriseIn(unit, mean *graph.Node) *graph.Node {
	check(d)
	return mean.Mul(d.Rate).Sub(d.Rate.Mul(unit).Log())
}

// KL returns KL(d‖p), elementwise.
func (d Exponential) KL(p Exponential) *graph.Node {
	check(d)
	check(p)
	ratio := p.Rate.Div(d.Rate)
	return ratio.AddScalar(-1).Sub(ratio.Log())
}

// KLNormal returns KL(d‖p), elementwise.
func (d Exponential) KLNormal(p Normal) *graph.Node {
	return p.surpriseIn(d.Mean(), p.standard(d.Mean()), d.Mean()).AddScalar(-1)
}

// KLGumbel returns KL(d‖p), elementwise.
func (d Exponential) KLGumbel(p Gumbel) *graph.Node {
	moment := d.Rate.Mul(p.Scale).Reciprocal().Log1p().Neg() // of exp(-x/p.Scale)
	return p.surpriseIn(d.Mean(), p.standard(d.Mean()), moment.Add(p.Mu.Div(p.Scale))).AddScalar(-1)
}
