package kernel

import "math"

// Operands of a binary function have len(dst) elements, or one, which then stands for all.

// Add sets dst = a + b.
func Add[T Float](dst, a, b []T) { binary(opAdd, dst, a, b) }

// Sub sets dst = a - b.
func Sub[T Float](dst, a, b []T) { binary(opSub, dst, a, b) }

// Mul sets dst = a * b.
func Mul[T Float](dst, a, b []T) { binary(opMul, dst, a, b) }

// Div sets dst = a / b.
func Div[T Float](dst, a, b []T) { binary(opDiv, dst, a, b) }

// Minimum sets dst = min(a, b); it is NaN where either is.
func Minimum[T Float](dst, a, b []T) { binary(opMin, dst, a, b) }

// Maximum sets dst = max(a, b); it is NaN where either is.
func Maximum[T Float](dst, a, b []T) { binary(opMax, dst, a, b) }

// Pow sets dst = a^b, by float64, with the special cases of math.Pow.
func Pow[T Float](dst, a, b []T) { binary(opPow, dst, a, b) }

// XLogY sets dst = a ln b, and 0 where a is 0, whatever b is unless NaN.
func XLogY[T Float](dst, a, b []T) { binary(opXLogY, dst, a, b) }

// Less sets dst = 1 where a < b and 0 elsewhere, as where either is NaN.
func Less[T Float](dst, a, b []T) { binary(opLess, dst, a, b) }

// LessEqual sets dst = 1 where a <= b and 0 elsewhere, as where either is NaN.
func LessEqual[T Float](dst, a, b []T) { binary(opLessEqual, dst, a, b) }

// Greater sets dst = 1 where a > b and 0 elsewhere, as where either is NaN.
func Greater[T Float](dst, a, b []T) { binary(opLess, dst, b, a) }

// GreaterEqual sets dst = 1 where a >= b and 0 elsewhere, as where either is NaN.
func GreaterEqual[T Float](dst, a, b []T) { binary(opLessEqual, dst, b, a) }

// Equal sets dst = 1 where a == b and 0 elsewhere, as where either is NaN.
func Equal[T Float](dst, a, b []T) { binary(opEqual, dst, a, b) }

// NotEqual sets dst = 1 where a != b, as where either is NaN, and 0 elsewhere.
func NotEqual[T Float](dst, a, b []T) { binary(opNotEqual, dst, a, b) }

// Where sets dst = a where cond != 0 and b elsewhere. NaN is not 0.
func Where[T Float](dst, cond, a, b []T) {
	if vectorWhere(dst, cond, a, b) {
		return
	}
	small := smallest[T]()
	if len(cond) == 1 && len(dst) != 1 {
		if flush(cond[0], small) == 0 {
			a = b
		}
		fill(dst, a)
		return
	}
	cond = cond[:len(dst)]
	stepA, stepB := bit(len(a) != 1), bit(len(b) != 1)
	ia, ib := 0, 0
	for i, c := range cond {
		v := [2]T{b[ib], a[ia]}
		dst[i] = v[bit(flush(c, small) != 0)&1]
		ia, ib = ia+stepA, ib+stepB
	}
}

// Map2 returns the loop dst = f(a, b), evaluated in float64, for functions that have no loop here.
func Map2[T Float](f func(a, b float64) float64) func(dst, a, b []T) {
	return func(dst, a, b []T) {
		stepA, stepB := operandStep(dst, a), operandStep(dst, b)
		ia, ib, small := 0, 0, smallest[T]()
		for i := range dst {
			dst[i] = rounded(f(float64(flush(a[ia], small)), float64(flush(b[ib], small))), small)
			ia, ib = ia+stepA, ib+stepB
		}
	}
}

// operandStep returns how far a loop over dst moves in x: 1, or 0 where x is one element for all.
func operandStep[T Float](dst, x []T) int {
	if len(x) == 1 {
		return 0
	}
	_ = x[:len(dst)]
	return 1
}

// fill sets dst to x, which has len(dst) elements or one for all.
func fill[T Float](dst, x []T) {
	if len(x) != 1 {
		copy(dst, x[:len(dst)])
		return
	}
	v := x[0]
	for i := range dst {
		dst[i] = v
	}
}

type binaryOp uint8

const (
	opAdd binaryOp = iota
	opSub
	opMul
	opDiv
	opMin
	opMax
	opPow
	opXLogY
	opLess
	opLessEqual
	opEqual
	opNotEqual
)

func binary[T Float](op binaryOp, dst, a, b []T) {
	if vectorBinary(op, dst, a, b) {
		return
	}
	if len(a) == len(dst) && len(b) == len(dst) {
		binaryLoop(op, dst, a, b)
		return
	}
	binaryBroadcast(op, dst, a, b)
}

// binaryBroadcast spreads a single element over a block, so that every op needs one loop only.
func binaryBroadcast[T Float](op binaryOp, dst, a, b []T) {
	const block = 128
	var bufA, bufB [block]T
	if len(a) == 1 {
		fill(bufA[:min(block, len(dst))], a)
	} else {
		a = a[:len(dst)]
	}
	if len(b) == 1 {
		fill(bufB[:min(block, len(dst))], b)
	} else {
		b = b[:len(dst)]
	}
	for i := 0; i < len(dst); i += block {
		end := min(i+block, len(dst))
		blockA, blockB := bufA[:end-i], bufB[:end-i]
		if len(a) != 1 {
			blockA = a[i:end]
		}
		if len(b) != 1 {
			blockB = b[i:end]
		}
		binaryLoop(op, dst[i:end], blockA, blockB)
	}
}

// binaryLoop needs a and b as long as dst.
func binaryLoop[T Float](op binaryOp, dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	small := smallest[T]()
	x := func(i int) T { return flush(a[i], small) }
	y := func(i int) T { return flush(b[i], small) }
	switch op {
	case opAdd:
		for i := range dst {
			dst[i] = flush(x(i)+y(i), small)
		}
	case opSub:
		for i := range dst {
			dst[i] = flush(x(i)-y(i), small)
		}
	case opMul:
		for i := range dst {
			dst[i] = product(x(i), y(i), small)
		}
	case opDiv:
		for i := range dst {
			dst[i] = quotient(x(i), y(i), small)
		}
	case opMin:
		for i := range dst {
			dst[i] = min(x(i), y(i))
		}
	case opMax:
		for i := range dst {
			dst[i] = max(x(i), y(i))
		}
	case opPow:
		for i := range dst {
			dst[i] = rounded(math.Pow(float64(x(i)), float64(y(i))), small)
		}
	case opXLogY:
		log := either[T](log32, math.Log)
		for i := range dst {
			dst[i] = xLogY(x(i), y(i), log)
		}
	case opLess:
		for i := range dst {
			dst[i] = truth[T](x(i) < y(i))
		}
	case opLessEqual:
		for i := range dst {
			dst[i] = truth[T](x(i) <= y(i))
		}
	case opEqual:
		for i := range dst {
			dst[i] = truth[T](x(i) == y(i))
		}
	case opNotEqual:
		for i := range dst {
			dst[i] = truth[T](x(i) != y(i))
		}
	}
}

func xLogY[T Float](x, y T, log func(T) T) T {
	if x == 0 && y == y {
		return 0
	}
	return product(x, log(y), smallest[T]())
}
