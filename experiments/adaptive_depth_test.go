package experiments

import (
	"context"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/models/resnet"
)

var tinyDepth = depthPlan{
	Net: resnet.Config{Depth: 14, Image: [3]int{8, 8, 3}, Width: 2, Classes: 3}, Shallower: []int{8}, Train: 120, HeldOut: 40, Test: 60,
	Pretrain: 2, Tune: 1, Batch: 20, LR: 0.05, Pad: 1, Taus: []float64{0.1, 1}, Seeds: 2, Timed: 32, Rounds: 2,
	MinSaved: 101, MaxLoss: 100, MinWall: 2. / 3,
}

// colours are small images of a class that their colour tells.
func colours(t *testing.T, n int, seed uint64) *data.ColorImages {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	pixels, labels := make([]byte, n*8*8*3), make([]int, n)
	for i := range labels {
		labels[i] = rng.IntN(3)
		for k := range 64 {
			for c := range 3 {
				pixels[(i*64+k)*3+c] = byte(rng.IntN(100))
				if c == labels[i] {
					pixels[(i*64+k)*3+c] += 100
				}
			}
		}
	}
	set, err := data.NewColorImages(pixels, 8, 8, 3, labels, 3)
	require.NoError(t, err)
	return set
}

// A training far too short to pass goes through every part, and comes to the same when it is interrupted.
func TestAdaptiveDepthReportsAllItIsAskedFor(t *testing.T) {
	e := adaptiveDepth
	e.Run = func(ctx context.Context, r *Run) error {
		return tinyDepth.run(ctx, r, colours(t, 120, 1), colours(t, 60, 2))
	}
	out := t.TempDir()
	var failed *ChecksError
	require.ErrorAs(t, Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard), &failed)
	require.Equal(t, 5, failed.Total)
	require.Contains(t, failed.Failed[0].Name, "operations saved, % (quick)")
	require.Equal(t, []string{"images.png", "model.safetensors", "operations.png", "report.html", "result.json"}, fileNames(t, out))
	whole := readResult(t, out)["tables"].([]any)[0].(map[string]any)["rows"].([]any)
	require.Len(t, whole, 1+1+3*2)

	again := t.TempDir()
	for _, patience := range []time.Duration{100, 200, 300} {
		ctx, cancel := context.WithTimeout(t.Context(), patience*time.Millisecond)
		err := Do(ctx, e, Options{Scale: Quick, Seed: 1, Out: again}, io.Discard)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	_ = Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: again}, io.Discard)
	resumed := readResult(t, again)["tables"].([]any)[0].(map[string]any)["rows"].([]any)
	for i := range whole {
		a, b := whole[i].([]any), resumed[i].([]any)
		require.Equal(t, a[:len(a)-1], b[:len(b)-1], "all but the time")
	}
}

func TestAccuracyAt(t *testing.T) {
	curve := []curvePoint{{10, 80}, {20, 90}, {40, 92}}
	for flops, want := range map[float64]float64{5: 80, 10: 80, 15: 85, 20: 90, 30: 91, 50: 92} {
		require.InDelta(t, want, accuracyAt(curve, flops), 1e-12)
	}
}

// The cheapest of those that are good enough is chosen, else the best.
func TestDepthWorkingPoint(t *testing.T) {
	seed := func(full float64, errs, flops []float64) depthSeed {
		s := depthSeed{full: &depthNet{depthScores: depthScores{HeldErr: full}}, adaptive: make([][]*depthNet, 1)}
		for i := range errs {
			s.adaptive[0] = append(s.adaptive[0], &depthNet{depthScores: depthScores{HeldErr: errs[i], HeldFLOPs: flops[i]}})
		}
		return s
	}
	p := depthPlan{Taus: make([]float64, 3), MaxLoss: 1}
	require.Equal(t, 1, p.workingPoint([]depthSeed{seed(10, []float64{10, 10.9, 12}, []float64{9, 5, 2})}))
	require.Equal(t, 2, p.workingPoint([]depthSeed{seed(5, []float64{10, 10.9, 9}, []float64{9, 5, 2})}))
}
