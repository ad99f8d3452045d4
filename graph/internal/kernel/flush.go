package kernel

import "math"

// minNormal is the smallest float32 that is neither read nor written as zero.
const minNormal = 0x1p-126

// smallest returns minNormal for float32, and for float64 -1, which no magnitude is below.
func smallest[T Float]() T {
	var x T
	if _, single := any(x).(float32); single {
		return minNormal
	}
	return -1
}

// flush returns x, and a zero of its sign where |x| < small. A sum or a difference whose magnitude is
// below minNormal is exact, so that flush rounds it as the processor does.
func flush[T Float](x, small T) T {
	if math.Abs(float64(x)) < float64(small) {
		return x * 0
	}
	return x
}

// product returns x*y, flushed, and quotient x/y: a float32 does not mind to be rounded to float64 first.
func product[T Float](x, y, small T) T { return rounded(float64(x)*float64(y), small) }

func quotient[T Float](x, y, small T) T { return rounded(float64(x)/float64(y), small) }

// rounded returns x as a T, flushed.
func rounded[T Float](x float64, small T) T {
	if small < 0 {
		return T(x)
	}
	return T(round32(x))
}

// round32 returns x as a float32, flushed. The processor flushes what would be below minNormal if the
// exponent had no end; what rounding takes up to minNormal stays.
func round32(x float64) float32 {
	if math.Abs(x) < tiny {
		x *= 0
	}
	return float32(x)
}

// tiny is half way between minNormal and the number of 24 bits before it, and rounds up.
const tiny = minNormal - 0x1p-151
