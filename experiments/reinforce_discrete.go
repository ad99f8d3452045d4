package experiments

import (
	"context"
	"fmt"
	"math"

	"credence/graph"
	"credence/report"
)

// discrete holds each estimator against the exact gradient of an autoencoder whose code is a few bits.
func (p reinforcePlan) discrete(ctx context.Context, r *Run, digits *binaryDigits) error {
	r.Setting("discrete code", fmt.Sprintf("%d bits, linear encoder and decoder; gradients measured after %d steps, %d times; learning curves of %d steps", p.Bits, p.Learnt, p.BitSteps, p.Learning))
	r.Phase("discrete code")
	c := newBitCoder(r.Seed, p.Bits)
	if err := c.train(ctx, enumeration, digits.train, p.Batch, p.Draws, p.Learnt, nil); err != nil {
		return err
	}
	fixed := digits.test[:p.Fixed*binaryPixels]
	gradient, err := c.exactGradient(fixed)
	if err != nil {
		return err
	}
	exact := exactMoments(gradient)
	found := make([]*measured, len(bitEstimators))
	for k, e := range bitEstimators {
		r.Progress(k, len(bitEstimators), e.Name)
		if found[k], err = c.copy(r.Seed+uint64(100*k)).measure(ctx, e, fixed, p.Draws, p.Warm, p.BitSteps); err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
	}

	var rows [][]any
	limit := biasedFrom(p.Bits)
	for k, e := range bitEstimators {
		off := largestDeviation(found[k].biases, exact)
		verdict, check := "unbiased", Check{Name: e.Name + ": mean gradient from the exact one, standard errors", Value: off, High: &limit}
		if e.Biased {
			verdict, check = "biased", Check{Name: e.Name + ", biased: the same", Value: off, Low: &limit}
		}
		r.Check(check)
		rows = append(rows, []any{e.Name, verdict, found[k].variance, found[k].variance / found[0].variance, distance(found[k].biases.Mean, gradient), off})
	}
	r.Table("variance-discrete", fmt.Sprintf("%d bits: variance of the gradient of the mean bound of %d digits from %d draws, summed over the encoder's weights, nats²; distance of the mean from the exact gradient in the biases of the encoder, relative to its length, and at most, in standard errors of %d gradients.", p.Bits, p.Fixed, p.Draws, p.BitSteps),
		[]string{"estimator", "claims to be", "variance", "to no baseline", "distance", "off"}, rows)
	for k, e := range bitEstimators[1:4] {
		r.Check(Check{Name: "variance, no baseline to " + e.Name + ", discrete", Value: found[0].variance / found[k+1].variance, Low: new(1.0)})
	}
	showBias(r, gradient, found)
	return nil
}

// exactGradient returns the gradient of the loss in the biases of the encoder's outputs.
func (c *coder) exactGradient(digits []float64) ([]float64, error) {
	g := graph.New(c.ps, graph.Train)
	x := g.ConstArray(digits, len(digits)/binaryPixels, binaryPixels)
	last := c.encoder[len(c.encoder)-1]
	program, err := g.Compile(graph.Grad(c.bound(enumeration, x, 1).Neg(), g.Param(last.B))...)
	if err != nil {
		return nil, err
	}
	out, err := program.Run(0, nil)
	if err != nil {
		return nil, err
	}
	return out[0].Float64s(), nil
}

// distance returns the length of a - b relative to that of b.
func distance(a, b []float64) float64 {
	difference, length := 0.0, 0.0
	for i := range a {
		difference = math.Hypot(difference, a[i]-b[i])
		length = math.Hypot(length, b[i])
	}
	return difference / length
}

func showBias(r *Run, exact []float64, found []*measured) {
	var lines []report.Line
	for _, k := range []int{0, 3, 4, 5} {
		l := report.Line{Name: bitEstimators[k].Name, Dots: true}
		for i, mean := range found[k].biases.Mean {
			l.X = append(l.X, float64(i+1))
			l.Y = append(l.Y, mean-exact[i])
			l.Err = append(l.Err, 2*math.Sqrt(found[k].biases.Variance[i]/float64(found[k].biases.Steps)))
		}
		lines = append(lines, l)
	}
	r.Picture("bias", "What the mean gradient of each estimator is off the exact one, by enumeration, with ±2 standard errors: the score function is right at any variance, relaxations are wrong with little of it.",
		report.Curves{Title: "Mean gradient less the exact one, discrete code", X: "bit of the code, its bias in the encoder", Y: "difference of gradients, nats",
			Lines: lines, Levels: []report.Level{{Name: "exact", Y: 0}}})
}
