package experiments

import (
	"context"
	"fmt"

	"credence/graph"
	"credence/metrics"
	"credence/report"
)

// learning trains the discrete autoencoder by each estimator's gradient: the same optimiser, the same
// minibatches, the same start.
func (p reinforcePlan) learning(ctx context.Context, r *Run, digits *binaryDigits) error {
	compared := append([]gradientEstimator{enumeration}, bitEstimators...)
	const looks = 10
	every := max(1, p.Learning/looks)
	curves := make([][][]float64, len(compared)) // [estimator][seed][look]
	var at []float64
	r.Phase("learning")
	for k, e := range compared {
		for i := range p.Seeds {
			r.Progress(k*p.Seeds+i, len(compared)*p.Seeds, e.Name)
			c := newBitCoder(r.Seed+uint64(i), p.Bits)
			bound, err := c.exactBound(digits.test)
			if err != nil {
				return err
			}
			var curve []float64
			var steps []float64
			look := func(step int) error {
				if step%every > 0 {
					return nil
				}
				elbo, err := bound.Run(0, nil)
				if err != nil {
					return err
				}
				steps, curve = append(steps, float64(step)), append(curve, elbo[0].Item())
				return nil
			}
			if err := look(0); err != nil {
				return err
			}
			if err := c.train(ctx, e, digits.train, p.Batch, p.Draws, p.Learning, look); err != nil {
				return fmt.Errorf("%s, seed %d: %w", e.Name, c.ps.Seed(), err)
			}
			at, curves[k] = steps, append(curves[k], curve)
		}
	}
	return p.showLearning(r, compared, at, curves)
}

// exactBound is the program of the mean bound of the digits, by enumeration.
func (c *coder) exactBound(digits []float64) (*graph.Program, error) {
	g := graph.New(c.ps, graph.Predict)
	x := g.ConstArray(digits, len(digits)/binaryPixels, binaryPixels)
	return g.Compile(c.bound(enumeration, x, 1))
}

func (p reinforcePlan) showLearning(r *Run, compared []gradientEstimator, at []float64, curves [][][]float64) error {
	lines, gaps := make([]report.Line, len(compared)), make([]report.Line, len(compared)-1)
	end := len(at) - 1
	var rows [][]any
	for k, e := range compared {
		var err error
		if lines[k], err = learningLine(e.Name, at, p.Seeds, func(seed, look int) float64 { return curves[k][seed][look] }); err != nil {
			return err
		}
		if k > 0 {
			if gaps[k-1], err = learningLine(e.Name, at, p.Seeds, func(seed, look int) float64 { return curves[0][seed][look] - curves[k][seed][look] }); err != nil {
				return err
			}
		}
		l := lines[k]
		rows = append(rows, []any{e.Name, l.Y[end/4], l.Err[end/4], l.Y[end-1], l.Err[end-1]})
	}
	last := func(k int) []float64 {
		var values []float64
		for _, curve := range curves[k] {
			values = append(values, curve[end])
		}
		return values
	}
	r.Table("learning", fmt.Sprintf("Bound on the log evidence of %d test digits, exact, nats a digit: mean and standard error of %d seeds.", p.Test, p.Seeds),
		[]string{"learnt by", fmt.Sprintf("after %g steps", at[end/4+1]), "±", fmt.Sprintf("after %g steps", at[end]), "±"}, rows)
	for k := 2; k <= 4; k++ { // the score function's baselines, against none
		gain, stderr, err := metrics.Paired(last(k), last(1))
		if err != nil {
			return err
		}
		r.Check(Check{Name: "bound after training, " + compared[k].Name + " less no baseline, nats", Value: gain, Stderr: &stderr, NSeeds: p.Seeds, Split: "test", Low: new(0.0)})
	}
	gap, stderr, err := metrics.Paired(last(0), last(4))
	if err != nil {
		return err
	}
	r.Info(Check{Name: "bound after training, enumeration less leave one out, nats", Value: gap, Stderr: &stderr, NSeeds: p.Seeds, Split: "test"})
	lines[0].Dashed = true
	r.Picture("learning", fmt.Sprintf("Learning a code of %d bits by each gradient, with the same optimiser, minibatches and start. Left: the exact bound. Right: what it falls short of that learnt by enumeration. Means of %d seeds ±1 standard error.", p.Bits, p.Seeds),
		report.Panels{Pictures: []report.Picture{
			report.Curves{Title: "Bound of test digits", X: "step", Y: "nats a digit", Lines: []report.Line{lines[1], lines[2], lines[3], lines[4], lines[0]}},
			report.Curves{Title: "Bound learnt by enumeration, less the bound learnt", X: "step", Y: "nats a digit", Lines: gaps, Levels: []report.Level{{Name: "enumeration", Y: 0}}},
		}})
	return nil
}

// learningLine averages over seeds what f makes of a curve at each look but the first, which is the start.
func learningLine(name string, at []float64, seeds int, f func(seed, look int) float64) (report.Line, error) {
	l := report.Line{Name: name}
	for look := 1; look < len(at); look++ {
		values := make([]float64, seeds)
		for seed := range values {
			values[seed] = f(seed, look)
		}
		mean, stderr, err := metrics.MeanStderr(values)
		if err != nil {
			return l, err
		}
		l.X, l.Y, l.Err = append(l.X, at[look]), append(l.Y, mean), append(l.Err, stderr)
	}
	return l, nil
}
