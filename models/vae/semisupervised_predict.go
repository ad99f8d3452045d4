package vae

import (
	"context"
	"fmt"

	"credence/data"
	"credence/graph"
)

// Predict returns q(y|x) of each example of a set, [n, classes]. Its targets are not read.
func (m *SemiSupervised) Predict(ctx context.Context, set data.Set) ([]float64, error) {
	batch := min(encodeBatch, set.Len())
	g := graph.New(m.params, graph.Predict)
	x := g.Input("x", append([]int{batch}, set.XShape()...)...)
	program, err := g.Compile(m.Classify(m.config.Read(x.Flatten())).Probs())
	if err != nil {
		return nil, fmt.Errorf("vae: predicting: %w", err)
	}
	var probs []float64
	for inputs, taken := range data.InOrder(set, batch) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		out, err := program.Run(0, graph.Feed{x: inputs})
		if err != nil {
			return nil, fmt.Errorf("vae: predicting: %w", err)
		}
		probs = append(probs, out[0].Float64s()[:taken*m.config.Classes]...)
	}
	return probs, nil
}

// Analogies returns, of each of a set's rows, what it would be in every class: the means of p(x|y,z) at the mean z of
// q(z|x,y) with the most probable y of q(y|x), [len(rows), classes, inputs] (figure 1).
func (m *SemiSupervised) Analogies(set data.Set, rows []int) ([]float64, error) {
	g := graph.New(m.params, graph.Predict)
	examples := g.Input("x", append([]int{len(rows)}, set.XShape()...)...)
	x := m.config.Read(examples.Flatten())
	z := m.Encode(x, m.Classify(x).Mode()).Mean()
	h := m.likelihood.Forward(m.decoder.Forward(z, m.classes(g)))
	program, err := g.Compile(m.config.Likelihood.mean(h).Transpose(1, 0, 2))
	if err != nil {
		return nil, fmt.Errorf("vae: analogies: %w", err)
	}
	out, err := program.Run(0, graph.Feed{examples: inputsOf(set, rows)})
	if err != nil {
		return nil, fmt.Errorf("vae: analogies: %w", err)
	}
	return out[0].Float64s(), nil
}
