package prob_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

var _ prob.AnalyticPrior = prob.LogUniformPrior{}

// exactLogUniformKL integrates E[log|w|] - log(alpha)/2 over w from N(1, alpha), plus the constant that
// makes it 0 at infinite alpha.
func exactLogUniformKL(alpha float64) float64 {
	sum, at := 0.0, halfLine(1)
	for _, side := range []float64{-1, 1} {
		sum += at.integral(func(_ int, w float64) float64 {
			z := (side*w - 1) / math.Sqrt(alpha)
			return math.Log(w) * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi*alpha)
		})
	}
	const eulerGamma = 0.5772156649015329
	return sum - math.Log(alpha)/2 + (eulerGamma+math.Ln2)/2
}

func molchanov(t *testing.T, logAlpha []float64) []float64 {
	t.Helper()
	return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		return prob.MolchanovKL(in[0])
	}, graphtest.Values(logAlpha))
}

func TestMolchanovKL(t *testing.T) {
	var logAlpha []float64
	for l := -8.0; l <= 8; l += 0.25 {
		logAlpha = append(logAlpha, l)
	}
	kl := molchanov(t, logAlpha)
	worst := 0.0
	for i, l := range logAlpha {
		worst = max(worst, math.Abs(kl[i]-exactLogUniformKL(math.Exp(l))))
	}
	require.Less(t, worst, 0.01)
	extreme := molchanov(t, []float64{-1e6, -100, 100, 1e6})
	require.InDelta(t, 5e5, extreme[0], 1)
	require.InDelta(t, 50, extreme[1], 1)
	require.InDelta(t, 0, extreme[2], 1e-40)
	require.Zero(t, extreme[3])
	for i, v := range kl[1:] {
		require.Less(t, v, kl[i], "it falls")
	}
	graphtest.Gradient(t, func(in ...*graph.Node) *graph.Node { return prob.MolchanovKL(in[0]) }, graphtest.Between(-5, 5, 20))
}

func TestLogUniformPrior(t *testing.T) {
	args := []graphtest.Arg{graphtest.Values([]float64{2, -2, 0.1, 0}), graphtest.Values([]float64{2, 2, 5, 3})}
	prior := prob.LogUniformPrior{}
	kl := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		return prior.KLFrom(prob.Normal{Mu: in[0], Sigma: in[1]})
	}, args...)
	want := molchanov(t, []float64{0, 0, 2 * math.Log(50)})
	require.InDeltaSlice(t, want, kl[:3], 1e-12)
	require.InDelta(t, 0, kl[3], 1e-9, "pure noise")

	slope := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		return graph.Grad(prior.KLFrom(prob.Normal{Mu: in[0], Sigma: in[1]}).Sum(), in[0])[0]
	}, args...)
	require.Greater(t, slope[0], 0.0, "towards 0 it falls")
	require.Equal(t, -slope[0], slope[1])
	require.Zero(t, slope[3])

	log := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node { return prior.LogProb(in[0]) }, args...)
	require.InDeltaSlice(t, []float64{-math.Ln2, -math.Ln2, math.Ln10}, log[:3], 1e-12)
	require.Equal(t, inf, log[3])
}
