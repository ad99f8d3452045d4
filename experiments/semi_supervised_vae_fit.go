package experiments

import (
	"context"
	"fmt"
	"path/filepath"

	"credence/data"
	"credence/graph"
	"credence/metrics"
	"credence/models/bnn"
	"credence/models/vae"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// The methods that learn from labelled digits.
const (
	semiSupervised = iota // a network, of the labelled digits alone
	semiProbe
	semiM2
	semiM1M2
	semiMethods
)

var semiNames = [semiMethods]string{"supervised network", "M1 and a linear probe", "M2", "M1+M2"}

// semiResult is what one seed gives.
type semiResult struct {
	errors          [semiMethods]float64 // of the test digits, %
	pixels, stacked *vae.SemiSupervised
}

// semiFeatures are M1, and what it makes of the digits: see vae.Features.
type semiFeatures struct {
	*vae.VAE
	latents        []int
	training, test *data.Table
}

// settings are those of the schedule for a set of n digits.
func (s semiSchedule) settings(r *Run, folder string, seed uint64, n int) train.Settings {
	steps := s.Passes * ((n + s.Batch - 1) / s.Batch)
	return train.Settings{
		Epochs: s.Passes, BatchSize: s.Batch, LR: optim.Linear(s.From, s.To, steps), Seed: seed,
		Checkpoint: filepath.Join(r.CheckpointDir(), folder),
		Observe: func(s train.Step) {
			r.Progress(s.Step, s.Steps, fmt.Sprintf("pass %d, bound %.2f", s.Epoch, s.ELBO))
		},
	}
}

func (p semiPlan) fitM1(ctx context.Context, r *Run, training, test *data.Images) (m1 semiFeatures, err error) {
	r.Phase("M1")
	m1.VAE = vae.New(vae.Config{
		Inputs: 784, Hidden: []int{p.Units, p.Units}, Latent: p.Latent, Activation: (*graph.Node).Softplus, Binarize: true, Seed: r.Seed,
	})
	if _, err := m1.Fit(ctx, training, p.M1.settings(r, "m1", r.Seed, training.Len())); err != nil {
		return m1, err
	}
	if m1.latents, err = m1.Informative(ctx, training, semiInformative); err != nil {
		return m1, err
	}
	if m1.training, err = m1.Features(ctx, training, m1.latents); err != nil {
		return m1, err
	}
	m1.test, err = m1.Features(ctx, test, m1.latents)
	return m1, err
}

// fit has all methods learn from the same labelled digits.
func (p semiPlan) fit(ctx context.Context, r *Run, m1 semiFeatures, labels int, seed uint64, training, test *data.Images) (s semiResult, err error) {
	known, others := semiRows(training.Labels(), labels, seed)
	labelled, unlabelled, err := parted(training.Subset, known, others)
	if err != nil {
		return s, err
	}
	features, moreFeatures, err := parted(m1.training.Subset, known, others)
	if err != nil {
		return s, err
	}
	run := fmt.Sprintf("n%d-seed%d", labels, seed)
	if s.errors[semiSupervised], err = p.supervised(ctx, r, "network-"+run, seed, labelled, test, p.Units); err != nil {
		return s, err
	}
	if s.errors[semiProbe], err = p.probe(ctx, r, "probe-"+run, seed, features, m1.test); err != nil {
		return s, err
	}
	units, schedule := p.stacked(labels)
	c := vae.SemiSupervisedConfig{
		Inputs: len(m1.latents), Classes: 10, Hidden: []int{units}, Latent: p.Latent, Likelihood: vae.RealGaussian{},
		Read: vae.FromFeatures, Init: graph.Gaussian(0, p.Init), WeightPrior: prob.Gaussian{Sigma: 1}, Seed: seed,
	}
	if s.stacked, s.errors[semiM1M2], err = schedule.fit(ctx, r, "m1m2-"+run, c, features, moreFeatures, m1.test); err != nil {
		return s, err
	}
	c.Inputs, c.Hidden, c.Likelihood, c.Read = 784, []int{p.Units}, vae.Bernoulli{}, vae.Binarized
	s.pixels, s.errors[semiM2], err = p.Pixels.fit(ctx, r, "m2-"+run, c, labelled, unlabelled, test)
	return s, err
}

// parted returns two subsets.
func parted[S any](subset func(rows []int) (S, error), known, others []int) (first, second S, err error) {
	if first, err = subset(known); err == nil {
		second, err = subset(others)
	}
	return first, second, err
}

// fit returns an M2 that has learnt, and its test error in %.
func (s semiSchedule) fit(ctx context.Context, r *Run, name string, c vae.SemiSupervisedConfig, labelled, unlabelled, test data.Labeled) (*vae.SemiSupervised, float64, error) {
	r.Phase(name)
	m := vae.NewSemiSupervised(c)
	if _, err := m.Fit(ctx, labelled, unlabelled, s.settings(r, name, c.Seed, unlabelled.Len())); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	probs, err := m.Predict(ctx, test)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	rate, err := metrics.ErrorRate(probs, 10, test.Labels())
	return m, 100 * rate, err
}

// supervised returns the test error, in %, of a network with these hidden units that learns from the labelled
// digits alone.
func (p semiPlan) supervised(ctx context.Context, r *Run, name string, seed uint64, labelled, test data.Labeled, hidden ...int) (float64, error) {
	widths := append(append([]int{labelled.XShape()[0]}, hidden...), 10)
	c := bnn.Config{Widths: widths, Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: 1}, Seed: seed}
	r.Phase(name)
	n := bnn.NewClassifier(c)
	schedule := semiSchedule{Passes: 300, Batch: min(labelled.Len(), 100), From: 1e-2, To: 1e-4}
	if len(hidden) > 0 {
		schedule.From = 1e-3
	}
	if _, err := n.Fit(ctx, labelled, schedule.settings(r, name, seed, labelled.Len())); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	q, err := n.Predict(test, 0)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	rate, err := metrics.ErrorRate(q.Mean, 10, test.Labels())
	return 100 * rate, err
}

// probe returns the test error, in %, of a logistic regression on the means of features.
func (p semiPlan) probe(ctx context.Context, r *Run, name string, seed uint64, labelled, test *data.Table) (float64, error) {
	few, err := meansOf(labelled)
	if err != nil {
		return 0, err
	}
	all, err := meansOf(test)
	if err != nil {
		return 0, err
	}
	return p.supervised(ctx, r, name, seed, few, all)
}

// meansOf returns a set of the means in features.
func meansOf(features *data.Table) (*data.Table, error) {
	means := make([][]float64, features.Len())
	for i := range means {
		x, _ := features.At(i)
		means[i] = x[:len(x)/2]
	}
	return data.NewLabeledTable(means, features.Labels(), features.Classes())
}
