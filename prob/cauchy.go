package prob

import (
	"math"

	"credence/graph"
)

// Cauchy is the distribution of density 1 / (π·Scale·(1 + z²)) with z = (x - Mu)/Scale. It has no
// mean.
type Cauchy struct{ Mu, Scale *graph.Node }

// Parameters returns Mu and Scale, half the distance between the quartiles.
func (d Cauchy) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.Real}, {"Scale", d.Scale, graph.Positive}}
}

// Support returns all finite numbers.
func (d Cauchy) Support() graph.Constraint { return graph.Real }

func (d Cauchy) standard(x *graph.Node) *graph.Node { return x.Sub(d.Mu).Div(d.Scale) }

// Sample returns draws, through which gradients pass to both parameters.
func (d Cauchy) Sample(leading ...int) *graph.Node { return d.Quantile(uniforms(d, leading...)) }

// LogProb returns the log-density at x, elementwise.
func (d Cauchy) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return log1pSquare(d.standard(x)).Add(d.Scale.Log()).AddScalar(math.Log(math.Pi)).Neg()
}

// log1pSquare returns log(1 + z²), where z² may overflow.
func log1pSquare(z *graph.Node) *graph.Node {
	size := z.Abs()
	large := size.Maximum(z.Graph().Const(1))
	small := size.Div(large).Div(large) // the smaller of |z| and its reciprocal
	return large.Log().Scale(2).Add(small.Square().Log1p())
}

// CDF returns the probability of values up to x, elementwise.
func (d Cauchy) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	z, zero, one := d.standard(x), x.Graph().Const(0), x.Graph().Const(1)
	outer := z.Abs().Greater(one)
	tail := outer.Where(z, one).Reciprocal().Atan().Scale(-1 / math.Pi) // negative in the upper one
	middle := outer.Where(zero, z).Atan().Scale(1 / math.Pi).AddScalar(0.5)
	return outer.Where(tail.Add(z.Greater(zero)), middle)
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Cauchy) Quantile(p *graph.Node) *graph.Node {
	check(d)
	tail, sign := nearerTail(p)
	return d.Mu.Add(d.Scale.Mul(sign.Div(tail.Scale(math.Pi).Tan())))
}

// Mode returns Mu.
func (d Cauchy) Mode() *graph.Node {
	check(d)
	return whole(d, d.Mu)
}

// Median returns Mu.
func (d Cauchy) Median() *graph.Node { return d.Mode() }

// Entropy returns log(4π·Scale), the differential entropy of each element.
func (d Cauchy) Entropy() *graph.Node {
	check(d)
	return whole(d, d.Scale.Log().AddScalar(math.Log(4*math.Pi)))
}

// KL returns KL(d‖p), elementwise: log of ((s + t)² + (m - n)²) / (4·s·t), s and t being the scales, m
// and n the locations (Chyzak and Nielsen 2019, https://arxiv.org/abs/1905.10965).
func (d Cauchy) KL(p Cauchy) *graph.Node {
	check(d)
	check(p)
	return cauchyKL(d.Scale, p.Scale, d.Mu.Sub(p.Mu))
}

func cauchyKL(s, t, shift *graph.Node) *graph.Node {
	over := func(x *graph.Node) *graph.Node { return x.Div(s).Mul(x.Div(t)) }
	return over(s.Sub(t)).Add(over(shift)).Scale(0.25).Log1p()
}
