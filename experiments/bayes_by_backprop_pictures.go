package experiments

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"credence/data"
	"credence/metrics"
	"credence/report"
	"credence/train"
)

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
