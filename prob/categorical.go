package prob

import "credence/graph"

// Categorical is the distribution of an index in [0, k): Logits is [..., k], and of each row the
// probabilities are softmax(Logits). Logits are finite; adding a number to a row changes nothing.
type Categorical struct{ Logits *graph.Node }

// Sample returns one index for each row, [...], by the Gumbel-max trick (Gumbel 1954; Maddison et al.
// 2014, https://arxiv.org/abs/1411.0030). It is not reparameterised: no gradient passes. The noise
// has a resolution of 2⁻²⁴: what is much less probable than that is not drawn at its rate.
func (d Categorical) Sample() *graph.Node {
	u := d.Logits.Graph().Uniform(d.Logits.Shape()...)
	gumbel := u.Log().Neg().Log().Neg()
	return d.Logits.Add(gumbel).ArgMax(-1)
}

// LogProb returns the log-probability of the index of each row, [...]. A run that meets an index
// outside [0, k) fails.
func (d Categorical) LogProb(index *graph.Node) *graph.Node { return d.logProbs().Pick(index) }

func (d Categorical) logProbs() *graph.Node { return d.Logits.LogSoftmax(-1) }

// Probs returns the probabilities, [..., k].
func (d Categorical) Probs() *graph.Node { return d.Logits.Softmax(-1) }

// Mode returns the most probable index of each row, [...]; the first of equals.
func (d Categorical) Mode() *graph.Node { return d.Logits.ArgMax(-1) }

// Entropy returns the entropy of each row, [...], in [0, log k].
func (d Categorical) Entropy() *graph.Node {
	return d.logProbs().Mul(d.Probs()).Sum(-1).Neg()
}

// KL returns KL(d‖p) of each row, [...].
func (d Categorical) KL(p Categorical) *graph.Node {
	return d.Probs().Mul(d.logProbs().Sub(p.logProbs())).Sum(-1)
}
