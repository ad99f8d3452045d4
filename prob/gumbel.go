package prob

import (
	"math"

	"credence/graph"
)

// Gumbel is the extreme value distribution of maxima, whose CDF is exp(-exp(-z)) with
// z = (x - Mu)/Scale.
type Gumbel struct{ Mu, Scale *graph.Node }

// eulerGamma is the Euler-Mascheroni constant, the mean of Gumbel(0, 1).
const eulerGamma = 0.57721566490153286061

// Parameters returns Mu, the mode, and Scale.
func (d Gumbel) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.Real}, {"Scale", d.Scale, graph.Positive}}
}

// Support returns all finite numbers.
func (d Gumbel) Support() graph.Constraint { return graph.Real }

func (d Gumbel) at(z *graph.Node) *graph.Node       { return d.Mu.Add(d.Scale.Mul(z)) }
func (d Gumbel) standard(x *graph.Node) *graph.Node { return x.Sub(d.Mu).Div(d.Scale) }

// Sample returns draws, through which gradients pass to both parameters.
func (d Gumbel) Sample(leading ...int) *graph.Node { return d.Quantile(uniforms(d, leading...)) }

// LogProb returns the log-density at x, elementwise. Where exp(-z) overflows it is -Inf, as outside a
// support.
func (d Gumbel) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.atFinite(x, -inf, func(z *graph.Node) *graph.Node {
		return z.Add(z.Neg().Exp()).Add(d.Scale.Log()).Neg()
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d Gumbel) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.atFinite(x, 0, func(z *graph.Node) *graph.Node { return z.Neg().Exp().Neg().Exp() })
}

// atFinite returns f at z where exp(-z) is finite, and otherwise elsewhere.
func (d Gumbel) atFinite(x *graph.Node, otherwise float64, f func(z *graph.Node) *graph.Node) *graph.Node {
	z, g := d.standard(x), x.Graph()
	return where(z.Neg().Exp().Less(g.Const(inf)), z, g.Const(0), otherwise, f)
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Gumbel) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return d.at(p.Log().Neg().Log().Neg())
}

// Mean returns Mu + γ·Scale.
func (d Gumbel) Mean() *graph.Node {
	check(d)
	return d.at(graphOf(d).Const(eulerGamma))
}

// Mode returns Mu.
func (d Gumbel) Mode() *graph.Node {
	check(d)
	return whole(d, d.Mu)
}

// Median returns Mu - Scale·log log 2.
func (d Gumbel) Median() *graph.Node {
	check(d)
	return d.at(graphOf(d).Const(-math.Log(math.Ln2)))
}

// Variance returns π²·Scale²/6.
func (d Gumbel) Variance() *graph.Node { return whole(d, d.deviation().Square()) }

func (d Gumbel) deviation() *graph.Node {
	check(d)
	return d.Scale.Scale(math.Pi / math.Sqrt(6))
}

// Entropy returns log Scale + γ + 1, the differential entropy of each element.
func (d Gumbel) Entropy() *graph.Node {
	check(d)
	return whole(d, d.Scale.Log().AddScalar(eulerGamma+1))
}

// surpriseIn returns -E[log(unit·density)] of an x with E[(x - Mu)/Scale] = z and
// log E[exp(-(x - Mu)/Scale)] = logMoment.
func (d Gumbel) surpriseIn(unit, z, logMoment *graph.Node) *graph.Node {
	check(d)
	return z.Add(logMoment.Exp()).Add(d.Scale.Div(unit).Log())
}

// KL returns KL(d‖p), elementwise. It grows as exp((p.Mu - d.Mu)/p.Scale), and faster than
// exponentially in d.Scale/p.Scale.
func (d Gumbel) KL(p Gumbel) *graph.Node {
	check(d)
	mode, ratio := p.standard(d.Mu), d.Scale.Div(p.Scale)
	logMoment := ratio.AddScalar(1).Lgamma().Sub(mode)
	return p.surpriseIn(d.Scale, mode.Add(ratio.Scale(eulerGamma)), logMoment).AddScalar(-eulerGamma - 1)
}

// KLNormal returns KL(d‖p), elementwise.
func (d Gumbel) KLNormal(p Normal) *graph.Node {
	check(d)
	mean := p.standard(d.Mu).Add(d.Scale.Div(p.Sigma).Scale(eulerGamma))
	return p.surpriseIn(d.Scale, mean, d.deviation()).AddScalar(-eulerGamma - 1)
}
