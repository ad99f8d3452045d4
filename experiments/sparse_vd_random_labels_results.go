package experiments

import (
	"fmt"
	"math"

	"credence/report"
	"credence/train"
)

func (p randomLabelsPlan) report(r *Run, results []randomLabelsResult) {
	check := func(name, split string, of func(randomLabelsResult) float64) Check {
		c := overSeeds(fmt.Sprintf("%s (%s)", name, r.Scale), results, of)
		c.Split, c.SelectedOn = split, "validation"
		return c
	}
	sparse := check("sparse variational dropout, random labels: accuracy, %", "train", func(s randomLabelsResult) float64 { return s.Random.Train })
	sparse.Low, sparse.High, sparse.Paper, sparse.Provenance = new(8.0), new(13.0), new(10.0), Verified
	r.Check(sparse)
	left := check("sparse variational dropout, random labels: pruned, %", "", func(s randomLabelsResult) float64 { return s.Random.Pruned })
	left.Low, left.Paper, left.Provenance = new(99.0), new(100.0), Verified
	r.Check(left)
	learnt := check("dropout, random labels: accuracy, %", "train", func(s randomLabelsResult) float64 { return s.Dropout.Train })
	learnt.Low, learnt.Paper, learnt.Provenance = new(90.0), new(100.0), Verified
	r.Check(learnt)
	digits := check("sparse variational dropout, true labels: accuracy, %", "test", func(s randomLabelsResult) float64 { return s.True.Test })
	digits.Low = new(98.0)
	r.Check(digits)
	r.Info(check("sparse variational dropout, true labels: pruned, %", "", func(s randomLabelsResult) float64 { return s.True.Pruned }))

	p.tables(r, results)
	p.picture(r, results[0])
}

// labelsRows are the trainings of a seed, by name.
var labelsRows = []struct {
	name, labels string
	of           func(randomLabelsResult) labelsFit
}{
	{"dropout", "random", func(s randomLabelsResult) labelsFit { return s.Dropout }},
	{"sparse variational dropout", "random", func(s randomLabelsResult) labelsFit { return s.Random }},
	{"sparse variational dropout", "true", func(s randomLabelsResult) labelsFit { return s.True }},
}

func (p randomLabelsPlan) tables(r *Run, results []randomLabelsResult) {
	var means, seeds [][]any
	for _, row := range labelsRows {
		mean := func(of func(labelsFit) float64) string {
			return plusMinus(over(results, func(s randomLabelsResult) float64 { return of(row.of(s)) }))
		}
		images := p.Images
		if row.name == "dropout" {
			images = p.DropoutImages
		}
		means = append(means, []any{
			row.name, row.labels, images, mean(func(f labelsFit) float64 { return f.Train }),
			mean(func(f labelsFit) float64 { return f.Test }), mean(func(f labelsFit) float64 { return f.Pruned }),
		})
		for i, s := range results {
			f := row.of(s)
			seeds = append(seeds, []any{row.name, row.labels, r.Seed + uint64(i), f.Train, f.Test, f.Pruned, fmt.Sprint(f.Widths)})
		}
	}
	r.Table("random labels", fmt.Sprintf("Networks of %d hidden units, mean and standard error over %d seeds. Random labels say nothing, so that "+
		"10 %% of them are guessed, and of the test set's true ones.", p.Units, p.Seeds),
		[]string{"method", "labels", "images", "training accuracy, %", "test accuracy, %", "pruned, %"}, means)
	r.Table("seeds", "Each seed's networks: widths are what is left of the inputs, the hidden units and the outputs.",
		[]string{"method", "labels", "seed", "training accuracy, %", "test accuracy, %", "pruned, %", "widths"}, seeds)
}

func (p randomLabelsPlan) picture(r *Run, s randomLabelsResult) {
	curves := report.Curves{
		Title: "What is learnt of labels", X: "training, %", Y: "NLL in training, nats per example",
		Levels: []report.Level{{Name: "nothing is known: log 10", Y: math.Log(10)}},
	}
	for _, row := range labelsRows {
		x, y := course(row.of(s).History)
		curves.Lines = append(curves.Lines, report.Line{Name: row.name + ", " + row.labels + " labels", X: x, Y: y})
	}
	r.Picture("training", "The likelihood cost with the noise of training: dropout learns random labels by heart, sparse variational dropout "+
		"learns true ones only.", curves)
}

// course returns the likelihood costs of the epochs against the share of training behind them, in %.
func course(history []train.Epoch) (x, y []float64) {
	for i, e := range history {
		x, y = append(x, 100*float64(i+1)/float64(len(history))), append(y, e.NLL)
	}
	return x, y
}
