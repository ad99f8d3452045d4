package prob

import "credence/graph"

// Uniform is the distribution of constant density on the interval from Low to High, both included.
// High must be above Low.
type Uniform struct{ Low, High *graph.Node }

// Parameters returns the bounds.
func (d Uniform) Parameters() []Parameter {
	return []Parameter{{"Low", d.Low, graph.Real}, {"High", d.High, graph.Real}}
}

// Support returns all finite numbers, as the bounds are parameters.
func (d Uniform) Support() graph.Constraint { return graph.Real }

// width is High - Low.
func (d Uniform) width() *graph.Node {
	check(d)
	return span(d, d.Low, d.High)
}

// span returns high - low, and requires it to be positive.
func span(d Distribution, low, high *graph.Node) *graph.Node {
	width := high.Sub(low)
	width.Require(graph.Positive, name(d)+": High - Low")
	return width
}

// between returns 1 where x lies between low and high, or on one of them, and 0 elsewhere.
func between(x, low, high *graph.Node) *graph.Node {
	return x.GreaterEqual(low).Mul(x.LessEqual(high))
}

// uniforms draws numbers from (0, 1), in the shape of draws of d.
func uniforms(d Distribution, leading ...int) *graph.Node {
	return graphOf(d).Uniform(shapeOf(d, leading...)...)
}

// Sample returns draws, through which gradients pass to both bounds.
func (d Uniform) Sample(leading ...int) *graph.Node { return d.Quantile(uniforms(d, leading...)) }

// LogProb returns the log-density at x, elementwise.
func (d Uniform) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return between(x, d.Low, d.High).Where(d.width().Log().Neg(), x.Graph().Const(-inf))
}

// CDF returns the probability of values up to x, elementwise.
func (d Uniform) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.Sub(d.Low).Div(d.width()).Clamp(0, 1)
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Uniform) Quantile(p *graph.Node) *graph.Node { return d.Low.Add(d.width().Mul(p)) }

// Mean returns the middle of the interval.
func (d Uniform) Mean() *graph.Node { return d.Low.Add(d.width().Scale(0.5)) }

// Median returns the middle of the interval.
func (d Uniform) Median() *graph.Node { return d.Mean() }

// Variance returns (High - Low)²/12.
func (d Uniform) Variance() *graph.Node { return d.deviation().Square() }

func (d Uniform) deviation() *graph.Node { return d.width().Scale(1 / sqrt12) }

// sqrt12 is √12.
const sqrt12 = 3.46410161513775458705

// Entropy returns log(High - Low), the differential entropy of each element.
func (d Uniform) Entropy() *graph.Node { return d.width().Log() }

// KL returns KL(d‖p), elementwise: +Inf unless the interval of d lies within that of p.
func (d Uniform) KL(p Uniform) *graph.Node {
	nested := nests(d.Low, d.High, p.Low, p.High)
	return nested.Where(p.width().Div(d.width()).Log(), graphOf(d).Const(inf))
}

// nests returns 1 where the interval from low to high lies in the outer one, and 0 elsewhere.
func nests(low, high, outerLow, outerHigh *graph.Node) *graph.Node {
	return low.GreaterEqual(outerLow).Mul(high.LessEqual(outerHigh))
}

// KLNormal returns KL(d‖p), elementwise.
func (d Uniform) KLNormal(p Normal) *graph.Node {
	return p.surpriseIn(d.width(), p.standard(d.Mean()), d.deviation())
}

// KLExponential returns KL(d‖p), elementwise: +Inf where Low is negative.
func (d Uniform) KLExponential(p Exponential) *graph.Node {
	possible := d.Low.GreaterEqual(graphOf(d).Const(0))
	return possible.Where(p.surpriseIn(d.width(), d.Mean()), graphOf(d).Const(inf))
}

// KLLaplace returns KL(d‖p), elementwise.
func (d Uniform) KLLaplace(p Laplace) *graph.Node {
	half := d.width().Scale(0.5)
	shift := d.Mean().Sub(p.Mu).Abs()
	reach := half.Sub(shift).ReLU() // of the interval beyond the other side of p.Mu
	return p.surpriseIn(d.width(), shift.Add(reach.Square().Div(half).Scale(0.5)))
}
