// Package prob has probability distributions over the nodes of a graph, and priors over weights.
//
// A distribution is a struct of nodes with value methods. Sample draws from it, by a differentiable
// function of its parameters (reparameterised) where there is one; LogProb, Entropy and KL are in
// nats and elementwise, or by row where an event is a row's index, as in Categorical: the caller
// says what is summed and what averaged. Parameters broadcast against each other, and the results
// have the broadcast shape.
//
//	q := prob.Normal{Mu: mu, Sigma: sigma}
//	z := q.Sample()
//	kl := q.KL(prob.StandardNormal(g)).Sum(1)
//
// A divergence is a method on the pairs for which it has a closed form, so that a pair without one
// does not compile. The scale mixture has none: its divergence is estimated at a draw, by
// SampledKL, which says so in its name.
//
// Distributions hold nodes of one graph and are as little safe for concurrent use as that graph is.
package prob
