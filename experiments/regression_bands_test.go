package experiments

import (
	"context"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/infer"
)

// someBands is regression-bands in seconds: it need not show anything, only do everything.
var someBands = bandsPlan{
	Points: 20, Test: 10, Seeds: 2, Hidden: 2, Prior: 1,
	Steps: 50, LR: 0.02, Draws: 20,
	Dropout: bandsDropout{Hidden: 4, Steps: 50, Rate: 0.1, LR: 0.02, Prior: 1},
	Chains:  2, Warmup: 40, Kept: 20, Accept: 0.8,
}

func TestRegressionBands(t *testing.T) {
	e, failed := regressionBands, new(ChecksError)
	e.Run = func(ctx context.Context, r *Run) error { return someBands.run(ctx, r) }
	out, again := t.TempDir(), t.TempDir()
	for _, folder := range []string{out, again} {
		if err := Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: folder}, io.Discard); err != nil {
			require.ErrorAs(t, err, &failed)
		}
	}
	require.Equal(t, []string{"bands.png", "report.html", "result.json"}, fileNames(t, out))
	result := readResult(t, out)
	require.Equal(t, result["checks"], readResult(t, again)["checks"], "same seed, same numbers")
	table := result["tables"].([]any)[0].(map[string]any)["rows"].([]any)
	require.Len(t, table, len(bandsMethods))
	for method, row := range table {
		for _, kl := range []int{1, 3} {
			distance := row.([]any)[kl].(float64)
			require.Equal(t, method == bandsNUTS, distance == 0, "from the posterior to itself")
			require.GreaterOrEqual(t, distance, 0.0)
		}
	}
}

func TestBandsData(t *testing.T) {
	d := bandsQuick.data(1)
	require.Len(t, d.x, bandsQuick.Points)
	require.Len(t, d.testY, bandsQuick.Test)
	require.Equal(t, d, bandsQuick.data(1))
	require.NotEqual(t, d, bandsQuick.data(2))
	standardised := 0.0
	for i, x := range d.testX {
		seen, gap := within(x)
		require.True(t, seen && !gap, "%g", x)
		standardised += math.Pow((d.testY[i]-bandsTruth(x))/bandsNoise(x), 2) / float64(len(d.testX))
	}
	require.InDelta(t, 1, standardised, 5*math.Sqrt(2/float64(len(d.testX))))
}

// Draws whose means differ by 1 where there are data, by 3 in the gap and by 100 beyond.
func TestBandsWidening(t *testing.T) {
	d := bandsQuick.data(1)
	n := len(d.places())
	low, high, noise := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, x := range d.places() {
		high[i], noise[i] = 100, 4*bandsNoise(x)*bandsNoise(x)
		if seen, gap := within(x); seen {
			high[i] = 1
		} else if gap {
			high[i] = 3
		}
	}
	fit := &bandsFit{data: d, predictive: infer.NewMixture(n)}
	require.NoError(t, fit.predictive.Add(low, noise))
	require.NoError(t, fit.predictive.Add(high, noise))
	require.InDelta(t, 3, fit.widening(), 1e-12)
	require.InDelta(t, 2, fit.noise(), 1e-12)

	other := &bandsFit{data: d, predictive: infer.NewMixture(n)}
	require.NoError(t, other.predictive.Add(high, noise))
	require.Zero(t, fit.from(fit, true))
	kl, places := 0.0, 0.0
	for i, x := range d.grid {
		if _, gap := within(x); gap {
			v := noise[i]
			kl += (v/(v+2.25) + 2.25/(v+2.25) - 1 + math.Log((v+2.25)/v)) / 2
			places++
		}
	}
	require.InDelta(t, kl/places, fit.from(other, true), 1e-12)
}
