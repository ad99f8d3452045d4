package experiments

import (
	"context"
	"fmt"
	"math/rand/v2"

	"credence/data"
	"credence/metrics"
	"credence/models/bnn"
	"credence/models/vae"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// probe is the test error of logistic regression with so many labels, in %.
type probe struct {
	Labels         int
	Latent, Pixels float64 // on the posterior's means, on pixels
}

const (
	probeRate  = 0.02 // Adam's, falling linearly to 0
	probeBatch = 250
	// probeSigma is the standard deviation of the normal prior of the probes' weights: of 0.1, 0.3, 1 and 3 the one
	// with the least error on the last 10,000 training digits of MNIST, for either inputs and 100 to 10,000 labels of
	// the first 50,000.
	probeSigma = 0.3
)

// probe learns the labels of some training images from what the encoder makes of them, and from their pixels.
func (p domainPlan) probe(ctx context.Context, v *vae.VAE, d domain, seed uint64) ([]probe, error) {
	test, _, err := d.test.Split(p.Probed)
	if err != nil {
		return nil, err
	}
	training, _, err := d.train.Split(p.Train)
	if err != nil {
		return nil, err
	}
	tests, err := probeInputs(v, test)
	if err != nil {
		return nil, err
	}
	var probes []probe
	for _, n := range p.Labels {
		labelled, err := training.Subset(ofEachClass(training, n, seed))
		if err != nil {
			return nil, err
		}
		inputs, err := probeInputs(v, labelled)
		if err != nil {
			return nil, err
		}
		var errs [2]float64
		for i := range inputs {
			if errs[i], err = p.probeError(ctx, inputs[i], tests[i], seed); err != nil {
				return nil, err
			}
		}
		probes = append(probes, probe{Labels: n, Latent: errs[0], Pixels: errs[1]})
	}
	return probes, nil
}

// probeInputs returns the labelled posterior's means of a set, and the set.
func probeInputs(v *vae.VAE, set *data.Images) (inputs [2]data.Labeled, err error) {
	means, err := v.Encoded(set, upTo(set.Len()))
	if err != nil {
		return inputs, err
	}
	table, err := data.NewLabeledTable(means, set.Labels(), set.Classes())
	return [2]data.Labeled{table, set}, err
}

// ofEachClass returns n rows, as many of each class, drawn by the seed.
func ofEachClass(set *data.Images, n int, seed uint64) []int {
	labels, left := set.Labels(), make([]int, set.Classes())
	for class := range left {
		left[class] = n / len(left)
	}
	var rows []int
	for _, row := range rand.New(rand.NewPCG(seed, 2)).Perm(set.Len()) {
		if class := labels[row]; left[class] > 0 {
			left[class]--
			rows = append(rows, row)
		}
	}
	return rows
}

func (p domainPlan) probeError(ctx context.Context, training, test data.Labeled, seed uint64) (float64, error) {
	c := bnn.NewClassifier(bnn.Config{
		Widths: []int{training.XShape()[0], training.Classes()}, Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: probeSigma}, Seed: seed,
	})
	batch := min(training.Len(), probeBatch)
	epochs := max(1, p.ProbeSteps*batch/training.Len())
	steps := epochs * ((training.Len() + batch - 1) / batch)
	if _, err := c.Fit(ctx, training, train.Settings{Epochs: epochs, BatchSize: batch, LR: optim.Linear(probeRate, 0, steps), Seed: seed}); err != nil {
		return 0, fmt.Errorf("probe: %w", err)
	}
	q, err := c.Predict(test, 0)
	if err != nil {
		return 0, fmt.Errorf("probe: %w", err)
	}
	rate, err := metrics.ErrorRate(q.Mean, test.Classes(), test.Labels())
	return 100 * rate, err
}
