package kernel

import "math"

// unaryOp is a function of one operand that has vector versions.
type unaryOp uint8

const (
	opNeg unaryOp = iota
	opAbs
	opSign
	opStep
	opSquare
	opSqrt
	opReciprocal
	opReLU
	opExp
	opExpm1
	opLog
	opLog1p
	opTanh
	opSigmoid
	opLogSigmoid
	opSoftplus
)

// Copy sets dst = x.
func Copy[T Float](dst, x []T) { copy(dst, x[:len(dst)]) }

// Neg sets dst = -x.
func Neg[T Float](dst, x []T) {
	if vectorUnary(opNeg, dst, x) {
		return
	}
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = -v
	}
}

// Abs sets dst = |x|.
func Abs[T Float](dst, x []T) {
	if vectorUnary(opAbs, dst, x) {
		return
	}
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = max(v, -v)
	}
}

// Sign sets dst to -1, 0 or 1; NaN stays NaN.
func Sign[T Float](dst, x []T) {
	if vectorUnary(opSign, dst, x) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	for i, v := range x {
		if v = flush(v, small); v == v {
			v = truth[T](v > 0) - truth[T](v < 0)
		}
		dst[i] = v
	}
}

// Step sets dst = 1 where x > 0 and 0 elsewhere; NaN stays NaN.
func Step[T Float](dst, x []T) {
	if vectorUnary(opStep, dst, x) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	for i, v := range x {
		if v = flush(v, small); v == v {
			v = truth[T](v > 0)
		}
		dst[i] = v
	}
}

// Square sets dst = x².
func Square[T Float](dst, x []T) {
	if vectorUnary(opSquare, dst, x) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	for i, v := range x {
		v = flush(v, small)
		dst[i] = product(v, v, small)
	}
}

// Sqrt sets dst = √x, correctly rounded.
func Sqrt[T Float](dst, x []T) {
	if vectorUnary(opSqrt, dst, x) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	for i, v := range x {
		dst[i] = T(math.Sqrt(float64(flush(v, small))))
	}
}

// Reciprocal sets dst = 1/x.
func Reciprocal[T Float](dst, x []T) {
	if vectorUnary(opReciprocal, dst, x) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	for i, v := range x {
		dst[i] = quotient(1, flush(v, small), small)
	}
}

// ReLU sets dst = max(x, 0); NaN stays NaN.
func ReLU[T Float](dst, x []T) {
	if vectorUnary(opReLU, dst, x) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	for i, v := range x {
		dst[i] = max(flush(v, small), 0)
	}
}

// LeakyReLU sets dst = x where x > 0 and slope*x elsewhere.
func LeakyReLU[T Float](dst, x []T, slope T) {
	if vectorLeakyReLU(dst, x, slope) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	factor := [2]T{flush(slope, small), 1}
	for i, v := range x {
		v = flush(v, small)
		dst[i] = product(v, factor[bit(v > 0)&1], small)
	}
}

// ELU sets dst = x where x > 0 and alpha*(e^x - 1) elsewhere.
func ELU[T Float](dst, x []T, alpha T) {
	if vectorELU(dst, x, alpha) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	expm1 := either[T](expm1_32, math.Expm1)
	alpha = flush(alpha, small)
	for i, v := range x {
		v = flush(v, small)
		dst[i] = flush(max(v, 0)+product(alpha, expm1(min(v, 0)), small), small)
	}
}

// Clamp sets dst = min(max(x, lo), hi); NaN stays NaN.
func Clamp[T Float](dst, x []T, lo, hi T) {
	if vectorClamp(dst, x, lo, hi) {
		return
	}
	x = x[:len(dst)]
	small := smallest[T]()
	lo, hi = flush(lo, small), flush(hi, small)
	for i, v := range x {
		dst[i] = min(max(flush(v, small), lo), hi)
	}
}

// Exp sets dst = e^x; float32 within 1 ulp.
func Exp[T Float](dst, x []T) {
	if vectorUnary(opExp, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = exp32(v)
		}
		return
	}
	eachFloat64(dst, x, math.Exp)
}

// Expm1 sets dst = e^x - 1; float32 within 2 ulp.
func Expm1[T Float](dst, x []T) {
	if vectorUnary(opExpm1, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = expm1_32(v)
		}
		return
	}
	eachFloat64(dst, x, math.Expm1)
}

// Log sets dst = ln x; float32 within 1.5 ulp.
func Log[T Float](dst, x []T) {
	if vectorUnary(opLog, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = log32(v)
		}
		return
	}
	eachFloat64(dst, x, math.Log)
}

// Log1p sets dst = ln(1 + x); float32 within 2 ulp.
func Log1p[T Float](dst, x []T) {
	if vectorUnary(opLog1p, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = log1p32(v)
		}
		return
	}
	eachFloat64(dst, x, math.Log1p)
}

// Sin sets dst = sin x, x in radians; float32 within 1.5 ulp.
func Sin[T Float](dst, x []T) {
	if vectorTrig(dst, x, false) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = sin32(v)
		}
		return
	}
	eachFloat64(dst, x, math.Sin)
}

// Cos sets dst = cos x, x in radians; float32 within 1.5 ulp.
func Cos[T Float](dst, x []T) {
	if vectorTrig(dst, x, true) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = cos32(v)
		}
		return
	}
	eachFloat64(dst, x, math.Cos)
}

// Tanh sets dst = tanh x; float32 within 3 ulp.
func Tanh[T Float](dst, x []T) {
	if vectorUnary(opTanh, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = tanh32(v)
		}
		return
	}
	eachFloat64(dst, x, math.Tanh)
}

// Sigmoid sets dst = 1 / (1 + e^-x); float32 within 2.5 ulp.
func Sigmoid[T Float](dst, x []T) {
	if vectorUnary(opSigmoid, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = sigmoid32(v)
		}
		return
	}
	eachFloat64(dst, x, sigmoid64)
}

// LogSigmoid sets dst = -ln(1 + e^-x); float32 within 2.5 ulp.
func LogSigmoid[T Float](dst, x []T) {
	if vectorUnary(opLogSigmoid, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = logSigmoid32(v)
		}
		return
	}
	eachFloat64(dst, x, logSigmoid64)
}

// Softplus sets dst = ln(1 + e^x); float32 within 2.5 ulp.
func Softplus[T Float](dst, x []T) {
	if vectorUnary(opSoftplus, dst, x) {
		return
	}
	if d, s, ok := singles(dst, x); ok {
		for i, v := range s {
			d[i] = softplus32(v)
		}
		return
	}
	eachFloat64(dst, x, softplus64)
}

// Erf sets dst = erf x; float32 is float64 rounded.
func Erf[T Float](dst, x []T) { eachFloat64(dst, x, math.Erf) }

// GELU sets dst = x Φ(x), Φ the standard normal cdf (by erf, not its tanh approximation;
// Hendrycks and Gimpel 2016, arXiv:1606.08415); float32 is float64 rounded.
func GELU[T Float](dst, x []T) { eachFloat64(dst, x, gelu64) }

// Map returns the loop dst = f(x), evaluated in float64, for functions that have no loop here.
func Map[T Float](f func(float64) float64) func(dst, x []T) {
	return func(dst, x []T) { eachFloat64(dst, x, f) }
}

func sigmoid64(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

func softplus64(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func logSigmoid64(x float64) float64 { return min(x, 0) - math.Log1p(math.Exp(-math.Abs(x))) }

func gelu64(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0 // the limit, where the product is Inf * 0
	}
	return 0.5 * x * math.Erfc(-x/math.Sqrt2)
}

func eachFloat64[T Float](dst, x []T, f func(float64) float64) {
	x = x[:len(dst)]
	small := smallest[T]()
	for i, v := range x {
		dst[i] = rounded(f(float64(flush(v, small))), small)
	}
}

// singles returns dst and x as they are if they are float32, so that a loop calls its function
// directly: an indirect call costs as much as the function.
func singles[T Float](dst, x []T) (d, s []float32, ok bool) {
	d, ok = any(dst).([]float32)
	s, _ = any(x[:len(dst)]).([]float32)
	return d, s, ok
}

// either returns the one of the two functions that is of type T.
func either[T Float](single func(float32) float32, double func(float64) float64) func(T) T {
	if f, ok := any(single).(func(T) T); ok {
		return f
	}
	return any(double).(func(T) T)
}

// bit returns 1 for true and 0 for false, without a branch.
func bit(b bool) int {
	i := 0
	if b {
		i = 1
	}
	return i
}

// truth returns 1 for true and 0 for false.
func truth[T Float](b bool) T { return T(bit(b)) }
