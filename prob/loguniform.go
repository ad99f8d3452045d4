package prob

import "credence/graph"

// LogUniform is the distribution of a number from Low to High, both positive, whose logarithm is
// uniform; also called reciprocal. High must be above Low. LogUniformPrior is the improper one.
type LogUniform struct{ Low, High *graph.Node }

// Parameters returns the bounds.
func (d LogUniform) Parameters() []Parameter {
	return []Parameter{{"Low", d.Low, graph.Positive}, {"High", d.High, graph.Positive}}
}

// Support returns the positive numbers, as the bounds are parameters.
func (d LogUniform) Support() graph.Constraint { return graph.Positive }

// width is log(High/Low).
func (d LogUniform) width() *graph.Node {
	check(d)
	return logRatio(d.High, d.Low, span(d, d.Low, d.High))
}

// logRatio returns log(y/x) of positive numbers with y - x = excess, accurate where they are close and
// where their ratio overflows.
func logRatio(y, x, excess *graph.Node) *graph.Node {
	close := excess.Abs().Scale(2).Less(x)
	near := close.Where(excess, x.Graph().Const(0)).Div(x).Log1p()
	return close.Where(near, y.Log().Sub(x.Log()))
}

// Sample returns draws, through which gradients pass to both bounds.
func (d LogUniform) Sample(leading ...int) *graph.Node { return d.Quantile(uniforms(d, leading...)) }

// LogProb returns the log-density at x, elementwise.
func (d LogUniform) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return where(between(x, d.Low, d.High), x, x.Graph().Const(1), -inf, func(x *graph.Node) *graph.Node {
		return x.Log().Add(d.width().Log()).Neg()
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d LogUniform) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	x = x.Maximum(d.Low).Minimum(d.High)
	return logRatio(x, d.Low, x.Sub(d.Low)).Div(d.width())
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d LogUniform) Quantile(p *graph.Node) *graph.Node {
	root := d.width().Mul(p).Scale(0.5).Exp() // twice, for the ratio of the bounds may overflow
	return d.Low.Mul(root).Mul(root).Maximum(d.Low).Minimum(d.High)
}

// Mean returns (High - Low)/log(High/Low).
func (d LogUniform) Mean() *graph.Node { return d.High.Sub(d.Low).Div(d.width()) }

// Mode returns Low.
func (d LogUniform) Mode() *graph.Node {
	check(d)
	return whole(d, d.Low)
}

// Median returns √(Low·High).
func (d LogUniform) Median() *graph.Node { return d.Quantile(graphOf(d).Const(0.5)) }

// Variance returns (High² - Low²)/(2w) - (High - Low)²/w² with w = log(High/Low), computed as the
// product of the mean, of half the distance of the bounds, and of coth(w/2) - 2/w.
func (d LogUniform) Variance() *graph.Node {
	half := d.width().Scale(0.5)
	return d.Mean().Mul(d.High.Sub(d.Low).Scale(0.5)).Mul(langevin(half))
}

// langevin returns coth(x) - 1/x for x > 0, near 0 by the continued fraction of the hyperbolic tangent.
func langevin(x *graph.Node) *graph.Node {
	one := x.Graph().Const(1)
	small := x.Less(one)
	near := small.Where(x, one)
	const depth = 8
	fraction := x.Graph().Const(2*depth + 1)
	for k := depth - 1; k > 0; k-- {
		fraction = near.Square().Div(fraction).AddScalar(float64(2*k + 1))
	}
	far := small.Where(one, x)
	return small.Where(near.Div(fraction), far.Tanh().Reciprocal().Sub(far.Reciprocal()))
}

// Entropy returns log(Low·High)/2 + log log(High/Low), the differential entropy of each element.
func (d LogUniform) Entropy() *graph.Node {
	return d.Low.Log().Add(d.High.Log()).Scale(0.5).Add(d.width().Log())
}

// KL returns KL(d‖p), elementwise: +Inf unless the interval of d lies within that of p.
func (d LogUniform) KL(p LogUniform) *graph.Node {
	nested := nests(d.Low, d.High, p.Low, p.High)
	return nested.Where(p.width().Div(d.width()).Log(), graphOf(d).Const(inf))
}
