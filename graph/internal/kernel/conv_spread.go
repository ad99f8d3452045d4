package kernel

// A convolution of spread images is made of several of images as they are: results whose places differ by a multiple of
// the spread meet the image's pixels under the same elements of the filter. They are a phase. Its stride is 1: no
// convolution both spreads and strides.

// axis is a phase along an axis.
type axis struct {
	first, results int // the first result, and how many there are
	tap, taps      int // the first element of the filter, and how many there are
	step           int // from one of these to the next
	dilation       int // what the step is in pixels of the image
	before         int // pixels from where the first result's first element lies to the image
}

// axis returns one of the phases of the results from lo on, up to hi.
func (g Conv) axis(k, phase, lo, hi, taps int) axis {
	spread, dilation := g.Spread[k], g.Dilation[k]
	a := axis{first: lo + mod(phase-lo, spread), step: spread / gcd(spread, dilation)}
	a.results = max(0, (hi-a.first+spread-1)/spread)
	at := a.first - g.Before[k]
	for a.tap < taps && mod(at+a.tap*dilation, spread) != 0 {
		a.tap++
	}
	a.taps = (taps - a.tap + a.step - 1) / a.step
	a.dilation = a.step * dilation / spread
	a.before = -(at + a.tap*dilation) / spread
	return a
}

// phase is a phase of lines of the results.
type phase struct{ rows, cols axis }

func (g Conv) phases() int { return g.Spread[0] * g.Spread[1] }

// phase returns one of the phases of lines lo up to hi.
func (g Conv) phase(n, lo, hi int) phase {
	return phase{g.axis(0, n/g.Spread[1], lo, hi, g.Down), g.axis(1, n%g.Spread[1], 0, g.Cols, g.Across)}
}

// empty reports whether there are no results, and zero whether they are 0, as no element of the filter meets the image.
func (p phase) empty() bool { return p.rows.results == 0 || p.cols.results == 0 }
func (p phase) zero() bool  { return p.rows.taps == 0 || p.cols.taps == 0 }

// of returns the phase's convolution.
func (p phase) of(g Conv) Conv {
	g.Rows, g.Cols, g.Down, g.Across = p.rows.results, p.cols.results, p.rows.taps, p.cols.taps
	g.Stride, g.Spread = [2]int{1, 1}, [2]int{1, 1}
	g.Dilation, g.Before = [2]int{p.rows.dilation, p.cols.dilation}, [2]int{p.rows.before, p.cols.before}
	return g
}

// convolvePhase computes the results of a phase, among all, of which y holds those from line lo on.
func convolvePhase[T Float](g Conv, p phase, y pixels[T], x, w []T, lo int, buf []T) {
	if p.empty() {
		return
	}
	y.data = y.data[(p.rows.first-lo)*y.line+p.cols.first*y.pixel:]
	y.line, y.pixel = y.line*g.Spread[0], y.pixel*g.Spread[1]
	d := p.of(g)
	if p.zero() {
		for r := range d.Rows {
			gemmEmpty(Matrix[T]{y.data[r*y.line:], y.pixel, 1}, d.Cols, d.Out, false)
		}
		return
	}
	n := d.filterSize()
	gatherTaps(g, p, buf[:n], w)
	convolve(d, y, x, buf[:n], 0, d.Rows, buf[n:])
}

// gatherTaps copies the phase's elements of a filter.
func gatherTaps[T Float](g Conv, p phase, dst, w []T) {
	size := g.In * g.Out
	for i := range p.rows.taps {
		for j := range p.cols.taps {
			at := (p.rows.tap+i*p.rows.step)*g.Across + p.cols.tap + j*p.cols.step
			copy(dst[:size], w[at*size:])
			dst = dst[size:]
		}
	}
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

// mod returns a modulo n, from 0 on.
func mod(a, n int) int { return (a%n + n) % n }
