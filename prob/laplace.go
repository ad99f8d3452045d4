package prob

import (
	"math"

	"credence/graph"
)

// Laplace is the double exponential distribution, of density exp(-|x - Mu|/Scale) / (2·Scale).
type Laplace struct{ Mu, Scale *graph.Node }

// Parameters returns Mu and Scale, the mean distance from it.
func (d Laplace) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.Real}, {"Scale", d.Scale, graph.Positive}}
}

// Support returns all finite numbers.
func (d Laplace) Support() graph.Constraint { return graph.Real }

func (d Laplace) standard(x *graph.Node) *graph.Node { return x.Sub(d.Mu).Div(d.Scale) }

// Sample returns draws, through which gradients pass to both parameters.
func (d Laplace) Sample(leading ...int) *graph.Node { return d.Quantile(uniforms(d, leading...)) }

// LogProb returns the log-density at x, elementwise.
func (d Laplace) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.standard(x).Abs().Add(d.Scale.Log()).AddScalar(math.Ln2).Neg()
}

// surpriseIn returns -E[log(unit·density)] of what has the given mean distance from Mu.
func (d Laplace) surpriseIn(unit, distance *graph.Node) *graph.Node {
	check(d)
	return distance.Div(d.Scale).Add(d.Scale.Div(unit).Log()).AddScalar(math.Ln2)
}

// CDF returns the probability of values up to x, elementwise.
func (d Laplace) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	z, zero := d.standard(x), x.Graph().Const(0)
	lower := z.Less(zero)
	below := lower.Where(z, zero).Exp().Scale(0.5)
	above := lower.Where(zero, z).Neg().Exp().Scale(-0.5).AddScalar(1)
	return lower.Where(below, above)
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Laplace) Quantile(p *graph.Node) *graph.Node {
	check(d)
	tail, sign := nearerTail(p)
	return d.Mu.Add(d.Scale.Mul(sign.Mul(tail.Scale(2).Log().Neg())))
}

// nearerTail returns the smaller of p and 1 - p, with the sign of the quantiles of p in a distribution
// that is symmetric about 0.
func nearerTail(p *graph.Node) (tail, sign *graph.Node) {
	g := p.Graph()
	lower := p.Less(g.Const(0.5))
	return lower.Where(p, g.Const(1).Sub(p)), lower.Where(g.Const(-1), g.Const(1))
}

// Mean returns Mu.
func (d Laplace) Mean() *graph.Node {
	check(d)
	return whole(d, d.Mu)
}

// Mode returns Mu.
func (d Laplace) Mode() *graph.Node { return d.Mean() }

// Median returns Mu.
func (d Laplace) Median() *graph.Node { return d.Mean() }

// Variance returns 2·Scale².
func (d Laplace) Variance() *graph.Node {
	check(d)
	return whole(d, d.Scale.Square().Scale(2))
}

// Entropy returns 1 + log(2·Scale), the differential entropy of each element.
func (d Laplace) Entropy() *graph.Node {
	check(d)
	return whole(d, d.Scale.Log().AddScalar(1+math.Ln2))
}

// KL returns KL(d‖p), elementwise.
func (d Laplace) KL(p Laplace) *graph.Node {
	check(d)
	shift := d.Mu.Sub(p.Mu).Abs()
	distance := shift.Add(d.Scale.Mul(shift.Div(d.Scale).Neg().Exp()))
	return p.surpriseIn(d.Scale, distance).AddScalar(-1 - math.Ln2)
}

// KLNormal returns KL(d‖p), elementwise.
func (d Laplace) KLNormal(p Normal) *graph.Node {
	check(d)
	return p.surpriseIn(d.Scale, p.standard(d.Mu), d.Scale.Scale(math.Sqrt2)).AddScalar(-1 - math.Ln2)
}
