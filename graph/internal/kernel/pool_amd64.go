//go:build !purego

package kernel

// vectorPoolMax is PoolMax if a vector version can do it, and reports whether it did.
func vectorPoolMax[T Float](p Pool, y, x []T) bool {
	to, ok := any(y).([]float32)
	from, _ := any(x).([]float32)
	if !ok || level == plain {
		return false
	}
	down, across := p.steps()
	for at := range p.Rows * p.Cols {
		w := p.window(at/p.Cols, at%p.Cols)
		out := &to[at*p.Channels]
		if level == avx512 {
			windowMaxAVX512(out, &from[w.at], p.Channels, w.down, w.across, down, across)
		} else {
			windowMaxAVX2(out, &from[w.at], p.Channels, w.down, w.across, down, across)
		}
	}
	return true
}

// vectorPoolPlace is PoolPlace likewise, once dx is 0.
func vectorPoolPlace[T Float](p Pool, dx, x, y, dy []T) bool {
	to, ok := any(dx).([]float32)
	from, _ := any(x).([]float32)
	most, _ := any(y).([]float32)
	d, _ := any(dy).([]float32)
	if !ok || level == plain {
		return false
	}
	down, across := p.steps()
	for at := range p.Rows * p.Cols {
		w, c := p.window(at/p.Cols, at%p.Cols), at*p.Channels
		if level == avx512 {
			windowPlaceAVX512(&to[w.at], &from[w.at], &most[c], &d[c], p.Channels, w.down, w.across, down, across)
		} else {
			windowPlaceAVX2(&to[w.at], &from[w.at], &most[c], &d[c], p.Channels, w.down, w.across, down, across)
		}
	}
	return true
}
