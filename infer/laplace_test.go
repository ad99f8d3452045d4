package infer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// semidefinite returns a random symmetric matrix of the given rank.
func semidefinite(rng *rand.Rand, n, rank int) *mat.SymDense {
	x := mat.NewDense(n, rank, nil)
	for i := range n {
		for j := range rank {
			x.Set(i, j, rng.NormFloat64())
		}
	}
	s := mat.NewSymDense(n, nil)
	s.SymOuterK(1, x)
	return s
}

// kronecker returns a⊗g, written out.
func kronecker(a, g *mat.SymDense) *mat.SymDense {
	n, m := a.SymmetricDim(), g.SymmetricDim()
	out := mat.NewSymDense(n*m, nil)
	for i := range n * m {
		for j := range i + 1 {
			out.SetSym(i, j, a.At(i/m, j/m)*g.At(i%m, j%m))
		}
	}
	return out
}

// curvatures is each kind of curvature with the matrix that it stands for.
func curvatures(t *testing.T) map[string]struct {
	c *infer.Curvature
	h *mat.SymDense
} {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	full, a, g := semidefinite(rng, 6, 6), semidefinite(rng, 3, 2), semidefinite(rng, 2, 1)
	type row = struct {
		c *infer.Curvature
		h *mat.SymDense
	}
	of := func(c *infer.Curvature, err error) *infer.Curvature {
		require.NoError(t, err)
		return c
	}
	diagonal := []float64{2, 0, 1, 0.5, 3, 4}
	joined := mat.NewSymDense(6, nil)
	part := semidefinite(rng, 4, 3)
	for i := range 4 {
		for j := range i + 1 {
			joined.SetSym(i+2, j+2, part.At(i, j))
		}
	}
	joined.SetSym(0, 0, 5)
	joined.SetSym(1, 1, 7)
	return map[string]row{
		"full":      {of(infer.NewCurvature(full)), full},
		"diagonal":  {of(infer.NewDiagonalCurvature(diagonal)), mat.NewSymDense(6, mat.DenseCopyOf(mat.NewDiagDense(6, diagonal)).RawMatrix().Data)},
		"Kronecker": {of(infer.NewKroneckerCurvature(a, g)), kronecker(a, g)},
		"joined":    {infer.JoinCurvatures(of(infer.NewDiagonalCurvature([]float64{5, 7})), of(infer.NewCurvature(part))), joined},
	}
}

func TestLaplaceIsTheGaussian(t *testing.T) {
	const sigma, logLik = 0.8, -12.5
	mode := []float64{0.3, -1, 2, 0, 0.5, -0.2}
	for name, row := range curvatures(t) {
		t.Run(name, func(t *testing.T) {
			l, err := infer.NewLaplace(mode, row.c, logLik, sigma)
			require.NoError(t, err)
			precision := mat.NewSymDense(6, nil)
			precision.CopySym(row.h)
			for i := range 6 {
				precision.SetSym(i, i, precision.At(i, i)+1/(sigma*sigma))
			}
			var want mat.Dense
			require.NoError(t, want.Inverse(precision))
			require.True(t, mat.EqualApprox(&want, l.Covariance(), 1e-12))

			// log p(D|w) + log p(w) + n/2 log 2π - ½ log det of the precision.
			logDet, _ := mat.LogDet(precision)
			evidence := logLik - logDet/2
			for _, w := range mode {
				evidence -= w*w/(2*sigma*sigma) + math.Log(sigma)
			}
			require.InDelta(t, evidence, l.LogEvidence(), 1e-10)

			var shrunk mat.Dense
			shrunk.Mul(row.h, &want)
			require.InDelta(t, mat.Trace(&shrunk), l.Determined(), 1e-10)

			const draws = 20_000
			rng, moments := rand.New(rand.NewPCG(3, 4)), mat.NewSymDense(6, nil)
			for range draws {
				w := l.Draw(rng)
				for i := range w {
					w[i] -= mode[i]
				}
				moments.SymRankOne(moments, 1.0/draws, mat.NewVecDense(6, w))
			}
			for i := range 6 {
				for j := range 6 {
					se := math.Sqrt((want.At(i, i)*want.At(j, j) + want.At(i, j)*want.At(i, j)) / draws)
					require.InDelta(t, want.At(i, j), moments.At(i, j), 5*se, "%d %d", i, j)
				}
			}
		})
	}
}

func TestTunedHasTheHighestEvidence(t *testing.T) {
	mode := []float64{0.3, -1, 2, 0, 0.5, -0.2}
	for name, row := range curvatures(t) {
		t.Run(name, func(t *testing.T) {
			l, err := infer.NewLaplace(mode, row.c, -3, 1)
			require.NoError(t, err)
			best, err := l.Tuned()
			require.NoError(t, err)
			for logSigma := -4.0; logSigma < 4; logSigma += 0.5 {
				other, err := best.WithSigma(best.Sigma() * math.Exp(logSigma+0.01))
				require.NoError(t, err)
				require.Less(t, other.LogEvidence(), best.LogEvidence())
			}
		})
	}
}

// The roots' outer products are the Hessians of the likelihoods in the outputs.
func TestRootsOfTheHessian(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	for name, c := range map[string]struct {
		roots  func(f *graph.Node) *graph.Node
		logLik func(f *graph.Node) *graph.Node
	}{
		"categorical": {infer.CategoricalRoots, func(f *graph.Node) *graph.Node {
			return prob.Categorical{Logits: f}.LogProb(f.Graph().ConstArray([]float64{2, 0}, 2))
		}},
		"normal": {func(f *graph.Node) *graph.Node { return infer.NormalRoots(f, f.Graph().Const(0.5)) }, func(f *graph.Node) *graph.Node {
			return prob.Normal{Mu: f, Sigma: f.Graph().Const(0.5)}.LogProb(f.Graph().Const(1.5))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(ps, graph.Predict)
			f := g.Input("f", 2, 3)
			roots := c.roots(f) // [3, 2, 3]
			slopes := graph.Grad(c.logLik(f).Sum().Neg(), f)[0]
			outputs := []*graph.Node{roots}
			for k := range 3 {
				outputs = append(outputs, graph.Grad(slopes.Slice(1, k, k+1).Sum(), f)[0])
			}
			prog, err := g.Compile(outputs...)
			require.NoError(t, err)
			out, err := prog.Run(0, graph.Feed{f: []float64{0.5, -1, 2, 3, 0, 0.1}})
			require.NoError(t, err)
			s := out[0].Float64s()
			for example := range 2 {
				for i := range 3 {
					for j := range 3 {
						sum := 0.0
						for k := range 3 {
							sum += s[k*6+example*3+i] * s[k*6+example*3+j]
						}
						require.InDelta(t, out[1+i].At(example*3+j), sum, 1e-12)
					}
				}
			}
		})
	}
}

func TestLaplaceRefuses(t *testing.T) {
	c, err := infer.NewDiagonalCurvature([]float64{1, 2})
	require.NoError(t, err)
	for want, of := range map[string]func() error{
		"3 weights, and the curvature of 2": func() error { _, err := infer.NewLaplace(make([]float64, 3), c, 0, 1); return err },
		"is not finite":                     func() error { _, err := infer.NewLaplace([]float64{1, math.NaN()}, c, 0, 1); return err },
		"there, -Inf, is not finite":        func() error { _, err := infer.NewLaplace([]float64{1, 1}, c, math.Inf(-1), 1); return err },
		"standard deviation 0":              func() error { _, err := infer.NewLaplace([]float64{1, 1}, c, 0, 0); return err },
		"weight 1 is -2":                    func() error { _, err := infer.NewDiagonalCurvature([]float64{1, -2}); return err },
		"not positive semidefinite": func() error {
			_, err := infer.NewCurvature(mat.NewSymDense(2, []float64{1, 2, 2, 1}))
			return err
		},
		"it is not finite": func() error {
			_, err := infer.NewKroneckerCurvature(mat.NewSymDense(1, []float64{1}), mat.NewSymDense(2, []float64{1, math.NaN(), 0, 1}))
			return err
		},
		"no maximum": func() error {
			l, err := infer.NewLaplace(make([]float64, 2), c, 0, 1)
			require.NoError(t, err)
			_, err = l.Tuned()
			return err
		},
	} {
		require.ErrorContains(t, of(), want)
	}
}
