package metrics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/metrics"
)

// Of intervals for the mean of 30 exponentials about as many hold it as their level says. Percentile intervals
// of such skewed data lie too low.
func TestBootstrapCoverage(t *testing.T) {
	const trials, n, level = 1000, 30, 0.9
	count := func(b metrics.Bootstrap) (held, above, below float64) {
		rng := rand.New(rand.NewPCG(1, 2))
		x := make([]float64, n)
		for range trials {
			for i := range x {
				x[i] = rng.ExpFloat64()
			}
			low, high, err := b.Mean(x, rng)
			require.NoError(t, err)
			switch {
			case high < 1:
				below++
			case low > 1:
				above++
			default:
				held++
			}
		}
		return held / trials, above / trials, below / trials
	}
	held, above, below := count(metrics.Bootstrap{Level: level, Resamples: 300})
	stderr := math.Sqrt(level * (1 - level) / trials)
	require.InDelta(t, level, held, 4*stderr+0.01)
	_, percentileAbove, percentileBelow := count(metrics.Bootstrap{Level: level, Resamples: 300, Percentile: true})
	require.Less(t, below, percentileBelow, "fewer lie below the mean")
	require.Less(t, math.Abs(below-above), math.Abs(percentileBelow-percentileAbove), "the corrected tails are more alike")
}

// BCa of a mean against its definition, from the resamples' own values (Efron and Tibshirani 1993, section 14.3).
func TestBootstrapCorrection(t *testing.T) {
	x := []float64{1, 2, 6, 3, 3.5, 0.1, 29}
	const resamples = 999
	mean, cubes, squares := stat.Mean(x, nil), 0.0, 0.0
	for _, v := range x {
		squares += (v - mean) * (v - mean)
		cubes += math.Pow(v-mean, 3)
	}
	acceleration := cubes / (6 * math.Pow(squares, 1.5)) // the jackknife's of a mean: deviations of x over n-1
	var values []float64
	low, high, err := metrics.Bootstrap{Resamples: resamples}.Interval(len(x), func(rows []int) float64 {
		sum := 0.0
		for _, i := range rows {
			sum += x[i]
		}
		if len(values) < resamples {
			values = append(values, sum/float64(len(rows)))
		}
		return sum / float64(len(rows))
	}, rand.New(rand.NewPCG(1, 2)))
	require.NoError(t, err)
	below := 0.0
	for _, v := range values {
		if math.Abs(v-mean) < 1e-12 {
			below += 0.5 / resamples // each number once
		} else if v < mean {
			below += 1. / resamples
		}
	}
	bias := distuv.UnitNormal.Quantile(below)
	slices.Sort(values)
	for level, got := range map[float64]float64{0.025: low, 0.975: high} {
		z := bias + distuv.UnitNormal.Quantile(level)
		at := (resamples - 1) * distuv.UnitNormal.CDF(bias+z/(1-acceleration*z))
		i := int(at)
		require.InDelta(t, values[i]+(at-float64(i))*(values[i+1]-values[i]), got, 1e-9)
	}
}

// For normal data the interval of the mean is the textbook's.
func TestBootstrapOfNormals(t *testing.T) {
	const n = 400
	rng := rand.New(rand.NewPCG(3, 4))
	a, b, d := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range a {
		common := 10 * rng.NormFloat64()
		a[i], b[i] = common+rng.NormFloat64(), common+rng.NormFloat64()+0.2
		d[i] = a[i] - b[i]
	}
	mean, std := stat.MeanStdDev(d, nil)
	stderr := std / math.Sqrt(n)
	for _, percentile := range []bool{false, true} {
		low, high, err := metrics.Bootstrap{Resamples: 10_000, Percentile: percentile}.Paired(a, b, rng)
		require.NoError(t, err)
		require.InDelta(t, mean-1.96*stderr, low, 0.15*stderr)
		require.InDelta(t, mean+1.96*stderr, high, 0.15*stderr)
	}
}

// In another unit the interval is the same.
func TestBootstrapIsEquivariant(t *testing.T) {
	x := []float64{1, 2, 6, 3, 3.5, 0.1, 9}
	interval := func(scale, shift float64) (low, high float64) {
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = scale*v + shift
		}
		low, high, err := metrics.Bootstrap{Resamples: 500}.Mean(y, rand.New(rand.NewPCG(1, 2)))
		require.NoError(t, err)
		return low, high
	}
	low, high := interval(1, 0)
	require.Less(t, low, stat.Mean(x, nil))
	require.Greater(t, high, stat.Mean(x, nil))
	scaledLow, scaledHigh := interval(8, 1024)
	require.InDelta(t, 8*low+1024, scaledLow, 1e-9)
	require.InDelta(t, 8*high+1024, scaledHigh, 1e-9)
}

func TestBootstrapOfAnyStatistic(t *testing.T) {
	const n = 300
	rng := rand.New(rand.NewPCG(5, 6))
	scores, labels := make([]float64, n), make([]int, n)
	for i := range scores {
		labels[i] = i % 2
		scores[i] = rng.NormFloat64() + float64(labels[i])
	}
	auroc := func(rows []int) float64 {
		s, l := make([]float64, len(rows)), make([]int, len(rows))
		for k, i := range rows {
			s[k], l[k] = scores[i], labels[i]
		}
		v, err := metrics.AUROC(s, l)
		require.NoError(t, err)
		return v
	}
	low, high, err := metrics.Bootstrap{Level: 0.999, Resamples: 1000}.Interval(n, auroc, rng)
	require.NoError(t, err)
	const truth = 0.7602499389065233 // Φ(1/√2)
	require.True(t, low < truth && truth < high, "[%g, %g]", low, high)
	require.Less(t, high-low, 0.25)
}

func TestBootstrapOfConstants(t *testing.T) {
	for _, percentile := range []bool{false, true} {
		low, high, err := metrics.Bootstrap{Percentile: percentile}.Mean([]float64{0.1, 0.1, 0.1}, rand.New(rand.NewPCG(1, 2)))
		require.NoError(t, err)
		require.Equal(t, []float64{0.1, 0.1}, []float64{math.Round(low*1e15) / 1e15, math.Round(high*1e15) / 1e15})
	}
}

func TestBootstrapMistakes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	one := func([]int) float64 { return 1 }
	last := func(rows []int) float64 { // the whole is above all of its resamples
		seen := map[int]bool{}
		for _, i := range rows {
			seen[i] = true
		}
		return float64(len(seen))
	}
	third := func(_, _ float64, err error) error { return err }
	const out = "want at least 2 of each, and a level between 0 and 1"
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"one example", third(metrics.Bootstrap{}.Mean([]float64{1}, rng)), out},
		{"none", third(metrics.Bootstrap{}.Mean(nil, rng)), out},
		{"NaN", third(metrics.Bootstrap{}.Mean([]float64{1, math.NaN()}, rng)), "metrics: bootstrap: number 1 is NaN, want a finite one"},
		{"one resample", third(metrics.Bootstrap{Resamples: 1}.Interval(3, one, rng)), out},
		{"level 1", third(metrics.Bootstrap{Level: 1}.Interval(3, one, rng)), out},
		{"level NaN", third(metrics.Bootstrap{Level: math.NaN()}.Interval(3, one, rng)), out},
		{"lengths", third(metrics.Bootstrap{}.Paired([]float64{1, 2}, []float64{1}, rng)), "metrics: paired bootstrap of 2 and 1 numbers: want as many, at least 1"},
		{"infinite statistic", third(metrics.Bootstrap{}.Interval(3, func([]int) float64 { return math.Inf(1) }, rng)), "metrics: bootstrap: the statistic of a resample is +Inf"},
		{"one-sided", third(metrics.Bootstrap{Resamples: 50}.Interval(30, last, rng)), "metrics: bootstrap: all resamples lie on one side of the statistic, 30: no interval corrected for bias"},
	} {
		t.Run(c.name, func(t *testing.T) { require.ErrorContains(t, c.err, c.want) })
	}
}
