package prob

import (
	"math"

	"credence/graph"
)

// halfLog2Pi is log(2π)/2.
var halfLog2Pi = 0.5 * math.Log(2*math.Pi)

// Normal is the normal distribution N(Mu, Sigma²) of each element, independent of the others.
type Normal struct{ Mu, Sigma *graph.Node }

// StandardNormal returns N(0, 1) as scalars of the graph, which broadcast against anything.
func StandardNormal(g *graph.Graph) Normal {
	return Normal{Mu: g.Const(0), Sigma: g.Const(1)}
}

// Parameters returns Mu and the standard deviation, Sigma.
func (d Normal) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.Real}, {"Sigma", d.Sigma, graph.Positive}}
}

// Support returns all finite numbers.
func (d Normal) Support() graph.Constraint { return graph.Real }

// Sample returns a draw Mu + Sigma·ε with ε from N(0, 1), through which gradients pass to both
// parameters (Kingma and Welling 2014, https://arxiv.org/abs/1312.6114, section 2.4).
func (d Normal) Sample(leading ...int) *graph.Node { return d.at(d.noise(leading...)) }

// SampleLogProb returns a draw w, as Sample does, with its log-density under d. It is LogProb(w)
// computed from the noise: fewer operations, and no cancellation where Sigma is far below |Mu|.
func (d Normal) SampleLogProb() (w, logProb *graph.Node) {
	eps := d.noise()
	return d.at(eps), d.logProbAt(eps)
}

func (d Normal) noise(leading ...int) *graph.Node {
	check(d)
	return graphOf(d).Normal(shapeOf(d, leading...)...)
}

// at returns the point eps standard deviations above the mean, and standard the inverse.
func (d Normal) at(eps *graph.Node) *graph.Node     { return d.Mu.Add(d.Sigma.Mul(eps)) }
func (d Normal) standard(x *graph.Node) *graph.Node { return x.Sub(d.Mu).Div(d.Sigma) }

// LogProb returns the log-density at x, elementwise.
func (d Normal) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.logProbAt(d.standard(x))
}

// logProbAt is the log-density at the point eps standard deviations above the mean.
func (d Normal) logProbAt(eps *graph.Node) *graph.Node {
	return eps.Square().Scale(-0.5).Sub(d.Sigma.Log()).AddScalar(-halfLog2Pi)
}

// CDF returns the probability of values up to x, elementwise.
func (d Normal) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.standard(x).Ndtr()
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Normal) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return d.at(p.NdtrInv())
}

// Mean returns Mu.
func (d Normal) Mean() *graph.Node {
	check(d)
	return whole(d, d.Mu)
}

// Mode returns Mu.
func (d Normal) Mode() *graph.Node { return d.Mean() }

// Median returns Mu.
func (d Normal) Median() *graph.Node { return d.Mean() }

// Variance returns Sigma².
func (d Normal) Variance() *graph.Node {
	check(d)
	return whole(d, d.Sigma.Square())
}

// Entropy returns log Sigma + log(2πe)/2, the differential entropy of each element.
func (d Normal) Entropy() *graph.Node {
	check(d)
	return whole(d, d.Sigma.Log().AddScalar(halfLog2Pi+0.5))
}

// KL returns KL(d‖p), elementwise.
func (d Normal) KL(p Normal) *graph.Node {
	check(d)
	check(p)
	ratio := d.Sigma.Div(p.Sigma)
	shift := d.Mu.Sub(p.Mu).Div(p.Sigma)
	return ratio.Square().Add(shift.Square()).AddScalar(-1).Scale(0.5).Sub(ratio.Log())
}

// surpriseIn returns -E[log(unit·density)] of what has the given standard deviation, and a mean that is
// z of d's above Mu.
func (d Normal) surpriseIn(unit, z, deviation *graph.Node) *graph.Node {
	check(d)
	second := z.Square().Add(deviation.Div(d.Sigma).Square())
	return second.Scale(0.5).Add(d.Sigma.Div(unit).Log()).AddScalar(halfLog2Pi)
}

// KLLaplace returns KL(d‖p), elementwise.
func (d Normal) KLLaplace(p Laplace) *graph.Node {
	check(d)
	shift := d.Mu.Sub(p.Mu)
	z := shift.Div(d.Sigma).Scale(math.Sqrt2 / 2)
	peak := z.Square().Neg().Exp().Scale(math.Sqrt(2 / math.Pi)).Mul(d.Sigma)
	return p.surpriseIn(d.Sigma, peak.Add(shift.Mul(z.Erf()))).AddScalar(-halfLog2Pi - 0.5)
}

// KLGumbel returns KL(d‖p), elementwise.
func (d Normal) KLGumbel(p Gumbel) *graph.Node {
	check(d)
	z := p.standard(d.Mu)
	logMoment := d.Sigma.Div(p.Scale).Square().Scale(0.5).Sub(z)
	return p.surpriseIn(d.Sigma, z, logMoment).AddScalar(-halfLog2Pi - 0.5)
}
