package prob_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// randomNormal draws a mean and a lower triangular factor of n dimensions.
func randomNormal(rng *rand.Rand, n int) (mu, chol []float64) {
	mu, chol = make([]float64, n), make([]float64, n*n)
	for i := range n {
		mu[i] = between(rng, -1, 1)
		for j := range i {
			chol[i*n+j] = between(rng, -0.6, 0.6)
		}
		chol[i*n+i] = logBetween(rng, 0.5, 2)
	}
	return mu, chol
}

// randomNormals draws many, as arguments [count, n] and [count, n, n].
func randomNormals(rng *rand.Rand, count, n int) []graphtest.Arg {
	var mus, chols []float64
	for range count {
		mu, chol := randomNormal(rng, n)
		mus, chols = append(mus, mu...), append(chols, chol...)
	}
	return []graphtest.Arg{graphtest.Values(mus, count, n), graphtest.Values(chols, count, n, n)}
}

func multivariate(in []*graph.Node) prob.MultivariateNormal {
	return prob.MultivariateNormal{Mu: in[0], Chol: in[1]}
}

func TestMultivariateNormalDensity(t *testing.T) {
	for _, n := range []int{1, 2, 5} {
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		mu, chol := randomNormal(rng, n)
		x := make([]float64, n)
		for i := range x {
			x[i] = between(rng, -3, 3)
		}
		l := mat.NewDense(n, n, chol)
		var covariance, inverse mat.Dense
		covariance.Mul(l, l.T())
		require.NoError(t, inverse.Inverse(&covariance))
		var d mat.VecDense
		d.SubVec(mat.NewVecDense(n, x), mat.NewVecDense(n, mu))
		want := -0.5*mat.Inner(&d, &inverse, &d) - 0.5*math.Log(mat.Det(&covariance)) - float64(n)/2*math.Log(2*math.Pi)
		got := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			return multivariate(in).LogProb(in[2])
		}, graphtest.Values(mu, n), graphtest.Values(chol, n, n), graphtest.Values(x, n))
		require.InDelta(t, want, got[0], 1e-12*max(1, math.Abs(want)))
	}
}

func TestMultivariateNormalDraws(t *testing.T) {
	for _, batch := range []bool{false, true} {
		t.Run(fmt.Sprint("batch ", batch), func(t *testing.T) {
			const n = 3
			mu, chol := randomNormal(rand.New(rand.NewPCG(2, 3)), n)
			muShape, cholShape := []int{n}, []int{n, n}
			if batch {
				cholShape = []int{1, n, n}
			}
			eval := func(f func(d prob.MultivariateNormal) *graph.Node) []float64 {
				return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node { return f(multivariate(in)) },
					graphtest.Values(mu, muShape...), graphtest.Values(chol, cholShape...))
			}
			x := eval(func(d prob.MultivariateNormal) *graph.Node { return d.Sample(draws) })
			require.Len(t, x, draws*n)
			mean, covariance := eval(prob.MultivariateNormal.Mean), eval(prob.MultivariateNormal.Covariance)
			variance := eval(prob.MultivariateNormal.Variance)
			column := make([][]float64, n)
			for i, v := range x {
				column[i%n] = append(column[i%n], v)
			}
			for i := range n {
				within(t, mean[i], column[i], "mean")
				require.InDelta(t, covariance[i*n+i], variance[i], 1e-12)
				for j := range n {
					products := make([]float64, draws)
					for k := range products {
						products[k] = (column[i][k] - mean[i]) * (column[j][k] - mean[j])
					}
					within(t, covariance[i*n+j], products, "covariance")
				}
			}
			surprise := eval(func(d prob.MultivariateNormal) *graph.Node { return d.LogProb(d.Sample(draws)).Neg() })
			within(t, eval(prob.MultivariateNormal.Entropy)[0], surprise, "entropy")
		})
	}
}

func TestMultivariateNormalKL(t *testing.T) {
	const n, draws = 3, 4000
	rng := rand.New(rand.NewPCG(4, 5))
	args := append(randomNormals(rng, pairs, n), randomNormals(rng, pairs, n)...)
	kl := func(q, p prob.MultivariateNormal) *graph.Node { return q.KL(p) }
	diagonal := func(d prob.MultivariateNormal) prob.DiagonalNormal {
		return prob.DiagonalNormal{Mu: d.Mu, Sigma: d.Chol.Diagonal()}
	}
	full := func(d prob.DiagonalNormal) prob.MultivariateNormal {
		return prob.MultivariateNormal{Mu: d.Mu, Chol: d.Sigma.Diag()}
	}
	for name, c := range map[string]struct {
		kl   func(q, p prob.MultivariateNormal) *graph.Node
		q, p func(d prob.MultivariateNormal) prob.Distribution
	}{
		"full": {kl, func(d prob.MultivariateNormal) prob.Distribution { return d },
			func(d prob.MultivariateNormal) prob.Distribution { return d }},
		"diagonal": {func(q, p prob.MultivariateNormal) *graph.Node { return diagonal(q).KL(diagonal(p)) },
			func(d prob.MultivariateNormal) prob.Distribution { return diagonal(d) },
			func(d prob.MultivariateNormal) prob.Distribution { return full(diagonal(d)) }},
		"diagonal to full": {func(q, p prob.MultivariateNormal) *graph.Node { return diagonal(q).KLMultivariateNormal(p) },
			func(d prob.MultivariateNormal) prob.Distribution { return diagonal(d) },
			func(d prob.MultivariateNormal) prob.Distribution { return d }},
		"full to diagonal": {func(q, p prob.MultivariateNormal) *graph.Node { return q.KLDiagonalNormal(diagonal(p)) },
			func(d prob.MultivariateNormal) prob.Distribution { return d },
			func(d prob.MultivariateNormal) prob.Distribution { return diagonal(d) }},
	} {
		t.Run(name, func(t *testing.T) {
			closed := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
				return c.kl(multivariate(in[:2]), multivariate(in[2:]))
			}, args...)
			ratios := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
				q, p := c.q(multivariate(in[:2])), c.p(multivariate(in[2:]))
				x := q.Sample(draws)
				return q.LogProb(x).Sub(p.LogProb(x)).Transpose()
			}, args...)
			for i, kl := range closed {
				mean, std := stat.MeanStdDev(ratios[i*draws:(i+1)*draws], nil)
				require.InDelta(t, kl, mean, 4*std/math.Sqrt(draws), "pair %d", i)
			}
		})
	}
	for _, v := range graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		return multivariate(in).KL(multivariate(in)).Add(diagonal(multivariate(in)).KL(diagonal(multivariate(in))))
	}, args[:2]...) {
		require.InDelta(t, 0, v, 1e-12)
	}
}

func TestMultivariateNormalGradients(t *testing.T) {
	args := randomNormals(rand.New(rand.NewPCG(6, 7)), 2, 3)
	args = append(args, randomNormals(rand.New(rand.NewPCG(8, 9)), 2, 3)...)
	graphtest.Gradient(t, func(in ...*graph.Node) *graph.Node {
		// Above the diagonal the factors are 0 by construction, whatever the check adds to them.
		q := prob.MultivariateNormal{Mu: in[0], Chol: in[1].Tril()}
		p := prob.MultivariateNormal{Mu: in[2], Chol: in[3].Tril()}
		x := q.Sample(2)
		return q.LogProb(in[2]).Add(q.Entropy()).Add(q.KL(p)).Add(p.LogProb(x).Sum(0)).
			Add(q.Marginal(2, 0).Entropy()).Add(q.Condition([]int{1}, in[2].Slice(-1, 0, 1)).LogProb(in[2].Slice(-1, 1, 3)))
	}, args...)
}

// A joint density is a marginal times a conditional.
func TestMarginalsAndConditionals(t *testing.T) {
	const n = 4
	mu, chol := randomNormal(rand.New(rand.NewPCG(10, 11)), n)
	x := []float64{0.3, -1.2, 0.9, 2}
	for _, given := range [][]int{{0}, {3}, {2, 0}, {1, 2, 3}} {
		g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
		d := prob.MultivariateNormal{Mu: g.ConstArray(mu, n), Chol: g.ConstArray(chol, n, n)}
		var known, unknown []float64
		for _, i := range given {
			known = append(known, x[i])
		}
		for i, v := range x {
			if !contains(given, i) {
				unknown = append(unknown, v)
			}
		}
		at := g.ConstArray(known, len(known))
		rest := d.Condition(given, at).LogProb(g.ConstArray(unknown, len(unknown)))
		program, err := g.Compile(d.LogProb(g.ConstArray(x, n)).Sub(d.Marginal(given...).LogProb(at)).Sub(rest))
		require.NoError(t, err)
		out, err := program.Run(0, nil)
		require.NoError(t, err)
		require.InDelta(t, 0, out[0].Item(), 1e-12, "given %v", given)
	}
}

func contains(all []int, i int) bool {
	for _, v := range all {
		if v == i {
			return true
		}
	}
	return false
}

// The lecture's example: of two numbers with covariance c, one tells of the other by c/sigma_y².
func ExampleMultivariateNormal_Condition() {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Predict)
	covariance := g.ConstArray([]float64{4, 1.5, 1.5, 1}, 2, 2)
	d := prob.NewMultivariateNormal(g.ConstArray([]float64{1, 2}, 2), covariance)
	x := d.Condition([]int{1}, g.ConstArray([]float64{3}, 1))
	program, err := g.Compile(x.Mean(), x.Variance())
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := program.Run(0, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mean %.4f, variance %.4f\n", out[0].Item(), out[1].Item())
	// Output: mean 2.5000, variance 1.7500
}

func TestBadCovariancesAreNamed(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	mu, covariance, x := g.Input("mu", 2), g.Input("covariance", 2, 2), g.Input("x", 2)
	program, err := g.Compile(prob.NewMultivariateNormal(mu, covariance).LogProb(x))
	require.NoError(t, err)
	zeros := []float64{0, 0}
	_, err = program.Run(0, graph.Feed{mu: zeros, x: zeros, covariance: []float64{1, 0.5, 0.5, 1}})
	require.NoError(t, err)
	for want, bad := range map[string][]float64{
		"holds 1 at element 3":   {1, 2, 2, 1},
		"holds -1 at element 0":  {-1, 0, 0, 1},
		"holds 0.1 at element 2": {1, 0.5, 0.1, 1},
		"holds NaN at element 0": {math.NaN(), 0, 0, 1},
	} {
		_, err := program.Run(0, graph.Feed{mu: zeros, x: zeros, covariance: bad})
		require.ErrorContains(t, err, "prob.MultivariateNormal: covariance: covariance [2 2] "+want+", want a symmetric positive definite matrix")
	}
	chol := g.Input("chol", 2, 2)
	program, err = g.Compile(prob.MultivariateNormal{Mu: mu, Chol: chol}.LogProb(x))
	require.NoError(t, err)
	_, err = program.Run(0, graph.Feed{mu: zeros, x: zeros, chol: []float64{1, 0, 0.5, -1}})
	require.ErrorContains(t, err, "prob.MultivariateNormal: Chol: chol [2 2] holds -1 at element 3, want a lower triangular matrix")
}

// A diagonal normal is independent normals, and a transformed one.
func TestDiagonalNormal(t *testing.T) {
	args := []graphtest.Arg{graphtest.Between(-1, 1, 3), graphtest.Between(0.5, 2, 4, 3), graphtest.Between(-2, 2, 4, 3)}
	for _, difference := range graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		d := prob.DiagonalNormal{Mu: in[0], Sigma: in[1]}
		base := prob.Normal{Mu: in[0], Sigma: in[1]}
		same := prob.Independent{Base: base, Axes: 1}
		byChol := prob.Transformed{Base: prob.Normal{Mu: in[0].Scale(0), Sigma: in[0].Graph().Const(1)},
			By: prob.LowerTriangular{Shift: in[0], Chol: in[1].Diag()}}
		full := prob.MultivariateNormal{Mu: in[0], Chol: in[1].Diag()}
		of := func(l, e *graph.Node) *graph.Node { return l.Add(e.Scale(2)) }
		want := of(d.LogProb(in[2]), d.Entropy())
		return graph.Stack(0,
			of(same.LogProb(in[2]), same.Entropy()).Sub(want),
			of(byChol.LogProb(in[2]), d.Entropy()).Sub(want),
			of(full.LogProb(in[2]), full.Entropy()).Sub(want),
			d.Covariance().Sub(full.Covariance()).Abs().Sum(-2, -1),
			d.Marginal(2, 1).Variance().Sum(-1).Sub(full.Marginal(1, 2).Variance().Sum(-1)),
		)
	}, args...) {
		require.InDelta(t, 0, difference, 1e-12)
	}
}

// A mixture of vectors, and a vector of numbers from mixtures, are different distributions.
func TestMixtureOfVectors(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	logits := g.ConstArray([]float64{0, 0.7}, 2)
	mu := g.ConstArray([]float64{-2, -1, 0, 2, 3, 4}, 2, 3)
	d := prob.Mixture{Logits: logits, Of: prob.DiagonalNormal{Mu: mu, Sigma: g.Const(0.3)}}
	x := d.Sample(draws)
	require.Equal(t, []int{draws, 3}, x.Shape())
	require.Equal(t, []int{draws}, d.LogProb(x).Shape())
	program, err := g.Compile(x, d.Mean(), d.Variance(), d.LogProb(g.ConstArray([]float64{0.1, 1.1, 2.1}, 3)))
	require.NoError(t, err)
	out, err := program.Run(0, nil)
	require.NoError(t, err)
	values := out[0].Float64s()
	for i := range 3 {
		var column []float64
		for k := range draws {
			column = append(column, values[3*k+i])
		}
		within(t, out[1].At(i), column, "mean")
		for k, v := range column {
			column[k] = (v - out[1].At(i)) * (v - out[1].At(i))
		}
		within(t, out[2].At(i), column, "variance")
	}
	p := sigmoid(0.7)
	density := func(d0, d1, d2 float64) float64 {
		return math.Exp(-(d0*d0+d1*d1+d2*d2)/(2*0.09)) / math.Pow(2*math.Pi*0.09, 1.5)
	}
	require.InDelta(t, math.Log((1-p)*density(2.1, 2.1, 2.1)+p*density(1.9, 1.9, 1.9)), out[3].Item(), 1e-12)
	for k := range draws {
		of := func(i int) bool { return values[3*k+i] > float64(i) } // 7 standard deviations from either mean
		require.True(t, of(0) == of(1) && of(1) == of(2), "all elements of a draw are of one component")
	}
}

func TestDetached(t *testing.T) {
	theta := [][]float64{{0.3}, {0.8}, {0.5, -0.2}}
	args := make([]graphtest.Arg, 3)
	for i, v := range theta {
		args[i] = graphtest.Values(v)
	}
	b := graphtest.New(graph.Float64, func(in ...*graph.Node) *graph.Node {
		d := prob.Transformed{
			Base: prob.Independent{Base: prob.Normal{Mu: in[0].Broadcast(2), Sigma: in[1]}, Axes: 1},
			By:   prob.Chain{prob.Affine{Shift: in[0], Scale: in[1]}, prob.Inverse{Of: prob.Affine{Shift: in[1], Scale: in[1].Exp()}}},
		}
		return d.LogProb(in[2]).Sub(prob.Detached(d).LogProb(in[2]))
	}, args...)
	detached := prob.Detached(prob.Normal{Mu: b.X[0], Sigma: b.X[1]})
	grads := graph.Grad(detached.LogProb(b.X[2]).Sum(), b.X...)
	program, err := b.Graph.Compile(append(grads, b.Y, prob.Normal{Mu: b.X[0], Sigma: b.X[1]}.LogProb(b.X[2]).Sub(detached.LogProb(b.X[2])))...)
	require.NoError(t, err)
	out, err := program.Run(0, nil)
	require.NoError(t, err)
	require.Zero(t, out[0].Item())
	require.Zero(t, out[1].Item())
	require.NotZero(t, out[2].Item())
	require.Zero(t, out[3].Item(), "the density is the same")
	require.Equal(t, []float64{0, 0}, out[4].Float64s())
}

func TestIndependentValues(t *testing.T) {
	values := func(d func(g *graph.Graph) prob.Enumerable) []float64 {
		g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
		v := d(g).Values()
		program, err := g.Compile(v)
		require.NoError(t, err)
		out, err := program.Run(0, nil)
		require.NoError(t, err)
		return out[0].Float64s()
	}
	require.Equal(t, []float64{0, 0, 0, 1, 1, 0, 1, 1}, values(func(g *graph.Graph) prob.Enumerable {
		return prob.Independent{Base: prob.Bernoulli{Logits: g.Const(0).Broadcast(5, 2)}, Axes: 1}
	}))
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	prob.Independent{Base: prob.Bernoulli{Logits: g.Const(0).Broadcast(17)}, Axes: 1}.Values()
	require.ErrorContains(t, g.Err(), "17 elements of 2 values are too many combinations to list")
}
