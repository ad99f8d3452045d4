package vae

import (
	"context"
	"fmt"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/infer"
)

// Bounds returns an estimate of the evidence lower bound of each example of the set, [n], in nats: the
// likelihood is averaged over the given number of draws of the encoder's posterior, the divergence is in closed form
// (Kingma and Welling 2014, equation 10). More draws make it vary less; they do not bring it nearer to log p(x), as
// those of LogEvidence do. The set's targets are not read.
func (v *VAE) Bounds(ctx context.Context, set data.Set, draws int) ([]float64, error) {
	if draws < 1 {
		return nil, fmt.Errorf("vae: bounds by %d draws", draws)
	}
	batch := min(evidenceBatch, set.Len())
	g := graph.New(v.params, graph.Predict)
	x := g.Input("x", slices.Concat([]int{batch}, set.XShape())...)
	program, err := g.Compile(infer.Pathwise{}.Bound(v.Model(x.Flatten())))
	if err != nil {
		return nil, fmt.Errorf("vae: bounds: %w", err)
	}
	step, all := infer.PredictSteps, []float64{}
	for inputs, taken := range data.InOrder(set, batch) {
		mean := make([]float64, batch)
		for range draws {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			out, err := program.Run(step, graph.Feed{x: inputs})
			if err != nil {
				return nil, fmt.Errorf("vae: bounds: %w", err)
			}
			for i, bound := range out[0].Float64s() {
				mean[i] += bound / float64(draws)
			}
			step++
		}
		all = append(all, mean[:taken]...)
	}
	return all, nil
}
