//go:build !purego

package kernel

// vectorUnary sets dst = op(x) if a vector version can, and reports whether it did.
func vectorUnary[T Float](op unaryOp, dst, x []T) bool {
	d, s, ok := singles(dst, x)
	if !ok || len(d) == 0 {
		return false
	}
	switch level {
	case avx512:
		unaryAVX512(op, &d[0], &s[0], len(d))
	case avx2:
		unaryAVX2(op, &d[0], &s[0], len(d))
	default:
		return false
	}
	return true
}

func unaryAVX512(op unaryOp, dst, x *float32, n int) {
	switch op {
	case opNeg:
		negAVX512(dst, x, n)
	case opAbs:
		absAVX512(dst, x, n)
	case opSign:
		signAVX512(dst, x, n)
	case opStep:
		stepAVX512(dst, x, n)
	case opSquare:
		squareAVX512(dst, x, n)
	case opSqrt:
		sqrtAVX512(dst, x, n)
	case opReciprocal:
		reciprocalAVX512(dst, x, n)
	case opReLU:
		reluAVX512(dst, x, n)
	case opExp:
		expAVX512(dst, x, n)
	case opExpm1:
		expm1AVX512(dst, x, n)
	case opLog:
		logAVX512(dst, x, n)
	case opLog1p:
		log1pAVX512(dst, x, n)
	case opTanh:
		tanhAVX512(dst, x, n)
	case opSigmoid:
		sigmoidAVX512(dst, x, n)
	case opLogSigmoid:
		logSigmoidAVX512(dst, x, n)
	case opSoftplus:
		softplusAVX512(dst, x, n)
	}
}

func unaryAVX2(op unaryOp, dst, x *float32, n int) {
	switch op {
	case opNeg:
		negAVX2(dst, x, n)
	case opAbs:
		absAVX2(dst, x, n)
	case opSign:
		signAVX2(dst, x, n)
	case opStep:
		stepAVX2(dst, x, n)
	case opSquare:
		squareAVX2(dst, x, n)
	case opSqrt:
		sqrtAVX2(dst, x, n)
	case opReciprocal:
		reciprocalAVX2(dst, x, n)
	case opReLU:
		reluAVX2(dst, x, n)
	case opExp:
		expAVX2(dst, x, n)
	case opExpm1:
		expm1AVX2(dst, x, n)
	case opLog:
		logAVX2(dst, x, n)
	case opLog1p:
		log1pAVX2(dst, x, n)
	case opTanh:
		tanhAVX2(dst, x, n)
	case opSigmoid:
		sigmoidAVX2(dst, x, n)
	case opLogSigmoid:
		logSigmoidAVX2(dst, x, n)
	case opSoftplus:
		softplusAVX2(dst, x, n)
	}
}

func vectorLeakyReLU[T Float](dst, x []T, slope T) bool {
	d, s, ok := singles(dst, x)
	if !ok || len(d) == 0 {
		return false
	}
	switch level {
	case avx512:
		leakyReLUAVX512(&d[0], &s[0], len(d), float32(slope))
	case avx2:
		leakyReLUAVX2(&d[0], &s[0], len(d), float32(slope))
	default:
		return false
	}
	return true
}

func vectorELU[T Float](dst, x []T, alpha T) bool {
	d, s, ok := singles(dst, x)
	if !ok || len(d) == 0 {
		return false
	}
	switch level {
	case avx512:
		eluAVX512(&d[0], &s[0], len(d), float32(alpha))
	case avx2:
		eluAVX2(&d[0], &s[0], len(d), float32(alpha))
	default:
		return false
	}
	return true
}

func vectorClamp[T Float](dst, x []T, lo, hi T) bool {
	d, s, ok := singles(dst, x)
	if !ok || len(d) == 0 {
		return false
	}
	switch level {
	case avx512:
		clampAVX512(&d[0], &s[0], len(d), float32(lo), float32(hi))
	case avx2:
		clampAVX2(&d[0], &s[0], len(d), float32(lo), float32(hi))
	default:
		return false
	}
	return true
}
