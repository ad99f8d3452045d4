//go:build !purego

package kernel

// vectorBinary sets dst = op(a, b) if a vector version can, and reports whether it did.
func vectorBinary[T Float](op binaryOp, dst, a, b []T) bool {
	d, ok := any(dst).([]float32)
	if !ok || level == plain || op == opPow || len(d) == 0 {
		return false
	}
	x, y := single32(a, len(d)), single32(b, len(d))
	if level == avx512 {
		binaryAVX512(op, &d[0], &x[0], &y[0], len(d), len(x), len(y))
	} else {
		binaryAVX2(op, &d[0], &x[0], &y[0], len(d), len(x), len(y))
	}
	return true
}

// single32 returns a float32 operand of n elements, or of one.
func single32[T Float](x []T, n int) []float32 {
	s, _ := any(x).([]float32)
	if len(s) == 1 {
		return s
	}
	return s[:n]
}

func binaryAVX512(op binaryOp, dst, a, b *float32, n, lenA, lenB int) {
	switch op {
	case opAdd:
		addAVX512(dst, a, b, n, lenA, lenB)
	case opSub:
		subAVX512(dst, a, b, n, lenA, lenB)
	case opMul:
		mulAVX512(dst, a, b, n, lenA, lenB)
	case opDiv:
		divAVX512(dst, a, b, n, lenA, lenB)
	case opMin:
		minAVX512(dst, a, b, n, lenA, lenB)
	case opMax:
		maxAVX512(dst, a, b, n, lenA, lenB)
	case opXLogY:
		xLogYAVX512(dst, a, b, n, lenA, lenB)
	case opLess:
		lessAVX512(dst, a, b, n, lenA, lenB)
	case opLessEqual:
		lessEqualAVX512(dst, a, b, n, lenA, lenB)
	case opEqual:
		equalAVX512(dst, a, b, n, lenA, lenB)
	case opNotEqual:
		notEqualAVX512(dst, a, b, n, lenA, lenB)
	}
}

func binaryAVX2(op binaryOp, dst, a, b *float32, n, lenA, lenB int) {
	switch op {
	case opAdd:
		addAVX2(dst, a, b, n, lenA, lenB)
	case opSub:
		subAVX2(dst, a, b, n, lenA, lenB)
	case opMul:
		mulAVX2(dst, a, b, n, lenA, lenB)
	case opDiv:
		divAVX2(dst, a, b, n, lenA, lenB)
	case opMin:
		minAVX2(dst, a, b, n, lenA, lenB)
	case opMax:
		maxAVX2(dst, a, b, n, lenA, lenB)
	case opXLogY:
		xLogYAVX2(dst, a, b, n, lenA, lenB)
	case opLess:
		lessAVX2(dst, a, b, n, lenA, lenB)
	case opLessEqual:
		lessEqualAVX2(dst, a, b, n, lenA, lenB)
	case opEqual:
		equalAVX2(dst, a, b, n, lenA, lenB)
	case opNotEqual:
		notEqualAVX2(dst, a, b, n, lenA, lenB)
	}
}

// vectorWhere is Where if a vector version can do it, and reports whether it did.
func vectorWhere[T Float](dst, cond, a, b []T) bool {
	d, ok := any(dst).([]float32)
	if !ok || level == plain || len(d) == 0 {
		return false
	}
	c, x, y := single32(cond, len(d)), single32(a, len(d)), single32(b, len(d))
	if level == avx512 {
		whereAVX512(&d[0], &c[0], &x[0], &y[0], len(d), len(c), len(x), len(y))
	} else {
		whereAVX2(&d[0], &c[0], &x[0], &y[0], len(d), len(c), len(x), len(y))
	}
	return true
}
