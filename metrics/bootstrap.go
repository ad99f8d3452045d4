package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bootstrap makes confidence intervals by drawing the examples again, with replacement (Efron and Tibshirani 1993,
// chapters 13 and 14). Its fields that are zero mean what their comments say.
type Bootstrap struct {
	Level     float64 // of the interval, between 0 and 1; 0.95
	Resamples int     // 2000

	// Percentile takes quantiles of the resamples as they are. Without it they are corrected for bias and
	// for a spread that changes with the value (BCa; Efron 1987, https://doi.org/10.1080/01621459.1987.10478410),
	// for which the statistic is also computed with each example left out.
	Percentile bool
}

// Mean returns an interval for the mean that the numbers x are a sample of. Fewer than two numbers and
// numbers that are not finite are errors.
func (b Bootstrap) Mean(x []float64, rng *rand.Rand) (low, high float64, err error) {
	if err := checkFinite("bootstrap", x); err != nil {
		return 0, 0, err
	}
	return b.Interval(len(x), func(rows []int) float64 {
		sum := 0.0
		for _, i := range rows {
			sum += x[i]
		}
		return sum / float64(len(rows))
	}, rng)
}

// Paired returns an interval for the mean of a - b, where a[i] and b[i] score two methods on the same example: both
// scores of an example are drawn together. Errors are those of Mean, and different lengths.
func (b Bootstrap) Paired(a, c []float64, rng *rand.Rand) (low, high float64, err error) {
	d, err := differences("paired bootstrap", a, c)
	if err != nil {
		return 0, 0, err
	}
	return b.Mean(d, rng)
}

// Interval returns an interval for any statistic of n examples, at least 2. It is called with the rows that a
// resample has, numbers in 0..n-1 in order, which repeat, and must not keep them. A statistic that is not finite is
// an error, as are a level or a number of resamples out of range.
func (b Bootstrap) Interval(n int, statistic func(rows []int) float64, rng *rand.Rand) (low, high float64, err error) {
	if b.Level == 0 {
		b.Level = 0.95
	}
	if b.Resamples == 0 {
		b.Resamples = 2000
	}
	if !(b.Level > 0 && b.Level < 1) || b.Resamples < 2 || n < 2 {
		return 0, 0, fmt.Errorf("metrics: bootstrap of %d examples with %d resamples at level %g: want at least 2 of each, and a level between 0 and 1",
			n, b.Resamples, b.Level)
	}
	s := sampler{n: n, statistic: statistic, rows: make([]int, n)}
	values := make([]float64, b.Resamples)
	for k := range values {
		if values[k], err = s.resample(rng); err != nil {
			return 0, 0, err
		}
	}
	slices.Sort(values)
	below, above := (1-b.Level)/2, (1+b.Level)/2
	if !b.Percentile {
		adjust, err := s.correction(values)
		if err != nil {
			return 0, 0, err
		}
		below, above = adjust(below), adjust(above)
	}
	return quantile(values, below), quantile(values, above), nil
}

// sampler computes the statistic on rows.
type sampler struct {
	n         int
	statistic func(rows []int) float64
	rows      []int
}

func (s *sampler) resample(rng *rand.Rand) (float64, error) {
	for i := range s.rows {
		s.rows[i] = rng.IntN(s.n)
	}
	slices.Sort(s.rows) // so that one of each example gives the bits of the whole
	return s.on(s.rows, "a resample")
}

func (s *sampler) on(rows []int, what string) (float64, error) {
	v := s.statistic(rows)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("metrics: bootstrap: the statistic of %s is %g", what, v)
	}
	return v, nil
}

// without returns the statistic of all examples but one; of all of them for -1.
func (s *sampler) without(one int) (float64, error) {
	rows := s.rows[:0]
	for i := range s.n {
		if i != one {
			rows = append(rows, i)
		}
	}
	return s.on(rows, "the examples")
}

// correction returns by which level of the sorted resamples BCa replaces a level (Efron and Tibshirani 1993,
// equation 14.10).
func (s *sampler) correction(sorted []float64) (adjust func(level float64) float64, err error) {
	whole, err := s.without(-1)
	if err != nil {
		return nil, err
	}
	from, _ := slices.BinarySearch(sorted, whole)
	to := from
	for to < len(sorted) && sorted[to] == whole {
		to++
	}
	share := float64(from+to) / 2 / float64(len(sorted)) // of resamples below, a tie counting half
	if share == 0 || share == 1 {
		return nil, fmt.Errorf("metrics: bootstrap: all resamples lie on one side of the statistic, %g: no interval corrected for bias", whole)
	}
	bias := distuv.UnitNormal.Quantile(share)
	skew, err := s.acceleration()
	return func(level float64) float64 {
		z := bias + distuv.UnitNormal.Quantile(level)
		return distuv.UnitNormal.CDF(bias + z/(1-skew*z))
	}, err
}

// acceleration is how fast the statistic's spread changes with its value, by the jackknife (equation 14.15).
func (s *sampler) acceleration() (float64, error) {
	left, mean := make([]float64, s.n), 0.0
	for i := range left {
		v, err := s.without(i)
		if err != nil {
			return 0, err
		}
		left[i] = v
		mean += v / float64(s.n)
	}
	squares, cubes := 0.0, 0.0
	for _, v := range left {
		d := mean - v
		squares += d * d
		cubes += d * d * d
	}
	if squares == 0 {
		return 0, nil
	}
	return cubes / (6 * math.Pow(squares, 1.5)), nil
}
