package prob_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// enumerable is a distribution of rows of logits all of whose values can be listed.
type enumerable interface {
	prob.Distribution
	Values() *graph.Node
	hasMean
	hasVariance
	hasEntropy
}

// listed is such a distribution with what the checks by enumeration need to know.
type listed struct {
	name string
	make func(logits *graph.Node) enumerable
	kl   func(q, p enumerable) *graph.Node
	cov  func(d enumerable) *graph.Node // nil of numbers
	mode func(d enumerable) *graph.Node // nil if it has none
	bad  []float64                      // is no value, of three classes
}

var listings = []listed{
	{
		name: "Categorical",
		make: func(logits *graph.Node) enumerable { return prob.Categorical{Logits: logits} },
		kl:   func(q, p enumerable) *graph.Node { return q.(prob.Categorical).KL(p.(prob.Categorical)) },
		mode: func(d enumerable) *graph.Node { return d.(prob.Categorical).Mode() },
		bad:  []float64{3},
	},
	{
		name: "OneHotCategorical",
		make: func(logits *graph.Node) enumerable { return prob.OneHotCategorical{Logits: logits} },
		kl:   func(q, p enumerable) *graph.Node { return q.(prob.OneHotCategorical).KL(p.(prob.OneHotCategorical)) },
		cov:  func(d enumerable) *graph.Node { return d.(prob.OneHotCategorical).Covariance() },
		mode: func(d enumerable) *graph.Node { return d.(prob.OneHotCategorical).Mode() },
		bad:  []float64{0, 2, -1},
	},
	{
		name: "Multinomial of 1", make: multinomial(1), kl: multinomialKL, cov: multinomialCov, bad: []float64{1, 1, 0},
	},
	{
		name: "Multinomial of 6", make: multinomial(6), kl: multinomialKL, cov: multinomialCov, bad: []float64{2.5, 2.5, 1},
	},
}

// eachListing runs a check on every distribution with each number of classes.
func eachListing(t *testing.T, check func(t *testing.T, d listed, k int)) {
	for _, d := range listings {
		for _, k := range []int{1, 2, 3, 5} {
			t.Run(fmt.Sprintf("%s of %d classes", d.name, k), func(t *testing.T) { check(t, d, k) })
		}
	}
}

// all returns the values as they broadcast against rows of logits [pairs, k], and their probabilities
// [values, pairs].
func all(d enumerable) (values, p *graph.Node) {
	values = d.Values().ExpandDims(1)
	return values, d.LogProb(values).Exp()
}

// scaled widens p to broadcast against the values of rows.
func scaled(p, values *graph.Node) *graph.Node {
	if values.Rank() == 3 {
		return p.ExpandDims(-1)
	}
	return p
}

// same checks that two functions of many rows of random logits are equal.
func same(t *testing.T, k, sets int, want, got func(logits []*graph.Node) *graph.Node) {
	t.Helper()
	args := make([]graphtest.Arg, sets)
	for i := range args {
		args[i] = graphtest.Between(-3, 3, pairs, k)
	}
	w := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node { return want(x) }, args...)
	g := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node { return got(x) }, args...)
	require.Len(t, g, len(w))
	for i := range w {
		near(t, w[i], g[i], 1e-12, fmt.Sprint("element ", i))
	}
}

func TestEnumeratedProbabilitiesSumToOne(t *testing.T) {
	eachListing(t, func(t *testing.T, d listed, k int) {
		same(t, k, 1,
			func(x []*graph.Node) *graph.Node { return x[0].Graph().Const(1).Broadcast(pairs) },
			func(x []*graph.Node) *graph.Node { _, p := all(d.make(x[0])); return p.Sum(0) })
	})
}

func TestEnumeratedMoments(t *testing.T) {
	eachListing(t, func(t *testing.T, d listed, k int) {
		mean := func(x []*graph.Node) *graph.Node {
			values, p := all(d.make(x[0]))
			return scaled(p, values).Mul(values).Sum(0)
		}
		same(t, k, 1, mean, func(x []*graph.Node) *graph.Node { return d.make(x[0]).Mean() })
		same(t, k, 1, func(x []*graph.Node) *graph.Node {
			values, p := all(d.make(x[0]))
			return scaled(p, values).Mul(values.Sub(mean(x)).Square()).Sum(0)
		}, func(x []*graph.Node) *graph.Node { return d.make(x[0]).Variance() })
		if d.cov == nil {
			return
		}
		same(t, k, 1, func(x []*graph.Node) *graph.Node {
			values, p := all(d.make(x[0]))
			apart := values.Sub(mean(x))
			return p.ExpandDims(-1).ExpandDims(-1).Mul(apart.ExpandDims(-1)).Mul(apart.ExpandDims(-2)).Sum(0)
		}, func(x []*graph.Node) *graph.Node { return d.cov(d.make(x[0])) })
	})
}

func TestEnumeratedEntropyAndKL(t *testing.T) {
	eachListing(t, func(t *testing.T, d listed, k int) {
		same(t, k, 1, func(x []*graph.Node) *graph.Node {
			values, p := all(d.make(x[0]))
			return p.Mul(d.make(x[0]).LogProb(values)).Sum(0).Neg()
		}, func(x []*graph.Node) *graph.Node { return d.make(x[0]).Entropy() })
		same(t, k, 2, func(x []*graph.Node) *graph.Node {
			q, p := d.make(x[0]), d.make(x[1])
			values, weight := all(q)
			return weight.Mul(q.LogProb(values).Sub(p.LogProb(values))).Sum(0)
		}, func(x []*graph.Node) *graph.Node { return d.kl(d.make(x[0]), d.make(x[1])) })
		same(t, k, 1,
			func(x []*graph.Node) *graph.Node { return x[0].Sum(-1).Scale(0) },
			func(x []*graph.Node) *graph.Node { return d.kl(d.make(x[0]), d.make(x[0].AddScalar(2))) })
	})
}

func TestEnumeratedMode(t *testing.T) {
	eachListing(t, func(t *testing.T, d listed, k int) {
		if d.mode == nil {
			return
		}
		same(t, k, 1,
			func(x []*graph.Node) *graph.Node { _, p := all(d.make(x[0])); return p.Max(0) },
			func(x []*graph.Node) *graph.Node {
				q := d.make(x[0])
				return q.LogProb(d.mode(q)).Exp()
			})
	})
}

func TestEnumeratedGradients(t *testing.T) {
	eachListing(t, func(t *testing.T, d listed, k int) {
		graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
			q, p := d.make(x[0]), d.make(x[1])
			return q.LogProb(q.Values()).Sum().Add(q.Entropy()).Add(d.kl(q, p)).Add(q.Mean().Sum()).Add(q.Variance().Sum())
		}, graphtest.Between(-2, 2, k), graphtest.Between(-2, 2, k))
		graphtest.Finite(t, func(x ...*graph.Node) *graph.Node { return d.make(x[0]).Sample(7) }, graphtest.Between(-2, 2, k))
	})
}

// Draws of a whole row of logits, of several at once, are those of the enumerated probabilities.
func TestEnumeratedDraws(t *testing.T) {
	const k = 4
	for _, d := range listings {
		rng := rand.New(rand.NewPCG(1, 2))
		logits := make([]float64, 2*k)
		for i := range logits {
			logits[i] = between(rng, -2, 2)
		}
		for _, precision := range precisions {
			eval := func(f func(d enumerable) *graph.Node) []float64 {
				return graphtest.Eval(t, precision, func(x ...*graph.Node) *graph.Node { return f(d.make(x[0])) }, graphtest.Values(logits, 2, k))
			}
			p := eval(func(d enumerable) *graph.Node { _, p := all(d); return p })
			values := eval(func(d enumerable) *graph.Node { return d.Values() })
			samples := eval(func(d enumerable) *graph.Node { return d.Sample(draws) })
			n, width := len(p)/2, len(values)*2/len(p)
			for row := range 2 {
				counts := map[float64]float64{}
				for at := row * width; at < len(samples); at += 2 * width {
					counts[digits(samples[at:][:width])]++
				}
				observed, expected := make([]float64, n), make([]float64, n)
				for i := range n {
					observed[i], expected[i] = counts[digits(values[i*width:][:width])], draws*p[2*i+row]
				}
				require.Less(t, chiSquaredMisfit(observed, expected), 1.0, "%s, %v, row %d", d.name, precision, row)
			}
		}
	}
}

// digits reads the elements of a value as the digits of a number.
func digits(value []float64) float64 {
	number := 0.0
	for _, v := range value {
		number = 10*number + v
	}
	return number
}

// chiSquaredMisfit returns the chi-squared statistic as a multiple of what is allowed, with all that is
// rare in one cell; all observed must have a cell.
func chiSquaredMisfit(observed, expected []float64) float64 {
	var o, e []float64
	restO, restE, total := 0.0, 0.0, 0.0
	for i, v := range expected {
		total += observed[i]
		if v < 10 {
			restO, restE = restO+observed[i], restE+v
		} else {
			o, e = append(o, observed[i]), append(e, v)
		}
	}
	if total != draws || restE < 10 && restO > 40 {
		return inf
	}
	if restE >= 10 {
		o, e = append(o, restO), append(e, restE)
	}
	if len(o) < 2 {
		return 0
	}
	return stat.ChiSquare(o, e) / distuv.ChiSquared{K: float64(len(o) - 1)}.Quantile(1-falseFail)
}

func TestADieLoadedByTwoPercentIsFound(t *testing.T) {
	even := slices.Repeat([]float64{draws / 5}, 5)
	require.Zero(t, chiSquaredMisfit(even, even))
	require.Greater(t, chiSquaredMisfit([]float64{draws * 0.22, draws * 0.18, draws * 0.2, draws * 0.2, draws * 0.2}, even), 1.0)
	require.Equal(t, inf, chiSquaredMisfit([]float64{draws, -draws / 5, 0, 0, 0}, even), "draws that are no values")
}

func TestExtremeLogitsAreFinite(t *testing.T) {
	for _, logits := range [][]float64{{100, -100, 0}, {1e6, -1e6, 0}, {1e6, 1e6, 1e6}, {-100, -100, -100}} {
		for _, d := range listings {
			t.Run(fmt.Sprint(d.name, logits), func(t *testing.T) {
				graphtest.Finite(t, func(x ...*graph.Node) *graph.Node {
					q, even := d.make(x[0]), d.make(x[0].Scale(0))
					values := q.LogProb(q.Values()).Sum().Add(q.Entropy()).Add(q.Mean().Sum()).Add(q.Variance().Sum())
					return values.Add(d.kl(q, even)).Add(d.kl(even, q))
				}, graphtest.Values(logits))
			})
		}
	}
}

func TestBadLogitsAndValuesAreNamed(t *testing.T) {
	for _, d := range listings {
		t.Run(d.name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
			logits := g.Input("logits", 2, 3)
			q := d.make(logits)
			x := g.Input("x", append([]int{2}, q.Values().Shape()[1:]...)...)
			program, err := g.Compile(q.LogProb(x))
			require.NoError(t, err)
			run := func(logit float64, value []float64) error {
				good := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node { return d.make(x[0]).Sample() },
					graphtest.Values([]float64{0, 0, 0}))
				if value == nil {
					value = good
				}
				_, err := program.Run(0, graph.Feed{logits: []float64{0, 1, 2, 3, logit, 5}, x: slices.Concat(good, value)})
				return err
			}
			require.NoError(t, run(4, nil))
			var broken *graph.RequirementError
			for _, v := range []float64{math.NaN(), inf, -inf} {
				require.ErrorAs(t, run(v, nil), &broken)
				require.Contains(t, broken.What, "Logits")
				require.Equal(t, 4, broken.Index)
			}
			require.ErrorAs(t, run(4, d.bad), &broken)
			require.Contains(t, broken.What, "value")
		})
	}
}

// Computed rows that are no values have probability 0, and no gradient goes bad; a computed index that
// is none fails the run.
func TestComputedRowsOutsideTheSupport(t *testing.T) {
	for _, d := range listings {
		t.Run(d.name, func(t *testing.T) {
			logits, bad := graphtest.Values([]float64{1, 2, 3}), graphtest.Values(d.bad)
			b := graphtest.New(graph.Float64, func(x ...*graph.Node) *graph.Node {
				return d.make(x[0]).LogProb(x[1].AddScalar(0))
			}, logits, bad)
			program, err := b.Graph.Compile(append(graph.Grad(b.Y, b.X...), b.Y)...)
			require.NoError(t, err)
			out, err := program.Run(0, nil)
			if d.name == "Categorical" {
				require.ErrorContains(t, err, "is not an integer in [0, 3)")
				return
			}
			require.NoError(t, err)
			require.Equal(t, -inf, out[2].Item())
			for _, gradient := range out[:2] {
				require.Equal(t, make([]float64, 3), gradient.Float64s())
			}
		})
	}
}

func TestCategoricalCDFAndQuantile(t *testing.T) {
	logits := graphtest.Values([]float64{0, math.Log(2), math.Log(5), 3, 3, 3}, 2, 3) // probabilities 1/8, 2/8, 5/8; and thirds
	eval := func(f func(d prob.Categorical, x *graph.Node) *graph.Node, x ...float64) []float64 {
		return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			return f(prob.Categorical{Logits: in[0]}, in[1].ExpandDims(-1))
		}, logits, graphtest.Values(x, len(x)))
	}
	cdf := eval(prob.Categorical.CDF, -0.5, 0, 1.5, 2, 9)
	require.InDeltaSlice(t, []float64{0, 0, 0.125, 1. / 3, 0.375, 2. / 3, 1, 1, 1, 1}, cdf, 1e-15)
	quantile := eval(prob.Categorical.Quantile, 0, 0.12, 0.13, 0.34, 0.38, 0.67, 1)
	require.Equal(t, []float64{0, 0, 0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 2, 2}, quantile)
	median := eval(func(d prob.Categorical, x *graph.Node) *graph.Node { return d.Median() }, 0)
	require.Equal(t, []float64{2, 1}, median)
}
