package prob

import "credence/graph"

// NegativeBinomial is the distribution of the number of successes, 0, 1, ..., before R failures, in
// trials that each succeed with probability p = sigmoid(Logits); for any real R > 0 it is Poisson of
// a rate that is Gamma of shape R and rate exp(-Logits).
type NegativeBinomial struct{ R, Logits *graph.Node }

// Parameters returns R and Logits, the log-odds of a success.
func (d NegativeBinomial) Parameters() []Parameter {
	return []Parameter{{"R", d.R, graph.Positive}, {"Logits", d.Logits, graph.Real}}
}

// Support returns the whole numbers of at least 0.
func (d NegativeBinomial) Support() graph.Constraint { return graph.Counts }

// Sample returns Poisson draws at rates that are Gamma draws. They are not reparameterised: no gradient
// passes.
func (d NegativeBinomial) Sample(leading ...int) *graph.Node {
	check(d)
	r := d.R.Broadcast(shapeOf(d, leading...)...)
	return poissonAt(graphOf(d).LogGamma(r).Add(d.Logits))
}

// LogProb returns the log-probability of x, elementwise. It is R/(R+x) times that of R failures in R+x
// trials (Loader 2000), with factorials of real numbers.
func (d NegativeBinomial) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return where(isCount(x), x, x.Graph().Const(0), -inf, func(x *graph.Node) *graph.Node {
		n := d.R.Add(x)
		return logTrials(x, d.R, n, d.Logits).Add(d.R.Log().Sub(n.Log()))
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d NegativeBinomial) CDF(x *graph.Node) *graph.Node {
	check(d)
	zero := x.Graph().Const(0)
	return where(x.GreaterEqual(zero), x, zero, 0, func(x *graph.Node) *graph.Node {
		return betaIncAt(d.Logits.Neg(), d.R, x.Floor().AddScalar(1))
	})
}

// Mean returns R·p/(1-p).
func (d NegativeBinomial) Mean() *graph.Node {
	check(d)
	return d.R.Mul(d.Logits.Exp())
}

// Variance returns R·p/(1-p)².
func (d NegativeBinomial) Variance() *graph.Node { return d.Mean().Div(d.Logits.Neg().Sigmoid()) }

// Mode returns the most probable value; the larger of two.
func (d NegativeBinomial) Mode() *graph.Node {
	check(d)
	return d.R.AddScalar(-1).ReLU().Mul(d.Logits.Exp()).Floor()
}

// KL returns KL(d‖p), elementwise. It has no closed form where R differs: a run that meets such fails.
func (d NegativeBinomial) KL(p NegativeBinomial) *graph.Node {
	check(d)
	check(p)
	return requireZero(d.R.Mul(runKL(d.Logits, p.Logits)), d.R.Sub(p.R), "prob.NegativeBinomial: KL: R of d less that of p")
}
