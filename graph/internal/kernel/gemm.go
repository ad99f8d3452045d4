package kernel

// GemmRows divides the row where a product may be split among workers.
const GemmRows = 4

const (
	tileRows  = 2   // the micro kernel's rows: eight sums, and their operands, fit the registers
	tileCols  = 4   // its columns
	depth     = 256 // of k in a packed panel, a multiple of unroll
	width     = 128 // columns of B packed at once: with depth, half of a second-level cache or less
	unroll    = 4   // of the micro kernel over k
	tileElems = tileRows * tileCols
)

// GemmBuffer returns how many elements of scratch one call of Gemm needs.
func GemmBuffer(m, n, k int, transA, transB bool) int {
	d := min(depth, ceil(k, unroll))
	return vectorBuffer(m, k) + d*(tileRows+min(width, ceil(n, tileCols)))
}

// Gemm sets rows [lo, hi) of C = op(A) op(B), all dense and row-major: C is [m, n]; A is [m, k], or
// [k, m] if transA; B is [k, n], or [n, k] if transB. The other rows of c are not touched.
//
// Each element is the sum of its k products in order, rounded at every step, so that its bits depend
// neither on the split of the rows nor on the transposes. The vector versions round once for each
// product and sum (they fuse the two), else the same; so they have the same bits among themselves. The
// scratch buf, of at least GemmBuffer elements, is the caller's: concurrent calls need one each.
func Gemm[T Float](c, a, b []T, m, n, k int, transA, transB bool, lo, hi int, buf []T) {
	if vectorGemm(c, a, b, m, n, k, transA, transB, lo, hi, buf) {
		return
	}
	if k == 0 {
		clear(c[lo*n : hi*n])
		return
	}
	aRow, aCol := k, 1
	if transA {
		aRow, aCol = 1, m
	}
	bRow, bCol := n, 1
	if transB {
		bRow, bCol = 1, k
	}
	for j := 0; j < n; j += width {
		cols := min(width, n-j)
		for p := 0; p < k; p += depth {
			d := min(depth, k-p)
			padded := ceil(d, unroll)
			panelA := buf[:padded*tileRows]
			panelsB := buf[len(panelA):][:padded*ceil(cols, tileCols)]
			for jj := 0; jj < cols; jj += tileCols {
				packB(panelsB[jj*padded:][:tileCols*padded], b[p*bRow+(j+jj)*bCol:], d, min(tileCols, cols-jj), bRow, bCol)
			}
			for i := lo; i < hi; i += tileRows {
				rows := min(tileRows, hi-i)
				packA(panelA, a[i*aRow+p*aCol:], d, rows, aCol, aRow)
				gemmRows(c[i*n+j:], panelA, panelsB, rows, cols, n, p > 0)
			}
		}
	}
}

// gemmRows adds the product of one panel of A and all panels of B to a strip of C, which it takes as 0
// unless add.
func gemmRows[T Float](c, panelA, panelsB []T, rows, cols, n int, add bool) {
	size := len(panelA) / tileRows * tileCols
	for j := 0; j < cols; j += tileCols {
		var tile [tileElems]T
		valid := min(tileCols, cols-j)
		if add {
			for r := range rows {
				copy(tile[r*tileCols:][:valid], c[r*n+j:])
			}
		}
		microKernel(&tile, panelA, panelsB[:size])
		panelsB = panelsB[size:]
		for r := range rows {
			copy(c[r*n+j:][:valid], tile[r*tileCols:])
		}
	}
}

// packA and packB copy x[p*pStep+i*iStep], p < d and i < valid, to panel[p*tile+i], with 0 in the rest.

func packA[T Float](panel, x []T, d, valid, pStep, iStep int) {
	if valid < tileRows {
		pack(panel, x, d, tileRows, valid, pStep, iStep)
		return
	}
	clear(panel[d*tileRows:])
	x0, x1 := x, x[iStep:]
	for p := range d {
		q := (*[tileRows]T)(panel[p*tileRows:])
		q[0], q[1] = x0[p*pStep], x1[p*pStep]
	}
}

func packB[T Float](panel, x []T, d, valid, pStep, iStep int) {
	if valid < tileCols {
		pack(panel, x, d, tileCols, valid, pStep, iStep)
		return
	}
	clear(panel[d*tileCols:])
	x0, x1, x2, x3 := x, x[iStep:], x[2*iStep:], x[3*iStep:]
	for p := range d {
		q := (*[tileCols]T)(panel[p*tileCols:])
		q[0], q[1], q[2], q[3] = x0[p*pStep], x1[p*pStep], x2[p*pStep], x3[p*pStep]
	}
}

func pack[T Float](panel, x []T, d, tile, valid, pStep, iStep int) {
	clear(panel)
	for p := range d {
		for i := range valid {
			panel[p*tile+i] = x[p*pStep+i*iStep]
		}
	}
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
