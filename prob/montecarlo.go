package prob

import "credence/graph"

// LogProber has a log-density: a distribution, or a prior.
type LogProber interface {
	LogProb(x *graph.Node) *graph.Node
}

// SampledKL returns log q(x) - log p(x) in nats at a draw x of q: the estimate of KL(q‖p) that Bayes by
// Backprop sums (Blundell et al. 2015, https://arxiv.org/abs/1505.05424, equation 2). It is unbiased
// from a single draw but noisy, and may be negative where the divergence never is.
func SampledKL(q, p LogProber, x *graph.Node) *graph.Node { return q.LogProb(x).Sub(p.LogProb(x)) }

// MonteCarloKL returns the mean of SampledKL over draws of q, of which there is at least one: an estimate
// of KL(q‖p) for the pairs without a closed form. Its gradient is right if the draws pass gradients to
// all parameters of q.
func MonteCarloKL(q Distribution, p LogProber, draws int) *graph.Node {
	if draws < 1 {
		return graphOf(q).Failf("prob: the divergence of %s by %d draws", name(q), draws)
	}
	return SampledKL(q, p, q.Sample(draws)).Mean(0)
}
