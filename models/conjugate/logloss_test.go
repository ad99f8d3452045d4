package conjugate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/models/conjugate"
)

func TestLogLoss(t *testing.T) {
	for _, c := range []struct {
		name       string
		p, q, want float64
	}{
		{"fair", 0.5, 0.5, math.Ln2},
		{"by hand", 0.25, 0.5, math.Ln2},
		{"sure and right", 1, 1, 0},
		{"sure of tails and right", 0, 0, 0},
		{"rules out heads", 0.5, 0, math.Inf(1)},
		{"rules out tails", 0.5, 1, math.Inf(1)},
		{"rules out what cannot be", 0, 0.5, math.Ln2},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := conjugate.LogLoss(c.p, c.q)
			if math.IsInf(c.want, 1) {
				require.Equal(t, c.want, got)
				return
			}
			require.InDelta(t, c.want, got, 1e-15)
			require.False(t, math.Signbit(got))
		})
	}
}

func TestPredictiveLogLoss(t *testing.T) {
	fair := conjugate.BetaBernoulli{A: 1, B: 1}
	got, err := fair.PredictiveLogLoss(0.3, 3, 0)
	require.NoError(t, err)
	require.InDelta(t, conjugate.LogLoss(0.3, 0.8), got.Bayes, 1e-15)
	require.Equal(t, math.Inf(1), got.MLE)
	require.Equal(t, math.Inf(1), got.MAP, "under a flat prior MAP is maximum likelihood")

	got, err = conjugate.BetaBernoulli{A: 2, B: 2}.PredictiveLogLoss(0.3, 3, 0)
	require.NoError(t, err)
	require.InDelta(t, conjugate.LogLoss(0.3, 0.8), got.MAP, 1e-15)

	got, err = fair.PredictiveLogLoss(0.3, 0, 0)
	require.NoError(t, err)
	require.InDelta(t, math.Ln2, got.Bayes, 1e-15)
	require.True(t, math.IsNaN(got.MLE) && math.IsNaN(got.MAP), "no data, no mode: no prediction")
}

func TestExpectedLogLoss(t *testing.T) {
	prior := conjugate.BetaBernoulli{A: 2, B: 3}
	t.Run("equals the sum over gonum's binomial", func(t *testing.T) {
		const n, p = 12, 0.35
		var bayes, mapLoss float64
		for heads := range n + 1 {
			weight := distuv.Binomial{N: n, P: p}.Prob(float64(heads))
			loss, err := prior.PredictiveLogLoss(p, heads, n-heads)
			require.NoError(t, err)
			bayes += weight * loss.Bayes
			mapLoss += weight * loss.MAP
		}
		got, err := prior.ExpectedLogLoss(p, n)
		require.NoError(t, err)
		require.InDelta(t, bayes, got.Bayes, 1e-12)
		require.InDelta(t, mapLoss, got.MAP, 1e-12)
	})
	t.Run("maximum likelihood is infinite however rare", func(t *testing.T) {
		got, err := prior.ExpectedLogLoss(0.5, 3000)
		require.NoError(t, err)
		require.Equal(t, math.Inf(1), got.MLE)
	})
	t.Run("a coin with two heads surprises nobody", func(t *testing.T) {
		got, err := prior.ExpectedLogLoss(1, 10)
		require.NoError(t, err)
		require.Zero(t, got.MLE)
		require.InDelta(t, -math.Log(12.0/15), got.Bayes, 1e-12)
	})
	// The excess over the coin's entropy is 1/(2n) to first order, one parameter's worth.
	t.Run("converges as one over 2n", func(t *testing.T) {
		const n, p = 2000, 0.3
		got, err := prior.ExpectedLogLoss(p, n)
		require.NoError(t, err)
		entropy := conjugate.LogLoss(p, p)
		require.InEpsilon(t, 1.0/(2*n), got.Bayes-entropy, 0.02)
		require.InEpsilon(t, 1.0/(2*n), got.MAP-entropy, 0.02)
	})
}
