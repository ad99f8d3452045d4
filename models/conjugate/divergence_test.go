package conjugate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"credence/models/conjugate"
)

// The divergence of two correlated Gaussians in the plane, by Gauss-Hermite quadrature over q's own
// standard normal coordinates: the integrand is a polynomial, so the rule is exact.
func TestGaussianKLMatchesQuadrature(t *testing.T) {
	rng := newRand(10)
	q, p := randomGaussian(t, rng, 2), randomGaussian(t, rng, 2)
	var chol mat.Cholesky
	require.True(t, chol.Factorize(q.Covariance()))
	var l mat.TriDense
	chol.LTo(&l)
	logRatio := func(a, b float64) float64 {
		var w mat.VecDense
		w.MulVec(&l, mat.NewVecDense(2, []float64{math.Sqrt2 * a, math.Sqrt2 * b}))
		w.AddVec(&w, mat.NewVecDense(2, q.Mean()))
		logQ, err := q.LogDensity(w.RawVector().Data)
		require.NoError(t, err)
		logP, err := p.LogDensity(w.RawVector().Data)
		require.NoError(t, err)
		return logQ - logP
	}
	const points = 8
	x, weight := make([]float64, points), make([]float64, points)
	quad.Hermite{}.FixedLocations(x, weight, math.Inf(-1), math.Inf(1))
	want := 0.0
	for i := range x {
		for j := range x {
			want += weight[i] * weight[j] / math.Pi * logRatio(x[i], x[j])
		}
	}
	got, err := q.KL(p)
	require.NoError(t, err)
	require.InDelta(t, want, got, 1e-9)
}

func TestMeanFieldIsTheOptimum(t *testing.T) {
	p := randomGaussian(t, newRand(11), 4)
	best := p.MeanField()
	least, err := best.KL(p)
	require.NoError(t, err)
	require.InDelta(t, p.MeanFieldGap(), least, 1e-12)
	require.Greater(t, least, 0.1)

	mean, variance := best.Mean(), make([]float64, best.Dim())
	for i := range variance {
		variance[i] = best.Covariance().At(i, i)
	}
	require.Equal(t, p.Mean(), mean)
	kl := func(mean, variance []float64) float64 {
		q, err := conjugate.Diagonal(mean, variance)
		require.NoError(t, err)
		v, err := q.KL(p)
		require.NoError(t, err)
		return v
	}
	const h = 1e-4
	for i := range mean {
		for _, v := range [][]float64{mean, variance} {
			at := v[i]
			v[i] = at * (1 + h)
			above := kl(mean, variance)
			v[i] = at * (1 - h)
			below := kl(mean, variance)
			v[i] = at
			require.Greater(t, above, least)
			require.Greater(t, below, least)
			require.InDelta(t, 0, (above-below)/(2*h), 1e-6, "derivative by weight %d", i)
		}
	}
	// Its variances are too small, as the lecture says.
	for i := range variance {
		require.Less(t, variance[i], p.Covariance().At(i, i))
	}
}

func TestMeanFieldOfADiagonalHasNoGap(t *testing.T) {
	p, err := conjugate.Diagonal([]float64{1, 2}, []float64{3, 1e-3})
	require.NoError(t, err)
	require.Zero(t, p.MeanFieldGap())
	require.True(t, mat.Equal(p.Precision(), p.MeanField().Precision()))
}
