package conjugate_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"credence/models/conjugate"
)

// problem is a regression with a prior in general position.
type problem struct {
	prior *conjugate.Linear
	beta  float64
	x     *mat.Dense
	y     []float64
}

func newProblem(t require.TestingT, seed uint64, n, dim int) problem {
	rng := newRand(seed)
	beta := 0.5 + 4*rng.Float64()
	prior, err := conjugate.NewLinear(randomGaussian(t, rng, dim), beta)
	require.NoError(t, err)
	return problem{prior: prior, beta: beta, x: randomMatrix(rng, n, dim), y: randomVector(rng, n)}
}

func (p problem) rows(from, to int) (mat.Matrix, []float64) {
	_, dim := p.x.Dims()
	return p.x.Slice(from, to, 0, dim), p.y[from:to]
}

func (p problem) posterior(t require.TestingT) *conjugate.Linear {
	m, err := p.prior.Update(p.x, p.y)
	require.NoError(t, err)
	return m
}

func requireSameBelief(t require.TestingT, want, got *conjugate.Linear, tol float64) {
	requireClose(t, want.Posterior().Mean(), got.Posterior().Mean(), tol, "mean")
	requireClose(t, want.Posterior().Precision().RawSymmetric().Data, got.Posterior().Precision().RawSymmetric().Data, tol, "precision")
	require.InDelta(t, want.LogEvidence(), got.LogEvidence(), tol*max(1, math.Abs(want.LogEvidence())))
}

// One weight with prior N(0, 1/4), noise precision 2 and y = 1, 3 at x = 1, 2: by hand, precision
// 4 + 2·5 = 14 and mean 2·7/14 = 1.
func TestLinearByHand(t *testing.T) {
	prior, err := conjugate.Isotropic(1, 4)
	require.NoError(t, err)
	m, err := conjugate.NewLinear(prior, 2)
	require.NoError(t, err)
	require.Zero(t, m.LogEvidence())
	post, err := m.Update(mat.NewDense(2, 1, []float64{1, 2}), []float64{1, 3})
	require.NoError(t, err)
	require.InDelta(t, 1, post.Posterior().Mean()[0], 1e-15)
	require.InDelta(t, 14, post.Posterior().Precision().At(0, 0), 1e-14)
	require.InDelta(t, 1.0/14, post.Posterior().Covariance().At(0, 0), 1e-16)

	mean, variance, err := post.Predict(mat.NewDense(1, 1, []float64{3}))
	require.NoError(t, err)
	requireClose(t, []float64{3}, mean, 1e-14, "mean")
	requireClose(t, []float64{0.5 + 9.0/14}, variance, 1e-14, "variance")
	require.Equal(t, []float64{0}, m.Posterior().Mean(), "Update must not change its receiver")
}

func TestLinearSequentialEqualsBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(1, 30).Draw(t, "n"), rapid.IntRange(1, 8).Draw(t, "dim")
		p := newProblem(t, rapid.Uint64().Draw(t, "seed"), n, dim)
		m := p.prior
		for from := 0; from < n; {
			to := rapid.IntRange(from+1, n).Draw(t, "to")
			var err error
			m, err = m.Update(p.rows(from, to))
			require.NoError(t, err)
			from = to
		}
		requireSameBelief(t, p.posterior(t), m, 1e-10)
	})
}

// The evidence is the product of the predictive densities of each observation given those before.
func TestLinearEvidenceIsTheChainOfPredictives(t *testing.T) {
	p := newProblem(t, 20, 25, 5)
	m, chain := p.prior, 0.0
	for i, yi := range p.y {
		x, y := p.rows(i, i+1)
		mean, variance, err := m.Predict(x)
		require.NoError(t, err)
		chain += distuv.Normal{Mu: mean[0], Sigma: math.Sqrt(variance[0])}.LogProb(yi)
		m, err = m.Update(x, y)
		require.NoError(t, err)
		require.InDelta(t, chain, m.LogEvidence(), 1e-10)
	}
}

// With w integrated out, y is N(X·m0, X·S0·Xᵀ + I/beta).
func TestLinearEvidenceIsTheDensityOfY(t *testing.T) {
	for seed := range uint64(5) {
		p := newProblem(t, seed, 12, 4)
		var mean mat.VecDense
		mean.MulVec(p.x, mat.NewVecDense(4, p.prior.Posterior().Mean()))
		var xs, xsx mat.Dense
		xs.Mul(p.x, p.prior.Posterior().Covariance())
		xsx.Mul(&xs, p.x.T())
		cov := mat.NewSymDense(12, nil)
		for i := range 12 {
			for j := i; j < 12; j++ {
				cov.SetSym(i, j, xsx.At(i, j))
			}
			cov.SetSym(i, i, cov.At(i, i)+1/p.beta)
		}
		want := normalLogDensity(t, p.y, mean.RawVector().Data, cov)
		require.InDelta(t, want, p.posterior(t).LogEvidence(), 1e-9)
	}
}

// Bayes' rule at any w: likelihood times prior is evidence times posterior.
func TestLinearBayesRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		p := newProblem(t, seed, 9, 3)
		post, w := p.posterior(t), randomVector(newRand(seed+1), 3)
		var fitted mat.VecDense
		fitted.MulVec(p.x, mat.NewVecDense(3, w))
		logLik := 0.0
		for i, yi := range p.y {
			logLik += distuv.Normal{Mu: fitted.AtVec(i), Sigma: 1 / math.Sqrt(p.beta)}.LogProb(yi)
		}
		logPrior, err := p.prior.Posterior().LogDensity(w)
		require.NoError(t, err)
		logPost, err := post.Posterior().LogDensity(w)
		require.NoError(t, err)
		require.InDelta(t, logLik+logPrior, post.LogEvidence()+logPost, 1e-8)
	})
}

// Far from zero, the evidence must not be the difference of huge numbers.
func TestLinearEvidenceFarFromZero(t *testing.T) {
	const offset = 1e7
	prior := func(mean float64) *conjugate.Linear {
		g, err := conjugate.Diagonal([]float64{mean}, []float64{1})
		require.NoError(t, err)
		m, err := conjugate.NewLinear(g, 1)
		require.NoError(t, err)
		return m
	}
	ones := mat.NewDense(3, 1, []float64{1, 1, 1})
	near, err := prior(0).Update(ones, []float64{0.5, -0.25, 1})
	require.NoError(t, err)
	far, err := prior(offset).Update(ones, []float64{offset + 0.5, offset - 0.25, offset + 1})
	require.NoError(t, err)
	require.InDelta(t, near.LogEvidence(), far.LogEvidence(), 1e-8)
}

func TestLinearPredict(t *testing.T) {
	p := newProblem(t, 21, 10, 3)
	post := p.posterior(t)
	x := randomMatrix(newRand(22), 6, 3)
	mean, variance, err := post.Predict(x)
	require.NoError(t, err)
	epistemic, err := post.Epistemic(x)
	require.NoError(t, err)
	before, err := p.prior.Epistemic(x)
	require.NoError(t, err)
	for i := range 6 {
		row := x.RowView(i)
		require.InDelta(t, mat.Dot(row, mat.NewVecDense(3, post.Posterior().Mean())), mean[i], 1e-12)
		require.InDelta(t, mat.Inner(row, post.Posterior().Covariance(), row), epistemic[i], 1e-12)
		require.InDelta(t, epistemic[i]+1/p.beta, variance[i], 1e-15)
		require.Less(t, epistemic[i], before[i], "data narrow the belief")
	}
}

func TestLinearELBO(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, dim := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 6).Draw(t, "dim")
		p := newProblem(t, seed, 15, dim)
		post := p.posterior(t)
		for _, c := range []struct {
			name string
			q    *conjugate.Gaussian
		}{
			{"posterior", post.Posterior()},
			{"mean field", post.Posterior().MeanField()},
			{"prior", p.prior.Posterior()},
			{"any", randomGaussian(t, newRand(seed+1), dim)},
		} {
			elbo, err := p.prior.ELBO(c.q, p.x, p.y)
			require.NoError(t, err)
			kl, err := c.q.KL(post.Posterior())
			require.NoError(t, err)
			require.InDelta(t, post.LogEvidence()-kl, elbo, 1e-9*max(1, math.Abs(elbo)), c.name)
		}
		elbo, err := p.prior.ELBO(post.Posterior().MeanField(), p.x, p.y)
		require.NoError(t, err)
		require.InDelta(t, post.Posterior().MeanFieldGap(), post.LogEvidence()-elbo, 1e-9)
	})
}

func TestLinearExpectedLogLikelihoodMatchesMonteCarlo(t *testing.T) {
	const n = 20_000
	p := newProblem(t, 23, 4, 2)
	q, rng := randomGaussian(t, newRand(24), 2), newRand(25)
	sum, squares := 0.0, 0.0
	for range n {
		var fitted mat.VecDense
		fitted.MulVec(p.x, mat.NewVecDense(2, q.Sample(rng)))
		logLik := 0.0
		for i, yi := range p.y {
			logLik += distuv.Normal{Mu: fitted.AtVec(i), Sigma: 1 / math.Sqrt(p.beta)}.LogProb(yi)
		}
		sum, squares = sum+logLik, squares+logLik*logLik
	}
	mean := sum / n
	got, err := p.prior.ExpectedLogLikelihood(q, p.x, p.y)
	require.NoError(t, err)
	require.InDelta(t, mean, got, 4*math.Sqrt((squares/n-mean*mean)/n))
}

func TestLinearErrors(t *testing.T) {
	p := newProblem(t, 26, 3, 2)
	nan := math.NaN()
	for _, c := range []struct {
		name string
		x    mat.Matrix
		y    []float64
		want string
	}{
		{"features", mat.NewDense(1, 3, nil), []float64{1}, "x [1 3], want [n 2]"},
		{"rows differ", mat.NewDense(2, 2, nil), []float64{1}, "x [2 2], y [1]"},
		{"no rows", &mat.Dense{}, nil, "x [0 0], want [n 2] with n at least 1"},
		{"x not finite", mat.NewDense(2, 2, []float64{1, 2, 3, nan}), []float64{1, 2}, "row 1: x[1] is NaN"},
		{"y not finite", mat.NewDense(1, 2, nil), []float64{math.Inf(-1)}, "y[0] is -Inf"},
		{"x overflows", mat.NewDense(1, 2, []float64{1e200, 1}), []float64{1}, "posterior precision: matrix[0] is +Inf"},
		{"y overflows", mat.NewDense(1, 2, []float64{1, 1}), []float64{1e300}, "log evidence[0] is -Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := p.prior.Update(c.x, c.y)
			require.ErrorContains(t, err, "conjugate: updating a linear regression: ")
			require.ErrorContains(t, err, c.want)
			require.Nil(t, m)
		})
	}
	_, _, err := p.prior.Predict(mat.NewDense(1, 1, nil))
	require.ErrorContains(t, err, "x [1 1], want [n 2]")
	_, err = p.prior.Epistemic(mat.NewDense(1, 2, []float64{nan, 0}))
	require.ErrorContains(t, err, "x[0] is NaN")
	_, err = p.prior.ELBO(randomGaussian(t, newRand(1), 3), p.x, p.y)
	require.ErrorContains(t, err, "x [3 2], q over 3 weights")
	for _, beta := range []float64{0, -1, nan, math.Inf(1)} {
		_, err := conjugate.NewLinear(p.prior.Posterior(), beta)
		require.ErrorContains(t, err, "noise precision")
	}
	// Two equal features under a prior that hardly tells them apart.
	vague, err := conjugate.Isotropic(2, 1e-20)
	require.NoError(t, err)
	m, err := conjugate.NewLinear(vague, 1)
	require.NoError(t, err)
	_, err = m.Update(mat.NewDense(2, 2, []float64{1, 1, 1, 1}), []float64{1, 2})
	require.ErrorIs(t, err, conjugate.ErrSingular)
}
