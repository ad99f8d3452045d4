package graph

import (
	"math"
	"math/rand/v2"
)

// Init fills values, the elements of an array of the given shape, with initial values drawn from rng.
type Init func(rng *rand.Rand, shape Shape, values []float64)

// Zeros is all 0.
func Zeros(_ *rand.Rand, _ Shape, values []float64) { clear(values) }

// Constant is all v.
func Constant(v float64) Init {
	return func(_ *rand.Rand, _ Shape, values []float64) {
		for i := range values {
			values[i] = v
		}
	}
}

// Gaussian draws from N(mean, std²).
func Gaussian(mean, std float64) Init {
	return func(rng *rand.Rand, _ Shape, values []float64) {
		for i := range values {
			values[i] = mean + std*rng.NormFloat64()
		}
	}
}

// Between draws uniformly from [lo, hi).
func Between(lo, hi float64) Init {
	return func(rng *rand.Rand, _ Shape, values []float64) {
		for i := range values {
			values[i] = lo + (hi-lo)*rng.Float64()
		}
	}
}

// Glorot draws uniformly from ±sqrt(6/(in+out)) (Glorot and Bengio 2010, equation 16), for weights
// of shape [in, out].
func Glorot(rng *rand.Rand, shape Shape, values []float64) {
	in, out := fans(shape)
	a := math.Sqrt(6 / float64(in+out))
	Between(-a, a)(rng, shape, values)
}

// He draws from N(0, 2/in) (He et al. 2015, equation 10), for weights of shape [in, out] before a ReLU.
func He(rng *rand.Rand, shape Shape, values []float64) {
	in, _ := fans(shape)
	Gaussian(0, math.Sqrt(2/float64(in)))(rng, shape, values)
}

// fans returns the number of inputs and outputs of weights [..., in, out].
func fans(shape Shape) (in, out int) {
	switch len(shape) {
	case 0:
		return 1, 1
	case 1:
		return shape[0], shape[0]
	}
	last := len(shape) - 1
	return shape[:last].Size(), shape[last] * shape[:last-1].Size()
}
