package prob

import (
	"math"

	"credence/graph"
)

// LogUniformPrior is the improper prior of density proportional to 1/|w|, under which sparse
// variational dropout prunes weights (Kingma, Salimans and Welling 2015,
// https://arxiv.org/abs/1506.02557; Molchanov, Ashukha and Vetrov 2017,
// https://arxiv.org/abs/1701.05369). Its divergences are up to a constant, the same for all
// posteriors.
type LogUniformPrior struct{}

// LogProb returns -log|w|, elementwise: the log-density up to a constant, for it has no integral.
func (LogUniformPrior) LogProb(w *graph.Node) *graph.Node { return w.Abs().Log().Neg() }

// KLFrom returns KL(q‖prior) by MolchanovKL, elementwise. The ratio of q.Sigma to |q.Mu| is taken to
// be e¹⁵ where it is larger, which changes the divergence by less than 1e-9.
func (LogUniformPrior) KLFrom(q Normal) *graph.Node {
	check(q)
	mu := q.Mu.Abs().Maximum(q.Sigma.Scale(math.Exp(-15)))
	return MolchanovKL(q.Sigma.Log().Sub(mu.Log()).Scale(2))
}

// MolchanovKL returns the divergence of N(θ, αθ²) from the log-uniform prior, whatever θ is, of log α:
// by the approximation of Molchanov et al. 2017, equation 14, whose error is below 0.01. It falls from
// +Inf to 0 as α grows, the constant being chosen such that a weight of pure noise costs nothing:
//
//	KL ≈ 0.63576·(1 - sigmoid(1.87320 + 1.48695·log α)) + log(1 + 1/α)/2
func MolchanovKL(logAlpha *graph.Node) *graph.Node {
	const k1, k2, k3 = 0.63576, 1.87320, 1.48695
	noisy := logAlpha.Scale(-k3).AddScalar(-k2).Sigmoid().Scale(k1)
	return noisy.Add(logAlpha.Neg().Softplus().Scale(0.5))
}
