package conjugate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"credence/models/conjugate"
)

var coins = []conjugate.BetaBernoulli{{A: 1, B: 1}, {A: 2, B: 3}, {A: 7.5, B: 1}, {A: 1, B: 4}, {A: 30, B: 12}, {A: 2.5, B: 250}}

// expectation integrates f against the density of b over the unit interval, through a change of variable
// that flattens the logarithms at its ends.
func expectation(b conjugate.BetaBernoulli, f func(theta float64) float64) float64 {
	return quad.Fixed(func(s float64) float64 {
		theta := s * s * (3 - 2*s)
		return 6 * s * (1 - s) * math.Exp(b.LogDensity(theta)) * f(theta)
	}, 0, 1, 2000, quad.Legendre{}, 0)
}

func TestBetaMatchesGonum(t *testing.T) {
	for _, b := range coins {
		want := distuv.Beta{Alpha: b.A, Beta: b.B}
		require.InDelta(t, want.Mean(), b.Mean(), 1e-15)
		require.Equal(t, b.Mean(), b.Predictive())
		require.InDelta(t, want.Variance(), b.Variance(), 1e-15)
		require.InDelta(t, want.Entropy(), b.Entropy(), 1e-11)
		for _, theta := range []float64{0.01, 0.3, 0.99} {
			require.InDelta(t, want.LogProb(theta), b.LogDensity(theta), 1e-10)
		}
		if b.A > 1 && b.B > 1 {
			mode, ok := b.Mode()
			require.True(t, ok)
			require.InDelta(t, want.Mode(), mode, 1e-15)
		}
	}
}

func TestBetaMatchesQuadrature(t *testing.T) {
	for _, b := range coins {
		require.InDelta(t, 1, expectation(b, func(float64) float64 { return 1 }), 1e-9)
		require.InDelta(t, b.Mean(), expectation(b, func(theta float64) float64 { return theta }), 1e-9)
		entropy := expectation(b, func(theta float64) float64 { return -b.LogDensity(theta) })
		require.InDelta(t, entropy, b.Entropy(), 1e-9)
		for _, p := range coins {
			want := expectation(b, func(theta float64) float64 { return b.LogDensity(theta) - p.LogDensity(theta) })
			got, err := b.KL(p)
			require.NoError(t, err)
			require.InDelta(t, want, got, 1e-9*max(1, want), "KL(%v, %v)", b, p)
		}
	}
}

func TestBetaMode(t *testing.T) {
	for _, c := range []struct {
		name string
		b    conjugate.BetaBernoulli
		mode float64
		ok   bool
	}{
		{"inside", conjugate.BetaBernoulli{A: 3, B: 2}, 2.0 / 3, true},
		{"falling", conjugate.BetaBernoulli{A: 1, B: 2}, 0, true},
		{"rising", conjugate.BetaBernoulli{A: 2, B: 1}, 1, true},
		{"pole at 0", conjugate.BetaBernoulli{A: 0.5, B: 1}, 0, true},
		{"pole at 1", conjugate.BetaBernoulli{A: 1, B: 0.5}, 1, true},
		{"pole at 0 falling to 0", conjugate.BetaBernoulli{A: 0.5, B: 9}, 0, true},
		{"pole at 1 rising from 0", conjugate.BetaBernoulli{A: 9, B: 0.5}, 1, true},
		{"flat", conjugate.BetaBernoulli{A: 1, B: 1}, 0, false},
		{"two poles", conjugate.BetaBernoulli{A: 0.5, B: 0.9}, 0, false},
		{"no distribution", conjugate.BetaBernoulli{}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			mode, ok := c.b.Mode()
			require.Equal(t, c.ok, ok)
			if !ok {
				require.True(t, math.IsNaN(mode))
				return
			}
			require.InDelta(t, c.mode, mode, 1e-15)
			for theta := 0.05; theta < 1; theta += 0.05 {
				require.GreaterOrEqual(t, c.b.LogDensity(mode), c.b.LogDensity(theta))
			}
		})
	}
}

func TestBetaLogDensityAtTheEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		b     conjugate.BetaBernoulli
		theta float64
		want  float64
	}{
		{"zero", conjugate.BetaBernoulli{A: 2, B: 2}, 0, math.Inf(-1)},
		{"finite at 0", conjugate.BetaBernoulli{A: 1, B: 3}, 0, math.Log(3)},
		{"finite at 1", conjugate.BetaBernoulli{A: 3, B: 1}, 1, math.Log(3)},
		{"pole", conjugate.BetaBernoulli{A: 0.5, B: 2}, 0, math.Inf(1)},
		{"below", conjugate.BetaBernoulli{A: 1, B: 1}, -0.1, math.Inf(-1)},
		{"above", conjugate.BetaBernoulli{A: 1, B: 1}, 1.1, math.Inf(-1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.b.LogDensity(c.theta); math.IsInf(c.want, 0) {
				require.Equal(t, c.want, got)
			} else {
				require.InDelta(t, c.want, got, 1e-14)
			}
		})
	}
}

// With A = 1 or B = 1 the quantile is a power.
func TestBetaQuantileClosedForm(t *testing.T) {
	for _, k := range []float64{0.3, 1, 4, 300, 60_000} {
		for _, p := range []float64{1e-10, 0.025, 0.5, 0.975} {
			got, err := conjugate.BetaBernoulli{A: k, B: 1}.Quantile(p)
			require.NoError(t, err)
			require.InEpsilon(t, math.Pow(p, 1/k), got, 1e-10, "A = %v, p = %v", k, p)
			got, err = conjugate.BetaBernoulli{A: 1, B: k}.Quantile(p)
			require.NoError(t, err)
			require.InEpsilon(t, -math.Expm1(math.Log1p(-p)/k), got, 1e-10, "B = %v, p = %v", k, p)
		}
	}
}

func TestBetaCredibleInterval(t *testing.T) {
	for _, b := range coins {
		low, high, err := b.CredibleInterval(0.9)
		require.NoError(t, err)
		mass := quad.Fixed(func(theta float64) float64 { return math.Exp(b.LogDensity(theta)) }, low, high, 200, quad.Legendre{}, 0)
		require.InDelta(t, 0.9, mass, 1e-9)
		below := quad.Fixed(func(theta float64) float64 { return math.Exp(b.LogDensity(theta)) }, 0, low, 1000, quad.Legendre{}, 0)
		require.InDelta(t, 0.05, below, 1e-7)
		low, high, err = b.CredibleInterval(1)
		require.NoError(t, err)
		require.Equal(t, []float64{0, 1}, []float64{low, high})
	}
}

func TestBetaSequentialEqualsBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prior := conjugate.BetaBernoulli{A: rapid.Float64Range(0.1, 20).Draw(t, "A"), B: rapid.Float64Range(0.1, 20).Draw(t, "B")}
		flips := rapid.SliceOfN(rapid.Bool(), 0, 60).Draw(t, "flips")
		b, chain, heads := prior, 0.0, 0
		var err error
		for _, isHead := range flips {
			if isHead {
				chain += math.Log(b.Predictive())
				b, err = b.Update(1, 0)
				heads++
			} else {
				chain += math.Log1p(-b.Predictive())
				b, err = b.Update(0, 1)
			}
			require.NoError(t, err)
		}
		batch, err := prior.Update(heads, len(flips)-heads)
		require.NoError(t, err)
		require.InDelta(t, batch.A, b.A, 1e-10)
		require.InDelta(t, batch.B, b.B, 1e-10)
		evidence, err := prior.LogEvidence(heads, len(flips)-heads)
		require.NoError(t, err)
		require.InDelta(t, chain, evidence, 1e-10)
		kl, err := b.KL(prior)
		require.NoError(t, err)
		require.GreaterOrEqual(t, kl, 0.0)
	})
}

func TestBetaErrors(t *testing.T) {
	fair := conjugate.BetaBernoulli{A: 1, B: 1}
	for _, b := range []conjugate.BetaBernoulli{{}, {A: -1, B: 1}, {A: 1, B: math.NaN()}, {A: math.Inf(1), B: 1}} {
		_, err := b.Update(1, 1)
		require.ErrorContains(t, err, "want a positive finite number")
		_, err = b.LogEvidence(1, 1)
		require.ErrorContains(t, err, "want a positive finite number")
		_, err = b.Quantile(0.5)
		require.ErrorContains(t, err, "quantile of a Beta: ")
		_, err = b.KL(fair)
		require.ErrorContains(t, err, "KL of Betas: ")
		_, err = fair.KL(b)
		require.ErrorContains(t, err, "KL of Betas: ")
		_, err = b.ExpectedLogLoss(0.5, 3)
		require.ErrorContains(t, err, "want a positive finite number")
	}
	_, err := fair.Update(-1, 2)
	require.ErrorContains(t, err, "-1 heads, 2 tails")
	_, err = fair.Update(1, -2)
	require.ErrorContains(t, err, "1 heads, -2 tails")
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		_, err = fair.Quantile(p)
		require.ErrorContains(t, err, "want 0 to 1")
		_, _, err = fair.CredibleInterval(p)
		require.ErrorContains(t, err, "credible interval: mass is")
		_, err = fair.PredictiveLogLoss(p, 1, 1)
		require.ErrorContains(t, err, "true probability is")
	}
	_, err = fair.ExpectedLogLoss(0.5, -1)
	require.ErrorContains(t, err, "-1 flips")
}
