package sparsevd

import (
	"fmt"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/prob"
)

// predictBatch is how many examples a prediction program takes; the last batch is padded.
const predictBatch = 500

// Predict returns p(y|x) of the set's examples, [n, classes], under the means of the weights that are
// not pruned. The set's targets are not read.
func (n *Network) Predict(set data.Set) ([]float64, error) {
	batch := min(predictBatch, set.Len())
	g := graph.New(n.params, graph.Predict)
	x := g.Input("x", slices.Concat([]int{batch}, set.XShape())...)
	program, err := g.Compile(prob.Categorical{Logits: n.ForwardMean(x)}.Probs())
	if err != nil {
		return nil, fmt.Errorf("sparsevd: predicting: %w", err)
	}
	classes := n.config.Widths[len(n.config.Widths)-1]
	var probs []float64
	for inputs, taken := range data.InOrder(set, batch) {
		out, err := program.Run(0, graph.Feed{x: inputs})
		if err != nil {
			return nil, fmt.Errorf("sparsevd: predicting: %w", err)
		}
		probs = append(probs, out[0].Float64s()[:taken*classes]...)
	}
	return probs, nil
}
