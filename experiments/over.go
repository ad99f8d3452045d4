package experiments

import (
	"math"

	"credence/metrics"
)

// over returns the mean of a number over the results of several seeds or splits, and its standard error, nil
// where there is one result only.
func over[T any](results []T, of func(T) float64) (mean float64, stderr *float64) {
	return overValues(each(results, of))
}

func overValues(values []float64) (mean float64, stderr *float64) {
	if len(values) == 1 {
		return values[0], nil
	}
	mean, se, err := metrics.MeanStderr(values)
	if err != nil {
		return math.NaN(), nil
	}
	return mean, &se
}

// each returns a number of each of the results.
func each[T any](results []T, of func(T) float64) []float64 {
	values := make([]float64, len(results))
	for i, result := range results {
		values[i] = of(result)
	}
	return values
}

// overSeeds returns a check of the mean over the results of several seeds.
func overSeeds[T any](name string, results []T, of func(T) float64) Check {
	return ofSeeds(name, each(results, of))
}

// ofSeeds returns a check of the mean of one value a seed.
func ofSeeds(name string, values []float64) Check {
	c := Check{Name: name, NSeeds: len(values), Values: values}
	c.Value, c.Stderr = overValues(values)
	return c
}

// plusMinus writes a mean and its standard error for a table, with as many decimals as two digits of
// the error have.
func plusMinus(mean float64, stderr *float64) string {
	if stderr == nil {
		return format(mean)
	}
	decimals := 2
	if *stderr > 1e-12*math.Abs(mean) && !math.IsInf(*stderr, 0) {
		decimals = min(8, max(0, 1-int(math.Floor(math.Log10(*stderr)))))
	}
	return fixed(mean, decimals) + " ± " + fixed(*stderr, decimals)
}
