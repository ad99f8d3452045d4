package experiments

import (
	"context"
	"fmt"
	"slices"

	"credence/models/sparsevd"
	"credence/report"
	"credence/train"
)

// sparseTraining draws the course of training.
func sparseTraining(r *Run, history []train.Epoch, frames []sparseFrame) {
	var epoch, nll, kl, seen, compression []float64
	for _, e := range history {
		epoch, nll, kl = append(epoch, float64(e.Epoch)), append(nll, e.NLL), append(kl, e.KL)
	}
	for _, f := range frames {
		seen, compression = append(seen, float64(f.Epoch)), append(compression, float64(f.Total)/float64(f.Left))
	}
	one := func(title, y string, x, values []float64, log bool) report.Picture {
		return report.Curves{Title: title, X: "epoch", Y: y, LogY: log, Lines: []report.Line{{X: x, Y: values}}, Width: 4.4, Height: 3.2}
	}
	r.Picture("training", "Likelihood, divergence and compression over the epochs.", report.Panels{Title: "Training", Across: 3, Pictures: []report.Picture{
		one("Likelihood cost", "NLL, nats per example", epoch, nll, true),
		one("Divergence from the log-uniform prior", "KL, nats", epoch, kl, false),
		one("Compression", "weights over those not pruned", seen, compression, true),
	}})
}

// sparseNoise draws the histogram of log alpha of each layer.
func sparseNoise(r *Run, n *sparsevd.Network) {
	var panels []report.Picture
	for i, l := range n.Layers() {
		panels = append(panels, report.Histogram{
			Title: fmt.Sprintf("Layer %d", i+1), X: "log alpha", Y: "weights", Values: l.LogAlphas(),
			Marks: []report.Mark{{Name: "pruned from here", X: l.Threshold}}, Width: 4.4, Height: 3.2,
		})
	}
	r.Picture("log-alpha", "How noisy each weight is: the larger log alpha, the less it says.",
		report.Panels{Title: "Noise of the weights", Across: 3, Pictures: panels})
}

// thresholdCurve draws the test error against what is pruned, over thresholds of log alpha.
func thresholdCurve(ctx context.Context, r *Run, n *sparsevd.Network, test centred) error {
	var removed, rates []float64
	for threshold := 7.5; threshold >= -6; threshold -= 0.5 {
		n.SetThreshold(threshold)
		share := 100 * (1 - 1/n.Compression())
		if share >= 99.9 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		percent, err := sparseError(n, test)
		if err != nil {
			return err
		}
		removed, rates = append(removed, share), append(rates, percent)
	}
	n.SetThreshold(3)
	order := make([]int, len(removed))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(1e6 * (removed[a] - removed[b])) })
	line := report.Line{Name: "over thresholds of log alpha", Dots: true}
	for _, i := range order {
		line.X, line.Y = append(line.X, removed[i]), append(line.Y, rates[i])
	}
	r.Picture("pruning", "Test error against the share of weights removed, from thresholds of log alpha of 7.5 down to -6; 3 is used.",
		report.Pruning{Title: "What can be removed", Y: "test error, %", LogY: true, Lines: []report.Line{line}})
	return nil
}
