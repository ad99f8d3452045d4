package prob_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// relaxedSets are logits of three classes and temperatures.
var relaxedSets = []struct {
	logits      []float64
	temperature float64
}{
	{[]float64{0.5, -1, 0.2}, 0.7}, {[]float64{0, 0, 0}, 1}, {[]float64{2, 0, -1}, 2.5},
}

func eachRelaxed(t *testing.T, check func(t *testing.T, logits []float64, temperature float64)) {
	for _, s := range relaxedSets {
		t.Run(fmt.Sprint(s.logits, "/", s.temperature), func(t *testing.T) { check(t, s.logits, s.temperature) })
	}
}

// evalRelaxed computes f of the distribution and of rows.
func evalRelaxed(t *testing.T, p graph.Precision, logits []float64, temperature float64, rows []float64,
	f func(d prob.RelaxedCategorical, x *graph.Node) *graph.Node,
) []float64 {
	t.Helper()
	return graphtest.Eval(t, p, func(in ...*graph.Node) *graph.Node {
		return f(prob.RelaxedCategorical{Logits: in[0], Temperature: in[1]}, in[2])
	}, graphtest.Values(logits, len(logits)), graphtest.Values([]float64{temperature}), graphtest.Values(rows, len(rows)/len(logits), len(logits)))
}

// triangle is a grid over the 2-simplex, even in the log-ratios of the elements: the logarithms of its
// points, and the area in log-ratios that each stands for.
func triangle(temperature float64) (logRows []float64, area float64) {
	const n = 60
	step := 0.3 / temperature
	for i := -n; i <= n; i++ {
		for j := -n; j <= n; j++ {
			a, b := float64(i)*step, float64(j)*step
			total := floats.LogSumExp([]float64{a, b, 0})
			logRows = append(logRows, a-total, b-total, -total)
		}
	}
	return logRows, step * step
}

// Both densities integrate to 1: in log-ratios that of the logarithms does, and dx is the product of all
// elements of x times what the log-ratios span.
func TestRelaxedCategoricalIntegratesToOne(t *testing.T) {
	eachRelaxed(t, func(t *testing.T, logits []float64, temperature float64) {
		y, area := triangle(temperature)
		ofLogs := evalRelaxed(t, graph.Float64, logits, temperature, y, func(d prob.RelaxedCategorical, y *graph.Node) *graph.Node {
			return prob.ExpRelaxedCategorical(d).LogProb(y).Exp().Sum()
		})
		require.InDelta(t, 1, ofLogs[0]*area, 1e-6)
		ofRows := evalRelaxed(t, graph.Float64, logits, temperature, y, func(d prob.RelaxedCategorical, y *graph.Node) *graph.Node {
			return d.LogProb(y.Exp()).Add(y.Sum(-1)).Exp().Sum()
		})
		require.InDelta(t, 1, ofRows[0]*area, 1e-6)
	})
}

// An expectation over draws, and its gradients in the parameters, are those of the density.
func TestRelaxedCategoricalDrawsAndTheirGradients(t *testing.T) {
	f := func(x *graph.Node) *graph.Node { return x.Slice(-1, 0, 1).Add(x.Slice(-1, 1, 2).Square()) }
	eachRelaxed(t, func(t *testing.T, logits []float64, temperature float64) {
		y, area := triangle(temperature)
		expectation := func(logits []float64, temperature float64) float64 {
			return area * evalRelaxed(t, graph.Float64, logits, temperature, y, func(d prob.RelaxedCategorical, y *graph.Node) *graph.Node {
				return prob.ExpRelaxedCategorical(d).LogProb(y).Exp().ExpandDims(-1).Mul(f(y.Exp())).Sum()
			})[0]
		}
		for _, p := range precisions {
			values := evalRelaxed(t, p, logits, temperature, y[:3], func(d prob.RelaxedCategorical, _ *graph.Node) *graph.Node {
				return f(d.Sample(draws))
			})
			within(t, expectation(logits, temperature), values, "an expectation")
		}
		slopes := gradientsOfDraws(t, logits, temperature, f)
		const h = 1e-5
		for i := range logits {
			up, down := slices.Clone(logits), slices.Clone(logits)
			up[i], down[i] = up[i]+h, down[i]-h
			within(t, (expectation(up, temperature)-expectation(down, temperature))/(2*h), slopes[i], "a logit")
		}
		within(t, (expectation(logits, temperature+h)-expectation(logits, temperature-h))/(2*h), slopes[len(logits)], "the temperature")
	})
}

// gradientsOfDraws returns, for each logit and the temperature, the gradients of f of many draws.
func gradientsOfDraws(t *testing.T, logits []float64, temperature float64, f func(x *graph.Node) *graph.Node) [][]float64 {
	t.Helper()
	k := len(logits)
	flat := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		x := prob.RelaxedCategorical{Logits: in[0], Temperature: in[1]}.Sample()
		d := graph.Grad(f(x).Sum(), in...)
		return graph.Concat(-1, d[0], d[1].ExpandDims(-1))
	}, graphtest.Values(slices.Repeat(logits, draws), draws, k), graphtest.Values(slices.Repeat([]float64{temperature}, draws), draws))
	slopes := make([][]float64, k+1)
	for i, v := range flat {
		slopes[i%(k+1)] = append(slopes[i%(k+1)], v)
	}
	return slopes
}

func TestRelaxedCategoricalOfTwoClassesIsRelaxedBernoulli(t *testing.T) {
	first := []float64{1e-9, 0.01, 0.3, 0.5, 0.97}
	for _, odds := range []float64{0, -1.5, 100} {
		for _, temperature := range []float64{0.1, 1, 30} {
			args := []graphtest.Arg{graphtest.Values([]float64{odds}), graphtest.Values([]float64{temperature}), graphtest.Values(first)}
			two := func(in []*graph.Node) prob.RelaxedCategorical {
				return prob.RelaxedCategorical{Logits: graph.Concat(0, in[0].Reshape(1), in[0].Scale(0).Reshape(1)), Temperature: in[1]}
			}
			binary := func(in []*graph.Node) prob.RelaxedBernoulli {
				return prob.RelaxedBernoulli{Logits: in[0], Temperature: in[1]}
			}
			want := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node { return binary(in).LogProb(in[2]) }, args...)
			got := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
				return two(in).LogProb(graph.Concat(-1, in[2].ExpandDims(-1), in[2].Neg().AddScalar(1).ExpandDims(-1)))
			}, args...)
			for i, l := range want {
				near(t, l, got[i], 1e-12, fmt.Sprint("at ", first[i]))
			}
			cdf := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
				return binary(in).CDF(two(in).Sample(draws).Slice(-1, 0, 1))
			}, args...)
			slices.Sort(cdf)
			for i, f := range cdf {
				cdf[i] = math.Abs(f - (float64(i)+0.5)/draws)
			}
			if temperature < 1 || odds == 100 {
				continue // many draws are rounded to 0 or 1
			}
			require.Less(t, floats.Max(cdf), math.Sqrt(math.Log(2/falseFail)/(2*draws))+1e-5)
		}
	}
}

// As the temperature falls to 0, draws become those of the discrete distributions.
func TestColdRelaxationsAreDiscrete(t *testing.T) {
	logits := []float64{0.5, -1, 0.2}
	sharp := func(samples []float64) int {
		return len(slices.DeleteFunc(slices.Clone(samples), func(v float64) bool { return v > 1e-3 && v < 0.999 }))
	}
	classes := evalRelaxed(t, graph.Float64, logits, 1e-4, logits, func(d prob.RelaxedCategorical, _ *graph.Node) *graph.Node {
		return d.Sample(draws)
	})
	require.Greater(t, sharp(classes), 299*draws/100)
	requireClasses(t, logits, classes)

	args := []graphtest.Arg{graphtest.Values([]float64{-0.8}), graphtest.Values([]float64{1e-4})}
	relaxed := func(in []*graph.Node) prob.RelaxedBernoulli {
		return prob.RelaxedBernoulli{Logits: in[0], Temperature: in[1]}
	}
	numbers := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node { return relaxed(in).Sample(draws) }, args...)
	require.Greater(t, sharp(numbers), 99*draws/100)
	middle := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		return relaxed(in).CDF(graph.Concat(0, in[0].Scale(0).AddScalar(1e-3).Reshape(1), in[0].Scale(0).AddScalar(0.999).Reshape(1)))
	}, args...)
	require.InDelta(t, sigmoid(0.8), middle[0], 1e-3)
	require.InDelta(t, sigmoid(0.8), middle[1], 1e-3)
}

// requireClasses checks that the largest elements of rows are where the categorical has them.
func requireClasses(t *testing.T, logits, rows []float64) {
	t.Helper()
	k := len(logits)
	observed, expected := make([]float64, k), make([]float64, k)
	for at := 0; at < len(rows); at += k {
		observed[floats.MaxIdx(rows[at:][:k])]++
	}
	for i, l := range logits {
		expected[i] = draws * math.Exp(l-floats.LogSumExp(logits))
	}
	require.Less(t, chiSquaredMisfit(observed, expected), 1.0)
}

// Straight-through draws are discrete, and their gradients those of relaxed draws from the same noise.
func TestStraightThrough(t *testing.T) {
	logits, weights := []float64{0.5, -1, 0.2}, []float64{1, -2, 5}
	for _, p := range precisions {
		rows := evalRelaxed(t, p, logits, 0.6, weights, func(d prob.RelaxedCategorical, _ *graph.Node) *graph.Node {
			return d.StraightThrough(draws)
		})
		for at := 0; at < len(rows); at += 3 {
			require.ElementsMatch(t, []float64{0, 0, 1}, rows[at:at+3])
		}
		requireClasses(t, logits, rows)
		slope := func(draw func(d prob.RelaxedCategorical, n ...int) *graph.Node) []float64 {
			return evalRelaxed(t, p, logits, 0.6, weights, func(d prob.RelaxedCategorical, w *graph.Node) *graph.Node {
				slopes := graph.Grad(draw(d, 5).Mul(w).Sum(), d.Logits, d.Temperature)
				return graph.Concat(0, slopes[0], slopes[1].Reshape(1))
			})
		}
		require.Equal(t, slope(prob.RelaxedCategorical.Sample), slope(prob.RelaxedCategorical.StraightThrough))
		require.NotZero(t, floats.Norm(slope(prob.RelaxedCategorical.StraightThrough), 2))
	}
	binary := func(f func(d prob.RelaxedBernoulli) *graph.Node) []float64 {
		return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			return f(prob.RelaxedBernoulli{Logits: in[0], Temperature: in[1]})
		}, graphtest.Values([]float64{0.9}), graphtest.Values([]float64{0.6}))
	}
	hard := binary(func(d prob.RelaxedBernoulli) *graph.Node { return d.StraightThrough(draws) })
	require.Empty(t, slices.DeleteFunc(slices.Clone(hard), func(v float64) bool { return v == 0 || v == 1 }))
	within(t, sigmoid(0.9), hard, "probability of 1")
	slope := func(draw func(d prob.RelaxedBernoulli, n ...int) *graph.Node) []float64 {
		return binary(func(d prob.RelaxedBernoulli) *graph.Node {
			slopes := graph.Grad(draw(d, 5).Sum(), d.Logits, d.Temperature)
			return graph.Concat(0, slopes[0].Reshape(1), slopes[1].Reshape(1))
		})
	}
	require.Equal(t, slope(prob.RelaxedBernoulli.Sample), slope(prob.RelaxedBernoulli.StraightThrough))
	require.NotZero(t, slope(prob.RelaxedBernoulli.StraightThrough)[0])
}

// At a temperature at which elements of draws underflow, the density of their logarithms and its
// gradient are finite.
func TestLogarithmsOfColdDraws(t *testing.T) {
	for _, p := range precisions {
		values := evalRelaxed(t, p, []float64{3, -100, 0.2}, 1e-3, []float64{1, 2, 3}, func(d prob.RelaxedCategorical, _ *graph.Node) *graph.Node {
			e := prob.ExpRelaxedCategorical(d)
			y := e.Sample(1000)
			log := e.LogProb(y)
			slopes := graph.Grad(log.Sum(), d.Logits, d.Temperature, y)
			return graph.Concat(0, log, slopes[0], slopes[1].Reshape(1), slopes[2].Reshape(-1), d.LogProb(y.Exp()).Equal(d.Temperature.Scale(0).AddScalar(-inf)))
		})
		n := len(values) - 1000
		for i, v := range values[:n] {
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%v: element %d is %v", p, i, v)
		}
		require.NotZero(t, floats.Sum(values[n:]), "elements do underflow")
	}
}

func TestRelaxedCategoricalGradients(t *testing.T) {
	graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
		y := x[2].LogSoftmax(-1)
		d := prob.RelaxedCategorical{Logits: x[0], Temperature: x[1]}
		return d.LogProb(y.Exp()).Add(prob.ExpRelaxedCategorical(d).LogProb(y).Scale(2))
	}, graphtest.Between(-2, 2, 4, 3), graphtest.Between(0.3, 2, 4), graphtest.Between(-2, 2, 5, 4, 3))
}

func TestRelaxedCategoricalOutsideTheSupport(t *testing.T) {
	for name, c := range map[string]struct {
		row  []float64
		logs bool
	}{
		"a negative element":           {row: []float64{-0.2, 0.7, 0.5}},
		"an element of 0":              {row: []float64{0, 0.5, 0.5}},
		"a sum above 1":                {row: []float64{0.2, 0.7, 0.5}},
		"a positive logarithm":         {row: []float64{0.2, -1, -1}, logs: true},
		"logarithms of a sum beside 1": {row: []float64{-1, -1, -1}, logs: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := graphtest.New(graph.Float64, func(x ...*graph.Node) *graph.Node {
				d := prob.RelaxedCategorical{Logits: x[0], Temperature: x[1]}
				if c.logs {
					return prob.ExpRelaxedCategorical(d).LogProb(x[2])
				}
				return d.LogProb(x[2])
			}, graphtest.Values([]float64{1, 2, 3}), graphtest.Values([]float64{0.5}), graphtest.Values(c.row))
			program, err := b.Graph.Compile(append(graph.Grad(b.Y, b.X...), b.Y)...)
			require.NoError(t, err)
			out, err := program.Run(0, nil)
			require.NoError(t, err)
			require.Equal(t, -inf, out[3].Item())
			for _, gradient := range out[:3] {
				require.Zero(t, floats.Norm(gradient.Float64s(), inf))
			}
		})
	}
}

func TestRelaxedShapesAndBadNumbers(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	logits, temperature, x := g.Input("logits", 2, 3), g.Input("temperature", 2), g.Input("x", 2, 3)
	d := prob.RelaxedCategorical{Logits: logits, Temperature: temperature}
	require.Equal(t, []int{5, 2, 3}, d.Sample(5).Shape())
	require.Equal(t, []int{5, 2, 3}, d.StraightThrough(5).Shape())
	require.Equal(t, []int{5, 2}, d.LogProb(d.Sample(5)).Shape())
	require.Equal(t, []int{2}, prob.ExpRelaxedCategorical(d).LogProb(prob.ExpRelaxedCategorical(d).Sample()).Shape())
	program, err := g.Compile(d.LogProb(x), prob.ExpRelaxedCategorical(d).LogProb(x.Log()))
	require.NoError(t, err)
	run := func(logit, temp, element float64) error {
		_, err := program.Run(0, graph.Feed{
			logits: []float64{0, 1, 2, 3, logit, 5}, temperature: []float64{1, temp}, x: []float64{0.2, 0.3, 0.5, 0.25, 0.25, element},
		})
		return err
	}
	require.NoError(t, run(0, 0.5, 0.5))
	for what, err := range map[string]error{
		"Logits": run(math.NaN(), 1, 0.5), "Temperature": run(0, 0, 0.5), "value": run(0, 1, 0.7),
	} {
		var broken *graph.RequirementError
		require.ErrorAs(t, err, &broken)
		require.Contains(t, broken.What, "prob.RelaxedCategorical: "+what)
	}
}
