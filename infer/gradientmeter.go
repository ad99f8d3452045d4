package infer

import (
	"context"
	"fmt"

	"credence/graph"
)

// GradientMoments is the mean and the variance of a gradient over the steps of a run, element by element.
type GradientMoments struct {
	Steps    int
	Mean     []float64
	Variance []float64 // of one gradient, not of the mean: the sum of squared deviations over Steps - 1
}

// TotalVariance returns the sum of the variances of all elements, the expected squared distance of a
// gradient from its mean.
func (m GradientMoments) TotalVariance() float64 {
	sum := 0.0
	for _, v := range m.Variance {
		sum += v
	}
	return sum
}

// MeasureGradient returns the moments of the gradient of loss, a scalar, with respect to each node, over
// runs with the noise of steps 0, 1, ..., steps-1 and the same feed. It is for comparing estimators: on
// any model, at any parameter. The graph's updates run along. Fewer than two steps are an error.
func MeasureGradient(ctx context.Context, steps int, feed graph.Feed, loss *graph.Node, wrt ...*graph.Node) ([]GradientMoments, error) {
	if steps < 2 {
		return nil, fmt.Errorf("infer: the variance of gradients of %d steps", steps)
	}
	program, err := loss.Graph().Compile(graph.Grad(loss, wrt...)...)
	if err != nil {
		return nil, err
	}
	moments := make([]GradientMoments, len(wrt))
	for i, n := range wrt {
		size := graph.Shape(n.Shape()).Size()
		moments[i] = GradientMoments{Steps: steps, Mean: make([]float64, size), Variance: make([]float64, size)}
	}
	for step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out, err := program.Run(uint64(step), feed)
		if err != nil {
			return nil, fmt.Errorf("infer: the gradient of step %d: %w", step, err)
		}
		for i, m := range moments {
			m.add(out[i], step+1)
		}
	}
	for _, m := range moments {
		for i := range m.Variance {
			m.Variance[i] /= float64(steps - 1)
		}
	}
	return moments, nil
}

// add takes the n-th gradient, by Welford's recurrence.
func (m GradientMoments) add(gradient *graph.Array, n int) {
	for i := range m.Mean {
		d := gradient.At(i) - m.Mean[i]
		m.Mean[i] += d / float64(n)
		m.Variance[i] += d * (gradient.At(i) - m.Mean[i])
	}
}
