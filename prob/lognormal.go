package prob

import "credence/graph"

// LogNormal is the distribution of positive numbers whose logarithm is N(Mu, Sigma²).
type LogNormal struct{ Mu, Sigma *graph.Node }

// Parameters returns the mean and the standard deviation of the logarithm.
func (d LogNormal) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.Real}, {"Sigma", d.Sigma, graph.Positive}}
}

// Support returns the positive numbers.
func (d LogNormal) Support() graph.Constraint { return graph.Positive }

// Sample returns draws, through which gradients pass to both parameters.
func (d LogNormal) Sample(leading ...int) *graph.Node {
	check(d)
	return Normal(d).Sample(leading...).Exp()
}

// LogProb returns the log-density at x, elementwise.
func (d LogNormal) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	return where(x.Greater(g.Const(0)), x, g.Const(1), -inf, func(x *graph.Node) *graph.Node {
		log := x.Log()
		return Normal(d).logProbAt(Normal(d).standard(log)).Sub(log)
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d LogNormal) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	return where(x.Greater(g.Const(0)), x, g.Const(1), 0, func(x *graph.Node) *graph.Node {
		return Normal(d).standard(x.Log()).Ndtr()
	})
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d LogNormal) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return Normal(d).at(p.NdtrInv()).Exp()
}

// Mean returns exp(Mu + Sigma²/2).
func (d LogNormal) Mean() *graph.Node {
	check(d)
	return d.Mu.Add(d.Sigma.Square().Scale(0.5)).Exp()
}

// Mode returns exp(Mu - Sigma²).
func (d LogNormal) Mode() *graph.Node {
	check(d)
	return d.Mu.Sub(d.Sigma.Square()).Exp()
}

// Median returns exp(Mu).
func (d LogNormal) Median() *graph.Node {
	check(d)
	return whole(d, d.Mu.Exp())
}

// Variance returns (exp(Sigma²) - 1)·exp(2·Mu + Sigma²).
func (d LogNormal) Variance() *graph.Node {
	return d.Mean().Square().Mul(d.Sigma.Square().Expm1())
}

// Entropy returns Mu + log Sigma + log(2πe)/2, the differential entropy of each element.
func (d LogNormal) Entropy() *graph.Node {
	check(d)
	return Normal(d).Entropy().Add(d.Mu)
}

// KL returns KL(d‖p), elementwise: that of the normal distributions of the logarithm.
func (d LogNormal) KL(p LogNormal) *graph.Node {
	check(d)
	check(p)
	return Normal(d).KL(Normal(p))
}
