package experiments

import (
	"context"
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/infer"
)

// short is nuts in seconds: it need not show anything, only do everything.
var short = nutsPlan{Seeds: 2, Warmup: 60, Draws: 40, Network: networkPlan{
	Hidden: 2, Points: 6, Noise: 0.5, Warmup: 30, Draws: 20, Rate: 0.05, Steps: 20, PerStep: 2, Predict: 50,
}}

func TestNUTSReportsAllItIsAskedFor(t *testing.T) {
	e := nuts
	e.Run = func(ctx context.Context, r *Run) error { return short.run(ctx, r) }
	out := filepath.Join(t.TempDir(), "out")
	failed := new(ChecksError)
	if err := Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.Equal(t, []string{
		"banana.png", "funnel.png", "network-chains.png", "network-deviation.png", "network.png", "report.html",
		"result.json", "schools-chains.png", "schools.png",
	}, fileNames(t, out))
	rows := readResult(t, out)["tables"].([]any)[0].(map[string]any)["rows"].([]any)
	require.Len(t, rows, len(schoolsReference))
}

// The moments that the banana is held to are those of draws made by its definition.
func TestBananaMoments(t *testing.T) {
	const n = 2000
	var sums, squares [3]float64
	for i := range n { // midpoints of equal shares of x; the two of y's values have its deviation
		x := 1 + math.Sqrt2*math.Erfinv(2*(float64(i)+0.5)/n-1)
		for _, side := range []float64{-1, 1} {
			y := x*x + side*bananaWidth
			for j, v := range [3]float64{x, y, x * y} {
				sums[j] += v / (2 * n)
				squares[j] += v * v / (2 * n)
			}
		}
	}
	for j, m := range bananaMoments() {
		require.InDelta(t, m.mean, sums[j], 0.02, m.name)
		require.InEpsilon(t, m.stdDev, math.Sqrt(squares[j]-sums[j]*sums[j]), 0.02, m.name)
	}
}

// Both ways of writing the schools are one posterior, and so are both funnels.
func TestCentredAndNotAreOnePosterior(t *testing.T) {
	p := nutsPlan{Seeds: 1, Warmup: 500, Draws: 1000}
	for name, c := range map[string]struct {
		build func(centred bool) *infer.Posterior
		of    string
	}{"schools": {schools, "mu"}, "funnel": {funnel, "y"}} {
		var means [2]infer.Marginal
		for i, centred := range []bool{false, true} {
			d, err := infer.NUTS{Warmup: p.Warmup, Draws: p.Draws, Seed: 3, TargetAccept: 0.95}.Sample(t.Context(), c.build(centred))
			require.NoError(t, err)
			means[i] = d.Of(c.of)
		}
		require.InDelta(t, means[0].Mean(), means[1].Mean(), 4*math.Hypot(means[0].MCSE(), means[1].MCSE()), name)
	}
}

// Of equal predictions the divergence is none; a narrower one costs what the closed form says.
func TestNetworkDivergence(t *testing.T) {
	n := len(networkGrid)
	fill := func(v float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = v
		}
		return out
	}
	run := &networkRun{exact: bands{fill(1), fill(0.4)}, bound: bands{fill(1), fill(0.4)}}
	p := networkPlan{Noise: 0.3}
	require.InDelta(t, 0, p.divergence(run)[0], 1e-15)
	run.bound = bands{fill(1.3), fill(0)}
	require.InDelta(t, 0.5*(0.25/0.09-1-math.Log(0.25/0.09)+1), p.divergence(run)[5], 1e-12)
}
