package kernel

// Conv is what a convolution of images [Height, Width, In] by a filter [Down, Across, In, Out] is made of. Its results
// are images [Rows, Cols, Out]:
//
//	y[r, c, o] = Σ x̃[r·Stride + i·Dilation - Before, ...] w[i, j, n, o]  over i, j and n,
//
// where x̃ has Spread-1 zeros between the pixels of x, and is 0 outside. The gradient with respect to x is a
// convolution as well, whose spread is this one's stride. Pairs are of rows and of columns.
type Conv struct {
	Height, Width, In int
	Rows, Cols, Out   int
	Down, Across      int

	Stride, Dilation, Spread [2]int
	Before                   [2]int // zeros above and to the left; fewer than 0 cut pixels off
}

// panelSize is how many elements of the image a panel has, about: it stays in the second-level cache.
const panelSize = 1 << 14

// span returns how many pixels of a line n results of a line are computed from.
func span(n, stride, taps, dilation int) int { return (n-1)*stride + (taps-1)*dilation + 1 }

// line returns how many elements a line of a panel has.
func (g Conv) line() int { return span(g.Cols, g.Stride[1], g.Across, g.Dilation[1]) * g.In }

// lines returns how many lines a panel for so many lines of results has.
func (g Conv) lines(rows int) int { return span(rows, g.Stride[0], g.Down, g.Dilation[0]) }

// PanelRows returns how many lines of results are best computed from one panel.
func (g Conv) PanelRows() int {
	return min(g.Rows, max(1, 1+(panelSize/g.line()-g.lines(1))/g.Stride[0]))
}

// ConvBuffer returns how many elements of scratch Convolve and ConvolveFilter need for so many lines of results.
func (g Conv) ConvBuffer(rows int) int {
	most := g.denseBuffer(rows) // which a filter's gradient needs, of spread images too
	if g.Spread != [2]int{1, 1} {
		for n := range g.phases() {
			lo := n / g.Spread[1] // from its first line on, a phase has most lines
			if p := g.phase(n, lo, lo+rows); !p.empty() && !p.zero() {
				d := p.of(g)
				most = max(most, d.filterSize()+d.denseBuffer(d.Rows))
			}
		}
	}
	return most
}

func (g Conv) denseBuffer(rows int) int {
	length, number := g.runs()
	return g.line()*g.lines(rows) + max(
		GemmBuffer(g.Cols, g.Out, length), GemmBuffer(length, g.Out, g.Cols), GemmBuffer(g.Out, length, g.Cols),
		inRunsBuffer(g.Out, max(g.Down, number)*length), inRunsBuffer(max(g.Out, length), rows*g.Cols))
}

func (g Conv) filterSize() int { return g.Down * g.Across * g.In * g.Out }

// runs returns how many elements of a filter's line lie next to each other in a panel, and how many such runs make up
// a line.
func (g Conv) runs() (length, number int) {
	if g.Dilation[1] == 1 {
		return g.Across * g.In, 1
	}
	return g.In, g.Across
}

// panel fills lines with those of x̃ from line first on.
func panel[T Float](g Conv, lines, x []T, first int) {
	width := g.line()
	for at := first - g.Before[0]; len(lines) > 0; at++ {
		if row := at / g.Spread[0]; at >= 0 && row < g.Height && at%g.Spread[0] == 0 {
			panelLine(g, lines[:width], x[row*g.Width*g.In:][:g.Width*g.In])
		} else {
			clear(lines[:width])
		}
		lines = lines[width:]
	}
}

// panelLine fills one line from one of the image.
func panelLine[T Float](g Conv, line, x []T) {
	n, before, spread := g.In, g.Before[1], g.Spread[1]
	if spread == 1 {
		from := min(max(before, 0)*n, len(line))
		clear(line[:from])
		copied := copy(line[from:], x[min(max(-before, 0)*n, len(x)):])
		clear(line[from+copied:])
		return
	}
	clear(line)
	first := 0 // the first pixel of x that falls on the line
	if before < 0 {
		first = (-before + spread - 1) / spread
	}
	for at := before + first*spread; first < g.Width && at*n < len(line); first, at = first+1, at+spread {
		copy(line[at*n:][:n], x[first*n:])
	}
}

// Convolve computes lines lo up to hi of the result y [Rows, Cols, Out] from an image x. Each element is the
// sum of its products in the order of i, j and n, beginning with 0 and rounded as Gemm rounds. Products with the zeros
// around and between pixels may be among them or not, which makes no difference to finite filters. The
// scratch, of ConvBuffer(hi-lo) elements, is the caller's.
func Convolve[T Float](g Conv, y, x, w []T, lo, hi int, buf []T) {
	out := pixels[T]{y[lo*g.Cols*g.Out:], g.Cols * g.Out, g.Out}
	if g.Spread == [2]int{1, 1} {
		convolve(g, out, x, w, lo, hi-lo, buf)
		return
	}
	for n := range g.phases() {
		convolvePhase(g, g.phase(n, lo, hi), out, x, w, lo, buf)
	}
}

// pixels is an image in memory, or some of its pixels: a line and a pixel lead to the next.
type pixels[T Float] struct {
	data        []T
	line, pixel int
}

// convolve computes a number of lines of results, from line lo on, of images that are not spread.
func convolve[T Float](g Conv, y pixels[T], x, w []T, lo, number int, buf []T) {
	width, size := g.line(), g.line()*g.lines(number)
	lines, scratch := buf[:size], buf[size:]
	panel(g, lines, x, lo*g.Stride[0])
	for from := 0; from < number; {
		first, taps := g.taps(lo + from)
		to := from + 1
		for ; to < number; to++ { // further lines that the same lines of the filter reach the image in
			if f, n := g.taps(lo + to); f != first || n != taps {
				break
			}
		}
		out := pixels[T]{y.data[from*y.line:], y.line, y.pixel}
		convolveLines(g, out, lines[from*g.Stride[0]*width:], w, to-from, first, taps, scratch)
		from = to
	}
}

// taps returns the lines of the filter that lie on the image, for a line of results: the first and how many.
func (g Conv) taps(row int) (first, number int) {
	top := row*g.Stride[0] - g.Before[0]
	pixel, number := clip(top, g.Down, g.Dilation[0], g.Height)
	return min(g.Down, (pixel-top)/g.Dilation[0]), number
}

// convolveLines computes lines of results from the panel's, by some lines of the filter.
func convolveLines[T Float](g Conv, y pixels[T], lines, w []T, number, first, taps int, buf []T) {
	length, runs := g.runs()
	if taps == 0 {
		for r := range number {
			gemmEmpty(Matrix[T]{y.data[r*y.line:], y.pixel, 1}, g.Cols, g.Out, false)
		}
		return
	}
	lines, w = lines[first*g.Dilation[0]*g.line():], w[first*runs*length*g.Out:]
	if vectorConvolve(g, y, lines, w, number, taps, buf) {
		return
	}
	for r := range number {
		c := Matrix[T]{y.data[r*y.line:], y.pixel, 1}
		for i := range taps {
			for j := range runs {
				a := lines[(r*g.Stride[0]+i*g.Dilation[0])*g.line()+j*g.Dilation[1]*g.In:]
				b := w[(i*runs+j)*length*g.Out:]
				Gemm(c, Matrix[T]{a, g.Stride[1] * g.In, 1}, Dense(b, g.Out), g.Cols, g.Out, length, i+j > 0, buf)
			}
		}
	}
}

// FilterTurned reports whether ConvolveFilter computes the gradient turned: as [Down, Out, Across, In] or, with dilated
// columns, [Down, Across, Out, In]. A vector is better filled by what a line of the filter reads than by few channels.
func (g Conv) FilterTurned() bool {
	length, _ := g.runs()
	return g.Out < 32 && length >= 32
}

// TurnFilter sets dw to a filter [Down, Across, In, Out] that ConvolveFilter has turned.
func TurnFilter[T Float](g Conv, dw, turned []T) {
	length, number := g.runs()
	for i := range g.Down * number {
		at := i * length * g.Out
		CopyStrided(dw[at:][:length*g.Out], turned[at:], []int{length, g.Out}, []int{1, length})
	}
}

// ConvolveFilter adds to dw, [Down, Across, In, Out] or as FilterTurned says, the gradient that lines lo up to hi of dy, that with respect to the
// results of an image x, give it; it sets dw unless add. Each element is the sum of its products in the order of dy's
// pixels, rounded as Gemm rounds, with the zeros around and between pixels among them. The scratch, of ConvBuffer(hi-lo)
// elements, is the caller's.
func ConvolveFilter[T Float](g Conv, dw, x, dy []T, lo, hi int, add bool, buf []T) {
	width, size := g.line(), g.line()*g.lines(hi-lo)
	lines, scratch := buf[:size], buf[size:]
	panel(g, lines, x, lo*g.Stride[0])
	dy = dy[lo*g.Cols*g.Out:]
	if vectorFilter(g, dw, lines, dy, hi-lo, add, scratch) {
		return
	}
	length, number := g.runs()
	for r := range hi - lo {
		b := Dense(dy[r*g.Cols*g.Out:], g.Out)
		for i := range g.Down {
			for j := range number {
				to := dw[(i*number+j)*length*g.Out:]
				a := Matrix[T]{lines[(r*g.Stride[0]+i*g.Dilation[0])*width+j*g.Dilation[1]*g.In:], g.Stride[1] * g.In, 1}
				if g.FilterTurned() {
					Gemm(Dense(to, length), b.Transpose(), a, g.Out, length, g.Cols, add || r > 0, scratch)
				} else {
					Gemm(Dense(to, g.Out), a.Transpose(), b, length, g.Out, g.Cols, add || r > 0, scratch)
				}
			}
		}
	}
}
