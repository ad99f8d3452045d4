package prob_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// alphas are the exponents on which everything about a Dirichlet is checked.
var alphas = map[string][]float64{
	"around the middle": {2.5, 3, 4.5}, "towards the corners": {0.5, 0.7, 0.4}, "flat": {1, 1, 1}, "narrow": {60, 100, 40}, "two": {0.8, 3},
}

// dirichlet computes f of a Dirichlet and of x.
func dirichlet(t *testing.T, alpha []float64, x graphtest.Arg, f func(d prob.Dirichlet, x *graph.Node) *graph.Node) []float64 {
	t.Helper()
	return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		return f(prob.Dirichlet{Alpha: in[0]}, in[1])
	}, graphtest.Values(alpha, len(alpha)), x)
}

var noX = graphtest.Values([]float64{0})

func eachAlpha(t *testing.T, check func(t *testing.T, alpha []float64)) {
	for name, alpha := range alphas {
		t.Run(name, func(t *testing.T) { check(t, alpha) })
	}
}

// The density of three elements is that of the first, a Beta, times that of the second's share of the
// rest, another: over both it sums to 1.
func TestDirichletTotalProbability(t *testing.T) {
	for name, alpha := range alphas {
		if len(alpha) != 3 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			const n = 400
			var rows, weights []float64
			step := 72.0 / n
			for i := range n {
				for j := range n {
					s, r := -36+(float64(i)+0.5)*step, -36+(float64(j)+0.5)*step
					x, rest, share := sigmoid(s), sigmoid(-s), sigmoid(r)
					rows = append(rows, x, rest*share, rest*sigmoid(-r))
					weights = append(weights, step*step*x*rest*rest*share*sigmoid(-r))
				}
			}
			total := 0.0
			for i, l := range dirichlet(t, alpha, graphtest.Values(rows, n*n, 3), func(d prob.Dirichlet, x *graph.Node) *graph.Node { return d.LogProb(x) }) {
				total += weights[i] * math.Exp(l)
			}
			require.InDelta(t, 1, total, 1e-5)
		})
	}
}

// Of two elements the first is a Beta.
func TestDirichletOfTwoIsBeta(t *testing.T) {
	alpha, x := []float64{0.8, 3}, []float64{0.3, 0.7}
	d := dirichlet(t, alpha, graphtest.Values(x, 2), func(d prob.Dirichlet, x *graph.Node) *graph.Node {
		b := d.Marginal(0)
		first := x.Slice(0, 0, 1).Reshape()
		return d.LogProb(x).Sub(b.LogProb(first)).Abs().Add(d.Entropy().Sub(b.Entropy()).Abs())
	})
	require.InDelta(t, 0, d[0], 1e-13)
}

// column returns every k-th number from the i-th.
func column(x []float64, i, k int) []float64 {
	var c []float64
	for ; i < len(x); i += k {
		c = append(c, x[i])
	}
	return c
}

func TestDirichletMoments(t *testing.T) {
	eachAlpha(t, func(t *testing.T, alpha []float64) {
		k := len(alpha)
		mean := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node { return d.Mean() })
		covariance := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node { return d.Covariance() })
		samples := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node { return d.Sample(draws) })
		for i := range k {
			x := column(samples, i, k)
			within(t, mean[i], x, "mean")
			for j := range k {
				products := column(samples, j, k)
				for n := range products {
					products[n] = (products[n] - mean[j]) * (x[n] - mean[i])
				}
				within(t, covariance[i*k+j], products, "covariance")
			}
		}
	})
}

// Each element of draws follows its marginal.
func TestDirichletDrawsFollowTheMarginals(t *testing.T) {
	beta := rowOf("Beta")
	eachAlpha(t, func(t *testing.T, alpha []float64) {
		k := len(alpha)
		samples := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node { return d.Sample(draws / 5) })
		for i := range k {
			marginal := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node {
				b := d.Marginal(i)
				return graph.Concat(0, b.Alpha.Reshape(1), b.Beta.Reshape(1))
			})
			require.Less(t, beta.misfit(t, marginal, column(samples, i, k)), 1.0, "element %d", i)
		}
	})
}

func TestDirichletEntropy(t *testing.T) {
	eachAlpha(t, func(t *testing.T, alpha []float64) {
		entropy := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node { return d.Entropy() })[0]
		surprise := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node {
			return d.LogProb(d.Sample(draws)).Neg()
		})
		mean, std := stat.MeanStdDev(surprise, nil)
		require.InDelta(t, entropy, mean, 4*std/math.Sqrt(draws)+1e-12)
	})
}

func TestDirichletMode(t *testing.T) {
	mode := func(alpha ...float64) []float64 {
		return dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node { return d.Mode() })
	}
	require.InDeltaSlice(t, []float64{1.5 / 7, 2. / 7, 3.5 / 7}, mode(2.5, 3, 4.5), 1e-15)
	require.InDeltaSlice(t, []float64{0, 0.25, 0.75}, mode(1, 2, 4), 1e-15, "on the edge")
	for _, alpha := range [][]float64{{0.5, 3, 4}, {1, 1, 1}} {
		for _, v := range mode(alpha...) {
			require.True(t, math.IsNaN(v), "%v has no mode", alpha)
		}
	}
}

func TestDirichletGradients(t *testing.T) {
	eachAlpha(t, func(t *testing.T, alpha []float64) {
		x := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node { return d.Sample(4) })
		graphtest.Gradient(t, func(in ...*graph.Node) *graph.Node {
			d, logits := prob.Dirichlet{Alpha: in[0]}, in[1].Log()
			return d.LogProb(logits.Softmax(-1)).Add(d.Entropy())
		}, graphtest.Values(alpha, len(alpha)), graphtest.Values(x, 4, len(alpha)))
	})
}

// The gradient through draws is that of an expectation: here of the first element squared, Mean² + Variance.
func TestDirichletPathwiseGradient(t *testing.T) {
	eachAlpha(t, func(t *testing.T, alpha []float64) {
		k := len(alpha)
		want := dirichlet(t, alpha, noX, func(d prob.Dirichlet, _ *graph.Node) *graph.Node {
			b := d.Marginal(0)
			return graph.Grad(b.Mean().Square().Add(b.Variance()), d.Alpha)[0]
		})
		var many []float64
		for range draws {
			many = append(many, alpha...)
		}
		slope := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			first := prob.Dirichlet{Alpha: in[0]}.Sample().Slice(-1, 0, 1)
			return graph.Grad(first.Square().Sum(), in[0])[0]
		}, graphtest.Values(many, draws, k))
		for i := range k {
			within(t, want[i], column(slope, i, k), "gradient")
		}
	})
}

func TestDirichletKL(t *testing.T) {
	const draws = 10_000
	rng := rand.New(rand.NewPCG(1, 2))
	var q, p []float64
	for range 3 * pairs {
		q, p = append(q, logBetween(rng, 0.3, 10)), append(p, logBetween(rng, 0.3, 10))
	}
	args := []graphtest.Arg{graphtest.Values(q, pairs, 3), graphtest.Values(p, pairs, 3)}
	kl := func(in ...*graph.Node) *graph.Node {
		return prob.Dirichlet{Alpha: in[0]}.KL(prob.Dirichlet{Alpha: in[1]})
	}
	closed := graphtest.Eval(t, graph.Float64, kl, args...)
	ratios := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		q, p := prob.Dirichlet{Alpha: in[0]}, prob.Dirichlet{Alpha: in[1]}
		x := q.Sample(draws)
		return q.LogProb(x).Sub(p.LogProb(x)).Transpose()
	}, args...)
	for i, kl := range closed {
		require.GreaterOrEqual(t, kl, 0.0, "pair %d", i)
		mean, std := stat.MeanStdDev(ratios[i*draws:(i+1)*draws], nil)
		require.InDelta(t, kl, mean, 4*std/math.Sqrt(draws), "pair %d", i)
	}
	for i, kl := range graphtest.Eval(t, graph.Float64, kl, args[0], args[0]) {
		require.InDelta(t, 0, kl, 1e-12, "pair %d", i)
	}
	graphtest.Gradient(t, kl, graphtest.Values(q[:15], 5, 3), graphtest.Values(p[:15], 5, 3))
}

func TestDirichletExtremesAreFinite(t *testing.T) {
	for _, p := range precisions {
		for _, alpha := range [][]float64{{1e-3, 1e-3, 1e-3}, {1e-3, 1, 1e6}, {1e6, 1e6, 1e6}} {
			finite := func(what string, f graphtest.Func, args ...graphtest.Arg) {
				b := graphtest.New(p, f, args...)
				program, err := b.Graph.Compile(append(graph.Grad(b.Y.Sum(), b.X...), b.Y)...)
				require.NoError(t, err)
				out, err := program.Run(0, nil)
				require.NoError(t, err)
				for _, a := range out {
					for _, v := range a.Float64s() {
						require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s of %v in %v: %v", what, alpha, p, v)
					}
				}
			}
			in := graphtest.Values(alpha, 3)
			of := func(f func(d prob.Dirichlet) *graph.Node) graphtest.Func {
				return func(in ...*graph.Node) *graph.Node { return f(prob.Dirichlet{Alpha: in[0]}) }
			}
			finite("entropy", of(prob.Dirichlet.Entropy), in)
			finite("draws", of(func(d prob.Dirichlet) *graph.Node { return d.Sample(1000) }), in)
			finite("the density of draws", of(func(d prob.Dirichlet) *graph.Node { return d.LogProb(d.Sample(1000).StopGradient()) }), in)
			finite("density", func(in ...*graph.Node) *graph.Node { return prob.Dirichlet{Alpha: in[0]}.LogProb(in[1]) },
				in, graphtest.Values([]float64{0.2, 0.3, 0.5, 1e-30, 1e-6, 1 - 1e-6}, 2, 3))
		}
	}
}

func TestDirichletBadNumbersAreNamed(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	alpha, x := g.Input("alpha", 3), g.Input("x", 2, 3)
	program, err := g.Compile(prob.Dirichlet{Alpha: alpha}.LogProb(x))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		alpha, x []float64
		what     string
		index    int
	}{
		"a negative exponent":          {[]float64{1, -1, 2}, []float64{0.2, 0.3, 0.5, 0.2, 0.3, 0.5}, "Alpha", 1},
		"an exponent of 0":             {[]float64{1, 2, 0}, []float64{0.2, 0.3, 0.5, 0.2, 0.3, 0.5}, "Alpha", 2},
		"a row that does not sum to 1": {[]float64{1, 2, 3}, []float64{0.2, 0.3, 0.5, 0.2, 0.3, 0.6}, "value", 3},
		"a zero":                       {[]float64{1, 2, 3}, []float64{0.5, 0.5, 0, 0.2, 0.3, 0.5}, "value", 2},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := program.Run(0, graph.Feed{alpha: c.alpha, x: c.x})
			var broken *graph.RequirementError
			require.ErrorAs(t, err, &broken)
			require.Contains(t, broken.What, c.what)
			require.Equal(t, c.index, broken.Index)
		})
	}
}

// A computed row on the edge has probability 0, and gradients of 0.
func TestDirichletOnTheEdge(t *testing.T) {
	b := graphtest.New(graph.Float64, func(in ...*graph.Node) *graph.Node {
		return prob.Dirichlet{Alpha: in[0]}.LogProb(in[1].Softmax(-1))
	}, graphtest.Values([]float64{0.5, 1, 2}, 3), graphtest.Values([]float64{0, 1, -1e4}, 3))
	program, err := b.Graph.Compile(append(graph.Grad(b.Y, b.X...), b.Y)...)
	require.NoError(t, err)
	out, err := program.Run(0, nil)
	require.NoError(t, err)
	require.Equal(t, -inf, out[2].Item())
	require.Equal(t, []float64{0, 0, 0}, out[0].Float64s())
	require.Equal(t, []float64{0, 0, 0}, out[1].Float64s())
}

func TestDirichletShapes(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
	d := prob.Dirichlet{Alpha: g.Input("alpha", 3, 4)}
	require.Equal(t, []int{5, 3, 4}, d.Sample(5).Shape())
	require.Equal(t, []int{5, 3}, d.LogProb(d.Sample(5)).Shape())
	require.Equal(t, []int{3}, d.LogProb(g.Input("x", 4)).Shape())
	require.Equal(t, []int{3, 4}, d.Mean().Shape())
	require.Equal(t, []int{3, 4}, d.Mode().Shape())
	require.Equal(t, []int{3, 4, 4}, d.Covariance().Shape())
	require.Equal(t, []int{3}, d.Entropy().Shape())
	require.Equal(t, []int{3}, d.KL(prob.Dirichlet{Alpha: g.Input("beta", 4)}).Shape())
	require.Equal(t, []int{3}, d.Marginal(3).Alpha.Shape())
	require.Equal(t, []int{3}, d.Marginal(3).Beta.Shape())
	require.NoError(t, g.Err())
	prob.Dirichlet{Alpha: g.Input("scalar")}.Sample()
	require.ErrorContains(t, g.Err(), "a row of positive numbers")
}
