// Package bnn has multilayer perceptrons with a posterior over their weights: a Classifier and a
// Regressor, which learn by variational inference (Bayes by Backprop), by maximum likelihood, by
// maximum a posteriori, or with dropout, and predict by averaging draws from the posterior.
//
//	m := bnn.NewClassifier(bnn.Config{Widths: []int{784, 400, 400, 10}, Prior: prob.Gaussian{Sigma: 0.1}})
//	history, err := m.Fit(ctx, trainSet, train.Settings{Epochs: 10})
//	p, err := m.Predict(testSet, 32) // p.Mean [n, classes]; p.Entropy, p.MutualInfo [n], in nats
//
// Two further posteriors are made of networks that are points, and predict by the same call: an Ensemble of networks
// from different seeds, and the Laplace approximation around one network after training.
//
//	e := bnn.NewEnsemble(5, bnn.Config{Widths: widths, Posterior: bnn.Point{}}) // e.Fit, e.Predict(testSet, 0)
//	post, err := m.Laplace(ctx, trainSet, bnn.LaplaceOptions{})                   // post.Predict(testSet, 32)
//
// The networks have ReLU units and a linear output. A posterior is exact where the package says so
// only; a factorised Gaussian underestimates variances in general.
package bnn
