package kernel

// Conv is what a convolution of images [Height, Width, In] by a filter [Down, Across, In, Out] is made of. Its results
// are images [Rows, Cols, Out]:
//
//	y[r, c, o] = Σ x̃[r·Stride + i·Dilation - Before, ...] w[i, j, n, o]  over i, j and n,
//
// where x̃ has Spread-1 zeros between the pixels of x, and is 0 outside. The gradient with respect to x is a
// convolution as well, whose stride is this one's spread. Pairs are of rows and of columns.
type Conv struct {
	Height, Width, In int
	Rows, Cols, Out   int
	Down, Across      int

	Stride, Dilation, Spread [2]int
	Before                   [2]int // zeros above and to the left; fewer than 0 cut pixels off
}

// panelSize is how many elements of the image a panel has, about: half of a first-level cache.
const panelSize = 1 << 13

// span returns how many pixels of a line n results of a line are computed from.
func span(n, stride, taps, dilation int) int { return (n-1)*stride + (taps-1)*dilation + 1 }

// line returns how many elements a line of a panel has.
func (g Conv) line() int { return span(g.Cols, g.Stride[1], g.Across, g.Dilation[1]) * g.In }

// PanelRows returns how many lines of results are best computed from one panel.
func (g Conv) PanelRows() int {
	lines := panelSize / g.line()
	return min(g.Rows, max(1, 1+(lines-span(1, 0, g.Down, g.Dilation[0]))/g.Stride[0]))
}

// ConvBuffer returns how many elements of scratch Convolve and ConvolveFilter need for so many lines of results.
func (g Conv) ConvBuffer(rows int) int {
	length, number := g.runs()
	return g.line()*span(rows, g.Stride[0], g.Down, g.Dilation[0]) + max(
		GemmBuffer(g.Cols, g.Out, length), GemmBuffer(length, g.Out, g.Cols),
		inRunsBuffer(g.Out, max(g.Down, number)*length), inRunsBuffer(g.Out, rows*g.Cols))
}

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
// sum of its products in the order of i, j and n, with the zeros around the image among them, beginning with 0 and
// rounded as Gemm rounds. The scratch, of ConvBuffer(hi-lo) elements, is the caller's.
func Convolve[T Float](g Conv, y, x, w []T, lo, hi int, buf []T) {
	width, rows := g.line(), span(hi-lo, g.Stride[0], g.Down, g.Dilation[0])
	lines, scratch := buf[:width*rows], buf[width*rows:]
	panel(g, lines, x, lo*g.Stride[0])
	if vectorConvolve(g, y[lo*g.Cols*g.Out:], lines, w, hi-lo, scratch) {
		return
	}
	length, number := g.runs()
	for r := range hi - lo {
		c := Dense(y[(lo+r)*g.Cols*g.Out:], g.Out)
		for i := range g.Down {
			for j := range number {
				a := lines[(r*g.Stride[0]+i*g.Dilation[0])*width+j*g.Dilation[1]*g.In:]
				b := w[(i*number+j)*length*g.Out:]
				Gemm(c, Matrix[T]{a, g.Stride[1] * g.In, 1}, Dense(b, g.Out), g.Cols, g.Out, length, i+j > 0, scratch)
			}
		}
	}
}

// ConvolveFilter adds to dw [Down, Across, In, Out] the gradient that lines lo up to hi of dy, that with respect to the
// results of an image x, give it; it sets dw unless add. Each element is the sum of its products in the order of dy's
// pixels, rounded as Gemm rounds. The scratch, of ConvBuffer(hi-lo) elements, is the caller's.
func ConvolveFilter[T Float](g Conv, dw, x, dy []T, lo, hi int, add bool, buf []T) {
	width, rows := g.line(), span(hi-lo, g.Stride[0], g.Down, g.Dilation[0])
	lines, scratch := buf[:width*rows], buf[width*rows:]
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
				c := Dense(dw[(i*number+j)*length*g.Out:], g.Out)
				a := lines[(r*g.Stride[0]+i*g.Dilation[0])*width+j*g.Dilation[1]*g.In:]
				Gemm(c, Matrix[T]{a, 1, g.Stride[1] * g.In}, b, length, g.Out, g.Cols, add || r > 0, scratch)
			}
		}
	}
}
