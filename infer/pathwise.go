package infer

import (
	"credence/graph"
	"credence/prob"
)

// Pathwise is the evidence lower bound (ELBO) with the reparameterised gradient (Kingma and Welling 2014,
// https://arxiv.org/abs/1312.6114; Rezende et al. 2014, https://arxiv.org/abs/1401.4082): unbiased if the
// posterior's draws pass gradients to its parameters. A posterior of discrete values passes none; the
// model may be given a relaxation of it, prob.RelaxedBernoulli or prob.StraightThrough, with the KL of the discrete
// one: the gradient is then biased.
type Pathwise struct{ Draws int } // averaged over; 1 if 0

// Bound returns the ELBO: E_q[log p(x|z)] - KL(q‖prior), the divergence in closed form if the model has
// it.
func (e Pathwise) Bound(m Model) *graph.Node {
	return m.less(m.value(m.at(m.Posterior, m.Posterior.Sample(atLeastOne(e.Draws)))).Mean(0))
}

// StickingTheLanding is the ELBO with the gradient that leaves out the score of the posterior, whose
// expectation is 0 (Roeder, Wu and Duvenaud 2017, https://arxiv.org/abs/1703.09194): unbiased, and
// of no variance where the posterior is exact. It does without the model's KL.
type StickingTheLanding struct{ Draws int } // averaged over; 1 if 0

// Bound returns the ELBO, estimated from the draws.
func (e StickingTheLanding) Bound(m Model) *graph.Node {
	z := m.Posterior.Sample(atLeastOne(e.Draws))
	return m.at(prob.Detached(m.Posterior), z).logWeight().Mean(0)
}
