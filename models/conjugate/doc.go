// Package conjugate has the two Bayesian models of the lecture whose posteriors are known exactly: linear
// regression with a Gaussian prior, and a coin with a Beta prior.
//
// It is the yardstick that variational inference is held against. Everything is closed form, in float64,
// and in nats; nothing is fitted or sampled unless it says so. A model is a value that is never changed:
// Update returns the next one, so a sequence of beliefs can be kept and drawn. All types are safe for
// concurrent use.
package conjugate

import (
	"errors"
	"fmt"
	"math"
)

// ErrSingular is returned, wrapped, where a covariance or precision matrix is not positive definite to
// working precision.
var ErrSingular = errors.New("matrix is not positive definite")

// checkFinite reports the first of v that is infinite or not a number.
func checkFinite(what string, v []float64) error {
	for i, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s[%d] is %v, want a finite number", what, i, x)
		}
	}
	return nil
}

// checkPositive reports a v that is not a positive finite number.
func checkPositive(what string, v float64) error {
	if !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("%s is %v, want a positive finite number", what, v)
	}
	return nil
}
