package kernel

import "math"

// Pool is how windows of Down by Across elements lie on images [Height, Width, Channels]: there are Rows by Cols of
// them, and results [Rows, Cols, Channels]. Pairs are of rows and of columns.
type Pool struct {
	Height, Width, Channels int
	Rows, Cols              int
	Down, Across            int

	Stride, Dilation [2]int
	Before           [2]int // how far outside of the image the first window begins
}

// window is the part of a window that lies on the image: the place of its first pixel, and how many there are.
type window struct{ at, down, across int }

func (p Pool) window(row, col int) window {
	top, down := clip(row*p.Stride[0]-p.Before[0], p.Down, p.Dilation[0], p.Height)
	left, across := clip(col*p.Stride[1]-p.Before[1], p.Across, p.Dilation[1], p.Width)
	return window{(top*p.Width + left) * p.Channels, down, across}
}

// Covered reports whether every window lies on the image with one pixel at least.
func (p Pool) Covered() bool {
	for at := range p.Rows * p.Cols {
		if w := p.window(at/p.Cols, at%p.Cols); w.down == 0 || w.across == 0 {
			return false
		}
	}
	return true
}

// clip returns the first of n pixels, a dilation apart and beginning at from, that is on a line of the given length, and
// how many are.
func clip(from, n, dilation, length int) (first, number int) {
	outside := max(0, (dilation-1-from)/dilation)
	first = from + outside*dilation
	return first, max(0, min(n-outside, (length-first+dilation-1)/dilation))
}

// steps returns how far apart neighbours in a window are.
func (p Pool) steps() (down, across int) {
	return p.Dilation[0] * p.Width * p.Channels, p.Dilation[1] * p.Channels
}

// eachPixel calls each with the channels of each result, of y, and of each pixel, of x, in its window.
func eachPixel[T Float](p Pool, y, x []T, each func(result, pixel []T)) {
	down, across := p.steps()
	for at := range p.Rows * p.Cols {
		w, result := p.window(at/p.Cols, at%p.Cols), y[at*p.Channels:][:p.Channels]
		for i := range w.down {
			for j := range w.across {
				each(result, x[w.at+i*down+j*across:][:len(result)])
			}
		}
	}
}

// PoolMax sets y to the largest element of each window on an image x, NaN if one is; all windows must be Covered.
func PoolMax[T Float](p Pool, y, x []T) {
	if vectorPoolMax(p, y, x) {
		return
	}
	small := smallest[T]()
	for i := range y {
		y[i] = T(math.Inf(-1))
	}
	eachPixel(p, y, x, func(result, pixel []T) {
		for c, v := range pixel {
			result[c] = max(result[c], flush(v, small))
		}
	})
}

// PoolSum sets y to the sum of each window on an image x.
func PoolSum[T Float](p Pool, y, x []T) {
	clear(y)
	small := smallest[T]()
	eachPixel(p, y, x, func(result, pixel []T) {
		for c, v := range pixel {
			result[c] = flush(result[c]+flush(v, small), small)
		}
	})
}

// PoolSpread sets each element of dx to the sum of what dy holds of the windows that it lies in.
func PoolSpread[T Float](p Pool, dx, dy []T) {
	clear(dx)
	small := smallest[T]()
	eachPixel(p, dy, dx, func(result, pixel []T) {
		for c, v := range result {
			pixel[c] = flush(pixel[c]+flush(v, small), small)
		}
	})
}

// PoolPlace adds what dy holds of each window to dx, where x first attains the largest of the window, which y holds.
// Elsewhere dx is 0.
func PoolPlace[T Float](p Pool, dx, x, y, dy []T) {
	clear(dx)
	if vectorPoolPlace(p, dx, x, y, dy) {
		return
	}
	small := smallest[T]()
	eachLargest(p, x, y, func(result, pixel int) { dx[pixel] = flush(dx[pixel]+flush(dy[result], small), small) })
}

// PoolPick sets what dy holds of each window to what dx holds there.
func PoolPick[T Float](p Pool, dy, x, y, dx []T) {
	clear(dy)
	eachLargest(p, x, y, func(result, pixel int) { dy[result] = dx[pixel] })
}

// eachLargest calls each with the place of each result and that of the first element of its window to equal it. NaN
// equals none.
func eachLargest[T Float](p Pool, x, y []T, each func(result, pixel int)) {
	down, across := p.steps()
	for at := range p.Rows * p.Cols {
		w := p.window(at/p.Cols, at%p.Cols)
		for c := range p.Channels {
			if pixel := firstEqual(x[c:], y[at*p.Channels+c], w, down, across); pixel >= 0 {
				each(at*p.Channels+c, c+pixel)
			}
		}
	}
}

// firstEqual returns the first place in a window where x is v, or -1.
func firstEqual[T Float](x []T, v T, w window, down, across int) int {
	small := smallest[T]()
	for i := range w.down {
		for j := range w.across {
			if at := w.at + i*down + j*across; flush(x[at], small) == v {
				return at
			}
		}
	}
	return -1
}
