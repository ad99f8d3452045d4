package kernel

import "math"

// Factors and solutions are computed in float64. Where T is float64 that happens in dst; for float32
// it takes a buffer of as many elements, and rounds once at the end.

// Cholesky sets dst [n, n] to the lower triangular factor L of a = L·Lᵀ, of which it reads the lower
// triangle, row by row. It stops at the first pivot that is not positive and finite and returns its
// place and value; place n says that all are.
func Cholesky[T Float](dst, a []T, n int, buf []float64) (place int, pivot float64) {
	w := wide(dst, buf)
	small := smallest[T]()
	for i := range n {
		from, row := a[i*n:(i+1)*n], w[i*n:(i+1)*n]
		for j := range i {
			above := w[j*n:][:j+1]
			row[j] = (float64(flush(from[j], small)) - dot(row[:j], above)) / above[j]
		}
		pivot = float64(flush(from[i], small)) - dot(row[:i], row)
		if !(pivot > 0 && pivot <= math.MaxFloat64) {
			return i, pivot
		}
		row[i] = math.Sqrt(pivot)
		clear(row[i+1:])
	}
	narrow(dst, w)
	return n, 0
}

// SolveLower sets the columns from lo up to hi of dst [n, k] to those of the X with L·X = b or, if
// transposed, Lᵀ·X = b. It reads the lower triangle of l [n, n] only. A zero on its diagonal divides.
func SolveLower[T Float](dst, l, b []T, n, k, lo, hi int, transposed bool, buf []float64) {
	w, stride, width, small := buf, hi-lo, hi-lo, smallest[T]()
	if d, ok := any(dst).([]float64); ok {
		w, stride = d[lo:], k
	}
	row := func(i int) []float64 { return w[i*stride:][:width] }
	for i := range n {
		x := row(i)
		for j, v := range b[i*k+lo : i*k+hi] {
			x[j] = float64(flush(v, small))
		}
	}
	if transposed {
		backward(l, n, row)
	} else {
		forward(l, n, row)
	}
	for i := range n {
		narrow(dst[i*k+lo:i*k+hi], row(i))
	}
}

// forward turns the rows of B into those of L⁻¹·B.
func forward[T Float](l []T, n int, row func(i int) []float64) {
	small := smallest[T]()
	for i := range n {
		x, left := row(i), l[i*n:][:i+1]
		for j, v := range left[:i] {
			subtract(x, float64(flush(v, small)), row(j))
		}
		divide(x, float64(flush(left[i], small)))
	}
}

// backward turns the rows of B into those of L⁻ᵀ·B.
func backward[T Float](l []T, n int, row func(i int) []float64) {
	small := smallest[T]()
	for i := n - 1; i >= 0; i-- {
		x, left := row(i), l[i*n:][:i+1]
		divide(x, float64(flush(left[i], small)))
		for j, v := range left[:i] {
			subtract(row(j), float64(flush(v, small)), x)
		}
	}
}

// wide returns where to compute dst in float64: in itself, if it can, or in buf.
func wide[T Float](dst []T, buf []float64) []float64 {
	if d, ok := any(dst).([]float64); ok {
		return d
	}
	return buf[:len(dst)]
}

// narrow rounds w to dst, which may be the same memory.
func narrow[T Float](dst []T, w []float64) {
	small := smallest[T]()
	for i, v := range w[:len(dst)] {
		dst[i] = rounded(v, small)
	}
}

// dot returns the product of x and the elements of y before its length.
func dot(x, y []float64) float64 {
	y = y[:len(x)]
	var s [4]float64
	for ; len(x) >= 4 && len(y) >= 4; x, y = x[4:], y[4:] {
		for k := range s {
			s[k] += float64(x[k] * y[k])
		}
	}
	for k, v := range x {
		s[k] += float64(v * y[k])
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// subtract takes a times y from x.
func subtract(x []float64, a float64, y []float64) {
	y = y[:len(x)]
	for i := range x {
		x[i] -= float64(a * y[i])
	}
}

// divide divides x by a.
func divide(x []float64, a float64) {
	for i := range x {
		x[i] /= a
	}
}
