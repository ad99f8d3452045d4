package prob_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// valueAndGradient computes f of scalars, and its gradient with respect to each.
func valueAndGradient(t *testing.T, p graph.Precision, f graphtest.Func, x ...float64) (y float64, dx []float64) {
	t.Helper()
	args := make([]graphtest.Arg, len(x))
	for i, v := range x {
		args[i] = graphtest.Values([]float64{v})
	}
	b := graphtest.New(p, f, args...)
	program, err := b.Graph.Compile(append([]*graph.Node{b.Y}, graph.Grad(b.Y, b.X...)...)...)
	require.NoError(t, err)
	out, err := program.Run(0, nil)
	require.NoError(t, err)
	for _, d := range out[1:] {
		dx = append(dx, d.Item())
	}
	return out[0].Item(), dx
}

// Where a divergence is infinite its gradient is 0, not NaN.
func TestInfiniteKLs(t *testing.T) {
	gamma := func(a, b *graph.Node) prob.Gamma { return prob.Gamma{Alpha: a, Beta: b} }
	inverse := func(a, b *graph.Node) prob.InverseGamma { return prob.InverseGamma{Alpha: a, Beta: b} }
	uniform := func(a, b *graph.Node) prob.Uniform { return prob.Uniform{Low: a, High: b} }
	for name, c := range map[string]struct {
		kl graphtest.Func
		at []float64
	}{
		"1/x of a Gamma of shape 1 has no mean": {
			func(x ...*graph.Node) *graph.Node { return gamma(x[0], x[1]).KLInverseGamma(inverse(x[2], x[3])) }, []float64{1, 2, 3, 4},
		},
		"an InverseGamma of shape 1/2 has no mean": {
			func(x ...*graph.Node) *graph.Node { return inverse(x[0], x[1]).KLGamma(gamma(x[2], x[3])) }, []float64{0.5, 2, 3, 4},
		},
		"a Gamma is not negative": {
			func(x ...*graph.Node) *graph.Node { return uniform(x[0], x[1]).KLGamma(gamma(x[2], x[3])) }, []float64{-1, 2, 3, 4},
		},
		"a Beta is not negative": {
			func(x ...*graph.Node) *graph.Node {
				return uniform(x[0], x[1]).KLBeta(prob.Beta{Alpha: x[2], Beta: x[3]})
			}, []float64{-0.5, 0.5, 3, 4},
		},
		"a Beta is not above 1": {
			func(x ...*graph.Node) *graph.Node {
				return uniform(x[0], x[1]).KLBeta(prob.Beta{Alpha: x[2], Beta: x[3]})
			}, []float64{0.5, 1.5, 3, 4},
		},
	} {
		t.Run(name, func(t *testing.T) {
			kl, slope := valueAndGradient(t, graph.Float64, c.kl, c.at...)
			require.Equal(t, inf, kl)
			require.Equal(t, []float64{0, 0, 0, 0}, slope)
		})
	}
}

// However small the shapes, draws lie in the support, and their densities and gradients are finite.
func TestDrawsOfSmallShapes(t *testing.T) {
	for name, of := range map[string]func(a, b *graph.Node) prob.Distribution{
		"Gamma":        func(a, b *graph.Node) prob.Distribution { return prob.Gamma{Alpha: a, Beta: b} },
		"InverseGamma": func(a, b *graph.Node) prob.Distribution { return prob.InverseGamma{Alpha: a, Beta: b} },
		"Beta":         func(a, b *graph.Node) prob.Distribution { return prob.Beta{Alpha: a, Beta: b} },
		"StudentT": func(a, b *graph.Node) prob.Distribution {
			return prob.StudentT{Nu: a, Mu: a.Graph().Const(0), Sigma: b}
		},
	} {
		for _, p := range precisions {
			t.Run(fmt.Sprint(name, "/", p), func(t *testing.T) {
				bench := graphtest.New(p, func(in ...*graph.Node) *graph.Node { return of(in[0], in[1]).Sample(2000) },
					graphtest.Values([]float64{1e-3}), graphtest.Values([]float64{1e-3}))
				d, x := of(bench.X[0], bench.X[1]), bench.Y
				outputs := append(graph.Grad(x.Scale(1e-6).Tanh().Sum(), bench.X...), x, d.LogProb(x.StopGradient()))
				program, err := bench.Graph.Compile(outputs...)
				require.NoError(t, err)
				out, err := program.Run(0, nil)
				require.NoError(t, err)
				for i, a := range out {
					for _, v := range a.Float64s() {
						require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%v is %v", outputs[i], v)
					}
				}
				for _, v := range out[2].Float64s() {
					require.True(t, d.Support().Holds(v), "%v", v)
				}
			})
		}
	}
}

// Moments that do not exist are infinite or NaN, as mathematics has it.
func TestMomentsThatDoNotExist(t *testing.T) {
	student := func(nu float64) prob.Distribution {
		g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
		return prob.StudentT{Nu: g.Const(nu), Mu: g.Const(2), Sigma: g.Const(3)}
	}
	inverse := func(alpha float64) prob.Distribution {
		g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
		return prob.InverseGamma{Alpha: g.Const(alpha), Beta: g.Const(3)}
	}
	nan := math.NaN()
	for _, c := range []struct {
		d              prob.Distribution
		mean, variance float64
	}{
		{student(0.5), nan, nan}, {student(1), nan, nan}, {student(1.5), 2, inf}, {student(2), 2, inf}, {student(3), 2, 27},
		{inverse(0.5), inf, nan}, {inverse(1), inf, nan}, {inverse(1.5), 6, inf}, {inverse(2), 3, inf}, {inverse(3), 1.5, 2.25},
	} {
		mean, variance := c.d.(hasMean).Mean(), c.d.(hasVariance).Variance()
		program, err := mean.Graph().Compile(mean, variance)
		require.NoError(t, err)
		out, err := program.Run(0, nil)
		require.NoError(t, err)
		require.InDelta(t, c.mean, out[0].Item(), 1e-14, "mean of %T", c.d)
		if math.IsInf(c.variance, 1) {
			require.Equal(t, c.variance, out[1].Item(), "variance of %T", c.d)
			continue
		}
		require.InDelta(t, c.variance, out[1].Item(), 1e-13, "variance of %T", c.d)
	}
}

// Student's t goes over into the normal: where CDF and Quantile change their method, and far beyond.
func TestStudentTNearTheNormal(t *testing.T) {
	cdf := func(x ...*graph.Node) *graph.Node {
		g := x[0].Graph()
		return prob.StudentT{Nu: x[0], Mu: g.Const(0), Sigma: g.Const(1)}.CDF(x[1])
	}
	quantile := func(x ...*graph.Node) *graph.Node {
		g := x[0].Graph()
		return prob.StudentT{Nu: x[0], Mu: g.Const(0), Sigma: g.Const(1)}.Quantile(x[1])
	}
	for _, x := range []float64{-20, -8, -2, -1e-3, 0, 0.5, 3} {
		below, slopeBelow := valueAndGradient(t, graph.Float64, cdf, math.Nextafter(1e4, 0), x)
		from, slopeFrom := valueAndGradient(t, graph.Float64, cdf, 1e4, x)
		require.InEpsilon(t, below, from, 1e-11, "at %v", x)
		require.InEpsilon(t, slopeBelow[1], slopeFrom[1], 1e-10, "the density at %v", x)
		require.InDelta(t, slopeBelow[0], slopeFrom[0], 1e-6*math.Abs(slopeBelow[0])+1e-16, "the slope in Nu at %v", x)
		normal := math.Erfc(-x/math.Sqrt2) / 2
		limit, _ := valueAndGradient(t, graph.Float64, cdf, 1e12, x)
		require.InEpsilon(t, normal, limit, 1e-7, "at %v", x)
	}
	for _, p := range []float64{1e-300, 1e-15, 0.3, 0.5, 0.9} {
		for _, nu := range []float64{1e4, 1e8} {
			x, slope := valueAndGradient(t, graph.Float64, quantile, nu, p)
			back, density := valueAndGradient(t, graph.Float64, cdf, nu, x)
			require.InEpsilon(t, p, back, 1e-11)
			require.InEpsilon(t, 1, slope[1]*density[1], 1e-9)
		}
	}
	for p, want := range map[float64]float64{0: -inf, 1: inf} {
		for _, nu := range []float64{3, 1e6} {
			x, _ := valueAndGradient(t, graph.Float64, quantile, nu, p)
			require.Equal(t, want, x)
		}
	}
}
