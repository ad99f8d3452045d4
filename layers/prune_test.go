package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/layers"
)

func TestPrune(t *testing.T) {
	eachEstimator(t, nil, 0.4, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		require.NoError(t, l.Mu.Value().SetFloat64s([]float64{1, -0.2, 0, -2, 0.5, 0.1}))
		require.InDeltaSlice(t, []float64{2.5, 0.5, 0, 5, 1.25, 0.25}, l.SignalToNoise(), 1e-12)
		require.InDeltaSlice(t, []float64{0.4, 0.4, 0.4, 0.4, 0.4, 0.4}, l.Sigma(), 1e-12)

		require.Equal(t, 3, l.Prune(1), "-0.2, 0 and 0.1")
		require.Equal(t, []float64{1, 0, 0, -2, 0.5, 0}, l.Mu.Value().Float64s())
		require.InDeltaSlice(t, []float64{2.5, 0, 0, 5, 1.25, 0}, l.SignalToNoise(), 1e-12)
		require.Equal(t, 3, l.Prune(1), "those removed before count")

		// Only the second output's second weight is left: other inputs have no effect on it.
		x := g.ConstArray([]float64{7, 0, -9}, 1, in)
		require.InDelta(t, -0.5, run(t, 1, l.Forward(x))[0][1], 5e-4)
	})
}

func TestPruneSinglePrecision(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	g, l := graph.New(ps, graph.Predict), build(ps, priors["Gaussian"], 0.4, layers.LocalReparameterization)
	require.Equal(t, in*out, l.Prune(1e9))
	x := g.ConstArray(examples, 3, in)
	for _, v := range run(t, 1, l.Forward(x).Sub(g.Param(l.B)))[0] {
		require.InDelta(t, 0, v, 5e-4)
	}
	require.Greater(t, run(t, 1, l.KL(g))[0][0], 0.0)
}
