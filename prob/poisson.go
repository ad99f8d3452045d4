package prob

import "credence/graph"

// Poisson is the distribution of a count with mean exp(LogRate).
type Poisson struct{ LogRate *graph.Node }

// Parameters returns LogRate.
func (d Poisson) Parameters() []Parameter {
	return []Parameter{{"LogRate", d.LogRate, graph.Real}}
}

// Support returns the whole numbers of at least 0.
func (d Poisson) Support() graph.Constraint { return graph.Counts }

// Sample returns draws. They are not reparameterised: no gradient passes.
func (d Poisson) Sample(leading ...int) *graph.Node {
	check(d)
	return poissonAt(d.LogRate.Broadcast(shapeOf(d, leading...)...))
}

// poissonAt draws at the rate exp(logRate); +Inf where that is.
func poissonAt(logRate *graph.Node) *graph.Node {
	g := logRate.Graph()
	rate := logRate.Exp().StopGradient()
	finite := rate.Less(g.Const(inf))
	return finite.Where(g.Poisson(finite.Where(rate, g.Const(1))), rate)
}

// LogProb returns the log-probability of x, elementwise: x·LogRate - exp(LogRate) - log x!, in the form
// of Loader 2000 (Fast and accurate computation of binomial probabilities), whose terms are large
// only where the result is.
func (d Poisson) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return where(isCount(x), x, x.Graph().Const(0), -inf, func(x *graph.Node) *graph.Node {
		return x.FactorialExcess().Add(deviance(x, d.LogRate.Exp(), d.LogRate)).Neg()
	})
}

// deviance returns x·log(x/m) + m - x, of m and its logarithm; m may be too small for a number.
func deviance(x, m, logM *graph.Node) *graph.Node {
	one := x.Graph().Const(1)
	far := m.Less(x.Scale(1e-3)) // where no terms of the definition cancel
	definition := x.Mul(far.Where(x, one).Log().Sub(logM)).Sub(x).Add(m)
	return far.Where(definition, x.Deviance(far.Where(one, m)))
}

// CDF returns the probability of values up to x, elementwise.
func (d Poisson) CDF(x *graph.Node) *graph.Node {
	check(d)
	zero := x.Graph().Const(0)
	return where(x.GreaterEqual(zero), x, zero, 0, func(x *graph.Node) *graph.Node {
		return x.Floor().AddScalar(1).GammaQ(d.LogRate.Exp())
	})
}

// Mean returns the rate.
func (d Poisson) Mean() *graph.Node {
	check(d)
	return d.LogRate.Exp()
}

// Variance returns the rate.
func (d Poisson) Variance() *graph.Node { return d.Mean() }

// Mode returns the most probable value; the larger of two.
func (d Poisson) Mode() *graph.Node { return d.Mean().Floor() }

// KL returns KL(d‖p), elementwise.
func (d Poisson) KL(p Poisson) *graph.Node { return deviance(d.Mean(), p.Mean(), p.LogRate) }
