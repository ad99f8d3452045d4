// Package metrics scores predictions: accuracy, negative log likelihood, Brier score and calibration for classes;
// areas under curves for scores that rank; root mean squared error, CRPS, log density, coverage and calibration for
// numbers; and standard errors, paired differences and bootstrap intervals to compare methods on one test set.
//
// Class predictions are probs, one distribution an example, row-major [len(labels), classes], and labels, integers in
// 0..classes-1. Every function of them returns an error when there are no examples, when a length
// does not fit, a label is out of range, or a row is no distribution: a NaN, infinite or negative
// probability, or a sum further than 1e-4 from 1. Rows are taken as they are, not renormalised.
package metrics

import (
	"fmt"
	"math"
)

// sumTolerance is how far a row's sum may be from 1: float32 softmax errs by less than 1e-6 a class.
const sumTolerance = 1e-4

// checkPredictions returns an error unless probs and labels are as the package comment says.
func checkPredictions(probs []float64, classes int, labels []int) error {
	if classes < 1 || len(labels) == 0 {
		return fmt.Errorf("metrics: %d classes and %d labels: want at least 1 of each", classes, len(labels))
	}
	if len(probs)%classes != 0 || len(probs)/classes != len(labels) {
		return fmt.Errorf("metrics: %d probabilities for %d labels of %d classes, want %d for each label",
			len(probs), len(labels), classes, classes)
	}
	for i, label := range labels {
		if label < 0 || label >= classes {
			return fmt.Errorf("metrics: label of row %d is %d, want 0..%d", i, label, classes-1)
		}
		if err := checkDistribution(row(probs, classes, i)); err != nil {
			return fmt.Errorf("metrics: row %d: %w", i, err)
		}
	}
	return nil
}

func checkDistribution(p []float64) error {
	var sum float64
	for k, v := range p {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("probability of class %d is %g, want 0..1", k, v)
		}
		sum += v
	}
	if math.Abs(sum-1) > sumTolerance {
		return fmt.Errorf("probabilities sum to %g, want 1 within %g", sum, sumTolerance)
	}
	return nil
}

// row returns row i of a matrix with the given number of columns.
func row(m []float64, columns, i int) []float64 {
	return m[i*columns : (i+1)*columns]
}

// argmax returns the index of the largest element, the first of equals.
func argmax(p []float64) int {
	best := 0
	for k, v := range p {
		if v > p[best] {
			best = k
		}
	}
	return best
}

// mean returns the mean of x, or err; it takes what a per-example function returns.
func mean(x []float64, err error) (float64, error) {
	if err != nil {
		return 0, err
	}
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x)), nil
}
