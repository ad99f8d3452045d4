package kernel

// GemmRows and GemmCols divide the rows and columns of blocks that a product is best cut into.
const (
	GemmRows = 4
	GemmCols = 32
)

const (
	tileRows  = 2   // the micro kernel's rows: eight sums, and their operands, fit the registers
	tileCols  = 4   // its columns
	depth     = 256 // of k in a packed panel, a multiple of unroll
	width     = 128 // columns of B packed at once: with depth, half of a second-level cache or less
	unroll    = 4   // of the micro kernel over k
	tileElems = tileRows * tileCols
)

// Matrix is a matrix in memory: its element (i, j) is Data[i*Row+j*Col].
type Matrix[T Float] struct {
	Data     []T
	Row, Col int
}

// Dense returns the matrix whose rows of n elements follow one another.
func Dense[T Float](data []T, n int) Matrix[T] { return Matrix[T]{data, n, 1} }

// Transpose returns the same memory as the transposed matrix.
func (m Matrix[T]) Transpose() Matrix[T] { return Matrix[T]{m.Data, m.Col, m.Row} }

// From returns the part of the matrix from row i and column j on.
func (m Matrix[T]) From(i, j int) Matrix[T] {
	return Matrix[T]{m.Data[min(i*m.Row+j*m.Col, len(m.Data)):], m.Row, m.Col}
}

// GemmBuffer returns how many elements of scratch Gemm needs for a product of these sizes, and for any
// smaller one.
func GemmBuffer(m, n, k int) int {
	d := min(depth, ceil(k, unroll))
	return max(vectorBuffer(m, n, k), d*(tileRows+min(width, ceil(n, tileCols))))
}

// Gemm sets C = A B, or C = C + A B if add, where C is [m, n], A is [m, k] and B is [k, n]. The elements
// of a row of C lie next to each other. A block of C is the product of some rows of A and some columns of
// B: a product may be cut into blocks, for several workers, with From.
//
// Each element is the sum of its k products in order, beginning with 0 or with what it was, rounded at
// every step; so its bits depend neither on the cut nor on how the matrices lie in memory. The vector
// versions round once for each product and sum (they fuse the two), else the same; so they have the same
// bits among themselves.
//
// Denormals are flushed, in float64 too: every version reads them as zeros and leaves none in C; the vector
// versions have none in between either. With u the unit roundoff and t the smallest normal number, a version
// differs from the exact product of its flushed operands by at most about (k+1) (u s + t), where s sums the
// magnitudes of an element's terms.
//
// The scratch buf, of at least GemmBuffer elements, is the caller's: concurrent calls need one each.
func Gemm[T Float](c, a, b Matrix[T], m, n, k int, add bool, buf []T) {
	switch {
	case m == 0 || n == 0:
		return
	case k == 0:
		gemmEmpty(c, m, n, add)
		return
	}
	_ = c.Data[(m-1)*c.Row+n-1]
	_ = a.Data[(m-1)*a.Row+(k-1)*a.Col]
	_ = b.Data[(k-1)*b.Row+(n-1)*b.Col]
	if vectorGemm(c, a, b, m, n, k, add, buf) {
		return
	}
	for j := 0; j < n; j += width {
		cols := min(width, n-j)
		for p := 0; p < k; p += depth {
			d := min(depth, k-p)
			padded := ceil(d, unroll)
			panelA := buf[:padded*tileRows]
			panelsB := buf[len(panelA):][:padded*ceil(cols, tileCols)]
			for jj := 0; jj < cols; jj += tileCols {
				pack(panelsB[jj*padded:][:tileCols*padded], b.From(p, j+jj), d, tileCols, min(tileCols, cols-jj))
			}
			for i := 0; i < m; i += tileRows {
				rows := min(tileRows, m-i)
				pack(panelA, a.From(i, p).Transpose(), d, tileRows, rows)
				gemmRows(c.From(i, j), panelA, panelsB, rows, cols, add || p > 0)
			}
		}
	}
	for i := range m {
		zeroDenormals(c.Data[i*c.Row:][:n])
	}
}

// gemmEmpty is the sum of no products.
func gemmEmpty[T Float](c Matrix[T], m, n int, add bool) {
	if add {
		return
	}
	for i := range m {
		clear(c.Data[i*c.Row:][:n])
	}
}

// gemmRows adds the product of one panel of A and all panels of B to a strip of C, which it takes as 0
// unless add.
func gemmRows[T Float](c Matrix[T], panelA, panelsB []T, rows, cols int, add bool) {
	size := len(panelA) / tileRows * tileCols
	for j := 0; j < cols; j += tileCols {
		var tile [tileElems]T
		valid := min(tileCols, cols-j)
		if add {
			for r := range rows {
				copy(tile[r*tileCols:][:valid], c.Data[r*c.Row+j:])
			}
			zeroDenormals(tile[:])
		}
		microKernel(&tile, panelA, panelsB[:size])
		panelsB = panelsB[size:]
		for r := range rows {
			copy(c.Data[r*c.Row+j:][:valid], tile[r*tileCols:])
		}
	}
}

// pack copies x, [d, valid], to rows of tile elements, with 0 in the rest.
func pack[T Float](panel []T, x Matrix[T], d, tile, valid int) {
	if valid < tile {
		clear(panel)
	} else {
		clear(panel[d*tile:])
	}
	for i := range valid {
		column := x.Data[i*x.Col:]
		for p := range d {
			panel[p*tile+i] = column[p*x.Row]
		}
	}
	zeroDenormals(panel)
}

func zeroDenormals[T Float](x []T) {
	normal := smallestNormal[T]()
	for i, v := range x {
		if -normal < v && v < normal {
			x[i] = v * 0 // keeps the sign
		}
	}
}

// smallestNormal returns the smallest positive normal number.
func smallestNormal[T Float]() T {
	normal := 0x1p-126
	if _, double := any(T(0)).(float64); double {
		normal = 0x1p-1022
	}
	return T(normal)
}

// microKernel adds to tile the product of a panel of A, [k, tileRows], and one of B, [k, tileCols],
// where k is a multiple of unroll.
func microKernel[T Float](tile *[tileElems]T, a, b []T) {
	c00, c01, c02, c03 := tile[0], tile[1], tile[2], tile[3]
	c10, c11, c12, c13 := tile[4], tile[5], tile[6], tile[7]
	for len(a) >= tileRows*unroll && len(b) >= tileCols*unroll {
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		v, w := a[0], a[1]
		c00, c01, c02, c03 = c00+T(v*b0), c01+T(v*b1), c02+T(v*b2), c03+T(v*b3)
		c10, c11, c12, c13 = c10+T(w*b0), c11+T(w*b1), c12+T(w*b2), c13+T(w*b3)

		b0, b1, b2, b3 = b[4], b[5], b[6], b[7]
		v, w = a[2], a[3]
		c00, c01, c02, c03 = c00+T(v*b0), c01+T(v*b1), c02+T(v*b2), c03+T(v*b3)
		c10, c11, c12, c13 = c10+T(w*b0), c11+T(w*b1), c12+T(w*b2), c13+T(w*b3)

		b0, b1, b2, b3 = b[8], b[9], b[10], b[11]
		v, w = a[4], a[5]
		c00, c01, c02, c03 = c00+T(v*b0), c01+T(v*b1), c02+T(v*b2), c03+T(v*b3)
		c10, c11, c12, c13 = c10+T(w*b0), c11+T(w*b1), c12+T(w*b2), c13+T(w*b3)

		b0, b1, b2, b3 = b[12], b[13], b[14], b[15]
		v, w = a[6], a[7]
		c00, c01, c02, c03 = c00+T(v*b0), c01+T(v*b1), c02+T(v*b2), c03+T(v*b3)
		c10, c11, c12, c13 = c10+T(w*b0), c11+T(w*b1), c12+T(w*b2), c13+T(w*b3)

		a, b = a[tileRows*unroll:], b[tileCols*unroll:]
	}
	tile[0], tile[1], tile[2], tile[3] = c00, c01, c02, c03
	tile[4], tile[5], tile[6], tile[7] = c10, c11, c12, c13
}

// ceil rounds x up to a multiple of unit.
func ceil(x, unit int) int { return (x + unit - 1) / unit * unit }
