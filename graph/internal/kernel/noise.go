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
	noise(dst, first, seed, node, step, uniform)
}

// Normal sets dst to elements [first, first+len(dst)) of standard normal noise (Box and Muller 1958):
// words 0 and 1 of a block give a radius √(-2 ln u), u = (w0+1) 2^-32, and an angle of w1 2^-32
// turns; the element of word 0 is radius*cos, that of word 1 radius*sin. Words 2 and 3 give the other
// two elements. No |element| exceeds 6.67. Float32 is within 5 ulp of float64.
// It panics if first is negative or the elements do not end below 2^34.
func Normal[T Float](dst []T, first int, seed uint64, node uint32, step uint64) {
	noise(dst, first, seed, node, step, normal)
}

// noise fills dst with what a distribution makes of the words of each group.
func noise[T Float](dst []T, first int, seed uint64, node uint32, step uint64, law distribution) {
	if first < 0 || uint64(first)+uint64(len(dst)) > noiseEnd {
		panic("kernel: noise elements outside [0, 2^34)")
	}
	var partial [groupSize]T
	for len(dst) > 0 {
		group, skip := first/groupSize, first%groupSize
		n := min(groupSize-skip, len(dst))
		if n == groupSize {
			n = len(dst) / groupSize * groupSize
			noiseGroups(dst[:n], uint32(lanes*group), seed, node, step, law)
		} else {
			noiseGroups(partial[:], uint32(lanes*group), seed, node, step, law)
			copy(dst[:n], partial[skip:])
		}
		dst, first = dst[n:], first+n
	}
}

// noiseGroups fills dst, whole groups, from the counter first.
func noiseGroups[T Float](dst []T, first uint32, seed uint64, node uint32, step uint64, law distribution) {
	if vectorNoise(dst, first, seed, node, step, law) {
		return
	}
	var words [4][lanes]uint32
	for ; len(dst) > 0; dst, first = dst[groupSize:], first+lanes {
		philoxGroup(&words, first, seed, node, step)
		switch law {
		case uniform:
			uniformGroup((*[groupSize]T)(dst), &words)
		case normal:
			normalGroup((*[groupSize]T)(dst), &words)
		}
	}
}

type distribution uint8

const (
	uniform distribution = iota
	normal
)

// philoxGroup sets words[w][j] to word w of the block of counter first+j.
func philoxGroup(words *[4][lanes]uint32, first uint32, seed uint64, node uint32, step uint64) {
	for j := uint32(0); j < lanes; j += 2 {
		a, b := philoxPair(first+j, node, uint32(step), uint32(step>>32), uint32(seed), uint32(seed>>32))
		words[0][j], words[1][j], words[2][j], words[3][j] = a.w0, a.w1, a.w2, a.w3
		words[0][j+1], words[1][j+1], words[2][j+1], words[3][j+1] = b.w0, b.w1, b.w2, b.w3
	}
}

func uniformGroup[T Float](out *[groupSize]T, words *[4][lanes]uint32) {
	for w := range words {
		for j, b := range words[w] {
			out[w*lanes+j] = (T(b>>9) + 0.5) * 0x1p-23
		}
	}
}

func normalGroup[T Float](out *[groupSize]T, words *[4][lanes]uint32) {
	for w := 0; w < 4; w += 2 {
		a, b := out[w*lanes:][:lanes], out[(w+1)*lanes:][:lanes]
		u, v := &words[w], &words[w+1]
		if a32, ok := any(a).([]float32); ok {
			b32 := any(b).([]float32)
			for j := range lanes {
				a32[j], b32[j] = normalPair32(u[j], v[j])
			}
			continue
		}
		for j := range lanes {
			z0, z1 := normalPair64(u[j], v[j])
			a[j], b[j] = T(z0), T(z1)
		}
	}
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
	q := (w + 1<<29) >> 30
	s, c := sinCosReduced(float32(int32(w<<2)) * (math.Pi / 2 * 0x1p-32))
	return radius * quadrant(s, c, q+1), radius * quadrant(s, c, q)
}

// logUnit32 returns ln((v+1) 2^-32). Above √½, f is taken from the distance of v to its end, which
// float32 holds better than v: by masks, for a branch would be mispredicted.
func logUnit32(v uint32) float32 {
	near := uint32((0xb504f333 - int64(v)) >> 63) // all ones where v+1 exceeds √½ 2^32
	k, f := logReduce(math.Float32bits(float32(v+1)) - (sqrtHalf + 32<<23))
	k &^= int32(near)
	distance := float32(int32(v+1)) * 0x1p-32
	f = math.Float32frombits(math.Float32bits(distance)&near | math.Float32bits(f)&^near)
	return logSum(k, f)
}

// quarters splits w 2^-32 turns into q quarter turns and r 2^-30 of one, |r| <= 2^29.
func quarters(w uint32) (q uint32, r int32) {
	q = (w + 1<<29) >> 30
	return q, int32(w - q<<30)
}
