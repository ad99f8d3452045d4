package kernel

import "math"

const (
	ln2Hi = 0.693145751953125      // 16 bits of ln 2: its product with an exponent is exact
	ln2Lo = 1.4286067653301870e-06 // ln 2 - ln2Hi
	log2e = 1.4426950408889634
	// round is 1.5 * 2^23: adding it leaves the nearest integer in the low bits of a float32.
	round     = 12582912
	roundBits = 0x4b400000
	// sqrtHalf is the bit pattern of the float32 below which a significand moves to the next octave.
	sqrtHalf = 0x3f3504f3
	one32    = 0x3f800000
)

var inf32 = float32(math.Inf(1))

// The functions below are made of pieces small enough to be inlined: a call costs as much as a piece.

// exp32 returns e^x within 1.5 ulp.
func exp32(x float32) float32 {
	if !(x <= 89) {
		return x + inf32 // +Inf; NaN stays NaN
	}
	if x < -104 {
		return 0
	}
	k, r := expReduce(x)
	return scale(1+expm1Poly(r), k)
}

// expm1_32 returns e^x - 1 within 2 ulp.
func expm1_32(x float32) float32 {
	if !(x <= 89) {
		return x + inf32
	}
	if x < -18 {
		return -1
	}
	if x == 0 {
		return x // keeps -0
	}
	k, r := expReduce(x)
	return expm1Scale(expm1Poly(r), k)
}

// expReduce splits x = k ln 2 + r with |r| <= ln(2)/2.
func expReduce(x float32) (k int32, r float32) {
	n := float32(x*log2e) + round
	k = int32(math.Float32bits(n)) - roundBits
	n -= round
	return k, x - float32(n*ln2Hi) - float32(n*ln2Lo)
}

// expm1Poly returns e^r - 1 for |r| <= ln(2)/2.
// The coefficients are a minimax fit of (e^r - 1 - r) / r², 0.3 ulp of e^r - 1.
func expm1Poly(r float32) float32 {
	q := float32(0.00139470096*r) + 0.00836691074
	q = float32(q*r) + 0.041666273
	q = float32(q*r) + 0.166665405
	q = float32(q*r) + 0.5
	return r + float32(float32(r*r)*q)
}

// scale returns y 2^k for |k| <= 252. It takes two steps, because 2^k may leave the range though the
// product does not; only the second rounds.
func scale(y float32, k int32) float32 {
	half := k >> 1
	return y * pow2(half) * pow2(k-half)
}

// expm1Scale returns (1+p) 2^k - 1.
func expm1Scale(p float32, k int32) float32 {
	t := pow2(k - 1) // half the scale, so that k = 128 stays finite
	y := float32(t*p) + (t - 0.5)
	return y + y
}

// pow2 returns 2^k for k in [-126, 127].
func pow2(k int32) float32 { return math.Float32frombits(uint32(k+127) << 23) }

// log32 returns ln x within 1 ulp.
func log32(x float32) float32 {
	k := int32(0)
	if x < 0x1p-126 {
		if x < 0 {
			return float32(math.NaN())
		}
		if x == 0 {
			return -inf32
		}
		x *= 0x1p25
		k = -25
	}
	if !(x <= math.MaxFloat32) {
		return x // +Inf, NaN
	}
	j, f := logReduce(x)
	return logSum(f, logPoly(f), k+j)
}

// logReduce splits x = (1+f) 2^k with 1+f in [√½, √2), for normal x.
func logReduce(x float32) (k int32, f float32) {
	b := math.Float32bits(x) - sqrtHalf
	return int32(b) >> 23, math.Float32frombits(b&0x7fffff+sqrtHalf) - 1
}

// log1p32 returns ln(1 + x) within 1.5 ulp.
func log1p32(x float32) float32 {
	if !(x > -1) || x > math.MaxFloat32 || x == 0 {
		return log1pSpecial(x)
	}
	k, f := log1pReduce(x)
	return logSum(f, logPoly(f), k)
}

func log1pSpecial(x float32) float32 {
	switch {
	case x == -1:
		return -inf32
	case x < -1:
		return float32(math.NaN())
	}
	return x
}

// log1pReduce splits 1 + x = (1+f) 2^k with 1+f about in [√½, √2]. It takes f as x 2^-k + (2^-k - 1),
// which loses nothing to the sum 1 + x.
func log1pReduce(x float32) (k int32, f float32) {
	k = int32(math.Float32bits(1+x)-sqrtHalf) >> 23
	f = math.Float32frombits(math.Float32bits(x) - uint32(k)<<23)
	return k, f + (float32(0.25*math.Float32frombits(uint32(129-k)<<23)) - 1)
}

// logPoly returns (ln(1+f) - f + f²/2) / f³ for 1+f in [√½, √2].
// The coefficients are a minimax fit, 0.1 ulp of ln(1+f).
func logPoly(f float32) float32 {
	q := float32(-0.0785995424*f) + 0.128858566
	q = float32(q*f) - 0.131304488
	q = float32(q*f) + 0.14180699
	q = float32(q*f) - 0.166243479
	q = float32(q*f) + 0.200023025
	q = float32(q*f) - 0.250008166
	return float32(q*f) + 0.333333164
}

// logSum returns k ln 2 + ln(1+f), where q is logPoly(f).
func logSum(f, q float32, k int32) float32 {
	n, z := float32(k), float32(f*f)
	y := float32(float32(f*z)*q) + float32(n*ln2Lo) - float32(0.5*z)
	return float32(n*ln2Hi) + (f + y)
}

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// positive returns max(x, 0), but for NaN.
func positive(x float32) float32 {
	b := math.Float32bits(x)
	return math.Float32frombits(b &^ uint32(int32(b)>>31))
}

// log1pExp returns ln(1 + e^-|x|) within 2.5 ulp.
func log1pExp(x float32) float32 {
	a := abs32(x)
	if !(a <= 104) {
		return nanOrZero(x)
	}
	k, r := expReduce(-a)
	e := scale(1+expm1Poly(r), k)
	return float32(e * log1pUnit(e))
}

// log1pUnit returns ln(1+e) / e for e in [0, 1].
// The coefficients are a minimax fit, 0.2 ulp.
func log1pUnit(e float32) float32 {
	q := float32(-0.00324400165*e) + 0.0198513418
	q = float32(q*e) - 0.0569592789
	q = float32(q*e) + 0.106036253
	q = float32(q*e) - 0.153055727
	q = float32(q*e) + 0.196759313
	q = float32(q*e) - 0.249541312
	q = float32(q*e) + 0.333299607
	q = float32(q*e) - 0.499999017
	return float32(q*e) + 1
}

func nanOrZero(x float32) float32 {
	if x != x {
		return x
	}
	return 0
}

// sigmoid32 returns 1 / (1 + e^-x) within 2.5 ulp.
func sigmoid32(x float32) float32 {
	a := abs32(x)
	if a > 104 {
		a = 104
	}
	k, r := expReduce(-a)
	e := scale(1+expm1Poly(r), k)
	negative := uint32(int32(math.Float32bits(x)) >> 31) // all ones where x has its sign bit set
	top := math.Float32bits(e)&negative | one32&^negative
	return math.Float32frombits(top) / (1 + e)
}

// tanh32 returns tanh x within 3 ulp.
func tanh32(x float32) float32 {
	a := abs32(x)
	if a > 10 {
		a = 10
	}
	k, r := expReduce(2 * a)
	e := expm1Scale(expm1Poly(r), k)
	t := e / (e + 2)
	return math.Float32frombits(math.Float32bits(t) | math.Float32bits(x)&(1<<31))
}
