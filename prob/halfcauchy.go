package prob

import (
	"math"

	"credence/graph"
)

// HalfCauchy is the distribution of |x| with x from the Cauchy distribution about 0. It has no finite
// mean.
type HalfCauchy struct{ Scale *graph.Node }

// Parameters returns Scale, the median.
func (d HalfCauchy) Parameters() []Parameter {
	return []Parameter{{"Scale", d.Scale, graph.Positive}}
}

// Support returns the numbers of at least 0.
func (d HalfCauchy) Support() graph.Constraint { return graph.NonNegative }

// Sample returns draws, through which gradients pass to Scale.
func (d HalfCauchy) Sample(leading ...int) *graph.Node { return d.Quantile(uniforms(d, leading...)) }

// LogProb returns the log-density at x, elementwise.
func (d HalfCauchy) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	zero := x.Graph().Const(0)
	return where(x.GreaterEqual(zero), x, zero, -inf, func(x *graph.Node) *graph.Node {
		return log1pSquare(x.Div(d.Scale)).Add(d.Scale.Log()).AddScalar(math.Log(math.Pi / 2)).Neg()
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d HalfCauchy) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.ReLU().Div(d.Scale).Atan().Scale(2 / math.Pi)
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d HalfCauchy) Quantile(p *graph.Node) *graph.Node {
	check(d)
	tail, sign := nearerTail(p)
	tan := tail.Scale(math.Pi / 2).Tan()
	return sign.Greater(p.Graph().Const(0)).Where(d.Scale.Div(tan), d.Scale.Mul(tan))
}

// Mode returns 0.
func (d HalfCauchy) Mode() *graph.Node {
	check(d)
	return whole(d, graphOf(d).Const(0))
}

// Median returns Scale.
func (d HalfCauchy) Median() *graph.Node {
	check(d)
	return d.Scale
}

// Entropy returns log(2π·Scale), the differential entropy of each element.
func (d HalfCauchy) Entropy() *graph.Node {
	check(d)
	return d.Scale.Log().AddScalar(math.Log(2 * math.Pi))
}

// KL returns KL(d‖p), elementwise: that of the Cauchy distributions about 0.
func (d HalfCauchy) KL(p HalfCauchy) *graph.Node {
	check(d)
	check(p)
	return cauchyKL(d.Scale, p.Scale, graphOf(d).Const(0))
}
