package experiments

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"credence/data"
	"credence/graph"
	"credence/layers"
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
	Images int // of the training set
	Tested int // images of the test set
	Rounds int // of timing
	Epochs int
	Seeds  int
	LR     optim.Schedule
	LRText string
	KL     train.WarmUp

	MinAccuracy, MinCompression float64 // the bands
	SelectedOn                  string
}

const sparseBatch = 100

func sparsePlanFor(s Scale) sparsePlan {
	const images, perEpoch = 60_000, 60_000 / sparseBatch
	if s == Paper {
		return sparsePlan{
			Images: images, Tested: 10_000, Rounds: 31, Epochs: 200, Seeds: 3, KL: train.WarmUp{From: 5, Epochs: 20},
			LR:          optim.Constant(1e-3).Until(100*perEpoch, optim.Linear(1e-3, 0, 100*perEpoch)),
			LRText:      "1e-3 for 100 epochs, then falling linearly to 0",
			MinAccuracy: 97.9, MinCompression: 60,
		}
	}
	return sparsePlan{
		Images: images, Tested: 10_000, Rounds: 31, Epochs: 40, Seeds: 3, KL: train.WarmUp{Epochs: 40},
		LR: optim.Linear(2e-3, 0, 40*perEpoch), LRText: "2e-3 falling linearly to 0",
		MinAccuracy: 98.2, MinCompression: 30, SelectedOn: "validation",
	}
}

// centred is images less the mean image.
type centred struct {
	*data.Images
	mean []float64
}

// Batch writes the rows as data.Images does, less the mean.
func (s centred) Batch(rows []int, x, y []float64) {
	s.Images.Batch(rows, x, y)
	for i := range x {
		x[i] -= s.mean[i%len(s.mean)]
	}
}

// centre takes the mean image of the first set off both.
func centre(training, test *data.Images) (centred, centred) {
	mean := make([]float64, len(training.XShape())*training.XShape()[0])
	x, y := make([]float64, len(mean)), make([]float64, 1)
	for i := range training.Len() {
		training.Batch([]int{i}, x, y)
		for k, v := range x {
			mean[k] += v / float64(training.Len())
		}
	}
	return centred{training, mean}, centred{test, mean}
}

func (p sparsePlan) run(ctx context.Context, r *Run) error {
	training, test, err := data.MNIST()
	if err != nil {
		return err
	}
	if training, _, err = training.Split(p.Images); err != nil {
		return err
	}
	if test, _, err = test.Split(p.Tested); err != nil {
		return err
	}
	trainSet, testSet := centre(training.Scaled(256), test.Scaled(256))
	p.record(r)
	nets, histories := make([]*sparsevd.Network, p.Seeds), make([][]train.Epoch, p.Seeds)
	for i := range nets {
		nets[i] = sparsevd.New(sparsevd.Config{
			Network: sparsevd.Dense{784, 300, 100, 10}, Seed: r.Seed + uint64(i), Layers: layers.SparseOptions{Theta: graph.Glorot, TrainClip: true},
		})
	}
	film := sparseFilm{run: r, net: nets[0], epochs: p.Epochs, every: max(1, p.Epochs/40)}
	for i, n := range nets {
		watch := film.watch
		if i > 0 {
			watch = func(int) error { return nil }
		}
		if histories[i], err = p.fit(ctx, r, n, r.Seed+uint64(i), trainSet, watch); err != nil {
			return err
		}
	}
	r.Phase("test set")
	results := make([]sparseResult, p.Seeds)
	for i, n := range nets {
		if results[i], err = p.measure(ctx, r, n, testSet); err != nil {
			return err
		}
	}
	p.report(r, results)
	r.Model(func(path string) error { return nets[0].Compact().Save(path) })
	frames, err := film.frames()
	if err != nil {
		return err
	}
	sparseTraining(r, histories[0], frames)
	film.show(frames)
	sparseNoise(r, nets[0])
	return thresholdCurve(r, nets[0], testSet)
}

func (p sparsePlan) record(r *Run) {
	r.Setting("network", "784-300-100-10, ReLU")
	r.Setting("training images", p.Images)
	r.Setting("pixels", "divided by 256, less the mean image")
	r.Setting("epochs", p.Epochs)
	r.Setting("batch", sparseBatch)
	r.Setting("optimiser", "Adam, learning rate "+p.LRText)
	r.Setting("weight of the divergence", fmt.Sprintf("0 for %d epochs, rising to 1 at epoch %d", p.KL.From, p.KL.Epochs))
	r.Setting("initial log sigma²", -10)
	r.Setting("pruned from log alpha", 3)
	r.Setting("pruned weights in training", "left out")
	r.Setting("seeds", p.Seeds)
}

// fit trains the network, and calls watch before and after training and after each epoch.
func (p sparsePlan) fit(ctx context.Context, r *Run, n *sparsevd.Network, seed uint64, set data.Set, watch func(epoch int) error) ([]train.Epoch, error) {
	r.Phase(fmt.Sprintf("training, seed %d", seed))
	if err := watch(0); err != nil {
		return nil, err
	}
	var failed error
	history, err := n.Fit(ctx, set, train.Settings{
		Epochs: p.Epochs, BatchSize: sparseBatch, LR: p.LR, KL: p.KL, Seed: seed,
		Checkpoint: filepath.Join(r.CheckpointDir(), fmt.Sprint("seed", seed)),
		Observe: func(s train.Step) {
			if s.Step%(s.Steps/s.Epochs) == 0 {
				failed = errors.Join(failed, watch(s.Epoch))
			}
			if s.Step%100 == 0 || s.Step == s.Steps {
				r.Progress(s.Step, s.Steps, fmt.Sprintf("NLL %.4f  KL %.4g  compression %.1f", s.NLL, s.KL, n.Compression()))
			}
		},
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	return history, watch(p.Epochs) // of a training that was over before this run
}
