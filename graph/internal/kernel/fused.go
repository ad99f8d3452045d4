package kernel

import "math"

// The functions here do at once what several others do one after the other, and give their bits: every
// operation is rounded.

// MulAdd sets dst = a*b + c. Operands have len(dst) elements, or one, which then stands for all.
func MulAdd[T Float](dst, a, b, c []T) { ternary(opMulAdd, dst, a, b, c) }

// MulSub sets dst = a*b - c. Operands have len(dst) elements, or one, which then stands for all.
func MulSub[T Float](dst, a, b, c []T) { ternary(opMulSub, dst, a, b, c) }

// SubMul sets dst = c - a*b. Operands have len(dst) elements, or one, which then stands for all.
func SubMul[T Float](dst, a, b, c []T) { ternary(opSubMul, dst, a, b, c) }

type ternaryOp uint8

const (
	opMulAdd ternaryOp = iota
	opMulSub
	opSubMul
)

func ternary[T Float](op ternaryOp, dst, a, b, c []T) {
	if vectorTernary(op, dst, a, b, c) {
		return
	}
	stepA, stepB, stepC := operandStep(dst, a), operandStep(dst, b), operandStep(dst, c)
	ia, ib, ic, small := 0, 0, 0, smallest[T]()
	for i := range dst {
		x, y := product(flush(a[ia], small), flush(b[ib], small), small), flush(c[ic], small)
		switch op {
		case opMulAdd:
			dst[i] = flush(x+y, small)
		case opMulSub:
			dst[i] = flush(x-y, small)
		case opSubMul:
			dst[i] = flush(y-x, small)
		}
		ia, ib, ic = ia+stepA, ib+stepB, ic+stepC
	}
}

// SoftplusSigmoid is Softplus and its derivative Sigmoid, of one exponential.
func SoftplusSigmoid[T Float](softplus, sigmoid, x []T) {
	if vectorSoftplusSigmoid(softplus, sigmoid, x) {
		return
	}
	const block = 128
	var copied [block]T // softplus may be x
	for len(x) > 0 {
		n := copy(copied[:], x)
		Softplus(softplus[:n], copied[:n])
		Sigmoid(sigmoid[:n], copied[:n])
		softplus, sigmoid, x = softplus[n:], sigmoid[n:], x[n:]
	}
}

// Adam is a step of that optimiser (Kingma and Ba 2015, arXiv:1412.6980) from the parameters p, the
// moments m and v and the gradient g, with k = {beta1, 1-beta1, beta2, 1-beta2, rate, eps}:
//
//	dstM = m*k[0] + g*k[1]
//	dstV = v*k[2] + (g*g)*k[3]
//	dstP = p - (dstM*k[4]) / (√dstV + k[5])
//
// All have len(dstP) elements; dstP, dstM and dstV may be p, m and v.
func Adam[T Float](dstP, dstM, dstV, p, m, v, g []T, k *[6]T) {
	n := len(dstP)
	dstM, dstV, p, m, v, g = dstM[:n], dstV[:n], p[:n], m[:n], v[:n], g[:n]
	if vectorAdam(dstP, dstM, dstV, p, m, v, g, k) {
		return
	}
	small := smallest[T]()
	read := func(x T) T { return flush(x, small) }
	times := func(x, y T) T { return product(x, read(y), small) }
	for i := range g {
		d := read(g[i])
		first := read(times(read(m[i]), k[0]) + times(d, k[1]))
		second := read(times(read(v[i]), k[2]) + times(times(d, d), k[3]))
		root := read(T(math.Sqrt(float64(second))) + read(k[5]))
		step := quotient(times(first, k[4]), root, small)
		dstP[i], dstM[i], dstV[i] = read(read(p[i])-step), first, second
	}
}
