package infer

import "credence/graph"

// FreeEnergy is the variational free energy of a minibatch, per example, with its two parts. Its
// expectation over an epoch is the negative ELBO divided by the number N of training examples, which
// is KL(posterior approximation ‖ posterior) - log evidence, over N: it bounds the divergence but
// is not it (Hinton and van Camp 1993; Blundell et al. 2015, https://arxiv.org/abs/1505.05424,
// equation 8).
type FreeEnergy struct {
	Complexity *graph.Node // KL(q‖prior) of the whole model, not divided by anything; a scalar in nats
	Likelihood *graph.Node // the mean of -log p(y|x, w) over the batch; a scalar in nats per example
	Total      *graph.Node // Likelihood + weight·Complexity, what training minimises
}

// NewFreeEnergy takes logLik [batch], log p(y|x, w) of each example at one draw w of the weights; kl, the
// divergence of the whole model, or the constant 0 for a network without one; and weight, an input
// of the graph so that it can change from batch to batch.
//
// The weight is M·πᵢ/N for batch i of the M in an epoch, where the πᵢ sum to 1 over the epoch: the
// likelihood is a mean over a batch of N/M, and the divergence is to count once an epoch. Uniform
// weights πᵢ = 1/M make it 1/N, at any batch size; Blundell's equation 9 is πᵢ = 2⁻ⁱ / (1 - 2⁻ᴹ).
//
// A logLik that has not one axis, or a kl or weight that is no scalar, is a mistake that Compile
// reports: a likelihood left unsummed within an example would be averaged, and weigh too little.
func NewFreeEnergy(logLik, kl, weight *graph.Node) FreeEnergy {
	g := logLik.Graph()
	switch {
	case g.Err() != nil: // keep the first mistake
	case logLik.Rank() != 1:
		g.Failf("free energy: the log-likelihood %v is not [batch], one number for each example", logLik)
	case kl.Rank() != 0:
		g.Failf("free energy: the divergence %v is not a scalar", kl)
	case weight.Rank() != 0:
		g.Failf("free energy: the weight %v is not a scalar", weight)
	}
	likelihood := logLik.Mean().Neg()
	return FreeEnergy{Complexity: kl, Likelihood: likelihood, Total: likelihood.Add(weight.Mul(kl))}
}
