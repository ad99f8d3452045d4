package experiments

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"credence/infer"
	"credence/report"
)

// gaussian measures the gradients of an autoencoder with a Gaussian code, early and late in its training.
func (p reinforcePlan) gaussian(ctx context.Context, r *Run, digits *binaryDigits) error {
	r.Setting("Gaussian code", fmt.Sprintf("%d numbers; encoder and decoder with %d tanh units; gradients measured after %d and %d steps, %d times", p.Code, p.Hidden, p.Early, p.Late, p.Steps))
	fixed := digits.test[:p.Fixed*binaryPixels]
	c := newGaussianCoder(r.Seed, p.Hidden, p.Code)
	trained := gaussianEstimators[1]
	var stages [2][]*measured
	for i, steps := range []int{p.Early, p.Late - p.Early} {
		r.Phase([]string{"Gaussian code, early", "Gaussian code, late"}[i])
		if err := c.train(ctx, trained, digits.train, p.Batch, 1, steps, nil); err != nil {
			return err
		}
		for k, e := range gaussianEstimators {
			r.Progress(k, len(gaussianEstimators), e.Name)
			m, err := c.copy(r.Seed+uint64(100*k)).measure(ctx, e, fixed, p.Draws, p.Warm, p.Steps)
			if err != nil {
				return fmt.Errorf("%s: %w", e.Name, err)
			}
			stages[i] = append(stages[i], m)
		}
	}
	p.checkGaussian(r, stages)
	return p.gaussianByDraws(ctx, r, c, fixed)
}

// Which of gaussianEstimators.
const (
	byPath = iota
	byPathClosed
	byLanding
	byScore
	byMoving
	byLearned
	byOthers
)

func (p reinforcePlan) checkGaussian(r *Run, stages [2][]*measured) {
	n := len(stages) * len(stages[0][0].biases.Mean)
	var rows [][]any
	for k, e := range gaussianEstimators {
		row, largest := []any{e.Name}, 0.0
		for _, s := range stages {
			deviation := 0.0
			if k != byPath {
				deviation = largestDeviation(s[k].biases, s[byPath].biases)
			}
			largest = max(largest, deviation)
			row = append(row, s[k].variance, s[k].variance/s[byPath].variance, deviation)
		}
		rows = append(rows, row)
		if k != byPath {
			r.Check(Check{
				Name:  fmt.Sprintf("%s: mean gradient from pathwise's, largest of %d, standard errors", e.Name, n),
				Value: largest, High: new(biasedFrom(n)),
			})
		}
	}
	r.Table("variance-gaussian", fmt.Sprintf("A Gaussian code: variance of the gradient of the mean bound of %d digits from %d draws, summed over the encoder's weights, nats². Early is after %d steps of training, late after %d. Off is how far the mean is from pathwise's in the biases of the encoder's outputs, at most, standard errors.", p.Fixed, p.Draws, p.Early, p.Late),
		[]string{"estimator", "early", "to pathwise", "off", "late", "to pathwise", "off"}, rows)

	least := func(above, below int) float64 {
		return min(stages[0][above].variance/stages[0][below].variance, stages[1][above].variance/stages[1][below].variance)
	}
	r.Check(Check{Name: "variance, score function without baseline to pathwise, the lesser of early and late", Value: least(byScore, byPath), Low: new(10.0)})
	for _, k := range []int{byMoving, byLearned, byOthers} {
		r.Check(Check{Name: "variance, no baseline to " + gaussianEstimators[k].Name + ", the lesser", Value: least(byScore, k), Low: new(1.0)})
		r.Check(Check{Name: "variance, " + gaussianEstimators[k].Name + " to pathwise, the lesser", Value: least(k, byPath), Low: new(1.0)})
	}
	late := stages[1]
	r.Check(Check{Name: "variance, sticking the landing to pathwise, late", Value: late[byLanding].variance / late[byPath].variance, High: new(1.0)})
}

// gaussianByDraws measures how the variance falls with the number of draws.
func (p reinforcePlan) gaussianByDraws(ctx context.Context, r *Run, c *coder, fixed []float64) error {
	shown := []int{byPath, byLanding, byScore, byLearned, byOthers}
	var lines []report.Line
	r.Phase("Gaussian code, by draws")
	for i, k := range shown {
		e := gaussianEstimators[k]
		l := report.Line{Name: e.Name, Dots: true}
		var logDraws, logVariance []float64
		for j, draws := range []int{1, 2, 4, 8, 16} {
			if draws == 1 && e.Several {
				continue
			}
			r.Progress(5*i+j, 5*len(shown), e.Name)
			m, err := c.copy(r.Seed+uint64(1000*k+10*j)).measure(ctx, e, fixed, draws, p.Warm/4, p.DrawSteps)
			if err != nil {
				return fmt.Errorf("%s, %d draws: %w", e.Name, draws, err)
			}
			l.X, l.Y = append(l.X, float64(draws)), append(l.Y, m.variance)
			logDraws, logVariance = append(logDraws, math.Log(float64(draws))), append(logVariance, math.Log(m.variance))
		}
		lines = append(lines, l)
		_, slope := stat.LinearRegression(logDraws, logVariance, nil, false)
		check := Check{Name: "exponent of the draws in the variance, " + e.Name, Value: slope, Low: new(-1.1), High: new(-0.9)}
		if k == byLearned || k == byOthers { // the baseline depends on the draws, too
			r.Info(check)
		} else {
			r.Check(check)
		}
	}
	r.Picture("variance", "The variance of the gradient, summed over the weights of the encoder, late in training: it falls as 1 over the number of draws for every estimator; what it starts from is what tells them apart.",
		report.Curves{Title: "Variance of the gradient, Gaussian code", X: "draws", Y: "variance, nats²", LogX: true, LogY: true, Lines: lines})
	return nil
}

// exactMoments returns g as moments of no variance.
func exactMoments(g []float64) infer.GradientMoments {
	return infer.GradientMoments{Steps: 1, Mean: g, Variance: make([]float64, len(g))}
}
