//go:build !purego

package kernel

import "unsafe"

const (
	stripDepth = 512  // of k in a strip: a strip of B stays in the second-level cache
	blockRows  = 256  // of A that pass by a strip of B, in the second-level cache too
	cacheWay   = 4096 // bytes: lines this far apart evict each other from the first-level cache
)

// tiling is the shape of a micro kernel's tile of C: one vector or two of columns.
type tiling struct {
	rows, lanes int
	masks       bool // B is not read past its last column
}

func tilingOf[T Float]() tiling {
	var zero T
	if level == avx512 {
		return tiling{rows: 14, lanes: 64 / int(unsafe.Sizeof(zero)), masks: true}
	}
	return tiling{rows: 6, lanes: 32 / int(unsafe.Sizeof(zero))}
}

// width returns how many elements the vectors hold that hold n.
func (t tiling) width(n int) int { return t.lanes * split(n, t.lanes) }

// vectorBuffer returns how many elements of scratch vectorGemm needs: a strip of B and a block of A.
// Float64 needs no more of them than float32.
func vectorBuffer(m, n, k int) int {
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
func vectorGemm[T Float](c, a, b Matrix[T], m, n, k int, add bool, buf []T) bool {
	if level == plain {
		return false
	}
	t := tilingOf[T]()
	for i, blocks := 0, split(m, blockRows); blocks > 0; blocks-- {
		rows := split(m-i, blocks)
		for p, depths := 0, split(k, stripDepth); depths > 0; depths-- {
			d := split(k-p, depths)
			gemmBlock(t, c.From(i, 0), a.From(i, p), b.From(p, 0), rows, n, d, add || p > 0, buf)
			p += d
		}
		i += rows
	}
	return true
}

// gemmBlock sets c, [rows, n], to the product of a, [rows, d], and b, [d, n], or adds the product to it.
// It packs what it would otherwise read badly: columns, rows that evict each other, a strip of B that
// many tiles pass by, and what vectors would reach past the end of.
func gemmBlock[T Float](t tiling, c, a, b Matrix[T], rows, n, d int, add bool, buf []T) {
	width, tiles := 2*t.lanes, split(rows, t.rows)
	high, tall := split(rows, tiles), tiles-(split(rows, tiles)*tiles-rows) // the first tiles have a row more
	packA := n > width && (a.Col != 1 || collides[T](a.Row))
	panel := d * t.width(t.rows)
	if packA {
		for i := range tiles {
			packStrip(buf[d*width+i*panel:], a.From(i*high-max(0, i-tall), 0).Transpose(), d, high-btoi(i >= tall), t)
		}
	}
	for j := 0; j < n; j += width {
		cols := min(width, n-j)
		strip := b.From(0, j)
		if b.Col != 1 || tiles > 12 || tiles > 2 && collides[T](b.Row) || cols%t.lanes != 0 && !t.masks {
			strip = packStrip(buf, strip, d, cols, t)
		}
		c := c.From(0, j)
		if packA {
			left := buf[d*width:]
			gemmTiles(c, Matrix[T]{left, 1, t.width(high)}, strip, tall, high, cols, d, panel, add)
			if tall < tiles {
				gemmTiles(c.From(tall*high, 0), Matrix[T]{left[tall*panel:], 1, t.width(high - 1)}, strip, tiles-tall, high-1, cols, d, panel, add)
			}
			continue
		}
		gemmTiles(c, a, strip, tall, high, cols, d, high*a.Row, add)
		if tall < tiles {
			gemmTiles(c.From(tall*high, 0), a.From(tall*high, 0), strip, tiles-tall, high-1, cols, d, (high-1)*a.Row, add)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// collides reports whether lines of neighbouring rows fall on the same places of the first-level cache.
func collides[T Float](row int) bool {
	var zero T
	return row*int(unsafe.Sizeof(zero))%(cacheWay/4) == 0
}

// packStrip copies x, [d, cols], to rows of one or two vectors in buf.
func packStrip[T Float](buf []T, x Matrix[T], d, cols int, t tiling) Matrix[T] {
	width := t.width(cols)
	buf = buf[:d*width]
	single, words := any(buf).([]float32)
	switch {
	case x.Col == 1:
		packRows(&buf[0], &x.Data[0], d, cols, x.Row)
	case words && x.Row == 1 && d >= 8 && cols >= 8:
		if cols < width {
			clear(buf)
		}
		transposeAVX2(&single[0], any(&x.Data[0]).(*float32), d, cols, width, x.Col)
	default:
		copyStrip(buf, x, d, width, cols)
	}
	return Dense(buf, width)
}

func copyStrip[T Float](buf []T, x Matrix[T], d, width, cols int) {
	if cols < width {
		clear(buf)
	}
	for i := range cols {
		column := x.Data[i*x.Col:]
		for p := range d {
			buf[p*width+i] = column[p*x.Row]
		}
	}
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

// gemmTiles multiplies a strip of B by the rows of A for a number of tiles.
func gemmTiles[T Float](c, a, b Matrix[T], tiles, rows, cols, k, aTile int, add bool) {
	switch c0 := any(&c.Data[0]).(type) {
	case *float32:
		a0, b0 := any(&a.Data[0]).(*float32), any(&b.Data[0]).(*float32)
		if level == avx512 {
			gemmTile32AVX512(c0, a0, b0, tiles, rows, cols, k, c.Row, a.Row, a.Col, aTile, b.Row, add)
			return
		}
		gemmTile32AVX2(c0, a0, b0, tiles, rows, cols, k, c.Row, a.Row, a.Col, aTile, b.Row, add)
	case *float64:
		a0, b0 := any(&a.Data[0]).(*float64), any(&b.Data[0]).(*float64)
		if level == avx512 {
			gemmTile64AVX512(c0, a0, b0, tiles, rows, cols, k, c.Row, a.Row, a.Col, aTile, b.Row, add)
			return
		}
		gemmTile64AVX2(c0, a0, b0, tiles, rows, cols, k, c.Row, a.Row, a.Col, aTile, b.Row, add)
	}
}
