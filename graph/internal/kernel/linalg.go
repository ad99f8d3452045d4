package kernel

// What follows works on one matrix [n, n], in row-major order, or on a batch of them one by one.

// Diagonal sets dst [n] to the diagonal of x [n, n].
func Diagonal[T Float](dst, x []T, n int) {
	for i := range dst[:n] {
		dst[i] = x[i*n+i]
	}
}

// Diag sets dst [n, n] to 0 but for its diagonal, x [n].
func Diag[T Float](dst, x []T, n int) {
	clear(dst[:n*n])
	for i, v := range x[:n] {
		dst[i*n+i] = v
	}
}

// Tril sets dst [n, n] to x where the column is not beyond the row, and to 0 elsewhere.
func Tril[T Float](dst, x []T, n int) {
	for i := range n {
		row := dst[i*n : (i+1)*n]
		clear(row[copy(row, x[i*n:][:i+1]):])
	}
}

// FillTril sets dst [n, n] to the lower triangle of the rows that x [n(n+1)/2] holds, one after the
// other, and to 0 above.
func FillTril[T Float](dst, x []T, n int) {
	for i := range n {
		row := dst[i*n : (i+1)*n]
		clear(row[copy(row, x[:i+1]):])
		x = x[i+1:]
	}
}

// PackTril sets dst [n(n+1)/2] to the rows of the lower triangle of x [n, n], one after the other.
func PackTril[T Float](dst, x []T, n int) {
	for i := range n {
		dst = dst[copy(dst, x[i*n:][:i+1]):]
	}
}

// CumSum sets dst to the sums of x, both [outer, n, inner], over the middle axis up to and with each
// element; reverse, from each element on. They are accumulated in float64.
func CumSum[T Float](dst, x []T, outer, n, inner int, reverse bool) {
	for o := range outer {
		in, out := x[o*n*inner:(o+1)*n*inner], dst[o*n*inner:(o+1)*n*inner]
		for j := 0; j < inner; j += columns {
			cumSumColumns(out[j:], in[j:], n, inner, min(columns, inner-j), reverse)
		}
	}
}

// cumSumColumns sums up the first width <= columns elements of n rows, inner apart.
func cumSumColumns[T Float](dst, x []T, n, inner, width int, reverse bool) {
	var sums [columns]float64
	small := smallest[T]()
	for i := range n {
		if reverse {
			i = n - 1 - i
		}
		out := dst[i*inner:][:width]
		for j, v := range x[i*inner:][:width] {
			sums[j] += float64(flush(v, small))
			out[j] = rounded(sums[j], small)
		}
	}
}
