// Package resnet has residual networks for small images, and such that decide for each image how deep to go.
//
//	net := resnet.New(resnet.Config{Depth: 32})
//	history, err := net.Fit(ctx, cifar, train.Settings{Epochs: 100, Optimizer: optim.SGD{Momentum: 0.9}})
//
// In an Adaptive network the number of blocks that an image passes in each stage is a latent variable (Figurnov, Sobolev
// and Vetrov 2017, https://arxiv.org/abs/1712.00386). Its prior prefers few; a Halting rule says how it is learnt, among them
// that of Graves 2016 (https://arxiv.org/abs/1603.08983) to compare with. Predictions skip the blocks that an image does
// without, and count what is left.
//
//	a := resnet.NewAdaptive(resnet.AdaptiveConfig{Config: resnet.Config{Depth: 32}, Tau: 0.05, Rule: resnet.Relaxed{Temperature: 0.66}})
//	p, err := a.Predict(test) // p.Mean [n, classes], p.Blocks [n, stages], p.FLOPs [n]
//
// Prefixes is the simpler model in which one variable rules the depth of a whole network, and everything is exact.
package resnet
