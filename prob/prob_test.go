package prob_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/graph/graphtest"
)

var precisions = []graph.Precision{graph.Float32, graph.Float64}

// args are the parameters, repeated for n variables each.
func args(theta [][]float64, n int) []graphtest.Arg {
	var out []graphtest.Arg
	for _, v := range theta {
		shape := []int{n}
		if len(v) > 1 {
			shape = append(shape, len(v))
		}
		var all []float64
		for range n {
			all = append(all, v...)
		}
		out = append(out, graphtest.Values(all, shape...))
	}
	return out
}

// eval computes f of n variables at x, in the given precision.
func (r row) eval(t *testing.T, p graph.Precision, f func(q distribution, x *graph.Node) *graph.Node, x []float64) []float64 {
	t.Helper()
	return graphtest.Eval(t, p, func(in ...*graph.Node) *graph.Node {
		last := len(in) - 1
		return f(r.make(in[last].Graph(), len(x), in[:last]), in[last])
	}, append(args(r.theta, len(x)), graphtest.Values(x, len(x)))...)
}

func logProb(q distribution, x *graph.Node) *graph.Node { return q.LogProb(x) }

// within checks that the mean of samples is want, up to four standard errors.
func within(t *testing.T, want float64, samples []float64, what string) {
	t.Helper()
	mean, std := stat.MeanStdDev(samples, nil)
	require.InDelta(t, want, mean, 4*std/math.Sqrt(float64(len(samples)))+1e-6, what)
}

func each(t *testing.T, check func(t *testing.T, r row)) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) { check(t, r) })
	}
}

const draws = 40_000

func TestDensity(t *testing.T) {
	each(t, func(t *testing.T, r row) {
		tolerance := map[graph.Precision]float64{graph.Float32: 1e-5, graph.Float64: 1e-12}
		for _, p := range precisions {
			for i, got := range r.eval(t, p, logProb, r.support.x) {
				want := r.density(r.support.x[i])
				require.InDelta(t, want, got, tolerance[p]*(1+math.Abs(want)), "%v, at %v", p, r.support.x[i])
			}
		}
		total := 0.0
		for i, l := range r.eval(t, graph.Float64, logProb, r.support.x) {
			total += r.support.weight[i] * math.Exp(l)
		}
		require.InDelta(t, 1, total, 1e-6, "total probability")
	})
}

func TestMoments(t *testing.T) {
	each(t, func(t *testing.T, r row) {
		for _, p := range precisions {
			x := make([]float64, draws)
			samples := r.eval(t, p, func(q distribution, _ *graph.Node) *graph.Node { return q.Sample() }, x)
			mean := r.eval(t, p, func(q distribution, _ *graph.Node) *graph.Node { return q.Mean() }, x[:1])
			variance := r.eval(t, p, func(q distribution, _ *graph.Node) *graph.Node { return q.Variance() }, x[:1])
			require.InDelta(t, r.mean, mean[0], 1e-6)
			require.InDelta(t, r.variance, variance[0], 1e-6)
			within(t, r.mean, samples, "mean of draws")
			for i, s := range samples {
				samples[i] = (s - r.mean) * (s - r.mean)
			}
			within(t, r.variance, samples, "variance of draws")
		}
	})
}

func TestEntropy(t *testing.T) {
	each(t, func(t *testing.T, r row) {
		entropy := func(q distribution, _ *graph.Node) *graph.Node {
			return q.(interface{ Entropy() *graph.Node }).Entropy()
		}
		surprise := func(q distribution, _ *graph.Node) *graph.Node { return q.LogProb(q.Sample()).Neg() }
		want := 0.0
		for i, x := range r.support.x {
			if l := r.density(x); !math.IsInf(l, -1) {
				want -= r.support.weight[i] * math.Exp(l) * l
			}
		}
		within(t, want, r.eval(t, graph.Float64, surprise, make([]float64, draws)), "-log p of draws")
		if len(r.theta) > 0 {
			require.InDelta(t, want, r.eval(t, graph.Float64, entropy, make([]float64, 1))[0], 1e-6)
		}
	})
}

func TestKL(t *testing.T) {
	each(t, func(t *testing.T, r row) {
		if r.kl == nil {
			return // a prior: see TestPriorKL
		}
		against := func(n int, f func(q, p distribution, x *graph.Node) *graph.Node) []float64 {
			all := append(append(args(r.theta, n), args(r.other, n)...), graphtest.Values(make([]float64, n), n))
			return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
				k, g := len(r.theta), in[0].Graph()
				return f(r.make(g, n, in[:k]), r.make(g, n, in[k:2*k]), in[2*k])
			}, all...)
		}
		closed := against(1, func(q, p distribution, _ *graph.Node) *graph.Node { return r.kl(q, p) })[0]
		require.Greater(t, closed, 0.1, "the two differ")
		within(t, closed, against(draws, func(q, p distribution, _ *graph.Node) *graph.Node {
			x := q.Sample()
			return q.LogProb(x).Sub(p.LogProb(x))
		}), "log q - log p of draws")
		require.Zero(t, against(1, func(q, _ distribution, _ *graph.Node) *graph.Node { return r.kl(q, q) })[0], "KL(q‖q)")
	})
}

func TestGradients(t *testing.T) {
	each(t, func(t *testing.T, r row) {
		x := graphtest.Values(r.support.x[len(r.support.x)/2 : len(r.support.x)/2+1])
		if r.discrete {
			x = x.Fixed()
		}
		x.Shape = []int{1}
		graphtest.Gradient(t, func(in ...*graph.Node) *graph.Node {
			last := len(in) - 1
			q := r.make(in[last].Graph(), 1, in[:last])
			sum := q.LogProb(in[last])
			if len(r.theta) > 0 {
				sum = sum.Add(q.(interface{ Entropy() *graph.Node }).Entropy().Scale(2)).Add(q.Mean()).Add(q.Variance().Scale(3))
			}
			if r.kl != nil {
				other := make([]*graph.Node, last)
				for i, theta := range in[:last] {
					other[i] = theta.Square().AddScalar(0.3)
				}
				sum = sum.Add(r.kl(q, r.make(in[last].Graph(), 1, other)).Scale(4))
			}
			return sum
		}, append(args(r.theta, 1), x)...)
	})
}

func TestPathwiseGradient(t *testing.T) {
	each(t, func(t *testing.T, r row) {
		for i := range r.theta {
			slope := graphtest.Eval(t, graph.Float64, func(theta ...*graph.Node) *graph.Node {
				second := r.make(theta[0].Graph(), draws, theta).Sample().Square().Sum()
				return graph.Grad(second, theta[i])[0]
			}, args(r.theta, draws)...)
			if r.pathwise != nil {
				within(t, r.pathwise[i], slope, "gradient of E[x²]")
			} else {
				require.Zero(t, floats.Norm(slope, math.Inf(1)), "draws pass no gradient")
			}
		}
	})
}

func TestExtremesAreFinite(t *testing.T) {
	each(t, func(t *testing.T, r row) {
		f := func(e ...*graph.Node) *graph.Node { return r.extreme(e[0]) }
		graphtest.Finite(t, f, graphtest.Values([]float64{-100, -20, -5, 0, 5, 20, 100}))
	})
}
