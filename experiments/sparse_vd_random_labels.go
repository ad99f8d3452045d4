package experiments

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/metrics"
	"credence/models/bnn"
	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
)

var sparseVDRandomLabels = Experiment{
	Name:    "sparse-vd-random-labels",
	Summary: "labels drawn at random: a network with dropout learns them by heart, one with sparse variational dropout drops its weights instead",
	Needs:   "embedded MNIST; quick: 3 seeds, ten minutes on one core; reduced: 3 seeds, an hour on one core",
	Paper:   "Molchanov, Ashukha and Vetrov 2017, Variational Dropout Sparsifies Deep Neural Networks, https://arxiv.org/abs/1701.05369",
	Scales:  []Scale{Quick, Reduced},
	Run:     func(ctx context.Context, r *Run) error { return randomLabelsPlanFor(r.Scale).run(ctx, r) },
}

// randomLabelsPlan is the settings of one scale. The networks have one hidden layer, which learns labels by heart
// in fewer epochs than two do.
type randomLabelsPlan struct {
	Units, Seeds   int
	Images, Epochs int // sparse variational dropout's, on random labels and on true ones

	DropoutImages, DropoutEpochs int // of the images, the first; with the same random labels
	DropoutLR                    float64
}

const (
	labelsBatch    = 100
	sparseLabelsLR = 2e-3
)

func randomLabelsPlanFor(s Scale) randomLabelsPlan {
	p := randomLabelsPlan{Units: 500, Seeds: 3, Images: 60_000, Epochs: 12, DropoutImages: 10_000, DropoutEpochs: 60, DropoutLR: 1e-2}
	if s == Reduced {
		p.Units, p.DropoutImages, p.DropoutLR = 1500, 60_000, 3e-3
	}
	return p
}

func (p randomLabelsPlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("784-%d-10, ReLU", p.Units))
	r.Setting("pixels", "divided by 256, less the mean image")
	r.Setting("random labels", "drawn uniformly from the ten classes, by the seed")
	r.Setting("batch", labelsBatch)
	r.Setting("seeds", p.Seeds)
	r.Setting("sparse variational dropout", fmt.Sprintf("%d images, %d epochs, Adam, learning rate %g falling linearly to 0, weight of the divergence "+
		"rising to 1 over the epochs, initial log sigma² -10, pruned from log alpha 3, also in training; the same for random and for true labels",
		p.Images, p.Epochs, sparseLabelsLR))
	r.Setting("dropout", fmt.Sprintf("the first %d images, %d epochs, Adam, learning rate %g falling linearly to 0, half of the hidden units dropped",
		p.DropoutImages, p.DropoutEpochs, p.DropoutLR))
	r.Setting("settings chosen on", "the last 10,000 training images, and training accuracy")
}

// randomLabelsResult is what one seed gives.
type randomLabelsResult struct{ Random, True, Dropout labelsFit }

// labelsFit is what a training has come to.
type labelsFit struct {
	Train, Test float64 // accuracy on the labels trained on and on the test set's, %
	History     []train.Epoch
	Pruned      float64 // of the weights, %
	Widths      []int   // of what is left
}

func (p randomLabelsPlan) run(ctx context.Context, r *Run) error {
	training, test, err := data.MNIST()
	if err != nil {
		return err
	}
	if training, _, err = training.Split(p.Images); err != nil {
		return err
	}
	digits, testSet := centre(training.Scaled(256), test.Scaled(256))
	p.record(r)
	results := make([]randomLabelsResult, p.Seeds)
	for i := range results {
		if results[i], err = p.seed(ctx, r, r.Seed+uint64(i), digits, testSet); err != nil {
			return err
		}
	}
	p.report(r, results)
	return nil
}

func (p randomLabelsPlan) seed(ctx context.Context, r *Run, seed uint64, digits, test centred) (s randomLabelsResult, err error) {
	labels := drawLabels(digits.Len(), seed)
	if s.Random, err = p.sparse(ctx, r, seed, "random", relabelled{digits, labels}, test); err != nil {
		return s, err
	}
	if s.True, err = p.sparse(ctx, r, seed, "true", digits, test); err != nil {
		return s, err
	}
	first, _, err := digits.Split(p.DropoutImages)
	if err != nil {
		return s, err
	}
	s.Dropout, err = p.dropout(ctx, r, seed, relabelled{centred{first, digits.mean}, labels[:p.DropoutImages]}, test)
	return s, err
}

// drawLabels draws n labels uniformly from the ten classes.
func drawLabels(n int, seed uint64) []int {
	labels, rng := make([]int, n), rand.New(rand.NewPCG(seed, 0))
	for i := range labels {
		labels[i] = rng.IntN(10)
	}
	return labels
}

// relabelled is images with other labels.
type relabelled struct {
	centred
	labels []int
}

// Labels returns a copy of the labels.
func (s relabelled) Labels() []int { return slices.Clone(s.labels) }

// Batch writes the rows as centred does, with the labels.
func (s relabelled) Batch(rows []int, x, y []float64) {
	s.centred.Batch(rows, x, y)
	for i, row := range rows {
		y[i] = float64(s.labels[row])
	}
}

// sparse trains a network with sparse variational dropout, and measures what is left of it.
func (p randomLabelsPlan) sparse(ctx context.Context, r *Run, seed uint64, labels string, set data.Labeled, test centred) (labelsFit, error) {
	name := fmt.Sprintf("sparse-%s-seed%d", labels, seed)
	return part(r, name, func() (f labelsFit, err error) {
		n := sparsevd.New(sparsevd.Config{
			Network: sparsevd.Dense(p.widths()), Seed: seed, Layers: layers.SparseOptions{Theta: graph.Glorot, TrainClip: true},
		})
		about := func() string { return fmt.Sprintf("%.2f %% pruned", pruned(n)) }
		s := p.settings(r, name, fmt.Sprintf("sparse, %s labels, seed %d", labels, seed), seed, p.Epochs, sparseLabelsLR, set, about)
		s.KL = train.WarmUp{Epochs: p.Epochs}
		if f.History, err = n.Fit(ctx, set, s); err != nil {
			return f, err
		}
		small := n.Compact()
		f.Pruned, f.Widths = pruned(n), small.Widths()
		return f, f.measure(set, test, func(set data.Set) ([]float64, error) { return small.Predict(set), nil })
	})
}

// pruned returns what share of the network's weights is, in %.
func pruned(n *sparsevd.Network) float64 { return 100 * (1 - 1/n.Compression()) }

// dropout trains a network with dropout.
func (p randomLabelsPlan) dropout(ctx context.Context, r *Run, seed uint64, set data.Labeled, test centred) (labelsFit, error) {
	name := fmt.Sprintf("dropout-seed%d", seed)
	return part(r, name, func() (f labelsFit, err error) {
		n := bnn.NewClassifier(bnn.Config{Widths: p.widths(), Seed: seed, Posterior: bnn.Dropout{Rate: 0.5}})
		s := p.settings(r, name, fmt.Sprintf("dropout, random labels, seed %d", seed), seed, p.DropoutEpochs, p.DropoutLR, set, func() string { return "" })
		if f.History, err = n.Fit(ctx, set, s); err != nil {
			return f, err
		}
		f.Widths = p.widths()
		return f, f.measure(set, test, func(set data.Set) ([]float64, error) {
			mean, err := n.Predict(set, 0)
			return mean.Mean, err
		})
	})
}

func (p randomLabelsPlan) widths() []int { return []int{784, p.Units, 10} }

// settings are what all trainings have in common; about says how it goes.
func (p randomLabelsPlan) settings(r *Run, name, phase string, seed uint64, epochs int, lr float64, set data.Set, about func() string) train.Settings {
	r.Phase(phase)
	return train.Settings{
		Epochs: epochs, BatchSize: labelsBatch, Seed: seed, LR: optim.Linear(lr, 0, epochs*set.Len()/labelsBatch),
		Checkpoint: filepath.Join(r.CheckpointDir(), name),
		Observe: func(s train.Step) {
			if s.Step%100 == 0 || s.Step == s.Steps {
				r.Progress(s.Step, s.Steps, fmt.Sprintf("NLL %.4f  %s", s.NLL, about()))
			}
		},
	}
}

// measure computes the accuracies of predictions.
func (f *labelsFit) measure(set, test data.Labeled, predict func(data.Set) ([]float64, error)) error {
	for _, one := range []struct {
		set data.Labeled
		to  *float64
	}{{set, &f.Train}, {test, &f.Test}} {
		probs, err := predict(one.set)
		if err != nil {
			return err
		}
		accuracy, err := metrics.Accuracy(probs, 10, one.set.Labels())
		if err != nil {
			return err
		}
		*one.to = 100 * accuracy
	}
	return nil
}
