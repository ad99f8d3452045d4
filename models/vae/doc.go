// Package vae has variational autoencoders: models of data x by latent variables z, p(x|z)·p(z), with a network
// that approximates the posterior of z for any x (Kingma and Welling 2014, https://arxiv.org/abs/1312.6114).
//
//	v := vae.New(vae.Config{Inputs: 784, Hidden: []int{500}, Latent: 20, Likelihood: vae.Bernoulli{}})
//	history, err := v.Fit(ctx, digits, train.Settings{Epochs: 100})
//	logP, err := v.LogEvidence(test, 5000) // of each example, in nats, by importance sampling
//	images, err := v.Generate(100, seed)
//
// The bound that it is trained by is an infer.Estimator's: the ELBO, or that of an importance weighted
// autoencoder, infer.IWAE{Draws: 50}.
package vae
