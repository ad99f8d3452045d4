package prob

import (
	"gonum.org/v1/gonum/integrate/quad"

	"credence/graph"
)

// truncated is a truncated normal in coordinates in which its mode is 0 and Sigma is 1: from low to
// high, the density at e is exp(-e·(e/2 + slope)) relative to that at the mode.
type truncated struct {
	mode, sigma, slope, low, high *graph.Node
	// Points that stand for the distribution, and their probabilities, along a further axis.
	points, probabilities *graph.Node
	norm                  *graph.Node // the mass of the interval relative to the density at the mode
}

func newTruncated(mode, mu, sigma, low, high *graph.Node) truncated {
	r := truncated{mode: mode, sigma: sigma, slope: mode.Sub(mu).Div(sigma)}
	r.low, r.high = r.standard(low), r.standard(high)

	from, to := r.bulk()
	width := to.Sub(from).ExpandDims(-1)
	g, n := mode.Graph(), len(bothSides.nodes)
	r.points = from.ExpandDims(-1).Add(width.Mul(g.ConstArray(bothSides.nodes, n)))
	mass := fall(r.points, r.slope.ExpandDims(-1)).Neg().Exp().Mul(g.ConstArray(bothSides.weights, n)).Mul(width)
	r.norm = mass.Sum(-1)
	r.probabilities = mass.Div(r.norm.ExpandDims(-1))
	return r
}

func (r truncated) at(e *graph.Node) *graph.Node       { return r.mode.Add(r.sigma.Mul(e)) }
func (r truncated) standard(x *graph.Node) *graph.Node { return x.Sub(r.mode).Div(r.sigma) }

// fall returns minus the log of the density at e relative to that at 0, from where it falls with slope.
func fall(e, slope *graph.Node) *graph.Node { return e.Mul(e.Scale(0.5).Add(slope)) }

// mean returns the mean of what has the given value at each of the points.
func (r truncated) mean(values *graph.Node) *graph.Node { return values.Mul(r.probabilities).Sum(-1) }

// surprise returns -E[log density] of what is distributed as q.
func (r truncated) surprise(q truncated) *graph.Node {
	scale := q.sigma.Div(r.sigma).ExpandDims(-1)
	points := r.standard(q.mode).ExpandDims(-1).Add(q.points.Mul(scale))
	return q.mean(fall(points, r.slope.ExpandDims(-1))).Add(r.norm.Mul(r.sigma).Log())
}

// legendre is the nodes and the weights of Gauss-Legendre quadrature on [0, 1].
type legendre struct{ nodes, weights []float64 }

func newLegendre(n int) legendre {
	l := legendre{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(l.nodes, l.weights, 0, 1)
	return l
}

// What integrates to rounding all of a normal density that matters, and all on one side of its mode.
var bothSides, oneSide = newLegendre(48), newLegendre(28)

// bulk returns the low and the high end of what has weight beside the density at the mode.
func (r truncated) bulk() (low, high *graph.Node) {
	const negligible = 40 // the fall of the density to what has none, in a float64
	steep := r.slope.Abs().StopGradient()
	reach := farReach(steep, steep.Graph().Const(negligible))
	return r.low.Maximum(reach.Neg()), r.high.Minimum(reach)
}

// farReach returns the e > 0 at which fall(e, steep) is what is given.
func farReach(steep, fall *graph.Node) *graph.Node {
	twice := fall.Scale(2)
	return twice.Div(steep.Square().Add(twice).Sqrt().Add(steep))
}

// part returns the probability from low to high, which lies mostly on one side of the mode. It makes no
// array that is larger than its result.
func (r truncated) part(low, high *graph.Node) *graph.Node {
	g := low.Graph()
	top := low.Maximum(g.Const(0)).Minimum(high) // the mode of the part
	part := truncated{slope: r.slope.Add(top), low: low.Sub(top), high: high.Sub(top)}
	from, to := part.bulk()
	width := to.Sub(from)
	sum := g.Const(0)
	for k, x := range oneSide.nodes {
		density := fall(from.Add(width.Scale(x)), part.slope).Neg().Exp()
		sum = sum.Add(density.Scale(oneSide.weights[k]))
	}
	return sum.Mul(width).Mul(fall(top, r.slope).Neg().Exp()).Div(r.norm)
}

// quantile returns the point up to which the probability is p: by a step of Newton's method, which
// carries the gradients, from a guess that is nearly right.
func (r truncated) quantile(p *graph.Node) *graph.Node {
	g := p.Graph()
	zero, one := g.Const(0), g.Const(1)
	lower := p.Less(g.Const(0.5)) // the side on which the probability is summed
	e := r.guess(p).StopGradient()
	part := r.part(lower.Where(r.low, e), lower.Where(e, r.high))
	excess := lower.Where(part.Sub(p), one.Sub(p).Sub(part))
	density := fall(e, r.slope).Neg().Exp().Div(r.norm).StopGradient()
	possible := density.Greater(zero)
	step := possible.Where(excess, zero).Div(possible.Where(density, one))
	return e.Sub(step).Maximum(r.low).Minimum(r.high)
}

// far is the distance from Mu from which on the tail is computed by its asymptotic series.
const far = 30

// guess returns about quantile(p): to rounding by the quantile of the normal, or by its tail. In a
// narrow interval it may be anywhere, but there the density hardly changes.
func (r truncated) guess(p *graph.Node) *graph.Node {
	g := p.Graph()
	flip := r.low.Add(r.high).Less(r.slope.Scale(-2)) // the interval lies mostly below Mu
	from := flip.Where(r.high.Add(r.slope).Neg(), r.low.Add(r.slope))
	to := flip.Where(r.low.Add(r.slope).Neg(), r.high.Add(r.slope))
	p = flip.Where(g.Const(1).Sub(p), p)

	logTail := from.Neg().LogNdtr()
	share := to.Neg().LogNdtr().Sub(logTail).Expm1() // minus that of the interval in the tail
	z := logTail.Add(p.Mul(share).Log1p()).NdtrInvExp()
	near := flip.Where(z, z.Neg()).Sub(r.slope)

	e := farQuantile(p, from.Maximum(g.Const(far)), to.Sub(from))
	away := flip.Where(r.high.Sub(e), r.low.Add(e))
	return from.Greater(g.Const(far)).Where(away, near).Maximum(r.low).Minimum(r.high)
}

// farQuantile returns how far beyond steep a standard normal lies with probability p, given that it
// lies from there to length beyond.
func farQuantile(p, steep, length *graph.Node) *graph.Node {
	// The tail is the density over z/(1 - 1/z² + 3/z⁴ - 15/z⁶ + ...).
	series := func(z *graph.Node) *graph.Node {
		y := z.Square().Reciprocal()
		return y.Mul(y.Mul(y.Scale(-15).AddScalar(3)).AddScalar(-1)).Log1p()
	}
	thinner := func(e *graph.Node) *graph.Node { // the fall of the tail less that of the density
		return e.Div(steep).Log1p().Add(series(steep)).Sub(series(steep.Add(e)))
	}
	fallen := p.Mul(fall(length, steep).Add(thinner(length)).Neg().Expm1()).Log1p().Neg()
	e := farReach(steep, fallen)
	for range 3 {
		e = farReach(steep, fallen.Sub(thinner(e)))
	}
	return e
}
