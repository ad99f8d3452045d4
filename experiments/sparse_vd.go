package experiments

import (
	"context"

	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
)

var sparseVDLeNet300 = Experiment{
	Name:    "sparse-vd-lenet300",
	Summary: "a network for MNIST that learns which of its weights it needs, and what is left of it: its size and its speed",
	Needs:   "embedded MNIST; quick: 3 seeds of 40 epochs, ten minutes on two cores; paper: 3 seeds of 200 epochs, an hour",
	Paper:   "Molchanov, Ashukha and Vetrov 2017, Variational Dropout Sparsifies Deep Neural Networks, https://arxiv.org/abs/1701.05369",
	Scales:  []Scale{Quick, Paper},
	Run:     func(ctx context.Context, r *Run) error { return sparsePlanFor(r.Scale).run(ctx, r) },
}

// sparsePlan is the settings of one scale. Paper's are those of the authors' code.
type sparsePlan struct {
	sparseFit
	sparseBands
	Rounds int // of timing
}

func sparsePlanFor(s Scale) sparsePlan {
	p := sparsePlan{
		sparseFit:   sparseFit{Images: 60_000, Tested: 10_000, Epochs: 40, Seeds: 3, KL: train.WarmUp{Epochs: 40}},
		sparseBands: sparseBands{MinAccuracy: 98.2, MinCompression: 30, SelectedOn: "validation"}, Rounds: 31,
	}
	const perEpoch = 60_000 / sparseBatch
	p.LR, p.LRText = optim.Linear(2e-3, 0, 40*perEpoch), "2e-3 falling linearly to 0"
	if s == Paper {
		p.Epochs, p.KL = 200, train.WarmUp{From: 5, Epochs: 20}
		p.LR = optim.Constant(1e-3).Until(100*perEpoch, optim.Linear(1e-3, 0, 100*perEpoch))
		p.LRText = "1e-3 for 100 epochs, then falling linearly to 0"
		p.sparseBands = sparseBands{MinAccuracy: 97.9, MinCompression: 60}
	}
	return p
}

func (p sparsePlan) run(ctx context.Context, r *Run) error {
	training, test, err := p.digits()
	if err != nil {
		return err
	}
	p.record(r, "784-300-100-10, ReLU")
	nets := p.networks(r, sparsevd.Dense{784, 300, 100, 10})
	film := p.film(r, nets[0])
	history, err := p.fit(ctx, r, nets, training, film)
	if err != nil {
		return err
	}
	r.Phase("test set")
	results := make([]sparseResult, p.Seeds)
	for i, n := range nets {
		if results[i], err = p.measure(ctx, r, n, test); err != nil {
			return err
		}
	}
	p.report(r, results)
	r.Model(func(path string) error { return nets[0].Compact().Save(path) })
	frames, err := film.frames()
	if err != nil {
		return err
	}
	sparseTraining(r, history, frames)
	film.show(frames)
	sparseNoise(r, nets[0])
	return thresholdCurve(ctx, r, nets[0], test)
}
