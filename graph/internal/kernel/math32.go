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
	signBit  = 1 << 31
)

var inf32 = float32(math.Inf(1))

// The functions below are made of pieces small enough to be inlined: a call costs as much as a piece.
// They read denormals as zeros, and flush where a result can be tiny; what is tiny on the way there is
// added to something that hides it.

// exp32 returns e^x within 1 ulp.
func exp32(x float32) float32 {
	if !(x <= 89) {
		return x + inf32 // +Inf; NaN stays NaN
	}
	k, r := expReduce(max(x, -88))
	return scale(expPoly(r), k)
}

// expm1_32 returns e^x - 1 within 2 ulp.
func expm1_32(x float32) float32 {
	if !(x <= 89) {
		return x + inf32
	}
	x = flush(x, minNormal)
	k, r := expReduce(max(x, -18))
	p := expm1Poly(r)
	y := expm1Scale(p, k)
	if y == 0 { // half of the smallest numbers is flushed, and they are their own result
		y = p
	}
	return withSign(y, x)
}

// expReduce splits x = k ln 2 + r with |r| <= ln(2)/2.
func expReduce(x float32) (k int32, r float32) {
	n := fma(x, log2e, round)
	k = int32(math.Float32bits(n)) - roundBits
	n -= round
	return k, fma(n, -ln2Lo, fma(n, -ln2Hi, x))
}

// expPoly returns e^r for |r| <= ln(2)/2.
func expPoly(r float32) float32 { return fma(fma(expm1Quotient(r), r, 1), r, 1) }

// expm1Poly returns e^r - 1 for |r| <= ln(2)/2.
func expm1Poly(r float32) float32 { return fma(float32(r*r), expm1Quotient(r), r) }

// expm1Quotient returns (e^r - 1 - r) / r².
// The coefficients are a minimax fit, 0.3 ulp of e^r - 1.
func expm1Quotient(r float32) float32 {
	q := fma(0.00139470096, r, 0.00836691074)
	q = fma(q, r, 0.041666273)
	q = fma(q, r, 0.166665405)
	return fma(q, r, 0.5)
}

// scale returns y 2^k, flushed.
func scale(y float32, k int32) float32 {
	return round32(float64(y) * math.Float64frombits(uint64(k+1023)<<52))
}

// expm1Scale returns (1+p) 2^k - 1.
func expm1Scale(p float32, k int32) float32 {
	t := pow2(k - 1) // half the scale, so that k = 128 stays finite
	y := flush(fma(t, p, t-0.5), minNormal)
	return y + y
}

// pow2 returns 2^k for k in [-126, 127].
func pow2(k int32) float32 { return math.Float32frombits(uint32(k+127) << 23) }

// log32 returns ln x within 1.5 ulp.
func log32(x float32) float32 {
	if !(x >= minNormal && x <= math.MaxFloat32) {
		return logSpecial(flush(x, minNormal))
	}
	k, f := logReduce(math.Float32bits(x) - sqrtHalf)
	return logSum(k, f)
}

// logSpecial returns ln x for the x that are not positive and finite.
func logSpecial(x float32) float32 {
	switch {
	case x == 0:
		return -inf32
	case x < 0:
		return float32(math.NaN())
	}
	return x
}

// logReduce splits x = (1+f) 2^k with 1+f in [√½, √2); b is the bits of x less sqrtHalf.
func logReduce(b uint32) (k int32, f float32) {
	return int32(b) >> 23, math.Float32frombits(b&0x7fffff+sqrtHalf) - 1
}

// log1p32 returns ln(1 + x) within 2 ulp.
func log1p32(x float32) float32 {
	if !(x > -1 && x <= math.MaxFloat32) {
		return logSpecial(1 + x)
	}
	x = flush(x, minNormal)
	k, f := log1pReduce(x)
	return withSign(logSum(k, f), x)
}

// log1pReduce splits 1 + x = (1+f) 2^k with 1+f about in [√½, √2]. It takes f as x 2^-k + (2^-k - 1),
// which loses nothing to the sum 1 + x.
func log1pReduce(x float32) (k int32, f float32) {
	b := math.Float32bits(1+x) - sqrtHalf
	exponent := b &^ 0x7fffff
	f = math.Float32frombits(math.Float32bits(x) - exponent)
	return int32(b) >> 23, f + fma(math.Float32frombits(129<<23-exponent), 0.25, -1)
}

// logSum returns k ln 2 + ln(1+f) for 1+f in [√½, √2].
// The coefficients but -½ are a minimax fit of (ln(1+f) - f + f²/2) / f³, 0.5 ulp of ln(1+f).
func logSum(k int32, f float32) float32 {
	q := fma(0.0870036036, f, -0.142669141)
	q = fma(q, f, 0.149145111)
	q = fma(q, f, -0.165776536)
	q = fma(q, f, 0.199631006)
	q = fma(q, f, -0.250013351)
	q = fma(q, f, 0.333339095)
	q = fma(q, f, -0.5)
	return fma(float32(k), math.Ln2, fma(float32(f*f), q, f))
}

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ signBit) }

// withSign returns y >= 0 with the sign of x, or y <= 0 if x has a sign.
func withSign(y, x float32) float32 {
	return math.Float32frombits(math.Float32bits(y) | math.Float32bits(x)&signBit)
}

// positive returns max(x, 0), and negative min(x, -0), but for NaN.
func positive(x float32) float32 {
	b := math.Float32bits(x)
	return math.Float32frombits(b &^ uint32(int32(b)>>31))
}

func negative(x float32) float32 {
	b := math.Float32bits(x)
	return math.Float32frombits(b&uint32(int32(b)>>31) | signBit)
}

// expMinus returns e^-|x|.
func expMinus(x float32) float32 {
	k, r := expReduce(-min(abs32(x), 88))
	return scale(expPoly(r), k)
}

// softplus32 returns ln(1 + e^x) within 2.5 ulp.
func softplus32(x float32) float32 {
	x = flush(x, minNormal)
	e := expMinus(x)
	return fma(e, log1pUnit(e), positive(x))
}

// logSigmoid32 returns -ln(1 + e^-x) within 2.5 ulp.
func logSigmoid32(x float32) float32 {
	x = flush(x, minNormal)
	e := expMinus(x)
	return fma(-e, log1pUnit(e), negative(x))
}

// log1pUnit returns ln(1+e) / e for e in [0, 1].
// The coefficients but 1 are a minimax fit of (ln(1+e)/e - 1) / e, 0.6 ulp of ln(1+e).
func log1pUnit(e float32) float32 {
	q := fma(0.00536542246, e, -0.0300683007)
	q = fma(q, e, 0.0792088285)
	q = fma(q, e, -0.137541875)
	q = fma(q, e, 0.191538483)
	q = fma(q, e, -0.248572171)
	q = fma(q, e, 0.3332133)
	q = fma(q, e, -0.499996483)
	return fma(q, e, 1)
}

// sigmoid32 returns 1 / (1 + e^-x) within 2.5 ulp.
func sigmoid32(x float32) float32 {
	e := expMinus(x)
	top := e
	if math.Float32bits(x) < signBit {
		top = 1
	}
	return top / (1 + e)
}

// tanh32 returns tanh x within 3 ulp.
func tanh32(x float32) float32 {
	x = flush(x, minNormal)
	a := -min(abs32(x), 10)
	k, r := expReduce(a + a)
	t := pow2(k)
	e := fma(-t, expm1Poly(r), 1-t) // 1 - e^-2|x|
	return withSign(e/(2-e), x)
}
