//go:build !purego

package kernel

import "unsafe"

const (
	stripDepth = 512  // of k in a strip: a strip of B stays in the second-level cache
	blockRows  = 256  // of A that pass by a strip of B, in the second-level cache too
	cacheWay   = 4096 // bytes: lines this far apart evict each other from the first-level cache
)

// tiling is the shape of a micro kernel's tile of C: one vector or two of columns.
type tiling struct{ rows, lanes int }

func tilingOf[T Float]() tiling {
	var zero T
	if level == avx512 {
		return tiling{rows: 14, lanes: 64 / int(unsafe.Sizeof(zero))}
	}
	return tiling{rows: 6, lanes: 32 / int(unsafe.Sizeof(zero))}
}

// width returns how many elements the vectors hold that hold n.
func (t tiling) width(n int) int { return t.lanes * split(n, t.lanes) }

// vectorBuffer returns how many elements of scratch vectorGemm needs: a strip of B and a block of A.
// Float64 needs no more of them than float32.
func vectorBuffer(m, k int) int {
	if level == plain {
		return 0
	}
	t := tilingOf[float32]()
	return min(stripDepth, k) * (2*t.lanes + split(min(blockRows, m), t.rows)*t.width(t.rows))
}

// split returns how many parts of at most size make up n.
func split(n, size int) int { return (n + size - 1) / size }

// vectorGemm is Gemm for processors with fused multiply-add: each element is one chain of them, over k
// in order. It reports whether it did the work.
func vectorGemm[T Float](c, a, b []T, m, n, k int, transA, transB bool, lo, hi int, buf []T) bool {
	if level == plain || n == 0 || k == 0 || lo >= hi {
		return false
	}
	t := tilingOf[T]()
	left, right := matrix[T]{a, k, 1}, matrix[T]{b, n, 1}
	if transA {
		left = matrix[T]{a, 1, m}
	}
	if transB {
		right = matrix[T]{b, 1, k}
	}
	for blocks := split(hi-lo, blockRows); blocks > 0; blocks-- {
		rows := split(hi-lo, blocks)
		depths := split(k, stripDepth)
		for p := 0; depths > 0; depths-- {
			d := split(k-p, depths)
			gemmBlock(t, c[lo*n:], left.from(lo, p), right.from(p, 0), rows, n, d, p > 0, buf)
			p += d
		}
		lo += rows
	}
	return true
}

// matrix is read at data[i*row+j*col].
type matrix[T Float] struct {
	data     []T
	row, col int
}

func (m matrix[T]) from(i, j int) matrix[T] { return matrix[T]{m.data[i*m.row+j*m.col:], m.row, m.col} }

// gemmBlock sets c, [rows, n], to the product of a, [rows, d], and b, [d, n], or adds the product to it.
// It packs what it would otherwise read badly: columns, rows that evict each other, a strip of B that
// many tiles pass by, and the last strip, whose vectors would reach past its end.
func gemmBlock[T Float](t tiling, c []T, a, b matrix[T], rows, n, d int, add bool, buf []T) {
	width, tiles := 2*t.lanes, split(rows, t.rows)
	panel := d * t.width(t.rows)
	packA := n > width && (a.col != 1 || collides[T](a.row))
	if packA {
		for i, r := 0, 0; i < tiles; i++ {
			valid := split(rows-r, tiles-i)
			packStrip(buf[d*width+i*panel:], a.from(r, 0).transposed(), d, valid, t)
			r += valid
		}
	}
	for j := 0; j < n; j += width {
		cols := min(width, n-j)
		strip := b.from(0, j)
		if b.col != 1 || cols < width || tiles > 12 || tiles > 2 && collides[T](b.row) {
			strip = packStrip(buf, strip, d, cols, t)
		}
		for i, r := 0, 0; i < tiles; i++ {
			valid := split(rows-r, tiles-i)
			left := a.from(r, 0)
			if packA {
				left = matrix[T]{buf[d*width+i*panel:], 1, t.width(valid)}
			}
			gemmTile(&c[r*n+j], &left.data[0], &strip.data[0], valid, cols, d, n, left.row, left.col, strip.row, add)
			r += valid
		}
	}
}

func (m matrix[T]) transposed() matrix[T] { return matrix[T]{m.data, m.col, m.row} }

// collides reports whether lines of neighbouring rows fall on the same places of the first-level cache.
func collides[T Float](row int) bool {
	var zero T
	return row*int(unsafe.Sizeof(zero))%(cacheWay/4) == 0
}

// packStrip copies x, [d, cols], to rows of one or two vectors in buf.
func packStrip[T Float](buf []T, x matrix[T], d, cols int, t tiling) matrix[T] {
	width := t.width(cols)
	buf = buf[:d*width]
	single, words := any(buf).([]float32)
	switch {
	case x.col == 1:
		packRows(&buf[0], &x.data[:(d-1)*x.row+cols][0], d, cols, x.row)
	case words && x.row == 1 && d >= 8 && cols >= 8:
		if cols < width {
			clear(buf)
		}
		_ = x.data[(cols-1)*x.col+d-1]
		transposeAVX2(&single[0], any(&x.data[0]).(*float32), d, cols, width, x.col)
	default:
		pack(buf, x.data, d, width, cols, x.row, x.col)
	}
	return matrix[T]{buf, width, 1}
}

func packRows[T Float](dst, src *T, rows, cols, step int) {
	words := int(unsafe.Sizeof(*dst) / 4)
	d, s := (*float32)(unsafe.Pointer(dst)), (*float32)(unsafe.Pointer(src))
	if level == avx512 {
		packRowsAVX512(d, s, rows, cols*words, step*words)
		return
	}
	packRowsAVX2(d, s, rows, cols*words, step*words)
}

func gemmTile[T Float](c, a, b *T, rows, cols, k, cRow, aRow, aCol, bRow int, add bool) {
	switch c := any(c).(type) {
	case *float32:
		a, b := any(a).(*float32), any(b).(*float32)
		if level == avx512 {
			gemmTile32AVX512(c, a, b, rows, cols, k, cRow, aRow, aCol, bRow, add)
			return
		}
		gemmTile32AVX2(c, a, b, rows, cols, k, cRow, aRow, aCol, bRow, add)
	case *float64:
		a, b := any(a).(*float64), any(b).(*float64)
		if level == avx512 {
			gemmTile64AVX512(c, a, b, rows, cols, k, cRow, aRow, aCol, bRow, add)
			return
		}
		gemmTile64AVX2(c, a, b, rows, cols, k, cRow, aRow, aCol, bRow, add)
	}
}
