package prob_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// The logistic distribution has no divergence in closed form from a normal one.
func TestMonteCarloKL(t *testing.T) {
	pair := func(in []*graph.Node) (q prob.Logistic, p prob.Normal) {
		return prob.Logistic{Mu: in[0], Scale: in[1]}, prob.Normal{Mu: in[2], Sigma: in[3]}
	}
	theta := []float64{0.5, 0.8, -0.3, 2}
	at := line(0.5, 1, 60)
	args := []graphtest.Arg{graphtest.Values(at.x)}
	for _, v := range theta {
		args = append(args, graphtest.Values([]float64{v}))
	}
	logs := func(f func(q prob.Logistic, p prob.Normal, x *graph.Node) *graph.Node) []float64 {
		return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			q, p := pair(in[1:])
			return f(q, p, in[0])
		}, args...)
	}
	logQ := logs(func(q prob.Logistic, _ prob.Normal, x *graph.Node) *graph.Node { return q.LogProb(x) })
	logP := logs(func(_ prob.Logistic, p prob.Normal, x *graph.Node) *graph.Node { return p.LogProb(x) })
	want := at.integral(func(i int, _ float64) float64 { return math.Exp(logQ[i]) * (logQ[i] - logP[i]) })
	single := logs(func(q prob.Logistic, p prob.Normal, _ *graph.Node) *graph.Node {
		return prob.SampledKL(q, p, q.Sample(draws))
	})
	within(t, want, single, "sampled")
	mean := logs(func(q prob.Logistic, p prob.Normal, _ *graph.Node) *graph.Node {
		return prob.MonteCarloKL(q, p, draws).Broadcast(1)
	})
	require.InDelta(t, want, mean[0], 0.02)

	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	prob.MonteCarloKL(prob.StandardNormal(g), prob.Gaussian{Sigma: 1}, 0)
	require.ErrorContains(t, g.Err(), "prob: the divergence of prob.Normal by 0 draws")
}
