package kernel

import "math"

// A reduction takes x, [outer, n, inner] in row-major order, to dst, [outer, inner]. Its order of
// operations is fixed by n, and by whether inner is 1, alone.

// columns is how many columns a reduction over a middle axis takes at once.
const columns = 64

// Sum sets dst to the sums of x over n, accumulated in float64 and rounded once. Of nothing it is 0.
func Sum[T Float](dst, x []T, outer, n, inner int) {
	if inner == 1 {
		for o := range dst[:outer] {
			dst[o] = T(SumFloat64(x[o*n : (o+1)*n]))
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

// SumFloat64 returns the sum of x that Sum rounds for a row: it adds every eighth element to one of eight
// sums, then the sums pairwise, then the sum of the last elements, fewer than eight.
func SumFloat64[T Float](x []T) float64 {
	sum, done := vectorSumRow(x)
	if done == 0 {
		sum, done = sumEights(x)
	}
	tail := 0.0
	for _, v := range x[done:] {
		tail += float64(v)
	}
	return sum + tail
}

// sumEights sums all but the last elements, and returns how many it summed.
func sumEights[T Float](x []T) (sum float64, done int) {
	done = len(x) &^ 7
	var s0, s1, s2, s3, s4, s5, s6, s7 float64
	for len(x) >= 8 {
		s0 += float64(x[0])
		s1 += float64(x[1])
		s2 += float64(x[2])
		s3 += float64(x[3])
		s4 += float64(x[4])
		s5 += float64(x[5])
		s6 += float64(x[6])
		s7 += float64(x[7])
		x = x[8:]
	}
	return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7)), done
}

// sumColumns sums n rows, inner apart, of len(dst) <= columns elements.
func sumColumns[T Float](dst, x []T, n, inner int) {
	var sums [columns]float64
	acc := sums[:len(dst)]
	for i := range n {
		row := x[i*inner:][:len(acc)]
		for j, v := range row {
			acc[j] += float64(v)
		}
	}
	for j, s := range acc {
		dst[j] = T(s)
	}
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
	m0 := T(math.Inf(-1))
	m1, m2, m3 := m0, m0, m0
	for len(x) >= 4 {
		m0, m1, m2, m3 = max(m0, x[0]), max(m1, x[1]), max(m2, x[2]), max(m3, x[3])
		x = x[4:]
	}
	for _, v := range x {
		m0 = max(m0, v)
	}
	return max(m0, m1, m2, m3)
}

func minRow[T Float](x []T) T {
	if best, ok := vectorExtreme(x, false); ok {
		return best
	}
	m0 := T(math.Inf(1))
	m1, m2, m3 := m0, m0, m0
	for len(x) >= 4 {
		m0, m1, m2, m3 = min(m0, x[0]), min(m1, x[1]), min(m2, x[2]), min(m3, x[3])
		x = x[4:]
	}
	for _, v := range x {
		m0 = min(m0, v)
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
	best, at := x[0], 0
	for i := range n {
		v := x[i*stride]
		if v != v {
			return i
		}
		if v > best {
			best, at = v, i
		}
	}
	return at
}
