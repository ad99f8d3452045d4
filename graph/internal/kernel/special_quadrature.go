package kernel

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

const points = 32

// legendre are the points and weights of Gauss and Legendre's rule on [-1, 1].
var legendre = func() (r struct{ x, w [points]float64 }) {
	quad.Legendre{}.FixedLocations(r.x[:], r.w[:], -1, 1)
	return r
}()

// gauss returns the integral from lo to hi of an f that is smooth on that scale.
func gauss(f func(u float64) float64, lo, hi float64) float64 {
	sum, mid, half := 0.0, lo+(hi-lo)/2, (hi-lo)/2
	for i, x := range legendre.x {
		sum += legendre.w[i] * f(mid+half*x)
	}
	return sum * half
}

// adaptive returns the integral from lo to hi of any f >= 0, to about 1e-13 of itself.
func adaptive(f func(u float64) float64, lo, hi float64) float64 {
	whole := gauss(f, lo, hi)
	return halved(f, lo, hi, whole, whole, 10)
}

// halved improves on whole, the integral by one rule, by halving the interval where that matters to total.
func halved(f func(u float64) float64, lo, hi, whole, total float64, depth int) float64 {
	mid := lo + (hi-lo)/2
	left, right := gauss(f, lo, mid), gauss(f, mid, hi)
	total += left + right - whole
	if depth == 0 || !(math.Abs(left+right-whole) > 1e-13*total) {
		return left + right
	}
	return halved(f, lo, mid, left, total, depth-1) + halved(f, mid, hi, right, total, depth-1)
}
