package prob_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

func TestDelta(t *testing.T) {
	at := func(f func(d prob.Delta, x *graph.Node) *graph.Node) []float64 {
		return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			return f(prob.Delta{Value: in[0]}, in[1])
		}, graphtest.Values([]float64{2}), graphtest.Values([]float64{1, 2, 3}))
	}
	require.Equal(t, []float64{-inf, 0, -inf}, at(func(d prob.Delta, x *graph.Node) *graph.Node { return d.LogProb(x) }))
	require.Equal(t, []float64{0, 1, 1}, at(func(d prob.Delta, x *graph.Node) *graph.Node { return d.CDF(x) }))
	require.Equal(t, []float64{2, 2, 2}, at(func(d prob.Delta, x *graph.Node) *graph.Node { return d.Quantile(x) }))
	require.Equal(t, []float64{inf, 0, inf}, at(func(d prob.Delta, x *graph.Node) *graph.Node { return d.KL(prob.Delta{Value: x}) }))
	require.Equal(t, []float64{2, 2}, at(func(d prob.Delta, _ *graph.Node) *graph.Node { return d.Sample(2) }))
	for name, n := range map[string]func(d prob.Delta) *graph.Node{"Mean": prob.Delta.Mean, "Mode": prob.Delta.Mode, "Median": prob.Delta.Median} {
		require.Equal(t, []float64{2}, at(func(d prob.Delta, _ *graph.Node) *graph.Node { return n(d) }), name)
	}
	for name, n := range map[string]func(d prob.Delta) *graph.Node{"Variance": prob.Delta.Variance, "Entropy": prob.Delta.Entropy} {
		require.Equal(t, []float64{0}, at(func(d prob.Delta, _ *graph.Node) *graph.Node { return n(d) }), name)
	}
	slope := at(func(d prob.Delta, _ *graph.Node) *graph.Node { return graph.Grad(d.Sample(3).Sum(), d.Value)[0] })
	require.Equal(t, []float64{3}, slope, "each draw has gradient 1")
}
