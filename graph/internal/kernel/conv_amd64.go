//go:build !purego

package kernel

// inRuns is a product [m, n] = A B for each of some lines. A's columns and B's rows lie in runs of k; B is the same for all
// lines.
type inRuns struct {
	lines, m, n, k int
	runs           runs
	aLine, cLine   int // from one line to the next
}

// inRunsBuffer returns how many elements of scratch productInRuns needs.
func inRunsBuffer(n, depth int) int {
	if level == plain {
		return 0
	}
	return min(2*tilingOf[float32]().lanes, tilingOf[float32]().width(n)) * depth
}

// productInRuns computes the lines of C, tile by tile: each element is one chain of products, over k in order.
func productInRuns[T Float](p inRuns, c, a, b Matrix[T], add bool, buf []T) {
	g := blocking[T]{tiling: tilingOf[T](), m: p.m}
	width, tiles := 2*g.lanes, split(p.m, g.rows)
	for j := 0; j < p.n; j += width {
		cols, strip, r := min(width, p.n-j), b.From(0, j), p.runs
		if p.n > width && p.lines*tiles > fewTiles || cols%g.lanes != 0 && !g.masks {
			strip = packRuns(buf, strip, p, cols, g.tiling)
			r.bSkip = 0
		}
		for i := 0; i < tiles; { // one call for the same tile of all lines, or for the tiles of a line that are alike
			row, height, alike := g.tile(i)
			number, cStep, aStep := alike, height*c.Row, height*a.Row
			if p.lines > 1 {
				alike, number, cStep, aStep = 1, p.lines, p.cLine, p.aLine
			}
			gemmRuns(c.From(row, j), a.From(row, 0), strip, number, height, cols, p.k, r, cStep, aStep, 0, add)
			i += alike
		}
	}
}

// packRuns is packStrip for B in runs, which come to lie next to each other.
func packRuns[T Float](buf []T, b Matrix[T], p inRuns, cols int, t tiling) Matrix[T] {
	if p.runs.bSkip == 0 {
		return packStrip(buf, b, p.runs.number*p.k, cols, t)
	}
	strip := Dense(buf, t.width(cols))
	for range p.runs.number {
		packStrip(buf, b, p.k, cols, t)
		buf = buf[p.k*t.width(cols):]
		b.Data = b.Data[min(p.k*b.Row+p.runs.bSkip, len(b.Data)):]
	}
	return strip
}

// stripSize is how many elements a strip of filters has at most, where a line of them allows it, so that it stays in the
// second-level cache while lines of the image pass by.
const stripSize = 1 << 16

// vectorConvolve is convolveLines by the first lines of a filter, for processors with fused multiply-add. It reports whether
// it did the work.
func vectorConvolve[T Float](g Conv, y pixels[T], lines, w []T, number, taps int, buf []T) bool {
	if level == plain {
		return false
	}
	length, parts := g.runs()
	p := inRuns{
		lines: number, m: g.Cols, n: g.Out, k: length, runs: runs{aSkip: g.Dilation[0]*g.line() - length},
		aLine: g.Stride[0] * g.line(), cLine: y.line,
	}
	together := max(1, stripSize/inRunsBuffer(g.Out, length)) // lines of the filter
	if parts > 1 {
		together, p.runs.aSkip = 1, g.Dilation[1]*g.In-length
	}
	for i := 0; i < taps; i += together {
		p.runs.number = parts * min(together, taps-i)
		a := Matrix[T]{lines[i*g.Dilation[0]*g.line():], g.Stride[1] * g.In, 1}
		productInRuns(p, Matrix[T]{y.data, y.pixel, 1}, a, Dense(w[i*parts*length*g.Out:], g.Out), i > 0, buf)
	}
	return true
}

// vectorFilter is ConvolveFilter likewise, once the panel is filled.
func vectorFilter[T Float](g Conv, dw, lines, dy []T, number int, add bool, buf []T) bool {
	if level == plain {
		return false
	}
	length, parts := g.runs()
	step := g.Stride[1] * g.In
	skip := g.Stride[0]*g.line() - g.Cols*step
	p := inRuns{lines: 1, m: length, n: g.Out, k: g.Cols, runs: runs{number: number, aSkip: skip}}
	if g.FilterTurned() {
		p = inRuns{lines: 1, m: g.Out, n: length, k: g.Cols, runs: runs{number: number, bSkip: skip}}
	}
	for i := range g.Down {
		for j := range parts {
			from := lines[i*g.Dilation[0]*g.line()+j*g.Dilation[1]*g.In:]
			to := dw[(i*parts+j)*length*g.Out:]
			if g.FilterTurned() {
				productInRuns(p, Dense(to, length), Dense(dy, g.Out).Transpose(), Matrix[T]{from, step, 1}, add, buf)
			} else {
				productInRuns(p, Dense(to, g.Out), Matrix[T]{from, 1, step}, Dense(dy, g.Out), add, buf)
			}
		}
	}
	return true
}
