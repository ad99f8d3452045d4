package prob

import (
	"math"

	"credence/graph"
)

// StudentT is Student's t distribution of Nu degrees of freedom, moved to Mu and stretched by Sigma, which is
// no standard deviation: with Nu = 1 Cauchy's, for large Nu nearly Normal's.
type StudentT struct{ Nu, Mu, Sigma *graph.Node }

// Parameters returns Nu, which need not be whole, Mu and Sigma.
func (d StudentT) Parameters() []Parameter {
	return []Parameter{{"Nu", d.Nu, graph.Positive}, {"Mu", d.Mu, graph.Real}, {"Sigma", d.Sigma, graph.Positive}}
}

// Support returns all finite numbers.
func (d StudentT) Support() graph.Constraint { return graph.Real }

// Sample returns draws Mu + Sigma·ε·√(h/γ) with h = Nu/2, ε from N(0, 1) and γ from Gamma(h, 1), through
// which gradients pass to all parameters (see Gamma). The root is kept where its square is a number: below
// Nu = 0.1 in float32, and 0.01 in float64, it would often be larger.
func (d StudentT) Sample(leading ...int) *graph.Node {
	check(d)
	half := d.Nu.Scale(0.5)
	stretch := expInRange(half.Log().Sub(logGamma(d, half, leading...))).Sqrt()
	return d.Mu.Add(d.Sigma.Mul(graphOf(d).Normal(shapeOf(d, leading...)...)).Mul(stretch))
}

// scaled returns the distance of x from Mu in units of Sigma·√Nu, or ± the largest number of which the square has
// a reciprocal.
func (d StudentT) scaled(x *graph.Node) *graph.Node {
	smallest, _ := limits(x.Graph())
	limit := x.Graph().Const(0.25 / math.Sqrt(smallest))
	scale := d.Sigma.Mul(d.Nu.Sqrt())
	inRange := x.Sub(d.Mu).Div(scale).Abs().Less(limit)
	return inRange.Where(inRange.Where(x, d.Mu).Sub(d.Mu).Div(scale), x.Sub(d.Mu).Sign().Mul(limit))
}

// LogProb returns the log-density at x, elementwise.
func (d StudentT) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.logNorm().Add(d.Nu.AddScalar(1).Scale(0.5).Mul(d.log1pSquare(x))).Neg()
}

// log1pSquare returns log(1 + s²), s the distance that scaled returns, and for large ones that would be out of range.
func (d StudentT) log1pSquare(x *graph.Node) *graph.Node {
	const large = 1e8 // from where on 1 + s² is s²
	s, g := d.scaled(x), x.Graph()
	far := s.Abs().Greater(g.Const(large))
	distance := far.Where(x.Sub(d.Mu), g.Const(1)).Abs()
	logSquare := distance.Log().Sub(d.Sigma.Log()).Scale(2).Sub(d.Nu.Log())
	return far.Where(logSquare, s.Clamp(-large, large).Square().Log1p())
}

// logNorm returns minus the log-density at Mu.
func (d StudentT) logNorm() *graph.Node {
	return d.logBeta().Add(d.Nu.Log().Scale(0.5)).Add(d.Sigma.Log())
}

// logBeta returns log B(Nu/2, 1/2).
func (d StudentT) logBeta() *graph.Node { return d.Nu.Scale(0.5).LogBeta(graphOf(d).Const(0.5)) }

// CDF returns the probability of values up to x, elementwise. With s the distance that scaled returns it
// is I(Nu/2, Nu/2) at sigmoid(2 asinh s); the smaller tail is what is computed. Near the normal see normalScore.
func (d StudentT) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	heavy, light := d.split()
	s := d.scaled(x)
	above := s.Greater(s.Graph().Const(0))
	size := above.Where(s, s.Neg())
	odds := size.Square().AddScalar(1).Sqrt().Add(size).Log().Scale(-2)
	tail := odds.Sigmoid().BetaInc(heavy.Scale(0.5), heavy.Scale(0.5))
	return d.isLight().Where(normalScore(light, s).Ndtr(), above.Where(tail.Neg().AddScalar(1), tail))
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1]: the
// inverse of CDF.
func (d StudentT) Quantile(p *graph.Node) *graph.Node {
	check(d)
	heavy, light := d.split()
	g := p.Graph()
	inside := p.Greater(g.Const(0)).Mul(p.Less(g.Const(1)))
	above := p.Greater(g.Const(0.5))
	tail := above.Where(p.Neg().AddScalar(1), p).BetaIncInv(heavy.Scale(0.5), heavy.Scale(0.5))
	rest := tail.Neg().AddScalar(1)
	size := rest.Sub(tail).Div(tail.Mul(rest).Sqrt()).Scale(0.5)
	z := inside.Where(p, g.Const(0.5)).NdtrInv()
	s := d.isLight().Mul(inside).Where(scoreInverse(light, z), above.Where(size, size.Neg()))
	return d.Mu.Add(d.Sigma.Mul(d.Nu.Sqrt()).Mul(s))
}

// lightFrom is the Nu from which on tails are so light that normalScore is exact to the last digits.
const lightFrom = 1e4

func (d StudentT) isLight() *graph.Node { return d.Nu.GreaterEqual(graphOf(d).Const(lightFrom)) }

// split returns Nu where tails are heavy and where they are light, each with another number elsewhere.
func (d StudentT) split() (heavy, light *graph.Node) {
	start := graphOf(d).Const(lightFrom)
	return d.isLight().Where(start, d.Nu), d.isLight().Where(d.Nu, start)
}

// normalScore returns the standard normal quantile of the probability up to the distance s: with
// a = nu - 1/2 and y = a·log(1+s²) it is s·√(y/s²) times the factor that scoreFactor returns (Hill
// 1970, Algorithm 395: Student's t-distribution).
func normalScore(nu, s *graph.Node) *graph.Node {
	a := nu.AddScalar(-0.5)
	root := ratioAt0(s.Abs(), log1pSquare, -0.5).Mul(a).Sqrt().Mul(s)
	return root.Mul(scoreFactor(a, root.Square()))
}

// scoreInverse returns the s whose normalScore is z, by repeated substitution: the factor is nearly 1.
func scoreInverse(nu, z *graph.Node) *graph.Node {
	a := nu.AddScalar(-0.5)
	root := z
	for range 3 {
		root = z.Div(scoreFactor(a, root.Square()))
	}
	v := root.Div(a.Sqrt())
	square := func(v *graph.Node) *graph.Node { return v.Square().Expm1() }
	return v.Mul(ratioAt0(v.Abs(), square, 0.5).Sqrt())
}

// ratioAt0 returns f(v)/v² for an f that is v² + c·v⁴ near 0.
func ratioAt0(v *graph.Node, f func(v *graph.Node) *graph.Node, c float64) *graph.Node {
	g := v.Graph()
	near := v.Less(g.Const(1e-5))
	safe := near.Where(g.Const(1), v)
	return near.Where(v.Square().Scale(c).AddScalar(1), f(safe).Div(safe.Square()))
}

// scoreFactor returns the first four terms of the series, in 1/(48a²), by which √y differs from a normal score.
func scoreFactor(a, y *graph.Node) *graph.Node {
	y = y.Clamp(0, 2000) // beyond, no probability is left
	r := a.Square().Scale(48).Reciprocal()
	polynomial := func(coefficients ...float64) *graph.Node {
		sum := y.Scale(0)
		for _, c := range coefficients {
			sum = sum.Mul(y).AddScalar(c)
		}
		return sum
	}
	third := polynomial(64, 788, 9801, 89775, 543375, 1788885).Scale(1. / 210)
	second := polynomial(4, 33, 240, 855).Scale(-0.1)
	return third.Mul(r).Add(second).Mul(r).Add(polynomial(1, 3)).Mul(r).AddScalar(1)
}

// Median returns Mu.
func (d StudentT) Median() *graph.Node {
	check(d)
	return whole(d, d.Mu)
}

// Mode returns Mu.
func (d StudentT) Mode() *graph.Node { return d.Median() }

// Mean returns Mu, and NaN for Nu of at most 1, where there is none.
func (d StudentT) Mean() *graph.Node {
	check(d)
	g := graphOf(d)
	return whole(d, d.Nu.Greater(g.Const(1)).Where(d.Mu, g.Const(nan)))
}

// Variance returns Sigma²·Nu/(Nu-2), infinite for Nu of at most 2 and NaN for Nu of at most 1.
func (d StudentT) Variance() *graph.Node {
	check(d)
	g := graphOf(d)
	otherwise := d.Nu.Greater(g.Const(1)).Where(g.Const(inf), g.Const(nan))
	finite := d.Nu.Greater(g.Const(2))
	nu := finite.Where(d.Nu, g.Const(3))
	return whole(d, finite.Where(d.Sigma.Square().Mul(nu.Div(nu.AddScalar(-2))), otherwise))
}

// Entropy returns the differential entropy of each element.
func (d StudentT) Entropy() *graph.Node {
	check(d)
	half := d.Nu.Scale(0.5)
	drop := graph.Grad(half.LogBeta(graphOf(d).Const(0.5)).Sum(), half)[0] // Digamma(Nu/2) - Digamma((Nu+1)/2)
	return whole(d, d.logNorm().Sub(half.AddScalar(0.5).Mul(drop)))
}
