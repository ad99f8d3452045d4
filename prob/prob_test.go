package prob_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

var precisions = []graph.Precision{graph.Float32, graph.Float64}

const draws = 100_000

// What distributions have beside the interface, where mathematics has it.
type (
	hasMean     interface{ Mean() *graph.Node }
	hasVariance interface{ Variance() *graph.Node }
	hasMode     interface{ Mode() *graph.Node }
	hasMedian   interface{ Median() *graph.Node }
	hasEntropy  interface{ Entropy() *graph.Node }
	hasCDF      interface {
		CDF(x *graph.Node) *graph.Node
	}
	hasQuantile interface {
		Quantile(p *graph.Node) *graph.Node
	}
)

// each runs a check on every row with each set of its parameters.
func each(t *testing.T, check func(t *testing.T, r row, theta []float64)) {
	for _, r := range rows {
		for _, theta := range r.theta {
			t.Run(fmt.Sprint(r.name, theta), func(t *testing.T) { check(t, r, theta) })
		}
	}
}

// eval computes f of the distribution with scalar parameters theta, and of x.
func (r row) eval(t *testing.T, p graph.Precision, theta, x []float64, f func(d prob.Distribution, x *graph.Node) *graph.Node) []float64 {
	t.Helper()
	args := []graphtest.Arg{graphtest.Values(x, len(x))}
	for _, v := range theta {
		args = append(args, graphtest.Values([]float64{v}))
	}
	return graphtest.Eval(t, p, func(in ...*graph.Node) *graph.Node { return f(r.make(in[1:]), in[0]) }, args...)
}

// method computes what a method of the interface I, if the distribution has it, returns at x.
func method[I any](t *testing.T, r row, theta, x []float64, f func(d I, x *graph.Node) *graph.Node) (values []float64, has bool) {
	t.Helper()
	values = r.eval(t, graph.Float64, theta, x, func(d prob.Distribution, x *graph.Node) *graph.Node {
		var m I
		if m, has = d.(I); !has {
			return x
		}
		return f(m, x)
	})
	return values, has
}

// number is method for one without an argument.
func number[I any](t *testing.T, r row, theta []float64, f func(d I) *graph.Node) (float64, bool) {
	t.Helper()
	v, has := method(t, r, theta, []float64{0}, func(d I, _ *graph.Node) *graph.Node { return f(d) })
	return v[0], has
}

func logProb(d prob.Distribution, x *graph.Node) *graph.Node { return d.LogProb(x) }

func (r row) sample(t *testing.T, p graph.Precision, theta []float64, n int) []float64 {
	t.Helper()
	return r.eval(t, p, theta, []float64{0}, func(d prob.Distribution, _ *graph.Node) *graph.Node { return d.Sample(n) })
}

// densities returns the density at each of the points.
func (r row) densities(t *testing.T, theta []float64) (points, []float64) {
	t.Helper()
	at := r.points(theta)
	density := r.eval(t, graph.Float64, theta, at.x, logProb)
	for i, l := range density {
		density[i] = math.Exp(l)
	}
	return at, density
}

// near checks that got is want up to a fraction of the larger of want and 1.
func near(t *testing.T, want, got, tolerance float64, what string) {
	t.Helper()
	require.InDelta(t, want, got, tolerance*max(1, math.Abs(want)), what)
}

// within checks that the mean of samples is want, up to four standard errors.
func within(t *testing.T, want float64, samples []float64, what string) {
	t.Helper()
	mean, std := stat.MeanStdDev(samples, nil)
	require.InDelta(t, want, mean, 4*std/math.Sqrt(float64(len(samples)))+1e-6*math.Abs(want)+1e-300, what)
}

func TestTotalProbability(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		at, density := r.densities(t, theta)
		require.InDelta(t, 1, at.integral(func(i int, _ float64) float64 { return density[i] }), 1e-6)
	})
}

func TestMoments(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		at, density := r.densities(t, theta)
		mean := at.integral(func(i int, x float64) float64 { return density[i] * x })
		variance := at.integral(func(i int, x float64) float64 { return density[i] * (x - mean) * (x - mean) })
		gotMean, has := number(t, r, theta, hasMean.Mean)
		if !has || math.IsInf(gotMean, 0) || math.IsNaN(gotMean) {
			return
		}
		near(t, 0, (gotMean-mean)/max(math.Sqrt(variance), math.Abs(mean)), 1e-5, "mean")
		gotVariance, has := number(t, r, theta, hasVariance.Variance)
		if !has || math.IsInf(gotVariance, 0) || math.IsNaN(gotVariance) {
			return
		}
		near(t, 1, gotVariance/variance, 1e-4, "variance")
		for _, p := range precisions {
			samples := r.sample(t, p, theta, draws)
			within(t, mean, samples, "mean of draws")
			fourth := at.integral(func(i int, x float64) float64 { return density[i] * math.Pow(x-mean, 4) })
			squares := slices.Clone(samples)
			for i, s := range squares {
				squares[i] = (s - mean) * (s - mean)
			}
			stderr := math.Sqrt((fourth - variance*variance) / draws)
			require.InDelta(t, variance, stat.Mean(squares, nil), 4.5*stderr+1e-5*variance, "variance of draws")
		}
	})
}

// The probability that the tests of a sampler fail it although it is right.
const falseFail = 1e-6

// misfit returns how far draws are from the distribution as a multiple of what is allowed: by the bound of Dvoretzky,
// Kiefer, Wolfowitz and Massart on the distance from the CDF or, of whole numbers, by the chi-squared test.
func (r row) misfit(t *testing.T, theta, samples []float64) float64 {
	t.Helper()
	if r.discrete {
		return r.chiSquared(t, theta, samples)
	}
	n := float64(len(samples))
	sorted := slices.Sorted(slices.Values(samples))
	const every = 10 // of the draws: the distance there is at most the greatest one
	var x, below []float64
	for i := 0; i < len(sorted); i += every {
		x, below = append(x, sorted[i]), append(below, float64(i))
	}
	cdf, has := method(t, r, theta, x, hasCDF.CDF)
	if !has {
		cdf = r.integrated(t, theta, x)
	}
	distance := 0.0
	for i, f := range cdf {
		distance = max(distance, math.Abs(f-below[i]/n), math.Abs(f-(below[i]+1)/n))
	}
	return distance / math.Sqrt(math.Log(2/falseFail)/(2*n))
}

// integrated returns the CDF at x, which is sorted, by integrating the density.
func (r row) integrated(t *testing.T, theta, x []float64) []float64 {
	t.Helper()
	at, density := r.densities(t, theta)
	sums, sum := make([]float64, len(density)), 0.0
	for i, p := range density {
		sums[i] = sum + at.weight[i]*p/2
		sum += at.weight[i] * p
	}
	cdf := make([]float64, len(x))
	for i, v := range x {
		switch j, _ := slices.BinarySearch(at.x, v); {
		case j == 0:
		case j == len(at.x):
			cdf[i] = sum
		default:
			share := (v - at.x[j-1]) / (at.x[j] - at.x[j-1])
			cdf[i] = sums[j-1] + share*(sums[j]-sums[j-1])
		}
	}
	return cdf
}

func (r row) chiSquared(t *testing.T, theta, samples []float64) float64 {
	t.Helper()
	at, density := r.densities(t, theta)
	counts := map[float64]float64{}
	for _, s := range samples {
		counts[s]++
	}
	n := float64(len(samples))
	var observed, expected []float64
	restObserved, restExpected := n, n // of what is too rare for a cell of its own
	for i, x := range at.x {
		if e := n * density[i]; e >= 10 {
			observed, expected = append(observed, counts[x]), append(expected, e)
			restObserved, restExpected = restObserved-counts[x], restExpected-e
		}
	}
	if restExpected > 1 {
		observed, expected = append(observed, restObserved), append(expected, restExpected)
	} else if restObserved > 20 {
		return inf
	}
	if len(observed) < 2 {
		return 0
	}
	limit := distuv.ChiSquared{K: float64(len(observed) - 1)}.Quantile(1 - falseFail)
	return stat.ChiSquare(observed, expected) / limit
}

var inf = math.Inf(1)

func TestDrawsFollowTheDistribution(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		for _, p := range precisions {
			require.Less(t, r.misfit(t, theta, r.sample(t, p, theta, draws)), 1.0, "%v", p)
		}
	})
}

// Samplers that are wrong in small ways must fail the test that the right ones pass.
func TestSabotagedSamplersAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		row   string
		theta []float64
		wrong func(v float64, i int) float64
	}{
		"a scale 5 % too large":            {"Normal", []float64{0, 1}, func(v float64, _ int) float64 { return 1.05 * v }},
		"one draw in fifty from elsewhere": {"Exponential", []float64{1}, func(v float64, i int) float64 { return v + float64(3*((i%50)/49)) }},
		"a fair coin for one of 0.5125":    {"Bernoulli", []float64{0}, func(v float64, i int) float64 { return max(v, float64((i%40)/39)) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := rowOf(c.row)
			samples := r.sample(t, graph.Float64, c.theta, draws)
			require.Less(t, r.misfit(t, c.theta, samples), 1.0)
			for i, v := range samples {
				samples[i] = c.wrong(v, i)
			}
			require.Greater(t, r.misfit(t, c.theta, samples), 1.0)
		})
	}
}

func TestEntropy(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		got, has := number(t, r, theta, hasEntropy.Entropy)
		if !has {
			return
		}
		at, density := r.densities(t, theta)
		want := -at.integral(func(i int, _ float64) float64 {
			if density[i] == 0 {
				return 0
			}
			return density[i] * math.Log(density[i])
		})
		near(t, want, got, 1e-6, "by integration")
		surprise := r.eval(t, graph.Float64, theta, []float64{0}, func(d prob.Distribution, _ *graph.Node) *graph.Node {
			return d.LogProb(d.Sample(draws)).Neg()
		})
		within(t, want, surprise, "-log p of draws")
	})
}

// probabilities at which CDF and Quantile must undo each other.
var probabilities = []float64{1e-6, 1e-3, 0.05, 0.2, 0.5, 0.7, 0.95, 0.999}

func TestQuantile(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		x, has := method(t, r, theta, probabilities, hasQuantile.Quantile)
		if !has {
			return
		}
		cdf, has := method(t, r, theta, x, hasCDF.CDF)
		require.True(t, has, "a quantile without a CDF")
		if median, has := number(t, r, theta, hasMedian.Median); has {
			near(t, x[slices.Index(probabilities, 0.5)], median, 1e-10, "median")
		}
		density := r.eval(t, graph.Float64, theta, x, logProb)
		for i, p := range probabilities {
			if !r.discrete {
				rounding := 0x1p-51 * math.Abs(x[i]) * math.Exp(density[i]) / p
				near(t, 1, cdf[i]/p, 1e-9+rounding, fmt.Sprintf("CDF of the quantile of %v", p))
				continue
			}
			require.GreaterOrEqual(t, cdf[i], p*(1-1e-12), "the quantile reaches %v", p)
			below, _ := method(t, r, theta, []float64{x[i] - 1}, hasCDF.CDF)
			require.Less(t, below[0], p*(1+1e-12), "the quantile of %v is the least", p)
		}
	})
}

func TestCDF(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		x := r.sample(t, graph.Float64, theta, 200)
		slices.Sort(x)
		cdf, has := method(t, r, theta, x, hasCDF.CDF)
		if !has {
			return
		}
		if r.discrete {
			at, density := r.densities(t, theta)
			for i, v := range x {
				want := at.integral(func(j int, y float64) float64 {
					if y > v {
						return 0
					}
					return density[j]
				})
				near(t, want, cdf[i], 1e-9, fmt.Sprint("at ", v))
			}
			ends, _ := method(t, r, theta, []float64{at.x[0] - 1, at.x[0] + 0.5}, hasCDF.CDF)
			require.Zero(t, ends[0], "below the support")
			near(t, density[0], ends[1], 1e-12, "between two numbers")
			return
		}
		for i, want := range r.integrated(t, theta, x) {
			require.InDelta(t, want, cdf[i], 1e-3, "at %v", x[i])
		}
		slope := r.eval(t, graph.Float64, theta, x, func(d prob.Distribution, x *graph.Node) *graph.Node {
			return graph.Grad(d.(hasCDF).CDF(x).Sum(), x)[0]
		})
		for i, l := range r.eval(t, graph.Float64, theta, x, logProb) {
			near(t, 1, slope[i]/math.Exp(l), 1e-7, fmt.Sprint("its slope is the density, at ", x[i]))
		}
	})
}

func TestMode(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		mode, has := number(t, r, theta, hasMode.Mode)
		if !has {
			return
		}
		at, density := r.densities(t, theta)
		mode = r.inside(t, theta, mode, at.x)
		top := r.eval(t, graph.Float64, theta, []float64{mode}, logProb)[0]
		require.GreaterOrEqual(t, math.Exp(top)*(1+1e-9), floats.Max(density), "the density is nowhere higher, as at %v", at.x[floats.MaxIdx(density)])
	})
}

// inside returns v or, if that is the edge of a support that it is not part of, the point next to it.
func (r row) inside(t *testing.T, theta []float64, v float64, at []float64) float64 {
	t.Helper()
	support := graph.Real
	r.eval(t, graph.Float64, theta, at[:1], func(d prob.Distribution, x *graph.Node) *graph.Node {
		support = d.Support()
		return x
	})
	if support.Holds(v) {
		return v
	}
	require.Contains(t, []float64{support.Low, support.High}, v, "an edge")
	if v == support.Low {
		return at[0]
	}
	return at[len(at)-1]
}

func TestGradients(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		x := graphtest.Values(r.sample(t, graph.Float64, theta, 5), 5)
		if r.discrete {
			x = x.Fixed()
		}
		args := []graphtest.Arg{x}
		for _, v := range theta {
			args = append(args, graphtest.Values([]float64{v}))
		}
		graphtest.Gradient(t, func(in ...*graph.Node) *graph.Node {
			d := r.make(in[1:])
			sum := d.LogProb(in[0])
			if e, has := d.(hasEntropy); has {
				sum = sum.Add(e.Entropy().Scale(2))
			}
			return sum
		}, args...)
	})
}

// The gradient through draws is that of an expectation or, of discrete distributions, none.
func TestPathwiseGradient(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		low, centre, high := r.quartiles(t, theta)
		width := max(high-low, 1e-3*math.Abs(centre))
		if r.discrete {
			width = 1
		}
		bounded := func(x float64) float64 { return math.Tanh((x - centre) / width) }
		for k := range theta {
			slope := r.eachGradient(t, theta, k, func(d prob.Distribution) *graph.Node {
				g := d.Parameters()[0].Node.Graph()
				return d.Sample().Sub(g.Const(centre)).Div(g.Const(width)).Tanh()
			})
			if r.discrete {
				require.Zero(t, floats.Norm(slope, inf), "draws pass no gradient")
				continue
			}
			within(t, r.slope(t, theta, k, bounded), slope, fmt.Sprintf("gradient of an expectation in parameter %d", k))
		}
	})
}

// quartiles returns the points up to which a quarter, half and three quarters of the probability lie.
func (r row) quartiles(t *testing.T, theta []float64) (low, middle, high float64) {
	t.Helper()
	at, density := r.densities(t, theta)
	sum, found := 0.0, []float64{}
	for i, p := range density {
		for sum += at.weight[i] * p; len(found) < 3 && sum >= 0.25*float64(len(found)+1)-1e-9; {
			found = append(found, at.x[i])
		}
	}
	require.Len(t, found, 3)
	return found[0], found[1], found[2]
}

// eachGradient returns the gradient of f of each of 25,000 independent draws in parameter k.
func (r row) eachGradient(t *testing.T, theta []float64, k int, f func(d prob.Distribution) *graph.Node) []float64 {
	t.Helper()
	const draws = 25_000
	args := make([]graphtest.Arg, len(theta))
	for i, v := range theta {
		args[i] = graphtest.Values(slices.Repeat([]float64{v}, draws), draws)
	}
	return graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
		return graph.Grad(f(r.make(in)).Sum(), in[k])[0]
	}, args...)
}

// slope is the derivative of the expectation of f in parameter k, by integration and differences.
func (r row) slope(t *testing.T, theta []float64, k int, f func(x float64) float64) float64 {
	t.Helper()
	h := 1e-5 * max(math.Abs(theta[k]), 1e-3)
	expectation := func(shift float64) float64 {
		moved := slices.Clone(theta)
		moved[k] += shift
		at := r.points(moved)
		log := r.eval(t, graph.Float64, moved, at.x, logProb)
		return at.integral(func(i int, x float64) float64 { return math.Exp(log[i]) * f(x) })
	}
	return (expectation(h) - expectation(-h)) / (2 * h)
}

// A draw made of one noise by an increasing function moves with its parameters such that its CDF stays.
func TestPathwiseGradientOfEachDraw(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		if r.discrete || r.mixed {
			return
		}
		x := r.sample(t, graph.Float64, theta, 50)
		log := r.eval(t, graph.Float64, theta, x, logProb)
		for k, v := range theta {
			cdf := func(shift float64) []float64 {
				moved := slices.Clone(theta)
				moved[k] += shift
				values, has := method(t, r, moved, x, hasCDF.CDF)
				require.True(t, has)
				return values
			}
			h := 1e-6 * max(math.Abs(v), 1e-3)
			up, down := cdf(h), cdf(-h)
			args := make([]graphtest.Arg, len(theta))
			for i, v := range theta {
				args[i] = graphtest.Values(slices.Repeat([]float64{v}, len(x)), len(x))
			}
			got := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
				return graph.Grad(r.make(in).Sample().Sum(), in[k])[0]
			}, args...)
			for i := range x {
				if max(up[i], down[i]) == 1 || min(up[i], down[i]) == 0 {
					continue // a bound has moved past the draw
				}
				density := math.Exp(log[i])
				want := -(up[i] - down[i]) / (2 * h) / density
				rounding := 0x1p-52 / (h * density) // of the CDF
				require.InDelta(t, want, got[i], 2e-4*math.Abs(want)+1e-7*math.Abs(x[i]/max(math.Abs(v), 1e-3))+rounding, "parameter %d, draw %v", k, x[i])
			}
		}
	})
}
