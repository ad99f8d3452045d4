// Package infer has what stands between a model and its posterior: the objectives that an approximate
// posterior is fitted by, with their gradient estimators; draws from the exact posterior; and the
// predictions averaged over either.
//
// FreeEnergy is the variational objective of a network's weights, as nodes of a graph, with its two
// parts by name.
//
//	f := infer.NewFreeEnergy(logLik, kl, weight) // minimise f.Total
//
// Model is a latent variable model of each example, and an Estimator makes a bound on its evidence and a
// gradient of it: Pathwise, StickingTheLanding, IWAE, DReG, ScoreFunction with its baselines, and
// Enumeration, each in the place of any other. MeasureGradient tells how much their gradients vary.
//
//	m := infer.Model{Posterior: q, Prior: p, LogLik: func(z *graph.Node) *graph.Node { ... }}
//	bound := infer.IWAE{Draws: 50}.Bound(m) // [batch], in nats; minimise bound.Mean().Neg()
//
// Posterior collects the variables of a density of moderate size, of which NUTS draws: the yardstick
// that approximate posteriors are measured by.
//
//	post := infer.NewPosterior(g)
//	tau := post.Positive("tau")
//	post.Add(prob.HalfCauchy{Scale: g.Const(5)}.LogProb(tau))
//	draws, err := infer.NUTS{Seed: 1}.Sample(ctx, post)
//
// Laplace is the Gaussian around the most probable weights, from a Curvature there: its draws, its evidence, and the
// prior of the highest evidence.
//
//	post, err := infer.NewLaplace(weights, curvature, logLik, 0.3)
//	post.LogEvidence(); post.Draw(rng)
//
// Classification and Regression average the predictions of draws from a posterior, on plain numbers,
// one draw after the other.
//
//	p := infer.NewClassification(examples, classes)
//	for range draws {
//		err := p.Add(probs) // of one network drawn from the posterior
//	}
//	p.Mean(); p.Entropy(); p.MutualInfo()
//
// All quantities of information are in nats.
package infer
