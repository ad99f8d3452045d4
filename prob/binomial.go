package prob

import "credence/graph"

// Binomial is the distribution of the number of successes in N trials that each succeed with
// probability p = sigmoid(Logits).
type Binomial struct{ N, Logits *graph.Node }

// Parameters returns N and Logits, the log-odds of a success.
func (d Binomial) Parameters() []Parameter {
	return []Parameter{{"N", d.N, graph.Counts}, {"Logits", d.Logits, graph.Real}}
}

// Support returns the whole numbers of at least 0; those above N have probability 0.
func (d Binomial) Support() graph.Constraint { return graph.Counts }

// Sample returns draws. They are not reparameterised: no gradient passes.
func (d Binomial) Sample(leading ...int) *graph.Node {
	check(d)
	shape := shapeOf(d, leading...)
	return binomialAt(d.N.Broadcast(shape...), d.Logits.Broadcast(shape...))
}

// binomialAt draws the number of successes or, if they are the rarer, of failures.
func binomialAt(n, logits *graph.Node) *graph.Node {
	rarer := n.Graph().Binomial(n, logits.Abs().Neg().Sigmoid())
	return logits.Greater(n.Graph().Const(0)).Where(n.Sub(rarer), rarer)
}

// LogProb returns the log-probability of x, elementwise, in the form of Loader 2000 (Fast and accurate
// computation of binomial probabilities), whose terms are large only where the result is.
func (d Binomial) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	inside := isCount(x).Mul(x.LessEqual(d.N))
	return where(inside, x, x.Graph().Const(0), -inf, func(x *graph.Node) *graph.Node {
		return logTrials(x, d.N.Sub(x), d.N, d.Logits)
	})
}

// logTrials returns the log-probability of a successes and b failures, n = a + b, in any order.
func logTrials(a, b, n, logits *graph.Node) *graph.Node {
	expected := func(logits *graph.Node) (m, logM *graph.Node) {
		some := n.Greater(n.Graph().Const(0))
		return n.Mul(logits.Sigmoid()), some.Where(n, n.Graph().Const(1)).Log().Add(logits.LogSigmoid())
	}
	successes, logSuccesses := expected(logits)
	failures, logFailures := expected(logits.Neg())
	orders := n.FactorialExcess().Sub(a.FactorialExcess()).Sub(b.FactorialExcess())
	return orders.Sub(deviance(a, successes, logSuccesses)).Sub(deviance(b, failures, logFailures))
}

// CDF returns the probability of values up to x, elementwise.
func (d Binomial) CDF(x *graph.Node) *graph.Node {
	check(d)
	zero, one := x.Graph().Const(0), x.Graph().Const(1)
	k := x.Floor()
	reached := k.GreaterEqual(zero)
	inside := reached.Mul(k.Less(d.N))
	failures := inside.Where(d.N.Sub(k), one)
	return inside.Where(betaIncAt(d.Logits.Neg(), failures, inside.Where(k, zero).AddScalar(1)), reached)
}

// betaIncAt returns the incomplete beta function I_p(a, b) at p = sigmoid(logits). Of p and 1-p, the one
// near 1 is rounded more coarsely, and is used only where the result from the other cancels. Where p
// may be too small for a number, what counts is the first term of the series in p.
func betaIncAt(logits, a, b *graph.Node) *graph.Node {
	g := logits.Graph()
	zero, one, tiny := g.Const(0), g.Const(1), logits.Less(g.Const(-60))
	first := a.Mul(tiny.Where(logits, g.Const(-60))).Sub(a.Log()).Sub(a.LogBeta(b)).Exp()
	rest := tiny.Where(zero, logits)
	below, above := rest.Sigmoid().BetaInc(a, b), rest.Neg().Sigmoid().BetaInc(b, a)
	cancels := rest.Less(zero).Maximum(above.Greater(g.Const(0.99)))
	return tiny.Where(first, cancels.Where(below, one.Sub(above)))
}

// Mean returns N·p.
func (d Binomial) Mean() *graph.Node {
	check(d)
	return d.N.Mul(d.Logits.Sigmoid())
}

// Variance returns N·p(1-p).
func (d Binomial) Variance() *graph.Node { return d.Mean().Mul(d.Logits.Neg().Sigmoid()) }

// Mode returns the most probable value; the larger of two.
func (d Binomial) Mode() *graph.Node {
	check(d)
	return d.N.AddScalar(1).Mul(d.Logits.Sigmoid()).Floor().Minimum(d.N)
}

// KL returns KL(d‖p), elementwise; +Inf where p has fewer trials. It has no closed form where p has
// more: a run that meets such N fails.
func (d Binomial) KL(p Binomial) *graph.Node {
	check(d)
	check(p)
	g := graphOf(d)
	more := d.N.Greater(p.N)
	each := Bernoulli{d.Logits}.KL(Bernoulli{p.Logits})
	kl := more.Where(g.Const(inf), d.N.Mul(each))
	return requireZero(kl, p.N.Sub(d.N).ReLU(), "prob.Binomial: KL: N of p less that of d")
}

// requireZero returns x in runs in which difference is 0; others fail.
func requireZero(x, difference *graph.Node, what string) *graph.Node {
	difference = difference.StopGradient()
	difference.Require(graph.Constraint{Name: "0: no closed form is known otherwise"}, what)
	return x.Add(difference)
}
