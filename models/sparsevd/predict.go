package sparsevd

import (
	"fmt"
	"math"
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
	classes := n.classes()
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

// Predict returns p(y|x) of the set's examples, [n, classes]. The set's targets are not read.
func (c *Compact) Predict(set data.Set) []float64 {
	var probs []float64
	for inputs, taken := range data.InOrder(set, min(predictBatch, set.Len())) {
		x := make([]float32, taken*c.inputs)
		for i := range x {
			x[i] = float32(inputs[i])
		}
		logits := c.Forward(x)
		for row := range slices.Chunk(logits, len(logits)/taken) {
			probs = append(probs, softmax(row)...)
		}
	}
	return probs
}

func softmax(logits []float32) []float64 {
	largest, sum := float64(slices.Max(logits)), 0.0
	probs := make([]float64, len(logits))
	for i, v := range logits {
		probs[i] = math.Exp(float64(v) - largest)
		sum += probs[i]
	}
	for i := range probs {
		probs[i] /= sum
	}
	return probs
}
