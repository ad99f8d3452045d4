package experiments

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"credence/data"
	"credence/layers"
	"credence/metrics"
	"credence/models/bnn"
	"credence/optim"
	"credence/prob"
	"credence/train"
	"credence/weights"
)

var bayesByBackprop = Experiment{
	Name:    "bayes-by-backprop",
	Summary: "a network with uncertain weights learns MNIST, beside the same net by maximum likelihood",
	Needs:   "embedded MNIST; quick: 3 seeds of 400 units, a quarter of an hour on two cores; paper: 1200 units, 600 epochs, days",
	Paper:   "Blundell, Cornebise, Kavukcuoglu and Wierstra 2015, Weight Uncertainty in Neural Networks, https://arxiv.org/abs/1505.05424",
	Scales:  []Scale{Quick, Paper},
	Run:     func(ctx context.Context, r *Run) error { return digitsPlanFor(r.Scale).run(ctx, r) },
}

// digitsPlan is the settings of one scale. Quick's were chosen by the NLL on the last 10,000 training
// images of networks trained on the first 50,000; it then trains on all 60,000.
type digitsPlan struct {
	Units     int // of each of the two hidden layers
	Train     int // images
	Epochs    int
	Batch     int
	Seeds     int
	Draws     int // from the posterior, for each prediction
	LR        optim.Schedule
	LRText    string
	Estimator layers.Estimator
	Prior     prob.Prior
	KL        train.KLWeights
	Sigma     float64 // initial posterior deviation
	Paper     float64 // test error, %
	MaxError  float64 // of ours, the band

	SelectedOn string // what the settings were chosen on, if they were
}

func digitsPlanFor(s Scale) digitsPlan {
	// Blundell's prior, one of the grid of his section 5.1.
	prior := prob.ScaleMixture{Pi: 0.5, Sigma1: 1, Sigma2: math.Exp(-6)}
	if s == Paper {
		return digitsPlan{
			Units: 1200, Train: 50_000, Epochs: 600, Batch: 128, Seeds: 3, Draws: 10, LR: optim.Constant(1e-3), LRText: "1e-3",
			Estimator: layers.WeightSampling, Prior: prior, KL: train.Geometric{}, Sigma: 0.004, Paper: 1.32, MaxError: 1.6,
		}
	}
	const images, epochs, batch = 60_000, 10, 100
	return digitsPlan{
		Units: 400, Train: images, Epochs: epochs, Batch: batch, Seeds: 3, Draws: 16,
		LR: optim.Linear(1e-3, 1e-5, epochs*images/batch), LRText: "1e-3 falling linearly to 1e-5",
		Estimator: layers.LocalReparameterization, Prior: prior, KL: train.Uniform{}, Sigma: 0.004, Paper: 1.36, MaxError: 2, SelectedOn: "validation",
	}
}

// digitsResult is what one seed gives on the test set.
type digitsResult struct {
	bayes, point           *bnn.Classifier
	history                []train.Epoch
	averaged, mean, single scores
	likelihood, pruned     scores
	bayesProbs, pointProbs []float64
	information            []float64
	entropy                []float64
}

// scores are of class probabilities on a set.
type scores struct{ err, nll, ece float64 } // %, nats, a fraction

func score(probs []float64, set *data.Images) (s scores, err error) {
	labels := set.Labels()
	if s.err, err = metrics.ErrorRate(probs, 10, labels); err != nil {
		return s, err
	}
	if s.nll, err = metrics.NLL(probs, 10, labels); err != nil {
		return s, err
	}
	s.ece, err = metrics.ECE(probs, 10, labels)
	s.err *= 100
	return s, err
}

func (p digitsPlan) run(ctx context.Context, r *Run) error {
	all, test, err := data.MNIST()
	if err != nil {
		return err
	}
	all, test = all.Scaled(126), test.Scaled(126)
	training, _, err := all.Split(p.Train)
	if err != nil {
		return err
	}
	p.record(r)

	results := make([]*digitsResult, p.Seeds)
	for i := range results {
		if results[i], err = p.trainBoth(ctx, r, i, training); err != nil {
			return err
		}
	}
	r.Phase("test set")
	for i, d := range results {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.test(d, test); err != nil {
			return err
		}
		r.Progress(i+1, len(results), fmt.Sprintf("error %.2f%%, NLL %.4f", d.averaged.err, d.averaged.nll))
	}
	p.checks(r, results)
	first := results[0]
	r.Model(func(path string) error {
		return weights.Save(path, first.bayes.Params(), map[string]string{"experiment": r.name})
	})
	return p.pictures(r, first, test)
}

func (p digitsPlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("784-%d-%d-10, ReLU", p.Units, p.Units))
	r.Setting("training images", p.Train)
	r.Setting("pixels", "divided by 126")
	r.Setting("epochs", p.Epochs)
	r.Setting("batch", p.Batch)
	r.Setting("optimiser", "Adam, learning rate "+p.LRText)
	r.Setting("prior", fmt.Sprintf("%T%+v", p.Prior, p.Prior))
	r.Setting("estimator", fmt.Sprint(p.Estimator))
	r.Setting("kl weights", fmt.Sprintf("%T", p.KL))
	r.Setting("initial posterior sigma", p.Sigma)
	r.Setting("posterior draws", p.Draws)
	r.Setting("seeds", p.Seeds)
}

// trainBoth fits the Bayesian network and the same one by maximum likelihood.
func (p digitsPlan) trainBoth(ctx context.Context, r *Run, i int, set data.Set) (*digitsResult, error) {
	seed := r.Seed + uint64(i)
	config := bnn.Config{
		Widths: []int{784, p.Units, p.Units, 10}, Seed: seed, Prior: p.Prior,
		Posterior: bnn.Variational{Estimator: p.Estimator, Sigma: p.Sigma},
	}
	d := &digitsResult{bayes: bnn.NewClassifier(config)}
	config.Posterior, config.Prior = bnn.Point{}, nil
	d.point = bnn.NewClassifier(config)

	fit := func(name string, m *bnn.Classifier) ([]train.Epoch, error) {
		r.Phase(fmt.Sprintf("%s, seed %d", name, seed))
		return m.Fit(ctx, set, train.Settings{
			Epochs: p.Epochs, BatchSize: p.Batch, LR: p.LR, KL: p.KL, Seed: seed,
			Checkpoint: filepath.Join(r.CheckpointDir(), fmt.Sprintf("%d-%s", i, name[:5])),
			Observe: func(s train.Step) {
				r.Progress(s.Step, s.Steps, fmt.Sprintf("ELBO %.4f  NLL %.4f  KL %.4g", s.ELBO, s.NLL, s.KL))
			},
		})
	}
	var err error
	if d.history, err = fit("Bayes by Backprop", d.bayes); err != nil {
		return nil, err
	}
	_, err = fit("maximum likelihood", d.point)
	return d, err
}

// prunedShare is the fraction of the weights that the pruning check removes.
const prunedShare = 0.75

func (p digitsPlan) test(d *digitsResult, test *data.Images) error {
	rate := func(m *bnn.Classifier, draws int, to *scores) (*bnn.Prediction, error) {
		q, err := m.Predict(test, draws)
		if err == nil {
			*to, err = score(q.Mean, test)
		}
		return q, err
	}
	averaged, err := rate(d.bayes, p.Draws, &d.averaged)
	if err != nil {
		return err
	}
	point, err := rate(d.point, 0, &d.likelihood)
	if err != nil {
		return err
	}
	d.bayesProbs, d.pointProbs, d.information, d.entropy = averaged.Mean, point.Mean, averaged.MutualInfo, averaged.Entropy
	if _, err = rate(d.bayes, 0, &d.mean); err != nil {
		return err
	}
	if _, err = rate(d.bayes, 1, &d.single); err != nil {
		return err
	}
	small := d.bayes.Clone()
	small.Prune(prunedShare)
	_, err = rate(small, p.Draws, &d.pruned)
	return err
}

func (p digitsPlan) checks(r *Run, results []*digitsResult) {
	row := func(name string, f func(d *digitsResult) float64) Check {
		c := overSeeds(name, results, f)
		c.Split, c.SelectedOn = "test", p.SelectedOn
		return c
	}
	scale := " (" + string(r.Scale) + ")"

	c := row("test error of the averaged posterior, %"+scale, func(d *digitsResult) float64 { return d.averaged.err })
	c.High, c.Paper, c.Provenance = new(p.MaxError), new(p.Paper), FromMemory
	r.Check(c)
	c = row("NLL minus that of maximum likelihood, nats", func(d *digitsResult) float64 { return d.averaged.nll - d.likelihood.nll })
	c.High = new(0.0)
	r.Check(c)
	c = row("ECE minus that of maximum likelihood", func(d *digitsResult) float64 { return d.averaged.ece - d.likelihood.ece })
	c.High = new(0.0)
	r.Check(c)
	c = row("error added by pruning 75% of the weights, points", func(d *digitsResult) float64 { return d.pruned.err - d.averaged.err })
	c.High = new(0.2)
	r.Check(c)
	c = row("posterior sigma, median", func(d *digitsResult) float64 { return quantile(d.bayes.Sigmas(), 0.5) })
	c.Split, c.Low = "", new(1e-3)
	r.Check(c)
	c = row("posterior sigma, 95% over 5% quantile", func(d *digitsResult) float64 {
		return quantile(d.bayes.Sigmas(), 0.95) / quantile(d.bayes.Sigmas(), 0.05)
	})
	c.Split, c.Low = "", new(1.5)
	r.Check(c)

	for _, kind := range []struct {
		name string
		of   func(d *digitsResult) scores
	}{
		{"averaged posterior", func(d *digitsResult) scores { return d.averaged }},
		{"mean network", func(d *digitsResult) scores { return d.mean }},
		{"one draw", func(d *digitsResult) scores { return d.single }},
		{"averaged, 75% pruned", func(d *digitsResult) scores { return d.pruned }},
		{"maximum likelihood", func(d *digitsResult) scores { return d.likelihood }},
	} {
		if kind.name != "averaged posterior" {
			r.Info(row(kind.name+": test error, %", func(d *digitsResult) float64 { return kind.of(d).err }))
		}
		r.Info(row(kind.name+": NLL, nats", func(d *digitsResult) float64 { return kind.of(d).nll }))
		r.Info(row(kind.name+": ECE", func(d *digitsResult) float64 { return kind.of(d).ece }))
	}
}

func quantile(values []float64, q float64) float64 {
	s := slices.Clone(values)
	slices.Sort(s)
	return s[int(q*float64(len(s)-1))]
}
