package prob_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// Trials of the binomial, and the largest value of the truncated geometric, in their rows.
const (
	trials  = 20
	longest = 12
)

// Distributions of whole numbers, and the relaxation of one.
var discreteRows = []row{
	{
		name:  "Bernoulli",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Bernoulli{Logits: theta[0]} },
		theta: [][]float64{{0.8}, {-6}, {0}}, extreme: [][]float64{{0}, {-100}, {100}, {1e6}},
		random: logitsBetween(3),
		points: func([]float64) points { return whole(0, 1) }, discrete: true,
	},
	{
		name: "Binomial",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.Binomial{N: theta[0].Graph().Const(trials), Logits: theta[0]}
		},
		theta: [][]float64{{0.8}, {-3}, {4}}, extreme: [][]float64{{0}, {-100}, {100}, {-1e6}, {1e6}},
		random: logitsBetween(3),
		points: func([]float64) points { return whole(0, trials) }, discrete: true,
	},
	{
		name: "Binomial of many",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.Binomial{N: theta[0].Graph().Const(10_000), Logits: theta[0]}
		},
		theta: [][]float64{{0.8}, {-7}, {9}}, extreme: [][]float64{{0}, {-20}, {20}},
		random: logitsBetween(3),
		points: func([]float64) points { return whole(0, 10_000) }, discrete: true,
	},
	{
		name:  "Geometric",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Geometric{Logits: theta[0]} },
		theta: [][]float64{{0.8}, {-2}, {-5}, {4}}, extreme: [][]float64{{0}, {-100}, {100}, {-1e6}, {1e6}},
		random: logitsBetween(3),
		points: func(theta []float64) points { return whole(0, int(40/sigmoid(theta[0]))) }, discrete: true,
	},
	{
		name: "TruncatedGeometric",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.TruncatedGeometric{Tau: theta[0], Max: longest}
		},
		theta: [][]float64{{0.3}, {-0.7}, {0}, {5}, {-1e-9}}, extreme: [][]float64{{0}, {1e-6}, {-100}, {100}, {-1e6}, {1e6}},
		random: logitsBetween(1),
		points: func([]float64) points { return whole(1, longest) }, discrete: true,
	},
	{
		name:  "Poisson",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Poisson{LogRate: theta[0]} },
		theta: [][]float64{{1.2}, {-2}, {5}, {8}}, extreme: [][]float64{{0}, {-20}, {-100}, {-1e6}, {14}, {80}},
		random: func(rng *rand.Rand) []float64 { return []float64{between(rng, -1, 4)} },
		points: func(theta []float64) points {
			rate := math.Exp(theta[0])
			return whole(0, int(rate+20*math.Sqrt(rate)+40))
		},
		discrete: true,
	},
	{
		name: "NegativeBinomial",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.NegativeBinomial{R: theta[0], Logits: theta[1]}
		},
		theta:   [][]float64{{2.5, 0.3}, {0.4, 1.5}, {30, -2}, {1e3, -1}},
		extreme: [][]float64{{1e-6, 0}, {1e6, 0}, {2, -100}, {2, 100}, {1e-6, 1e6}, {1e6, -1e6}, {0.5, 100}},
		random:  func(rng *rand.Rand) []float64 { return []float64{logBetween(rng, 0.3, 30), between(rng, -3, 1)} },
		points:  func([]float64) points { return whole(0, 1500) }, discrete: true,
	},
	{
		name: "NegativeBinomial of 2.5",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.NegativeBinomial{R: theta[0].Graph().Const(2.5), Logits: theta[0]}
		},
		theta: [][]float64{{1}}, extreme: [][]float64{{-100}, {100}},
		random: logitsBetween(2),
		points: func([]float64) points { return whole(0, 400) }, discrete: true,
	},
	{
		name: "RelaxedBernoulli",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.RelaxedBernoulli{Logits: theta[0], Temperature: theta[1]}
		},
		theta: [][]float64{{0.8, 1}, {-1.1, 0.5}, {0.5, 4}}, extreme: [][]float64{{0, 1}, {0, 1e-6}, {100, 1e6}, {-1e6, 1}},
		random: func(rng *rand.Rand) []float64 { return []float64{between(rng, -3, 3), logBetween(rng, 0.5, 2)} },
		points: func([]float64) points { return interval(0, 1) },
	},
	{
		name: "RelaxedBernoulli at 0.7",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.RelaxedBernoulli{Logits: theta[0], Temperature: theta[0].Graph().Const(0.7)}
		},
		theta: [][]float64{{0.5}}, extreme: [][]float64{{100}},
		random: logitsBetween(3),
		points: func([]float64) points { return interval(0, 1) },
	},
}

func logitsBetween(limit float64) func(rng *rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 { return []float64{between(rng, -limit, limit)} }
}

var discreteKLs = []klRow{
	{q: "Bernoulli", p: "Bernoulli", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Bernoulli).KL(p.(prob.Bernoulli))
	}},
	{q: "Binomial", p: "Binomial", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Binomial).KL(p.(prob.Binomial))
	}},
	{q: "Geometric", p: "Geometric", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Geometric).KL(p.(prob.Geometric))
	}},
	{q: "TruncatedGeometric", p: "TruncatedGeometric", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.TruncatedGeometric).KL(p.(prob.TruncatedGeometric))
	}},
	{q: "Poisson", p: "Poisson", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Poisson).KL(p.(prob.Poisson))
	}},
	{q: "NegativeBinomial of 2.5", p: "NegativeBinomial of 2.5", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.NegativeBinomial).KL(p.(prob.NegativeBinomial))
	}},
	{q: "RelaxedBernoulli at 0.7", p: "RelaxedBernoulli at 0.7", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.RelaxedBernoulli).KL(p.(prob.RelaxedBernoulli))
	}},
}

// discrete computes f of numbers.
func discrete(t *testing.T, p graph.Precision, f func(x []*graph.Node) *graph.Node, x ...float64) []float64 {
	t.Helper()
	args := make([]graphtest.Arg, len(x))
	for i, v := range x {
		args[i] = graphtest.Values([]float64{v})
	}
	return graphtest.Eval(t, p, func(in ...*graph.Node) *graph.Node { return f(in) }, args...)
}

// The quantile of exactly the probability up to a value is that value, and of the next number the next.
func TestGeometricQuantileIsNeverOffByOne(t *testing.T) {
	for _, logits := range []float64{-8, -3, -0.1, 0, 1, 3, 8} {
		values := whole(0, int(8/sigmoid(logits))).x
		args := []graphtest.Arg{graphtest.Values([]float64{logits}), graphtest.Values(values, len(values))}
		for _, p := range precisions {
			quantile := func(step float64) []float64 {
				return graphtest.Eval(t, p, func(in ...*graph.Node) *graph.Node {
					d := prob.Geometric{Logits: in[0]}
					return d.Quantile(d.CDF(in[1]).Scale(1 + step))
				}, args...)
			}
			cdf := graphtest.Eval(t, p, func(in ...*graph.Node) *graph.Node { return prob.Geometric{Logits: in[0]}.CDF(in[1]) }, args...)
			above := quantile(3e-16)
			for i, v := range quantile(0) {
				if cdf[i] < 1 && (i == 0 || cdf[i] > cdf[i-1]) { // as numbers of this precision
					require.Equal(t, values[i], v, "%v, logits %v", p, logits)
				}
				if p == graph.Float64 && cdf[i] < 0.999 {
					require.Equal(t, values[i]+1, above[i], "above, logits %v", logits)
				}
			}
		}
	}
}

func TestQuantilesAtTheEnds(t *testing.T) {
	for _, logits := range []float64{-1e6, -3, 0, 1e6} {
		ends := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node {
			return prob.Geometric{Logits: x[0]}.Quantile(graph.Concat(0, x[1].Reshape(1), x[2].Reshape(1)))
		}, logits, 0, 1)
		require.Equal(t, []float64{0, inf}, ends, "logits %v", logits)
	}
	ends := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node {
		return prob.TruncatedGeometric{Tau: x[0], Max: longest}.Quantile(graph.Concat(0, x[1].Reshape(1), x[2].Reshape(1)))
	}, 0.1, 0, 1)
	require.Equal(t, []float64{1, longest}, ends)
}

func TestBinomialAtItsEnds(t *testing.T) {
	eval := func(f func(d prob.Binomial, x *graph.Node) *graph.Node, n, x float64) float64 {
		return discrete(t, graph.Float64, func(in []*graph.Node) *graph.Node {
			return f(prob.Binomial{N: in[0], Logits: in[1]}, in[2])
		}, n, 0.3, x)[0]
	}
	logFailure, logSuccess := math.Log(sigmoid(-0.3)), math.Log(sigmoid(0.3))
	require.InEpsilon(t, 20*logFailure, eval(prob.Binomial.LogProb, 20, 0), 1e-14)
	require.InEpsilon(t, 20*logSuccess, eval(prob.Binomial.LogProb, 20, 20), 1e-14)
	require.Equal(t, -inf, eval(prob.Binomial.LogProb, 20, 21))
	for x, want := range map[float64]float64{-inf: 0, -1: 0, 20: 1, 21: 1, inf: 1} {
		require.Equal(t, want, eval(prob.Binomial.CDF, 20, x))
	}
	require.Zero(t, eval(prob.Binomial.LogProb, 0, 0), "no trials")
	require.Equal(t, -inf, eval(prob.Binomial.LogProb, 0, 1))
	require.Equal(t, 1., eval(prob.Binomial.CDF, 0, 0))
	require.Zero(t, eval(func(d prob.Binomial, _ *graph.Node) *graph.Node { return d.Sample() }, 0, 0))
	_, err := compileAndRun(t, func(g *graph.Graph) *graph.Node {
		return prob.Binomial{N: g.Const(2.5), Logits: g.Const(0)}.Mean()
	})
	require.ErrorContains(t, err, "prob.Binomial: N")
}

// compileAndRun returns the value of a scalar that f builds.
func compileAndRun(t *testing.T, f func(g *graph.Graph) *graph.Node) (float64, error) {
	t.Helper()
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	program, err := g.Compile(f(g))
	if err != nil {
		return 0, err
	}
	out, err := program.Run(0, nil)
	if err != nil {
		return 0, err
	}
	return out[0].Item(), nil
}

// Where no closed form is known a run fails; where supports differ the divergence is infinite.
func TestKLOfUnequalShapes(t *testing.T) {
	binomial := func(g *graph.Graph, n float64) prob.Binomial {
		return prob.Binomial{N: g.Const(n), Logits: g.Const(0.5)}
	}
	kl, err := compileAndRun(t, func(g *graph.Graph) *graph.Node { return binomial(g, 3).KL(binomial(g, 2)) })
	require.NoError(t, err)
	require.Equal(t, inf, kl)
	for what, f := range map[string]func(g *graph.Graph) *graph.Node{
		"prob.Binomial: KL: N": func(g *graph.Graph) *graph.Node { return binomial(g, 2).KL(binomial(g, 3)) },
		"prob.NegativeBinomial: KL: R": func(g *graph.Graph) *graph.Node {
			d := prob.NegativeBinomial{R: g.Const(2), Logits: g.Const(1)}
			return d.KL(prob.NegativeBinomial{R: g.Const(2.5), Logits: g.Const(1)})
		},
		"prob.RelaxedBernoulli: KL: Temperature": func(g *graph.Graph) *graph.Node {
			d := prob.RelaxedBernoulli{Logits: g.Const(2), Temperature: g.Const(1)}
			return d.KL(prob.RelaxedBernoulli{Logits: g.Const(2), Temperature: g.Const(0.5)})
		},
	} {
		_, err := compileAndRun(t, f)
		var broken *graph.RequirementError
		require.ErrorAs(t, err, &broken)
		require.Contains(t, broken.What, what)
	}
}

func TestTruncatedGeometricsOfOtherMax(t *testing.T) {
	make := func(x *graph.Node, largest int) prob.TruncatedGeometric {
		return prob.TruncatedGeometric{Tau: x, Max: largest}
	}
	for _, tau := range []float64{-2, 0, 0.4, 100} {
		short := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node { return make(x[0], 5).KL(make(x[1], 9)) }, tau, 0.3)
		want := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node {
			q, p := make(x[0], 5), make(x[1], 9)
			log := q.LogProb(q.Values())
			return log.Exp().Mul(log.Sub(p.LogProb(q.Values()))).Sum()
		}, tau, 0.3)
		near(t, want[0], short[0], 1e-12, "by enumeration")
		long := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node { return make(x[0], 9).KL(make(x[1], 5)) }, tau, 0.3)
		require.Equal(t, []float64{inf}, long)
	}
	_, err := compileAndRun(t, func(g *graph.Graph) *graph.Node { return make(g.Const(1), 0).Sample() })
	require.ErrorContains(t, err, "prob: TruncatedGeometric: Max is 0, want at least 1")
}

// Divergences of distributions whose means are too large for a number.
func TestKLOfEndlessRuns(t *testing.T) {
	for _, c := range []struct{ q, p, want float64 }{ // log-odds of going on; digits by mpmath
		{1000, 999, math.E - 2}, {999, 1000, 1 / math.E}, {1000, 1000, 0}, {1000, -1000, inf}, {-1000, 1000, 1000}, {40, 38, 4.3890560989306501405},
		{31, 29, 4.389056098929947617}, {29, 31, 1.1353352832365176039}, {-100, 100, 100}, {100, -5, inf},
	} {
		kl := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node {
			return prob.Geometric{Logits: x[0].Neg()}.KL(prob.Geometric{Logits: x[1].Neg()})
		}, c.q, c.p)
		if c.want < inf {
			near(t, c.want, kl[0], 1e-12, fmt.Sprint(c))
			continue
		}
		require.Greater(t, kl[0], 1e40, fmt.Sprint(c))
	}
}

// A rate that is too large for a number gives draws that are so, not NaN.
func TestOverflowingRates(t *testing.T) {
	poisson := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node { return prob.Poisson{LogRate: x[0]}.Sample() }, 1000)
	require.Equal(t, []float64{inf}, poisson)
	negative := discrete(t, graph.Float32, func(x []*graph.Node) *graph.Node {
		return prob.NegativeBinomial{R: x[0], Logits: x[1]}.Sample()
	}, 2, 200)
	require.Equal(t, []float64{inf}, negative)
	geometric := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node { return prob.Geometric{Logits: x[0]}.Sample() }, -1e6)
	require.Equal(t, []float64{inf}, geometric)
	for x, want := range map[float64]float64{-inf: 0, inf: 1} {
		cdf := discrete(t, graph.Float64, func(in []*graph.Node) *graph.Node {
			return graph.Concat(0,
				prob.Poisson{LogRate: in[0]}.CDF(in[1]).Reshape(1), prob.Geometric{Logits: in[0]}.CDF(in[1]).Reshape(1),
				prob.NegativeBinomial{R: in[0].Exp(), Logits: in[0]}.CDF(in[1]).Reshape(1),
				prob.Bernoulli{Logits: in[0]}.CDF(in[1]).Reshape(1), prob.TruncatedGeometric{Tau: in[0], Max: longest}.CDF(in[1]).Reshape(1))
		}, 0.7, x)
		require.Equal(t, []float64{want, want, want, want, want}, cdf, "at %v", x)
	}
}

// What can be drawn, with probabilities that sum to 1.
func TestValuesAreAll(t *testing.T) {
	for name, f := range map[string]func(x *graph.Node) *graph.Node{
		"Bernoulli": func(x *graph.Node) *graph.Node {
			d := prob.Bernoulli{Logits: x}
			return d.LogProb(d.Values())
		},
		"TruncatedGeometric": func(x *graph.Node) *graph.Node {
			d := prob.TruncatedGeometric{Tau: x, Max: longest}
			return d.LogProb(d.Values())
		},
	} {
		total := discrete(t, graph.Float64, func(x []*graph.Node) *graph.Node { return f(x[0]).Exp().Sum() }, 0.3)
		require.InDelta(t, 1, total[0], 1e-14, name)
	}
}
