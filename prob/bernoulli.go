package prob

import "credence/graph"

// Bernoulli is the distribution of 0 or 1, each element being 1 with probability sigmoid(Logits),
// independent of the others. No method overflows, however large a finite logit is.
type Bernoulli struct{ Logits *graph.Node }

// Sample returns draws of 0 or 1. They are not reparameterised: no gradient passes.
func (d Bernoulli) Sample() *graph.Node {
	u := d.Logits.Graph().Uniform(d.Logits.Shape()...)
	return u.Less(d.Mean())
}

// LogProb returns the log-probability of x, elementwise: x·Logits - softplus(Logits). For x strictly
// between 0 and 1, a grey pixel say, it is the negative cross-entropy of x and Mean, which is no
// normalised density (see Loaiza-Ganem and Cunningham 2019, https://arxiv.org/abs/1907.06845);
// for x outside [0, 1] it means nothing.
func (d Bernoulli) LogProb(x *graph.Node) *graph.Node {
	return x.Mul(d.Logits).Sub(d.Logits.Softplus())
}

// Entropy returns the entropy of each element, in [0, log 2].
func (d Bernoulli) Entropy() *graph.Node {
	one, zero := d.Logits, d.Logits.Neg() // the logits of 1 and of 0
	return one.Sigmoid().Mul(zero.Softplus()).Add(zero.Sigmoid().Mul(one.Softplus()))
}

// Mean returns the probability of 1, sigmoid(Logits).
func (d Bernoulli) Mean() *graph.Node { return d.Logits.Sigmoid() }

// Variance returns p(1-p), with p the probability of 1.
func (d Bernoulli) Variance() *graph.Node {
	return d.Logits.Sigmoid().Mul(d.Logits.Neg().Sigmoid())
}

// KL returns KL(d‖p), elementwise.
func (d Bernoulli) KL(p Bernoulli) *graph.Node {
	term := func(q, p *graph.Node) *graph.Node {
		return q.Sigmoid().Mul(q.LogSigmoid().Sub(p.LogSigmoid()))
	}
	return term(d.Logits, p.Logits).Add(term(d.Logits.Neg(), p.Logits.Neg()))
}
