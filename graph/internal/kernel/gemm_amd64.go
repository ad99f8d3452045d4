//go:build !purego

package kernel

import "unsafe"

const (
	stripDepth = 512       // of k in a strip of A or B
	fewTiles   = 12        // one below the other, for which a strip of B is read where it lies
	panelBytes = 512 << 10 // of packed strips of B, which stay in the second-level cache while A passes by
	apart      = 16        // elements between packed rows of A
	cacheWay   = 4096      // bytes: lines this far apart evict each other from the first-level cache
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

// split returns how many parts of at most size make up n.
func split(n, size int) int { return (n + size - 1) / size }

// vectorBuffer returns how many elements of scratch vectorGemm needs: strips of B, and of A those of one
// tile or of few. Float64 needs no more of them than float32.
func vectorBuffer(m, n, k int) int {
	if level == plain {
		return 0
	}
	t, d := tilingOf[float32](), min(stripDepth, k)
	strip := 2 * t.lanes * d
	return max(strip, min(panelBytes/4, split(n, 2*t.lanes)*strip)) + min(fewTiles, split(m, t.rows))*(t.width(t.rows)*d+apart*t.rows)
}

// vectorGemm is Gemm for processors with fused multiply-add: each element is one chain of them, over k
// in order. It reports whether it did the work.
func vectorGemm[T Float](c, a, b Matrix[T], m, n, k int, add bool, buf []T) bool {
	if level == plain {
		return false
	}
	for p, depths := 0, split(k, stripDepth); depths > 0; depths-- {
		d := split(k-p, depths)
		g := blocking[T]{tilingOf[T](), m, n, d, add || p > 0, buf}
		if split(m, g.rows) > fewTiles && n > 2*g.lanes {
			g.byPanels(c, a.From(0, p), b.From(p, 0))
		} else {
			g.byStrips(c, a.From(0, p), b.From(p, 0))
		}
		p += d
	}
	return true
}

// blocking computes a product [m, n] = [m, d] [d, n] tile by tile. It packs what it would otherwise read
// badly: columns, rows that evict each other, strips of B that many tiles pass by, and what vectors would
// reach past the end.
type blocking[T Float] struct {
	tiling
	m, n, d int
	add     bool
	buf     []T
}

// tile returns the first row and the height of tile i, and how many tiles from there on are as high: the
// first of them may be a row higher than the rest.
func (g *blocking[T]) tile(i int) (row, height, alike int) {
	tiles := split(g.m, g.rows)
	low := g.m / tiles
	if high := g.m % tiles; i < high {
		return i * (low + 1), low + 1, high - i
	}
	return g.m - (tiles-i)*low, low, tiles - i
}

// byStrips passes all of A by one strip of B after the other.
func (g *blocking[T]) byStrips(c, a, b Matrix[T]) {
	width, tiles := 2*g.lanes, split(g.m, g.rows)
	panels := g.buf[width*g.d:]
	packs := g.n > width && g.packs(a)
	for i := 0; packs && i < tiles; i++ {
		row, height, _ := g.tile(i)
		g.packTile(panels[i*g.panel():], a.From(row, 0), height)
	}
	for j := 0; j < g.n; j += width {
		cols, strip := min(width, g.n-j), b.From(0, j)
		if b.Col != 1 || tiles > fewTiles || tiles > 2 && collides[T](b.Row) || cols%g.lanes != 0 && !g.masks {
			strip = packStrip(g.buf, strip, g.d, cols, g.tiling)
		}
		for i := 0; i < tiles; {
			row, height, alike := g.tile(i)
			left, step := a.From(row, 0), height*a.Row
			if packs {
				left, step = g.packed(panels[i*g.panel():], a, height), g.panel()
			}
			gemmTiles(c.From(row, j), left, strip, alike, height, cols, g.d, height*c.Row, step, 0, g.add)
			i += alike
		}
	}
}

// byPanels packs as many strips of B as stay in the cache, and passes A by them.
func (g *blocking[T]) byPanels(c, a, b Matrix[T]) {
	width, size := 2*g.lanes, 2*g.lanes*g.d
	most := max(1, panelBytes/(size*int(unsafe.Sizeof(a.Data[0])))) * width // columns of a panel
	packs := g.packs(a)
	for j, panels := 0, split(g.n, most); panels > 0; panels-- {
		cols := min(g.n-j, width*split(split(g.n-j, panels), width))
		strips, rest := cols/width, cols%width
		for s := range split(cols, width) {
			packStrip(g.buf[s*size:], b.From(0, j+s*width), g.d, min(width, cols-s*width), g.tiling)
		}
		behind := g.buf[split(cols, width)*size:]
		for i := range split(g.m, g.rows) {
			row, height, _ := g.tile(i)
			left := a.From(row, 0)
			if packs {
				g.packTile(behind, left, height)
				left = g.packed(behind, a, height)
			}
			if strips > 0 {
				gemmTiles(c.From(row, j), left, Dense(g.buf, width), strips, height, width, g.d, width, 0, size, g.add)
			}
			if rest > 0 {
				gemmTiles(c.From(row, j+strips*width), left, Dense(g.buf[strips*size:], g.width(rest)), 1, height, rest, g.d, 0, 0, 0, g.add)
			}
		}
		j += cols
	}
}

// packs reports whether tiles of A are packed: columns, and rows that evict each other, which come to lie a
// little apart.
func (g *blocking[T]) packs(a Matrix[T]) bool { return a.Col != 1 || collides[T](a.Row) }

// panel returns how many elements a packed tile of A takes at most.
func (g *blocking[T]) panel() int { return g.width(g.rows)*g.d + apart*g.rows }

func (g *blocking[T]) packTile(buf []T, a Matrix[T], height int) {
	if a.Col != 1 {
		packStrip(buf, a.Transpose(), g.d, height, g.tiling)
		return
	}
	for r := range height {
		copy(buf[r*(g.d+apart):][:g.d], a.Data[r*a.Row:])
	}
}

// packed returns the tile of A that packTile put in buf.
func (g *blocking[T]) packed(buf []T, a Matrix[T], height int) Matrix[T] {
	if a.Col != 1 {
		return Dense(buf, g.width(height)).Transpose()
	}
	return Dense(buf, g.d+apart)
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
	switch {
	case x.Col == 1:
		packRows(&buf[0], &x.Data[0], d, cols, x.Row)
	case x.Row == 1 && d >= 8 && cols >= 8:
		if cols < width {
			clear(buf)
		}
		transpose(&buf[0], &x.Data[0], d, cols, width, x.Col)
	default:
		copyStrip(buf, x, d, width, cols)
	}
	return Dense(buf, width)
}

func transpose[T Float](dst, src *T, rows, cols, dstStep, srcStep int) {
	switch dst := any(dst).(type) {
	case *float32:
		transpose32AVX2(dst, any(src).(*float32), rows, cols, dstStep, srcStep)
	case *float64:
		transpose64AVX2(dst, any(src).(*float64), rows, cols, dstStep, srcStep)
	}
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

// gemmTiles computes a number of tiles, from one to the next of which lead the last three strides.
func gemmTiles[T Float](c, a, b Matrix[T], tiles, rows, cols, k, cTile, aTile, bTile int, add bool) {
	gemmRuns(c, a, b, tiles, rows, cols, k, runs{number: 1}, cTile, aTile, bTile, add)
}

// runs are parts that A's columns and B's rows come in, with further elements between them.
type runs struct{ number, aSkip, bSkip int }

// gemmRuns is gemmTiles for so many runs of k.
func gemmRuns[T Float](c, a, b Matrix[T], tiles, rows, cols, k int, r runs, cTile, aTile, bTile int, add bool) {
	switch c0 := any(&c.Data[0]).(type) {
	case *float32:
		a0, b0 := any(&a.Data[0]).(*float32), any(&b.Data[0]).(*float32)
		if level == avx512 {
			gemmTile32AVX512(c0, a0, b0, tiles, rows, cols, k, r.number, c.Row, a.Row, a.Col, r.aSkip, b.Row, r.bSkip, cTile, aTile, bTile, add)
			return
		}
		gemmTile32AVX2(c0, a0, b0, tiles, rows, cols, k, r.number, c.Row, a.Row, a.Col, r.aSkip, b.Row, r.bSkip, cTile, aTile, bTile, add)
	case *float64:
		a0, b0 := any(&a.Data[0]).(*float64), any(&b.Data[0]).(*float64)
		if level == avx512 {
			gemmTile64AVX512(c0, a0, b0, tiles, rows, cols, k, r.number, c.Row, a.Row, a.Col, r.aSkip, b.Row, r.bSkip, cTile, aTile, bTile, add)
			return
		}
		gemmTile64AVX2(c0, a0, b0, tiles, rows, cols, k, r.number, c.Row, a.Row, a.Col, r.aSkip, b.Row, r.bSkip, cTile, aTile, bTile, add)
	}
}
