//go:build !purego

package kernel

// vectorTernary sets dst = op(a, b, c) if a vector version can, and reports whether it did.
func vectorTernary[T Float](op ternaryOp, dst, a, b, c []T) bool {
	d, ok := any(dst).([]float32)
	if !ok || level == plain || len(d) == 0 {
		return false
	}
	x, y, z := single32(a, len(d)), single32(b, len(d)), single32(c, len(d))
	ternary32(op)(&d[0], &x[0], &y[0], &z[0], len(d), len(x), len(y), len(z))
	return true
}

// ternary32 returns the vector version of an op.
func ternary32(op ternaryOp) func(dst, a, b, c *float32, n, lenA, lenB, lenC int) {
	wide := level == avx512
	switch {
	case op == opMulAdd && wide:
		return mulAddAVX512
	case op == opMulAdd:
		return mulAddAVX2
	case op == opMulSub && wide:
		return mulSubAVX512
	case op == opMulSub:
		return mulSubAVX2
	case wide:
		return subMulAVX512
	}
	return subMulAVX2
}

func vectorSoftplusSigmoid[T Float](softplus, sigmoid, x []T) bool {
	s, ok := any(x).([]float32)
	if !ok || level == plain || len(s) == 0 {
		return false
	}
	a, b := single32(softplus, len(s)), single32(sigmoid, len(s))
	if level == avx512 {
		softplusSigmoidAVX512(&a[0], &b[0], &s[0], len(s))
	} else {
		softplusSigmoidAVX2(&a[0], &b[0], &s[0], len(s))
	}
	return true
}

// vectorAdam needs slices of equal lengths.
func vectorAdam[T Float](dstP, dstM, dstV, p, m, v, g []T, k *[6]T) bool {
	k32, ok := any(k).(*[6]float32)
	n := len(g)
	if !ok || level == plain || n == 0 {
		return false
	}
	first := func(x []T) *float32 { s, _ := any(x).([]float32); return &s[0] }
	if level == avx512 {
		adamAVX512(first(dstP), first(dstM), first(dstV), first(p), first(m), first(v), first(g), &k32[0], n)
	} else {
		adamAVX2(first(dstP), first(dstM), first(dstV), first(p), first(m), first(v), first(g), &k32[0], n)
	}
	return true
}
