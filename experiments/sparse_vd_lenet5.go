package experiments

import (
	"context"
	"fmt"

	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
	"credence/weights"
)

var sparseVDLeNet5 = Experiment{
	Name:    "sparse-vd-lenet5",
	Summary: "a convolutional network for MNIST that learns which of its weights it needs: one of 280",
	Needs:   "embedded MNIST; quick: 3 seeds of 10 epochs, ten minutes on two cores; paper: 3 seeds of 200 epochs, three hours",
	Paper:   "Molchanov, Ashukha and Vetrov 2017, Variational Dropout Sparsifies Deep Neural Networks, https://arxiv.org/abs/1701.05369",
	Scales:  []Scale{Quick, Paper},
	Run:     func(ctx context.Context, r *Run) error { return lenet5PlanFor(r.Scale).run(ctx, r) },
}

// lenet5Plan is the settings of one scale. Paper's are those of the authors' code.
type lenet5Plan struct {
	sparseFit
	sparseBands
}

// lenet5PlanFor returns the plan. At quick's rates 8 epochs of 45,000 digits come to an error of 1.15 % on 10,000 other
// training digits and a compression of 99, of one seed; an epoch without the divergence to a compression of 1.2.
func lenet5PlanFor(s Scale) lenet5Plan {
	const perEpoch = 60_000 / sparseBatch
	if s == Paper {
		return lenet5Plan{
			sparseFit{
				Images: 60_000, Tested: 10_000, Epochs: 200, Seeds: 3, KL: train.WarmUp{From: 5, Epochs: 20},
				LR: optim.Linear(1e-3, 0, 200*perEpoch), LRText: "1e-3 falling linearly to 0",
			},
			sparseBands{MinAccuracy: 99.1, MinCompression: 200},
		}
	}
	return lenet5Plan{
		sparseFit{
			Images: 60_000, Tested: 10_000, Epochs: 10, Seeds: 3, KL: train.WarmUp{From: 1, Epochs: 5},
			LR: optim.Linear(2e-3, 0, 10*perEpoch), LRText: "2e-3 falling linearly to 0",
		},
		sparseBands{MinAccuracy: 98.5, MinCompression: 60, SelectedOn: "validation"},
	}
}

func (p lenet5Plan) run(ctx context.Context, r *Run) error {
	training, test, err := p.digits()
	if err != nil {
		return err
	}
	p.record(r, "convolutions of 20 and 50 filters of 5 by 5, each with ReLU and then the maximum over 2 by 2 pixels; dense layers of 500, ReLU, and 10")
	r.Setting("noise of a convolution", "drawn for each pixel by itself, an approximation that the authors make too")
	nets := p.networks(r, sparsevd.LeNet5{})
	film := p.film(r, nets[0])
	history, err := p.fit(ctx, r, nets, training, film)
	if err != nil {
		return err
	}
	r.Phase("test set")
	results := make([]sparseResult, p.Seeds)
	for i, n := range nets {
		if err := ctx.Err(); err != nil {
			return err
		}
		if results[i], err = measureSparse(n, test); err != nil {
			return fmt.Errorf("seed %d: %w", r.Seed+uint64(i), err)
		}
	}
	p.report(r, results)
	r.Model(func(path string) error {
		return weights.Save(path, nets[0].Params(), map[string]string{"experiment": r.name})
	})
	frames, err := film.frames()
	if err != nil {
		return err
	}
	sparseTraining(r, history, frames)
	lenet5Filters(r, nets[0])
	return thresholdCurve(ctx, r, nets[0], test)
}
