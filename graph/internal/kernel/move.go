package kernel

// CopyStrided fills dst, contiguous of the given shape, with dst[i...] = x[Σ i*strides]. Strides count
// elements and may be 0, which repeats; it allocates nothing up to rank 8.
func CopyStrided[T Float](dst, x []T, shape, strides []int) {
	var dimBuf, strideBuf, indexBuf [8]int
	dims, steps := dimBuf[:0], strideBuf[:0]
	for i, d := range shape {
		last := len(dims) - 1
		switch {
		case d == 0:
			return
		case d == 1:
		case last >= 0 && steps[last] == d*strides[i]: // walks on where the axis before it ends
			dims[last] *= d
			steps[last] = strides[i]
		default:
			dims, steps = append(dims, d), append(steps, strides[i])
		}
	}
	for len(dims) < 2 {
		dims, steps = append(dims, 1), append(steps, 0)
		dims[0], dims[len(dims)-1] = 1, dims[0]
		steps[0], steps[len(steps)-1] = 0, steps[0]
	}
	outer := len(dims) - 2
	rows, cols, rowStep, colStep := dims[outer], dims[outer+1], steps[outer], steps[outer+1]
	index := append(indexBuf[:0], dims[:outer]...)
	clear(index)
	for at := 0; len(dst) > 0; dst = dst[rows*cols:] {
		copyPlane(dst[:rows*cols], x[at:], rows, cols, rowStep, colStep)
		for a := outer - 1; a >= 0; a-- {
			index[a]++
			at += steps[a]
			if index[a] < dims[a] {
				break
			}
			at -= dims[a] * steps[a]
			index[a] = 0
		}
	}
}

// copyPlane sets dst[r*cols+c] = x[r*rowStep+c*colStep].
func copyPlane[T Float](dst, x []T, rows, cols, rowStep, colStep int) {
	switch {
	case colStep == 1:
		for r := range rows {
			copy(dst[r*cols:][:cols], x[r*rowStep:][:cols])
		}
	case colStep == 0:
		for r := range rows {
			fill(dst[r*cols:][:cols], x[r*rowStep:][:1])
		}
	default:
		// Square tiles, so that neither side leaves the cache between its neighbours.
		const tile = 16
		for r := 0; r < rows; r += tile {
			for c := 0; c < cols; c += tile {
				copyTile(dst[r*cols+c:], x[r*rowStep+c*colStep:], min(tile, rows-r), min(tile, cols-c), cols, rowStep, colStep)
			}
		}
	}
}

func copyTile[T Float](dst, x []T, rows, cols, dstStep, rowStep, colStep int) {
	for r := range rows {
		row, at := dst[r*dstStep:][:cols], r*rowStep
		for c := range row {
			row[c] = x[at]
			at += colStep
		}
	}
}

// SliceAxis copies [lo, hi) of the middle axis: x [outer, n, inner], dst [outer, hi-lo, inner].
func SliceAxis[T Float](dst, x []T, outer, n, inner, lo, hi int) {
	width := (hi - lo) * inner
	for o := range outer {
		copy(dst[o*width:][:width], x[(o*n+lo)*inner:][:width])
	}
}

// PadAxis is the gradient of SliceAxis: x [outer, hi-lo, inner] goes to [lo, hi) of the middle axis of
// dst [outer, n, inner], which is 0 elsewhere.
func PadAxis[T Float](dst, x []T, outer, n, inner, lo, hi int) {
	width := (hi - lo) * inner
	for o := range outer {
		row := dst[o*n*inner:][:n*inner]
		clear(row[:lo*inner])
		copy(row[lo*inner:], x[o*width:][:width])
		clear(row[hi*inner:])
	}
}

// ConcatAxis copies x [outer, n, inner] to [at, at+n) of the middle axis of dst [outer, nTotal, inner].
func ConcatAxis[T Float](dst, x []T, outer, nTotal, inner, at, n int) {
	for o := range outer {
		copy(dst[(o*nTotal+at)*inner:][:n*inner], x[o*n*inner:][:n*inner])
	}
}

// FlipAxis reverses the middle axis of x [outer, n, inner].
func FlipAxis[T Float](dst, x []T, outer, n, inner int) {
	for o := range outer {
		for i := range n {
			copy(dst[(o*n+n-1-i)*inner:][:inner], x[(o*n+i)*inner:])
		}
	}
}
