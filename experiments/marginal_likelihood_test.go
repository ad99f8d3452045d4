package experiments

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/infer"
	"credence/optim"
)

// tinyMarginal is hardly trained: its encoder is far from the posterior.
func tinyMarginal() marginalPlan {
	return marginalPlan{
		Train: 200, Test: 5, Latents: []int{1, 3}, Seeds: 2, Epochs: 1,
		PriorDraws: 1000, EncoderDraws: 1000, ExactDraws: 10, LR: optim.Constant(1e-3),
	}
}

func TestMarginalLikelihoodReportsAllItIsAskedFor(t *testing.T) {
	e := marginalLikelihood
	e.Run = func(ctx context.Context, r *Run) error { return tinyMarginal().run(ctx, r) }
	out := t.TempDir()
	err := Do(context.Background(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard)
	var failed *ChecksError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, 6, failed.Total)
	for _, c := range failed.Failed {
		require.NotContains(t, c.Name, "exact posterior")
		require.NotContains(t, c.Name, "away from 1")
	}
	for _, name := range []string{"result.json", "report.html", "draws.png"} {
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
	}
	require.Len(t, readResult(t, out)["tables"].([]any)[0].(map[string]any)["rows"], 2)
}

// The encoder's bound is the exact evidence less the divergence from the exact posterior.
func TestLinearVAEBoundAndEvidence(t *testing.T) {
	v := newLinearVAE(3, 1)
	x := make([]float64, 2*marginalSize)
	for i := range x {
		x[i] = float64(i%5) / 5
	}
	logP, _, err := v.exact(x)
	require.NoError(t, err)
	g := graph.New(v.params, graph.Predict)
	at := g.ConstArray(x, 2, marginalSize)
	q := v.posterior(at)
	divergence := q.KLMultivariateNormal(v.exactPosterior(at))
	bound, _ := v.Terms(at, nil)
	program, err := g.Compile(divergence, bound)
	require.NoError(t, err)
	const draws = 4000
	sum, squares, gap := 0.0, 0.0, 0.0
	for step := range draws {
		out, err := program.Run(infer.PredictSteps+uint64(step), nil)
		require.NoError(t, err)
		gap = out[0].Float64s()[0]
		b := out[1].Float64s()[0]
		sum, squares = sum+b, squares+b*b
	}
	mean := sum / draws
	stderr := math.Sqrt((squares/draws - mean*mean) / draws)
	require.Greater(t, gap, 10*stderr, "the encoder is far from the posterior")
	require.InDelta(t, logP[0]-gap, mean, 4*stderr)
}

func TestGapsByTens(t *testing.T) {
	weights := make([][]float64, 100)
	for i := range weights {
		weights[i] = []float64{math.Log(float64(i + 1)), -1000} // the mean of 1..100 is 50.5
	}
	found := gaps(weights, []float64{math.Log(50.5), -1000})
	require.Len(t, found, 3)
	require.InDelta(t, 0, found[2].mean, 1e-12)
	require.Less(t, found[0].mean, found[1].mean)
	require.Less(t, found[1].mean, 0.0)

	ratio, stderr := meanRatio([][]float64{{math.Log(0.5)}, {math.Log(1.5)}}, []float64{0})
	require.InDelta(t, 1, ratio, 1e-12)
	require.InDelta(t, 0.5, stderr, 1e-12)
}

func TestDrawsWithinANat(t *testing.T) {
	gap := func(means ...float64) (all []marginalGap) {
		for _, m := range means {
			all = append(all, marginalGap{mean: m})
		}
		return all
	}
	require.InDelta(t, math.Sqrt(10), drawsWithinANat(gap(-4, -0.25)), 1e-9)
	require.InDelta(t, 100, drawsWithinANat(gap(-9, -3, -1)), 1e-9)
	require.True(t, math.IsInf(drawsWithinANat(gap(-9, -3, -2)), 1))
	require.Less(t, drawsWithinANat(gap(-9, 0.01)), 3.0, "an estimate that is above by chance")
}
