package kernel

import "math"

// A reduction takes x, [outer, n, inner] in row-major order, to dst, [outer, inner]. Its order of
// operations is fixed by n, and by whether inner is 1, alone.

// columns is how many columns a reduction over a middle axis takes at once.
const columns = 64

// Sum sets dst to the sums of x over n, accumulated in float64 and rounded once. Of nothing it is 0.
func Sum[T Float](dst, x []T, outer, n, inner int) {
	if inner == 1 {
		small := smallest[T]()
		for o := range dst[:outer] {
			dst[o] = rounded(SumFloat64(x[o*n:(o+1)*n]), small)
		}
		return
	}
	for o := range outer {
		slab := x[o*n*inner : (o+1)*n*inner]
		out := dst[o*inner : (o+1)*inner]
		if vectorSumColumns(out, slab, n) {
			continue
		}
		for j := 0; j < inner; j += columns {
			sumColumns(out[j:min(j+columns, inner)], slab[min(j, len(slab)):], n, inner)
		}
	}
}

// SumFloat64 returns the sum of x that Sum rounds for a row: it adds every 32nd element to one of 32 sums,
// of what is left every eighth to one of the first eight, then the sums pairwise, then the sum of the last
// elements, fewer than eight.
func SumFloat64[T Float](x []T) float64 {
	sum, done := vectorSumRow(x)
	if done == 0 {
		sum, done = sumEights(x)
	}
	tail, small := 0.0, smallest[T]()
	for _, v := range x[done:] {
		tail += float64(flush(v, small))
	}
	return sum + tail
}

// sumEights sums all but the last elements, and returns how many it summed.
func sumEights[T Float](x []T) (sum float64, done int) {
	done = len(x) &^ 7
	small := smallest[T]()
	var sums [4][8]float64
	for x = x[:done]; len(x) >= 32; x = x[32:] {
		for k := range sums {
			addEight(&sums[k], x[8*k:], small)
		}
	}
	for ; len(x) > 0; x = x[8:] {
		addEight(&sums[0], x, small)
	}
	s := sums[0]
	for j := range s {
		s[j] = (s[j] + sums[1][j]) + (sums[2][j] + sums[3][j])
	}
	return ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7])), done
}

// addEight adds the first eight elements of x to sums.
func addEight[T Float](sums *[8]float64, x []T, small T) {
	for j, v := range x[:8] {
		sums[j] += float64(flush(v, small))
	}
}

// sumColumns sums n rows, inner apart, of len(dst) <= columns elements.
func sumColumns[T Float](dst, x []T, n, inner int) {
	var sums [columns]float64
	acc, small := sums[:len(dst)], smallest[T]()
	for i := range n {
		row := x[i*inner:][:len(acc)]
		for j, v := range row {
			acc[j] += float64(flush(v, small))
		}
	}
	for j, s := range acc {
		dst[j] = rounded(s, small)
	}
}

// Variance sets dst to the mean, over n, of the squares of x less its mean, in float64 and rounded once. Of nothing it is 0.
func Variance[T Float](dst, x []T, outer, n, inner int) {
	for o := range outer {
		slab, out := x[o*n*inner:(o+1)*n*inner], dst[o*inner:(o+1)*inner]
		if inner > 1 && vectorVarianceColumns(out, slab, n) {
			continue
		}
		for j := range out {
			out[j] = variance(slab[min(j, len(slab)):], n, inner)
		}
	}
}

// variance is that of n elements of x, stride apart.
func variance[T Float](x []T, n, stride int) T {
	small, inverse := smallest[T](), 1/float64(max(n, 1))
	mean := 0.0
	for i := range n {
		mean += float64(flush(x[i*stride], small))
	}
	mean *= inverse
	squares := 0.0
	for i := range n {
		d := float64(flush(x[i*stride], small)) - mean
		squares += float64(d * d)
	}
	return rounded(squares*inverse, small)
}

// Max sets dst to the maxima of x over n; NaN where any is NaN. Of nothing it is -Inf.
func Max[T Float](dst, x []T, outer, n, inner int) {
	for o := range outer {
		slab, out := x[o*n*inner:(o+1)*n*inner], dst[o*inner:(o+1)*inner]
		if inner == 1 {
			out[0] = maxRow(slab)
			continue
		}
		fill(out, []T{T(math.Inf(-1))})
		for i := range n {
			binary(opMax, out, out, slab[i*inner:(i+1)*inner])
		}
	}
}

// Min sets dst to the minima of x over n; NaN where any is NaN. Of nothing it is +Inf.
func Min[T Float](dst, x []T, outer, n, inner int) {
	for o := range outer {
		slab, out := x[o*n*inner:(o+1)*n*inner], dst[o*inner:(o+1)*inner]
		if inner == 1 {
			out[0] = minRow(slab)
			continue
		}
		fill(out, []T{T(math.Inf(1))})
		for i := range n {
			binary(opMin, out, out, slab[i*inner:(i+1)*inner])
		}
	}
}

func maxRow[T Float](x []T) T {
	if best, ok := vectorExtreme(x, true); ok {
		return best
	}
	m0, small := T(math.Inf(-1)), smallest[T]()
	m1, m2, m3 := m0, m0, m0
	for len(x) >= 4 {
		m0, m1 = max(m0, flush(x[0], small)), max(m1, flush(x[1], small))
		m2, m3 = max(m2, flush(x[2], small)), max(m3, flush(x[3], small))
		x = x[4:]
	}
	for _, v := range x {
		m0 = max(m0, flush(v, small))
	}
	return max(m0, m1, m2, m3)
}

func minRow[T Float](x []T) T {
	if best, ok := vectorExtreme(x, false); ok {
		return best
	}
	m0, small := T(math.Inf(1)), smallest[T]()
	m1, m2, m3 := m0, m0, m0
	for len(x) >= 4 {
		m0, m1 = min(m0, flush(x[0], small)), min(m1, flush(x[1], small))
		m2, m3 = min(m2, flush(x[2], small)), min(m3, flush(x[3], small))
		x = x[4:]
	}
	for _, v := range x {
		m0 = min(m0, flush(v, small))
	}
	return min(m0, m1, m2, m3)
}

// ArgMax sets dst to the indices over n of the first maxima of x; NaN counts as the maximum.
// Of nothing it is 0.
func ArgMax[T Float](dst, x []T, outer, n, inner int) {
	for o := range outer {
		for j := range inner {
			dst[o*inner+j] = T(argMax(x[min(o*n*inner+j, len(x)):], n, inner))
		}
	}
}

// argMax looks at n elements of x, stride apart.
func argMax[T Float](x []T, n, stride int) int {
	if n == 0 {
		return 0
	}
	small := smallest[T]()
	best, at := flush(x[0], small), 0
	for i := range n {
		v := flush(x[i*stride], small)
		if v != v {
			return i
		}
		if v > best {
			best, at = v, i
		}
	}
	return at
}
