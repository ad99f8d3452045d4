package experiments

import (
	"fmt"
	"math"

	"credence/metrics"
	"credence/report"
)

// localPaper is the paper's table 1 after 10 and after 100 epochs, in the order of our estimators, for the top and
// the bottom layer. It is on the paper's own scale, so ratios are compared. The paper has no flipout.
var localPaper = [2][2][len(gradientEstimators)]float64{
	{{7.8e3, 1.4e4, 4.9e4, math.NaN(), 2.8e3}, {1.9e2, 4.3e2, 8.5e2, math.NaN(), 1.3e2}},
	{{1.2e3, 2.6e3, 4.3e3, math.NaN(), 5.9e1}, {1.1e2, 2.5e2, 3.3e2, math.NaN(), 9.0}},
}

var localLayers = [...]string{"top", "bottom"}

// localResults are the trained networks with what was measured.
type localResults struct {
	localPlan
	nets []*localNet
}

// ratios returns the variance by an estimator over that by another, seed by seed.
func (l localResults) ratios(posterior, stage, at, estimator, over int) []float64 {
	var values []float64
	for _, n := range l.nets {
		if n.posterior == posterior && n.stage == stage {
			values = append(values, n.variances[estimator][at]/n.variances[over][at])
		}
	}
	return values
}

// row is a check of a ratio, as a mean over seeds, without its band.
func (l localResults) row(posterior, stage, at, estimator, over int) (Check, error) {
	values := l.ratios(posterior, stage, at, estimator, over)
	mean, stderr, err := metrics.MeanStderr(values)
	parameters := localPosteriors[posterior].parameters
	layer := at / len(parameters)
	c := Check{
		Name: fmt.Sprintf("%s, %s layer, %s, %d epochs: %s over %s", localPosteriors[posterior].name, localLayers[layer],
			parameters[at%len(parameters)], l.Epochs[stage], gradientEstimators[estimator], gradientEstimators[over]),
		Value: mean, Stderr: &stderr, NSeeds: len(values), Split: "train",
	}
	if posterior == dropoutPosterior {
		if paper := localPaper[stage][layer][estimator] / localPaper[stage][layer][over]; !math.IsNaN(paper) {
			c.Paper, c.Provenance = &paper, SecondHand
		}
	}
	return c, err
}

// check holds the paper's order wherever it is more than chance. Given a layer's outputs, local reparameterisation
// has the mean of what separate weights have, so it can't have more variance; but the gradient of mu in the top layer
// depends on nothing else, and the two have the same distribution. Between weights for each and weights for all lies
// the covariance of two examples' gradients, which is never negative.
func (l localResults) check(r *Run) error {
	type bounds struct {
		posterior, at, estimator, over int
		low, high                      *float64
	}
	const topMu, topRho, bottomMu, bottomRho = 0, 1, 2, 3
	one := new(1.0)
	for stage := range l.Epochs {
		known := bounds{dropoutPosterior, 0, bySingle, byLocal, new(3.0), new(12.0)} // paper: 6.3
		if stage == 1 {
			known.low, known.high = new(1.8), new(7.2) // paper: 3.6
		}
		for _, b := range []bounds{
			known,
			{dropoutPosterior, 0, bySeparate, byLocal, one, nil}, {dropoutPosterior, 0, bySingle, bySeparate, one, nil},
			{dropoutPosterior, 1, bySeparate, byLocal, one, nil}, {dropoutPosterior, 1, bySingle, bySeparate, one, nil},
			{gaussianPosterior, topMu, bySeparate, byLocal, new(0.8), new(1.25)}, {gaussianPosterior, topMu, bySingle, bySeparate, one, nil},
			{gaussianPosterior, bottomMu, bySingle, bySeparate, one, nil},
			{gaussianPosterior, topRho, bySeparate, byLocal, one, nil}, {gaussianPosterior, topRho, bySingle, bySeparate, one, nil},
			{gaussianPosterior, bottomRho, bySeparate, byLocal, one, nil}, {gaussianPosterior, bottomRho, bySingle, bySeparate, one, nil},
		} {
			c, err := l.row(b.posterior, stage, b.at, b.estimator, b.over)
			if err != nil {
				return err
			}
			c.Low, c.High = b.low, b.high
			if b.high == nil { // surely: by more than two standard errors
				c.Name, c.Value = c.Name+", less 2 standard errors", c.Value-2**c.Stderr
			}
			r.Check(c)
		}
		for _, b := range []bounds{
			{dropoutPosterior, 1, bySingle, byLocal, nil, nil}, {dropoutPosterior, 0, byFlipout, byLocal, nil, nil},
			{dropoutPosterior, 1, byFlipout, byLocal, nil, nil}, {gaussianPosterior, topMu, bySingle, byLocal, nil, nil},
			{gaussianPosterior, bottomMu, bySeparate, byLocal, nil, nil}, {gaussianPosterior, bottomMu, bySingle, byLocal, nil, nil},
		} {
			c, err := l.row(b.posterior, stage, b.at, b.estimator, b.over)
			if err != nil {
				return err
			}
			r.Info(c)
		}
	}
	last := len(l.Sizes) - 1
	falls := float64(l.Size) / float64(l.Sizes[last])
	for _, one := range []struct {
		estimator int
		low, high *float64
	}{{byLocal, new(0.7 * falls), new(1.4 * falls)}, {bySingle, nil, new(0.7 * falls)}} {
		first := l.nets[0]
		r.Check(Check{
			Name: fmt.Sprintf("%s, %s layer, %s: variance with %d examples over that with %d", localPosteriors[first.posterior].name,
				localLayers[0], gradientEstimators[one.estimator], l.Sizes[last], l.Size),
			Value: first.bySize[last][one.estimator][0] / first.variances[one.estimator][0], Split: "train", Low: one.low, High: one.high,
		})
	}
	for posterior, kind := range localPosteriors {
		var errors []float64
		for _, n := range l.nets {
			if n.posterior == posterior && n.stage == len(l.Epochs)-1 {
				errors = append(errors, n.error)
			}
		}
		mean, stderr, err := metrics.MeanStderr(errors)
		if err != nil {
			return err
		}
		r.Info(Check{Name: kind.name + ": test error of the mean network, %", Value: mean, Stderr: &stderr, NSeeds: l.Seeds, Split: "test"})
	}
	return nil
}

func (l localResults) show(r *Run) error {
	var rows [][]any
	for posterior, kind := range localPosteriors {
		for stage, epochs := range l.Epochs {
			for at := range len(localLayers) * len(kind.parameters) {
				for e, name := range gradientEstimators {
					row, err := l.tableRow(posterior, stage, at, e)
					if err != nil {
						return err
					}
					rows = append(rows, append([]any{kind.name, epochs, localLayers[at/len(kind.parameters)], kind.parameters[at%len(kind.parameters)], name}, row...))
				}
			}
		}
	}
	r.Table("variances", fmt.Sprintf("Of the gradient of a minibatch of %d examples, averaged over a layer's weights: means of %d seeds with standard errors. The objective is per example; the paper's is on another scale, so its ratios are given.", l.Size, l.Seeds),
		[]string{"posterior", "epochs", "layer", "gradient of", "estimator", "variance", "±", "over local", "±", "paper"}, rows)

	var panels []report.Picture
	for _, one := range []struct{ posterior, at int }{{dropoutPosterior, 0}, {dropoutPosterior, 1}, {gaussianPosterior, 0}, {gaussianPosterior, 1}} {
		panels = append(panels, l.bySize(one.posterior, one.at))
	}
	r.Picture("batch-size", "Variance of the gradient against the size of the minibatch, of the first seed. What is independent for each example averages out; weights for all examples leave a part that no size removes.",
		report.Panels{Title: fmt.Sprintf("Gradients after %d epochs", l.Epochs[0]), Pictures: panels})
	return nil
}

// tableRow returns the variance and its ratio to that of local reparameterisation, with the paper's.
func (l localResults) tableRow(posterior, stage, at, estimator int) ([]any, error) {
	var values []float64
	for _, n := range l.nets {
		if n.posterior == posterior && n.stage == stage {
			values = append(values, n.variances[estimator][at])
		}
	}
	if math.IsNaN(values[0]) {
		return []any{"–", "–", "–", "–", "–"}, nil
	}
	mean, stderr, err := metrics.MeanStderr(values)
	if err != nil {
		return nil, err
	}
	c, err := l.row(posterior, stage, at, estimator, byLocal)
	row := []any{mean, stderr, c.Value, *c.Stderr, "–"}
	if c.Paper != nil {
		row[4] = *c.Paper
	}
	return row, err
}

// bySize draws the variances of the first network of a posterior against the minibatch's size.
func (l localResults) bySize(posterior, at int) report.Picture {
	kind := localPosteriors[posterior]
	c := report.Curves{
		Title: fmt.Sprintf("%s: %s layer, %s", kind.name, localLayers[at/len(kind.parameters)], kind.parameters[at%len(kind.parameters)]),
		X:     "examples", Y: "variance", LogX: true, LogY: true, Width: 5.4, Height: 4,
	}
	for _, n := range l.nets {
		if n.bySize == nil || n.posterior != posterior {
			continue
		}
		for e, name := range gradientEstimators {
			if math.IsNaN(n.variances[e][at]) {
				continue
			}
			line := report.Line{Name: name, Dots: true, Dashed: e == byMean || e == bySeparate}
			for i, size := range append(l.Sizes[:len(l.Sizes):len(l.Sizes)], l.Size) {
				v := n.variances[e][at]
				if i < len(l.Sizes) {
					v = n.bySize[i][e][at]
				}
				if e == bySeparate { // by what is known of means, measured at one size only
					v = n.variances[e][at] * float64(l.Size) / float64(size)
				}
				line.X, line.Y = append(line.X, float64(size)), append(line.Y, v)
			}
			c.Lines = append(c.Lines, line)
		}
	}
	return c
}
