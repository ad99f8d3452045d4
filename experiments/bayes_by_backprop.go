package experiments

import (
	"cmp"
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
	"credence/report"
	"credence/train"
	"credence/weights"
)

var bayesByBackprop = Experiment{
	Name:    "bayes-by-backprop",
	Summary: "a network with uncertain weights learns MNIST, beside the same net by maximum likelihood",
	Needs:   "embedded MNIST; quick: 3 seeds of 400 units, minutes; paper: 1200 units, 600 epochs, a day",
	Paper:   "Blundell, Cornebise, Kavukcuoglu and Wierstra 2015, Weight Uncertainty in Neural Networks, https://arxiv.org/abs/1505.05424",
	Scales:  []Scale{Quick, Paper},
	Run:     runBayesByBackprop,
}

// digitsPlan is the settings of one scale. All were fixed on the last 10,000 training images.
type digitsPlan struct {
	Units     int // of each of the two hidden layers
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
}

func digitsPlanFor(s Scale) digitsPlan {
	if s == Paper {
		return digitsPlan{
			Units: 1200, Epochs: 600, Batch: 128, Seeds: 3, Draws: 10, LR: optim.Constant(1e-3), LRText: "1e-3",
			Estimator: layers.WeightSampling, Prior: prob.ScaleMixture{Pi: 0.5, Sigma1: 1, Sigma2: math.Exp(-6)},
			KL: train.Geometric{}, Sigma: 0.02, Paper: 1.32,
		}
	}
	const epochs, batch = 10, 100
	return digitsPlan{
		Units: 400, Epochs: epochs, Batch: batch, Seeds: 3, Draws: 32,
		LR: optim.Linear(2e-3, 1e-5, epochs*500), LRText: "2e-3 falling linearly to 1e-5",
		Estimator: layers.LocalReparameterization, Prior: prob.Gaussian{Sigma: 0.1},
		KL: train.Uniform{}, Sigma: 0.03, Paper: 1.82,
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

func runBayesByBackprop(ctx context.Context, r *Run) error {
	p := digitsPlanFor(r.Scale)
	all, test, err := data.MNIST()
	if err != nil {
		return err
	}
	all, test = all.Scaled(126), test.Scaled(126)
	training, _, err := all.Split(50_000)
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
	for i, d := range results {
		r.Phase(fmt.Sprintf("test set, seed %d", r.Seed+uint64(i)))
		if err := p.test(d, test); err != nil {
			return err
		}
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
	r.Setting("training images", 50_000)
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
	over := func(f func(d *digitsResult) float64) (mean float64, stderr *float64) {
		values := make([]float64, len(results))
		for i, d := range results {
			values[i] = f(d)
		}
		m, se, err := metrics.MeanStderr(values)
		if err != nil {
			return math.NaN(), nil
		}
		return m, &se
	}
	row := func(name string, f func(d *digitsResult) float64) Check {
		c := Check{Name: name, NSeeds: len(results), Split: "test", SelectedOn: "validation"}
		c.Value, c.Stderr = over(f)
		return c
	}
	scale := " (" + string(r.Scale) + ")"

	c := row("test error of the averaged posterior, %"+scale, func(d *digitsResult) float64 { return d.averaged.err })
	c.High, c.Paper, c.Provenance = new(2.0), new(p.Paper), FromMemory
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

func (p digitsPlan) pictures(r *Run, d *digitsResult, test *data.Images) error {
	r.Picture("learning-curves", "The bound and its two parts, averaged over each epoch's minibatches.", learningCurves(d.history))
	if err := reliabilityPair(r, d, test); err != nil {
		return err
	}
	r.Picture("least-sure", "The test digits with the highest predictive entropy: the true class in its own colour.", leastSure(d, test))
	if err := p.rotation(r, d, test); err != nil {
		return err
	}
	return p.pruning(r, d, test)
}

func learningCurves(history []train.Epoch) report.Picture {
	var epoch, elbo, nll, kl []float64
	for _, e := range history {
		epoch, elbo = append(epoch, float64(e.Epoch)), append(elbo, e.ELBO)
		nll, kl = append(nll, e.NLL), append(kl, e.KL)
	}
	one := func(title, y string, values []float64) report.Picture {
		return report.Curves{Title: title, X: "epoch", Y: y, Lines: []report.Line{{X: epoch, Y: values, Dots: true}}, Width: 4.4, Height: 3.2}
	}
	return report.Panels{Title: "Training", Across: 3, Pictures: []report.Picture{
		one("Evidence lower bound", "ELBO, nats per example", elbo),
		one("Likelihood cost", "NLL, nats per example", nll),
		one("Complexity cost", "KL, nats", kl),
	}}
}

func reliabilityPair(r *Run, d *digitsResult, test *data.Images) error {
	var panels []report.Picture
	for _, m := range []struct {
		name  string
		probs []float64
	}{{"Averaged posterior", d.bayesProbs}, {"Maximum likelihood", d.pointProbs}} {
		diagram, err := metrics.Reliability(m.probs, 10, test.Labels(), metrics.DefaultBins)
		if err != nil {
			return err
		}
		bins := make([]report.Bin, len(diagram))
		for i, b := range diagram {
			bins[i] = report.Bin{Low: b.Low, High: b.High, Confidence: b.Confidence, Accuracy: b.Accuracy, Count: b.Count}
		}
		panels = append(panels, report.Reliability{Title: m.name, Bins: bins})
	}
	r.Picture("reliability", "How often a prediction is right against how sure it is; below, the share of examples.",
		report.Panels{Across: 2, Pictures: panels})
	return nil
}

func leastSure(d *digitsResult, test *data.Images) report.Picture {
	order := make([]int, test.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(d.entropy[b], d.entropy[a]) })
	items := make([]report.Digit, 12)
	for i, row := range order[:len(items)] {
		pixels, label := test.At(row)
		items[i] = report.Digit{
			Pixels: ink(pixels), Probs: d.bayesProbs[row*10 : row*10+10], Truth: label,
			Caption: fmt.Sprintf("entropy %.2f, information %.2f nats", d.entropy[row], d.information[row]),
		}
	}
	return report.Digits{Title: "The digits that it is least sure of", Rows: 28, Cols: 28, Across: 3, Items: items}
}

func ink(pixels []byte) []float32 {
	out := make([]float32, len(pixels))
	for i, p := range pixels {
		out[i] = float32(p) / 255
	}
	return out
}

// rotation turns the first hundred test digits and shows how the uncertainty grows.
func (p digitsPlan) rotation(r *Run, d *digitsResult, test *data.Images) error {
	const digits, step, half = 100, 15, 180
	var angles, entropy, information, point []float64
	var items []report.Digit
	shown := slices.Index(test.Labels(), 1)
	for angle := 0; angle <= half; angle += step {
		var pixels []byte
		var labels []int
		for i := range digits {
			turned, label := test.At(i)
			pixels, labels = append(pixels, data.Rotate(turned, 28, 28, float64(angle))...), append(labels, label)
		}
		set, err := data.NewImages(pixels, 28, 28, labels, 10)
		if err != nil {
			return err
		}
		set = set.Scaled(126)
		bayes, err := d.bayes.Predict(set, p.Draws)
		if err != nil {
			return err
		}
		ml, err := d.point.Predict(set, 0)
		if err != nil {
			return err
		}
		angles = append(angles, float64(angle))
		entropy, information, point = append(entropy, average(bayes.Entropy)), append(information, average(bayes.MutualInfo)), append(point, average(ml.Entropy))
		if angle%30 == 0 && angle < half {
			turned, label := test.At(shown)
			items = append(items, report.Digit{
				Pixels: ink(data.Rotate(turned, 28, 28, float64(angle))), Probs: bayes.Mean[shown*10 : shown*10+10], Truth: label,
				Caption: fmt.Sprintf("%d degrees: entropy %.2f nats", angle, bayes.Entropy[shown]),
			})
		}
	}
	r.Picture("rotation", "One digit as it turns, with what is predicted of it.",
		report.Digits{Title: "A digit turns", Rows: 28, Cols: 28, Across: 3, Items: items})
	r.Picture("rotation-uncertainty", "Mean over the first 100 test digits: the uncertainty grows as they leave what was seen in training.",
		report.Curves{Title: "Uncertainty of rotated digits", X: "rotation, degrees", Y: "nats", Lines: []report.Line{
			{Name: "entropy, averaged posterior", X: angles, Y: entropy, Dots: true},
			{Name: "information about the weights", X: angles, Y: information, Dots: true},
			{Name: "entropy, maximum likelihood", X: angles, Y: point, Dots: true, Dashed: true},
		}})
	return nil
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// pruning removes more and more of the weights with the lowest signal to noise.
func (p digitsPlan) pruning(r *Run, d *digitsResult, test *data.Images) error {
	ratios := d.bayes.SignalToNoise()
	decibel := make([]float64, len(ratios))
	for i, s := range ratios {
		decibel[i] = 20 * math.Log10(s)
	}
	r.Picture("signal-to-noise", "Of each weight's posterior, in decibels; 75% of the weights lie left of the mark.",
		report.Histogram{Title: "Signal-to-noise ratio", X: "20 log10 |mu|/sigma, dB", Y: "weights", Values: decibel,
			Marks: []report.Mark{{Name: "75%", X: quantile(decibel, prunedShare)}}})
	var removed, errors []float64
	for _, percent := range []float64{0, 25, 50, 75, 90, 95, 98, 99} {
		small := d.bayes.Clone()
		small.Prune(percent / 100)
		q, err := small.Predict(test, p.Draws)
		if err != nil {
			return err
		}
		s, err := score(q.Mean, test)
		if err != nil {
			return err
		}
		removed, errors = append(removed, percent), append(errors, s.err)
	}
	r.Picture("pruning", "Test error of the averaged posterior as the weights with the lowest signal-to-noise ratio are removed.",
		report.Pruning{Title: "Pruning by signal to noise", Y: "test error, %", Lines: []report.Line{{Name: "averaged posterior", X: removed, Y: errors, Dots: true}}})
	return nil
}
