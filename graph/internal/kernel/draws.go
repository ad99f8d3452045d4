package kernel

import "math"

// A draw with operands takes as many uniforms as it happens to need, so each of its elements has a
// stream of its own. The layout is part of the specification. Block t of element e has
//
//	counter:  {e, node + (t+1) 2^20, low half of step, high half of step}
//	key:      {low half of seed, high half of seed}
//
// and gives two uniforms in (0, 1), of its words 0 and 1 and of its words 2 and 3: odd multiples of
// 2^-53, (2b + 1) 2^-53, where b is the upper 52 bits of the first word followed by the second. Nodes
// are below 2^20 and elements below 2^32, so that no counter is one of Uniform's or Normal's, or of
// another element's.
const (
	DrawNodes = 1 << 20 // nodes that can be told apart
	drawEnd   = 1 << 32
)

// stream is an element's sequence of uniforms.
type stream struct {
	counter [4]uint32
	key     [2]uint32
	block   [4]uint32
	half    bool // of the block has been given out
}

func newStream(element int, seed uint64, node uint32, step uint64) stream {
	return stream{
		counter: [4]uint32{uint32(element), node, uint32(step), uint32(step >> 32)},
		key:     [2]uint32{uint32(seed), uint32(seed >> 32)},
	}
}

// uniform returns the next number of the stream.
func (s *stream) uniform() float64 {
	hi, lo := s.block[2], s.block[3]
	if s.half = !s.half; s.half {
		s.counter[1] += DrawNodes
		s.block = Philox(s.counter, s.key)
		hi, lo = s.block[0], s.block[1]
	}
	return (float64((uint64(hi)<<32|uint64(lo))>>12) + 0.5) * 0x1p-52
}

// normal returns a standard normal number, of the stream's next two (Box and Muller 1958).
func (s *stream) normal() float64 {
	radius := math.Sqrt(-2 * math.Log(s.uniform()))
	return radius * math.Cos(2*math.Pi*s.uniform())
}

// each sets dst to elements [first, first+len(dst)) of a draw. It panics if first is negative, the
// elements do not end below 2^32 or node is not below DrawNodes.
func each[T Float](dst []T, first int, seed uint64, node uint32, step uint64, draw func(s stream, i int) float64) {
	if first < 0 || uint64(first)+uint64(len(dst)) > drawEnd || node >= DrawNodes {
		panic("kernel: a draw of elements outside [0, 2^32), or of a node outside [0, 2^20)")
	}
	for i := range dst {
		dst[i] = T(draw(newStream(first+i, seed, node, step), i))
	}
}

// LogGamma sets dst to the logs of gamma draws of shape alpha and rate 1: elements
// [first, first+len(dst)). Where alpha is not positive and finite the result is NaN.
func LogGamma[T Float](dst, alpha []T, first int, seed uint64, node uint32, step uint64) {
	each(dst, first, seed, node, step, func(s stream, i int) float64 { return logGamma(&s, float64(alpha[i])) })
}

// Poisson sets dst to Poisson draws of the given rates: elements [first, first+len(dst)). Where the
// rate is not finite and at least 0 the result is NaN.
func Poisson[T Float](dst, rate []T, first int, seed uint64, node uint32, step uint64) {
	each(dst, first, seed, node, step, func(s stream, i int) float64 { return poisson(&s, float64(rate[i])) })
}

// Binomial sets dst to binomial draws of n trials that succeed with probability p: elements
// [first, first+len(dst)). Where n is not a whole number, finite and at least 0, or p is outside
// [0, 1], the result is NaN.
func Binomial[T Float](dst, n, p []T, first int, seed uint64, node uint32, step uint64) {
	each(dst, first, seed, node, step, func(s stream, i int) float64 { return binomial(&s, float64(n[i]), float64(p[i])) })
}
