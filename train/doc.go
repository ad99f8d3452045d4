// Package train fits models to data: the loop over shuffled minibatches, with the weight of the
// complexity cost in the hands of an object that knows how many examples and minibatches there are,
// so that the evidence lower bound cannot be mis-scaled.
//
// A model says what its log-likelihood and its complexity are; Fit builds the objective from them,
// compiles one program for each batch size that it meets, runs it, reports each step, and writes
// checkpoints from which a stopped run goes on to the same bits:
//
//	history, err := train.Fit(ctx, model, set, train.Settings{
//		Epochs: 10, BatchSize: 100, LR: optim.Constant(1e-3), Checkpoint: "run/",
//	})
package train
