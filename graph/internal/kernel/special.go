package kernel

import "math"

// Special functions are of single numbers, in float64: Map, Map2 and Map3 make loops of them. Outside
// their domains they are NaN, and at its ends the limits.

// Map3 returns the loop dst = f(a, b, c), evaluated in float64, for functions that have no loop here.
func Map3[T Float](f func(a, b, c float64) float64) func(dst, a, b, c []T) {
	return func(dst, a, b, c []T) {
		stepA, stepB, stepC := operandStep(dst, a), operandStep(dst, b), operandStep(dst, c)
		ia, ib, ic, small := 0, 0, 0, smallest[T]()
		for i := range dst {
			dst[i] = rounded(f(float64(flush(a[ia], small)), float64(flush(b[ib], small)), float64(flush(c[ic], small))), small)
			ia, ib, ic = ia+stepA, ib+stepB, ic+stepC
		}
	}
}

// LogGammaDrawGrad sets dst to the derivative of logz, the logarithm of a Gamma(alpha, 1) draw, with
// respect to alpha, where the draw's quantile stays the same (Figurnov, Mohamed and Mnih 2018,
// arXiv:1805.08498). Logz may be smaller than the logarithm of any float64.
func LogGammaDrawGrad[T Float](dst, alpha, logz []T) {
	stepA, stepZ := operandStep(dst, alpha), operandStep(dst, logz)
	ia, iz, small := 0, 0, smallest[T]()
	for i := range dst {
		dst[i] = rounded(LogGammaDrawSlope(float64(flush(alpha[ia], small)), float64(flush(logz[iz], small))), small)
		ia, iz = ia+stepA, iz+stepZ
	}
}

// Log1mExp returns log(1 - e^x) for x < 0.
func Log1mExp(x float64) float64 {
	if x > -math.Ln2 {
		return math.Log(-math.Expm1(x))
	}
	return math.Log1p(-math.Exp(x))
}

// expm1MinusX returns e^x - 1 - x, without cancellation.
func expm1MinusX(x float64) float64 {
	if math.Abs(x) > 0.5 {
		return math.Expm1(x) - x
	}
	sum, term := 0.0, x*x/2
	for n := 3.0; math.Abs(term) > 1e-17*math.Abs(sum); n++ {
		sum += term
		term *= x / n
	}
	return sum
}

// log1pMinusX returns log(1 + x) - x, without cancellation.
func log1pMinusX(x float64) float64 {
	if math.Abs(x) > 0.5 {
		return math.Log1p(x) - x
	}
	r := x / (2 + x)
	return 2*r*atanhExcess(r) - x*r
}

// atanhExcess returns atanh(x)/x - 1 = x²/3 + x⁴/5 + ..., without cancellation, for |x| <= 1/2 or so.
func atanhExcess(x float64) float64 {
	sum, square := 0.0, x*x
	power := square
	for n := 3.0; power/n > 1e-17*sum; n += 2 {
		sum += power / n
		power *= square
	}
	return sum
}
