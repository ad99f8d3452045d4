package prob

import "credence/graph"

// Bernoulli is the distribution of 0 or 1, each element being 1 with probability sigmoid(Logits),
// independent of the others. No method overflows, however large a finite logit is.
type Bernoulli struct{ Logits *graph.Node }

// Parameters returns Logits, the log-odds of 1.
func (d Bernoulli) Parameters() []Parameter {
	return []Parameter{{"Logits", d.Logits, graph.Real}}
}

// Support returns the interval from 0 to 1, for LogProb takes grey pixels too.
func (d Bernoulli) Support() graph.Constraint { return graph.UnitInterval }

// Values returns 0 and 1, [2], all that can be drawn.
func (d Bernoulli) Values() *graph.Node { return d.Logits.Graph().ConstArray([]float64{0, 1}, 2) }

// Sample returns draws of 0 or 1. They are not reparameterised: no gradient passes.
func (d Bernoulli) Sample(leading ...int) *graph.Node {
	check(d)
	return graphOf(d).Uniform(shapeOf(d, leading...)...).Less(d.Logits.Sigmoid())
}

// LogProb returns the log-probability of x, elementwise: x·Logits - softplus(Logits). For x strictly
// between 0 and 1, a grey pixel say, it is the negative cross-entropy of x and Mean, which is no
// normalised density (see Loaiza-Ganem and Cunningham 2019, https://arxiv.org/abs/1907.06845);
// for x outside [0, 1] it means nothing.
func (d Bernoulli) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.Mul(d.Logits).Sub(d.Logits.Softplus())
}

// CDF returns the probability of values up to x, elementwise: 0, 1-p or 1.
func (d Bernoulli) CDF(x *graph.Node) *graph.Node {
	check(d)
	g := graphOf(d)
	from0, from1 := x.GreaterEqual(g.Const(0)), x.GreaterEqual(g.Const(1))
	return from1.Where(g.Const(1), from0.Mul(d.Logits.Neg().Sigmoid()))
}

// Quantile returns the least of 0 and 1 whose CDF reaches p, elementwise, with p in [0, 1].
func (d Bernoulli) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return p.Greater(d.Logits.Neg().Sigmoid())
}

// Median returns the least of 0 and 1 whose CDF reaches a half.
func (d Bernoulli) Median() *graph.Node { return d.Quantile(d.Logits.Graph().Const(0.5)) }

// Mean returns the probability of 1, sigmoid(Logits).
func (d Bernoulli) Mean() *graph.Node {
	check(d)
	return d.Logits.Sigmoid()
}

// Mode returns the more probable of 0 and 1; 0 if they are equally so.
func (d Bernoulli) Mode() *graph.Node {
	check(d)
	return d.Logits.Greater(graphOf(d).Const(0))
}

// Variance returns p(1-p), with p the probability of 1.
func (d Bernoulli) Variance() *graph.Node { return d.Mean().Mul(d.Logits.Neg().Sigmoid()) }

// Entropy returns the entropy of each element, in [0, log 2].
func (d Bernoulli) Entropy() *graph.Node {
	check(d)
	one, zero := d.Logits, d.Logits.Neg() // the logits of 1 and of 0
	return one.Sigmoid().Mul(zero.Softplus()).Add(zero.Sigmoid().Mul(one.Softplus()))
}

// KL returns KL(d‖p), elementwise.
func (d Bernoulli) KL(p Bernoulli) *graph.Node {
	check(d)
	check(p)
	term := func(q, p *graph.Node) *graph.Node {
		return klTerm(q.Sigmoid(), p.Sigmoid(), q.LogSigmoid().Sub(p.LogSigmoid()))
	}
	return term(d.Logits, p.Logits).Add(term(d.Logits.Neg(), p.Logits.Neg()))
}
