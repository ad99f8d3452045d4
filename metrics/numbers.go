package metrics

import (
	"fmt"
	"math"
)

// Entropy returns the entropy of the distribution p in nats, in [0, log len(p)], with 0·log 0 = 0.
// A p that is no distribution is an error, as for the rows of class predictions.
func Entropy(p []float64) (float64, error) {
	if err := checkDistribution(p); err != nil {
		return 0, fmt.Errorf("metrics: entropy: %w", err)
	}
	var h float64
	for _, v := range p {
		if v > 0 {
			h -= v * math.Log(v)
		}
	}
	return h, nil
}

// RMSE returns the root of the mean squared difference of predictions and targets, in their unit.
// Different lengths, none at all, and NaN or infinite numbers are errors.
func RMSE(predictions, targets []float64) (float64, error) {
	d, err := differences("RMSE", predictions, targets)
	if err != nil {
		return 0, err
	}
	var sum float64
	for _, v := range d {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(d))), nil
}

// MeanStderr returns the mean of x and its standard error, the sample standard deviation (n-1) over the root of n.
// Fewer than two numbers, and NaN or infinite ones, are errors.
func MeanStderr(x []float64) (mean, stderr float64, err error) {
	if err := checkFinite("mean", x); err != nil {
		return 0, 0, err
	}
	if len(x) < 2 {
		return 0, 0, fmt.Errorf("metrics: mean and standard error of %d numbers, want at least 2", len(x))
	}
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	var squares float64
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(squares / (n - 1) / n), nil
}

// Paired returns the mean of a - b, where a[i] and b[i] score two methods on the same example or the same seed,
// and the standard error of that mean. Errors are those of [MeanStderr], and different lengths.
func Paired(a, b []float64) (mean, stderr float64, err error) {
	d, err := differences("paired difference", a, b)
	if err != nil {
		return 0, 0, err
	}
	return MeanStderr(d)
}

// differences returns a - b, or an error that says what for.
func differences(what string, a, b []float64) ([]float64, error) {
	if len(a) != len(b) || len(a) == 0 {
		return nil, fmt.Errorf("metrics: %s of %d and %d numbers: want as many, at least 1", what, len(a), len(b))
	}
	d := make([]float64, len(a))
	for _, x := range [][]float64{a, b} {
		if err := checkFinite(what, x); err != nil {
			return nil, err
		}
	}
	for i := range d {
		d[i] = a[i] - b[i]
	}
	return d, nil
}

func checkFinite(what string, x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("metrics: %s: number %d is %g, want a finite one", what, i, v)
		}
	}
	return nil
}
