package vae

import (
	"context"
	"fmt"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/infer"
)

const (
	// evidenceBatch is how many examples a program takes, and evidenceUnits how many numbers of its
	// widest array: what decides how many draws it takes at once.
	evidenceBatch = 100
	evidenceUnits = 4 << 20
)

// LogEvidence returns an estimate of log p(x) of each example of the set, [n], in nats, by importance
// sampling from the encoder's posterior with the given number of draws. On average it is below
// log p(x), and the nearer the more draws (Burda et al. 2016, https://arxiv.org/abs/1509.00519). The
// set's targets are not read.
func (v *VAE) LogEvidence(ctx context.Context, set data.Set, draws int) ([]float64, error) {
	if draws < 1 {
		return nil, fmt.Errorf("vae: evidence by %d draws", draws)
	}
	batch := min(evidenceBatch, set.Len())
	at := min(draws, max(1, evidenceUnits/(batch*max(v.config.Inputs, slices.Max(append(v.config.Hidden, 1))))))
	for draws%at != 0 { // so that all runs have equally many
		at--
	}
	g := graph.New(v.params, graph.Predict)
	x := g.Input("x", slices.Concat([]int{batch}, set.XShape())...)
	program, err := g.Compile(infer.IWAE{Draws: at}.Bound(v.Model(x.Flatten())))
	if err != nil {
		return nil, fmt.Errorf("vae: evidence: %w", err)
	}
	step, all := infer.PredictSteps, []float64{}
	for inputs, taken := range data.InOrder(set, batch) {
		evidence := infer.NewLogPredictive(batch)
		for range draws / at {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			out, err := program.Run(step, graph.Feed{x: inputs})
			if err == nil {
				err = evidence.Add(out[0].Float64s())
			}
			if err != nil {
				return nil, fmt.Errorf("vae: evidence: %w", err)
			}
			step++
		}
		all = append(all, evidence.LogProb()[:taken]...)
	}
	return all, nil
}
