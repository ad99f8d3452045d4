// Package prob has probability distributions over the nodes of a graph, transformations of them, and
// priors over weights.
//
// A distribution is a struct of nodes with value methods. Sample draws from it, by a differentiable
// function of its parameters (reparameterised) where mathematics has one; LogProb, Entropy and KL are
// in nats and elementwise, or by event where an event is a row, as in MultivariateNormal: the caller
// says what is summed and what averaged. Parameters broadcast against each other, and results have
// the broadcast shape; Sample puts further axes in front.
//
//	q := prob.Normal{Mu: mu, Sigma: sigma}
//	z := q.Sample(8)                       // [8, ...]
//	kl := q.KL(prob.StandardNormal(g)).Sum(1)
//
// What a parameter must satisfy, and where values lie, is data: Parameters and Support. A run that is
// fed a negative scale, probabilities that do not sum to one or a value outside of the support fails
// with a graph.RequirementError that names the parameter and the first bad number. A value that is
// computed in the graph may lie outside: its log-probability is -Inf and passes no gradient.
//
// A divergence is a method on the pairs for which it has a closed form, KL within a family and
// KLNormal, say, to another, so that a pair without one does not compile. Monte Carlo estimates
// have names of their own: SampledKL and MonteCarloKL.
//
// Mixture, Independent and Transformed make distributions of others, the latter by a Bijector.
// RelaxedBernoulli and RelaxedCategorical are continuous stand-ins for discrete ones.
//
// Distributions hold nodes of one graph and are as little safe for concurrent use as that graph is.
package prob
