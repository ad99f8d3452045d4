package infer

import "credence/graph"

// ScoreFunction is the ELBO with the score function gradient, also called REINFORCE or the likelihood
// ratio (Williams 1992; Mnih and Gregor 2014, https://arxiv.org/abs/1402.0030): E_q[(f(z) - b)·∇log q(z)]
// with f the bound's value at a draw and b a baseline. It is unbiased for discrete and continuous
// posteriors alike, differentiates nothing through the draws, and varies so much that its baseline
// decides whether it is of use.
type ScoreFunction struct {
	Draws    int      // averaged over; 1 if 0
	Baseline Baseline // nil for none
}

// Bound returns the ELBO.
func (e ScoreFunction) Bound(m Model) *graph.Node {
	z := m.Posterior.Sample(atLeastOne(e.Draws)).StopGradient()
	t := m.at(m.Posterior, z)
	value := m.value(t)
	reward := value.StopGradient()
	own := t.logLik // of the model's parameters
	if m.KL == nil {
		own = own.Add(t.logPrior)
	}
	surrogate := own
	if e.Baseline == nil {
		surrogate = surrogate.Add(reward.Mul(t.logQ))
	} else {
		b := e.Baseline.Predict(reward)
		surrogate = surrogate.Add(reward.Sub(b.Value.StopGradient()).Mul(t.logQ))
		if b.Fit != nil {
			surrogate = surrogate.Sub(b.Fit)
		}
	}
	return m.less(withGradientOf(value.Mean(0), surrogate.Mean(0)))
}
