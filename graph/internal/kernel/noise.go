package kernel

import "math"

// Noise is a function of (seed, node, step, element), by Philox. The layout is part of the
// specification. Elements come in groups of 64; a group is 4 words of 16 lanes:
//
//	element e:  group e/64, word (e%64)/16, lane e%16
//	counter:    {16 group + lane, node, low half of step, high half of step}
//	key:        {low half of seed, high half of seed}
//
// and the bits of the element are that word of the block that Philox makes of counter and key: 16
// counters in a row fill 64 elements in a row, word by word. Elements are below 2^34.
const (
	lanes     = 16
	groupSize = 4 * lanes
	noiseEnd  = 1 << 34
)

// Uniform sets dst to elements [first, first+len(dst)) of uniform noise in (0, 1): (b + ½) 2^-23,
// where b is the upper 23 bits of the element's word; both precisions hold it exactly.
// It panics if first is negative or the elements do not end below 2^34.
func Uniform[T Float](dst []T, first int, seed uint64, node uint32, step uint64) {
	noise(dst, first, seed, node, step, uniformPair[T])
}

// Normal sets dst to elements [first, first+len(dst)) of standard normal noise (Box and Muller 1958):
// words 0 and 1 of a block give a radius √(-2 ln u), u = (w0+1) 2^-32, and an angle of w1 2^-32
// turns; the element of word 0 is radius*cos, that of word 1 radius*sin. Words 2 and 3 give the other
// two elements. No |element| exceeds 6.67. Float32 is within 4 ulp of float64.
// It panics if first is negative or the elements do not end below 2^34.
func Normal[T Float](dst []T, first int, seed uint64, node uint32, step uint64) {
	pair, ok := any(normalPair32).(func(v, w uint32) (T, T))
	if !ok {
		pair = any(normalPair64).(func(v, w uint32) (T, T))
	}
	noise(dst, first, seed, node, step, pair)
}

// noise fills dst with what pair makes of words 0 and 1, and of words 2 and 3, of each block.
func noise[T Float](dst []T, first int, seed uint64, node uint32, step uint64, pair func(v, w uint32) (T, T)) {
	if first < 0 || uint64(first)+uint64(len(dst)) > noiseEnd {
		panic("kernel: noise elements outside [0, 2^34)")
	}
	var partial [groupSize]T
	for len(dst) > 0 {
		group, skip := first/groupSize, first%groupSize
		n := min(groupSize-skip, len(dst))
		out := &partial
		if n == groupSize {
			out = (*[groupSize]T)(dst)
		}
		for lane := range lanes {
			w0, w1, w2, w3 := philox(uint32(lanes*group+lane), node, uint32(step), uint32(step>>32), uint32(seed), uint32(seed>>32))
			out[lane], out[lanes+lane] = pair(w0, w1)
			out[2*lanes+lane], out[3*lanes+lane] = pair(w2, w3)
		}
		if n < groupSize {
			copy(dst[:n], partial[skip:])
		}
		dst, first = dst[n:], first+n
	}
}

func uniformPair[T Float](v, w uint32) (T, T) {
	return (T(v>>9) + 0.5) * 0x1p-23, (T(w>>9) + 0.5) * 0x1p-23
}

func normalPair64(v, w uint32) (a, b float64) {
	radius := math.Sqrt(-2 * math.Log((float64(v)+1)*0x1p-32))
	q, r := quarters(w)
	s, c := math.Sincos(float64(r) * (math.Pi / 2 * 0x1p-30))
	if q&1 != 0 {
		s, c = c, -s
	}
	if q&2 != 0 {
		s, c = -s, -c
	}
	return radius * c, radius * s
}

func normalPair32(v, w uint32) (a, b float32) {
	radius := float32(math.Sqrt(float64(-2 * logUnit32(v))))
	q, t := quarters(w)
	r := float32(t) * (math.Pi / 2 * 0x1p-30)
	s, c := sinCosReduced(r)
	sb, cb := math.Float32bits(s), math.Float32bits(c)
	swap := (sb ^ cb) & -(q & 1)
	sb, cb = sb^swap^q>>1<<31, cb^swap^(q+1)>>1<<31
	return radius * math.Float32frombits(cb), radius * math.Float32frombits(sb)
}

// logUnit32 returns ln((v+1) 2^-32). Where that is near 0 it is taken from the distance of v to its
// end, which float32 holds better than v.
func logUnit32(v uint32) float32 {
	if v >= 0xb504f334 {
		f := -float32(^v) * 0x1p-32
		return logSum(f, logPoly(f), 0)
	}
	k, f := logReduce(float32(v+1) * 0x1p-32)
	return logSum(f, logPoly(f), k)
}

// quarters splits w 2^-32 turns into q quarter turns and r 2^-30 of one, |r| <= 2^29.
func quarters(w uint32) (q uint32, r int32) {
	q = (w + 1<<29) >> 30
	return q, int32(w - q<<30)
}
