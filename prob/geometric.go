package prob

import "credence/graph"

// Geometric is the distribution of the number of failures, 0, 1, ..., before the first success in
// trials that each succeed with probability p = sigmoid(Logits).
type Geometric struct{ Logits *graph.Node }

// Parameters returns Logits, the log-odds of a success.
func (d Geometric) Parameters() []Parameter {
	return []Parameter{{"Logits", d.Logits, graph.Real}}
}

// Support returns the whole numbers of at least 0.
func (d Geometric) Support() graph.Constraint { return graph.Counts }

// logFailure returns log(1-p).
func (d Geometric) logFailure() *graph.Node { return d.Logits.Neg().LogSigmoid() }

// Sample returns draws ⌊log(u)/log(1-p)⌋ with u uniform: exactly so distributed, but that u has a
// resolution of 2⁻²⁴, so that no draw exceeds 16.7/p and below p = 2⁻²⁴ not every number is drawn.
// They are not reparameterised: no gradient passes.
func (d Geometric) Sample(leading ...int) *graph.Node {
	check(d)
	return graphOf(d).Uniform(shapeOf(d, leading...)...).Log().Neg().Div(d.Logits.Softplus()).Floor()
}

// LogProb returns the log-probability of x, elementwise: x·log(1-p) + log p.
func (d Geometric) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return where(isCount(x), x, x.Graph().Const(0), -inf, func(x *graph.Node) *graph.Node {
		return x.Mul(d.logFailure()).Add(d.Logits.LogSigmoid())
	})
}

// isCount is 1 where x is one of 0, 1, 2, ...
func isCount(x *graph.Node) *graph.Node {
	g := x.Graph()
	return x.GreaterEqual(g.Const(0)).Mul(x.Less(g.Const(inf))).Mul(x.Equal(x.Floor()))
}

// CDF returns the probability of values up to x, elementwise.
func (d Geometric) CDF(x *graph.Node) *graph.Node {
	check(d)
	zero := x.Graph().Const(0)
	return where(x.GreaterEqual(zero), x, zero, 0, func(x *graph.Node) *graph.Node {
		return x.Floor().AddScalar(1).Mul(d.logFailure()).Expm1().Neg()
	})
}

// Quantile returns the least value whose CDF reaches p, elementwise, with p in [0, 1]; +Inf for 1.
func (d Geometric) Quantile(p *graph.Node) *graph.Node {
	check(d)
	zero := p.Graph().Const(0)
	trials := p.Neg().Log1p().Div(d.Logits.Softplus()).Floor().Neg() // rounded up
	x := trials.AddScalar(-1)
	// Near a whole number of trials rounding can make it one too many or too few.
	x = x.Sub(d.CDF(x.AddScalar(-1)).GreaterEqual(p))
	x = x.Add(d.CDF(x).Less(p))
	return p.Greater(zero).Where(x, zero)
}

// Median returns the least value whose CDF reaches a half.
func (d Geometric) Median() *graph.Node { return d.Quantile(graphOf(d).Const(0.5)) }

// Mean returns (1-p)/p.
func (d Geometric) Mean() *graph.Node {
	check(d)
	return d.Logits.Neg().Exp()
}

// Variance returns (1-p)/p².
func (d Geometric) Variance() *graph.Node { return d.Mean().Div(d.Logits.Sigmoid()) }

// Mode returns 0.
func (d Geometric) Mode() *graph.Node {
	check(d)
	return whole(d, graphOf(d).Const(0))
}

// Entropy returns the entropy of each element, -log(p) - log(1-p)·(1-p)/p.
func (d Geometric) Entropy() *graph.Node {
	check(d)
	zero, on := graphOf(d).Const(0), d.Logits.Neg()
	far := on.Greater(zero.AddScalar(40)) // where e^on·softplus(-on) is 1, and may overflow
	near := far.Where(zero, on)
	return on.Softplus().Add(far.Where(zero.AddScalar(1), near.Exp().Mul(near.Neg().Softplus())))
}

// KL returns KL(d‖p), elementwise.
func (d Geometric) KL(p Geometric) *graph.Node {
	check(d)
	check(p)
	return runKL(d.Logits.Neg(), p.Logits.Neg())
}

// runKL returns the divergence between the lengths of runs that go on with the log-odds q and p: that
// of one Bernoulli from the other, times the mean number of trials.
func runKL(q, p *graph.Node) *graph.Node {
	g := q.Graph()
	// Far out log σ(q) is -e^-q, which may underflow, and of the ratio's klExcess the square is left.
	far := q.Minimum(p).Greater(g.Const(30))
	root := far.Where(q.Scale(0.5).Sub(p), g.Const(0)).Exp().Sub(far.Where(q.Scale(-0.5), g.Const(0)).Exp())
	q1, p1 := far.Where(g.Const(0), q), far.Where(g.Const(0), p)
	on := klTerm(q1.Exp(), p1.LogSigmoid().Add(q1.Softplus()).Exp(), q1.LogSigmoid().Sub(p1.LogSigmoid()))
	end := p.Softplus().Sub(q.Softplus())
	return far.Where(root.Square().Scale(0.5), on).Add(klTerm(g.Const(1), end.Neg().Exp(), end))
}
