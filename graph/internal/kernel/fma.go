//go:build !arm64

package kernel

import "math"

// fma returns x*y + z, rounded once.
func fma(x, y, z float32) float32 {
	p, w := float64(x)*float64(y), float64(z) // p is exact
	s := p + w
	if math.Float64bits(s)<<35 == 1<<63 { // half way between two float32: perhaps because it is rounded
		if lost := (w - (s - p)) + (p - (s - w)); lost != 0 {
			s += s * nudge(lost)
		}
	}
	return float32(s)
}

// nudge returns 2^-51 with the sign of x.
func nudge(x float64) float64 {
	return math.Float64frombits(math.Float64bits(x)&(1<<63) | (1023-51)<<52)
}
