// Package infer has what stands between a model and its posterior: the objective that a posterior is
// fitted by, and the predictions averaged over it.
//
// FreeEnergy is the variational objective, as nodes of a graph, with its two parts by name.
// Classification and Regression average the predictions of draws from the posterior, on plain
// numbers, one draw after the other: they keep sums, not draws.
//
//	f := infer.NewFreeEnergy(logLik, kl, weight) // minimise f.Total
//
//	p := infer.NewClassification(examples, classes)
//	for range draws {
//		err := p.Add(probs) // of one network drawn from the posterior
//	}
//	p.Mean(); p.Entropy(); p.MutualInfo()
//
// All quantities of information are in nats.
package infer
