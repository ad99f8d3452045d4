package conjugate_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"credence/models/conjugate"
)

// randomGaussian returns a Gaussian in general position.
func randomGaussian(t require.TestingT, rng *rand.Rand, dim int) *conjugate.Gaussian {
	a := randomMatrix(rng, dim, dim)
	precision := mat.NewSymDense(dim, nil)
	precision.SymOuterK(1, a)
	for i := range dim {
		precision.SetSym(i, i, precision.At(i, i)+0.5)
	}
	g, err := conjugate.NewGaussianPrecision(randomVector(rng, dim), precision)
	require.NoError(t, err)
	return g
}

func randomMatrix(rng *rand.Rand, rows, columns int) *mat.Dense {
	return mat.NewDense(rows, columns, randomVector(rng, rows*columns))
}

func randomVector(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func requireClose(t require.TestingT, want, got []float64, tol float64, what string) {
	require.Len(t, got, len(want), what)
	for i := range want {
		require.InDelta(t, want[i], got[i], tol*max(1, math.Abs(want[i])), "%s[%d]", what, i)
	}
}

func TestGaussianConstructorsAgree(t *testing.T) {
	g := randomGaussian(t, newRand(1), 4)
	same, err := conjugate.NewGaussian(g.Mean(), g.Covariance())
	require.NoError(t, err)
	requireClose(t, g.Precision().RawSymmetric().Data, same.Precision().RawSymmetric().Data, 1e-10, "precision")

	diagonal, err := conjugate.Diagonal([]float64{0, 0, 0}, []float64{0.25, 0.25, 0.25})
	require.NoError(t, err)
	isotropic, err := conjugate.Isotropic(3, 4)
	require.NoError(t, err)
	require.True(t, mat.Equal(isotropic.Precision(), diagonal.Precision()))
	require.Equal(t, isotropic.Mean(), diagonal.Mean())
}

// normalLogDensity is the textbook density of a multivariate normal, by LU and an explicit inverse.
func normalLogDensity(t require.TestingT, w, mean []float64, covariance mat.Matrix) float64 {
	logDet, sign := mat.LogDet(covariance)
	require.Equal(t, 1.0, sign)
	var inverse mat.Dense
	require.NoError(t, inverse.Inverse(covariance))
	var delta mat.VecDense
	delta.SubVec(mat.NewVecDense(len(w), w), mat.NewVecDense(len(mean), mean))
	return -0.5 * (float64(len(w))*math.Log(2*math.Pi) + logDet + mat.Inner(&delta, &inverse, &delta))
}

func TestGaussianMatchesTheTextbook(t *testing.T) {
	rng := newRand(2)
	for dim := 1; dim <= 6; dim++ {
		g, p := randomGaussian(t, rng, dim), randomGaussian(t, rng, dim)
		w := randomVector(rng, dim)
		got, err := g.LogDensity(w)
		require.NoError(t, err)
		require.InDelta(t, normalLogDensity(t, w, g.Mean(), g.Covariance()), got, 1e-9)

		// A cross-entropy is minus the log-density at the mean, and half a trace.
		var ratio mat.Dense
		ratio.Mul(p.Precision(), g.Covariance())
		cross := -normalLogDensity(t, g.Mean(), p.Mean(), p.Covariance()) + 0.5*mat.Trace(&ratio)
		entropy := -normalLogDensity(t, g.Mean(), g.Mean(), g.Covariance()) + 0.5*float64(dim)
		require.InDelta(t, entropy, g.Entropy(), 1e-10)
		kl, err := g.KL(p)
		require.NoError(t, err)
		require.InDelta(t, cross-entropy, kl, 1e-8)
	}
}

func TestGaussianSampleMoments(t *testing.T) {
	const n, dim = 40_000, 3
	g := randomGaussian(t, newRand(3), dim)
	rng := newRand(4)
	draws := mat.NewDense(n, dim, nil)
	for i := range n {
		draws.SetRow(i, g.Sample(rng))
	}
	want := g.Covariance()
	var got mat.SymDense
	stat.CovarianceMatrix(&got, draws, nil)
	for i := range dim {
		se := math.Sqrt(want.At(i, i) / n)
		require.InDelta(t, g.Mean()[i], stat.Mean(mat.Col(nil, i, draws), nil), 5*se)
		for j := range dim {
			v := want.At(i, i)*want.At(j, j) + want.At(i, j)*want.At(i, j)
			require.InDelta(t, want.At(i, j), got.At(i, j), 5*math.Sqrt(v/n), "covariance [%d %d]", i, j)
		}
	}
	require.Equal(t, g.Sample(newRand(5)), g.Sample(newRand(5)))
}

// A change of units, however large, does not make a matrix singular; dependent columns do.
func TestGaussianScaleIsNoSingularity(t *testing.T) {
	g, err := conjugate.Diagonal([]float64{0, 0}, []float64{1e-200, 1e+200})
	require.NoError(t, err)
	kl, err := g.KL(g)
	require.NoError(t, err)
	require.InDelta(t, 0, kl, 1e-15)
}

func TestGaussianErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	symmetric := func(v ...float64) *mat.SymDense { return mat.NewSymDense(2, v) }
	for _, c := range []struct {
		name string
		make func() (*conjugate.Gaussian, error)
		want string
	}{
		{"sizes differ", func() (*conjugate.Gaussian, error) {
			return conjugate.NewGaussian([]float64{1}, symmetric(1, 0, 0, 1))
		}, "mean [1], matrix [2 2]: want equal sizes"},
		{"mean not finite", func() (*conjugate.Gaussian, error) {
			return conjugate.NewGaussianPrecision([]float64{1, nan}, symmetric(1, 0, 0, 1))
		}, "mean[1] is NaN"},
		{"matrix not finite", func() (*conjugate.Gaussian, error) {
			return conjugate.NewGaussianPrecision([]float64{1, 2}, symmetric(inf, 0, 0, 1))
		}, "matrix[0] is +Inf"},
		{"no weights", func() (*conjugate.Gaussian, error) { return conjugate.Diagonal(nil, nil) }, "no variances"},
		{"diagonal sizes differ", func() (*conjugate.Gaussian, error) {
			return conjugate.Diagonal([]float64{1}, []float64{1, 2})
		}, "mean [1], matrix [2 2]"},
		{"variance zero", func() (*conjugate.Gaussian, error) {
			return conjugate.Diagonal([]float64{1, 2}, []float64{1, 0})
		}, "variance[1] is 0, want a positive"},
		{"variance too small to invert", func() (*conjugate.Gaussian, error) {
			return conjugate.Diagonal([]float64{1}, []float64{5e-324})
		}, "matrix[0] is +Inf"},
		{"no dimension", func() (*conjugate.Gaussian, error) { return conjugate.Isotropic(0, 1) }, "dimension is 0"},
		{"precision negative", func() (*conjugate.Gaussian, error) { return conjugate.Isotropic(2, -1) }, "precision is -1"},
		{"precision not a number", func() (*conjugate.Gaussian, error) { return conjugate.Isotropic(2, nan) }, "precision is NaN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.make()
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "conjugate: ")
		})
	}
	for _, c := range []struct {
		name   string
		matrix *mat.SymDense
	}{
		{"indefinite", symmetric(1, 2, 2, 1)},
		{"singular", symmetric(1, 1, 1, 1)},
		{"singular but for rounding", symmetric(1, 1, 1, 1+0x1p-52)},
		{"zero", symmetric(0, 0, 0, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := conjugate.NewGaussian([]float64{0, 0}, c.matrix)
			require.ErrorIs(t, err, conjugate.ErrSingular)
			_, err = conjugate.NewGaussianPrecision([]float64{0, 0}, c.matrix)
			require.ErrorIs(t, err, conjugate.ErrSingular)
		})
	}
	g := randomGaussian(t, newRand(6), 2)
	_, err := g.LogDensity([]float64{1})
	require.ErrorContains(t, err, "w [1], want [2]")
	_, err = g.LogDensity([]float64{1, inf})
	require.ErrorContains(t, err, "w[1] is +Inf")
	_, err = g.KL(randomGaussian(t, newRand(6), 3))
	require.ErrorContains(t, err, "dimensions 2 and 3 differ")
}

func TestGaussianKLProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := newRand(rapid.Uint64().Draw(t, "seed"))
		dim := rapid.IntRange(1, 8).Draw(t, "dim")
		g, p := randomGaussian(t, rng, dim), randomGaussian(t, rng, dim)
		kl, err := g.KL(p)
		require.NoError(t, err)
		require.Positive(t, kl)
		self, err := g.KL(g)
		require.NoError(t, err)
		require.InDelta(t, 0, self, 1e-12)
		gap, err := g.MeanField().KL(g)
		require.NoError(t, err)
		require.InDelta(t, g.MeanFieldGap(), gap, 1e-10)
	})
}
