package prob

import (
	"math"

	"credence/graph"
)

// Transformed is the distribution of By.Forward(z) with z drawn from Base.
type Transformed struct {
	Base Distribution
	By   Bijector
}

// Parameters returns those of Base; the bijector requires of its own what they must satisfy.
func (d Transformed) Parameters() []Parameter { return d.Base.Parameters() }

// Support returns the image of the bijector, of which the distribution may use a part.
func (d Transformed) Support() graph.Constraint {
	c := d.By.Image()
	c.Axes = max(c.Axes, d.Base.Support().Axes)
	return c
}

// Sample returns transformed draws of Base, through which gradients pass to the bijector and as far as
// those of Base pass them.
func (d Transformed) Sample(leading ...int) *graph.Node {
	check(d)
	return d.By.Forward(d.Base.Sample(leading...))
}

// LogProb returns the log-density at y: that of Base where y comes from, less the logarithm of the
// volume that the bijector makes of a unit there.
func (d Transformed) LogProb(y *graph.Node) *graph.Node {
	checkAt(d, y)
	c := d.Support()
	inside := holds(c, y)
	z := d.By.Inverse(inside.Where(y, y.Graph().Const(within(c))))
	density := sumLast(d.Base.LogProb(z), c.Axes-d.Base.Support().Axes).Sub(sumLast(d.By.LogDet(z), c.Axes-d.By.Image().Axes))
	for range c.Axes {
		inside = inside.Min(-1)
	}
	return inside.Where(density, y.Graph().Const(-inf))
}

// CDF returns the probability of values up to y, elementwise. A Base without a CDF, and a bijector of
// whole events, are mistakes that Compile reports.
func (d Transformed) CDF(y *graph.Node) *graph.Node {
	checkAt(d, y)
	base, ok := d.Base.(cumulative)
	c, g := d.Support(), y.Graph()
	if !ok || c.Axes > 0 {
		return g.Failf("%s: %s by %T has no CDF", name(d), name(d.Base), d.By)
	}
	inside := holds(c, y)
	above := y.Greater(g.Const(within(c)))
	return inside.Where(base.CDF(d.By.Inverse(inside.Where(y, g.Const(within(c))))), above)
}

// Quantile returns the value up to which the probability is p, elementwise. A Base without quantiles,
// and a bijector of whole events, are mistakes that Compile reports.
func (d Transformed) Quantile(p *graph.Node) *graph.Node {
	check(d)
	base, ok := d.Base.(interface {
		Quantile(p *graph.Node) *graph.Node
	})
	if !ok || d.Support().Axes > 0 {
		return p.Graph().Failf("%s: %s by %T has no quantiles", name(d), name(d.Base), d.By)
	}
	return d.By.Forward(base.Quantile(p))
}

// holds tells, by 1 or 0, which numbers are in the bounds of c.
func holds(c graph.Constraint, x *graph.Node) *graph.Node {
	g := x.Graph()
	low, high := x.GreaterEqual(g.Const(c.Low)), x.LessEqual(g.Const(c.High))
	if c.OpenLow {
		low = x.Greater(g.Const(c.Low))
	}
	if c.OpenHigh {
		high = x.Less(g.Const(c.High))
	}
	return low.Mul(high)
}

// within returns a number that is in the bounds of c, on neither.
func within(c graph.Constraint) float64 {
	switch low, high := math.IsInf(c.Low, -1), math.IsInf(c.High, 1); {
	case low && high:
		return 0
	case low:
		return c.High - 1
	case high:
		return c.Low + 1
	}
	return (c.Low + c.High) / 2
}
