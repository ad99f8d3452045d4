package kernel

import "math"

// sin32 returns sin x within 1.5 ulp.
func sin32(x float32) float32 {
	if !(abs32(x) < 1<<20) {
		return float32(math.Sin(float64(x)))
	}
	q, r := quarterTurns(x)
	s, c := sinCosReduced(r)
	if r == 0 { // keeps -0
		s = r
	}
	return quadrant(s, c, q)
}

// cos32 returns cos x within 1.5 ulp.
func cos32(x float32) float32 {
	if !(abs32(x) < 1<<20) {
		return float32(math.Cos(float64(x)))
	}
	q, r := quarterTurns(x)
	s, c := sinCosReduced(r)
	return quadrant(s, c, q+1)
}

// quarterTurns splits x = q π/2 + r with |r| <= π/4, for |x| < 2^20. It works in float64, where the
// product of q and the first 33 bits of π/2 is exact.
func quarterTurns(x float32) (q uint32, r float32) {
	const (
		halfPiHi = 0x1.921fb544p+0
		halfPiLo = math.Pi/2 - halfPiHi
		round    = 0x1.8p52
	)
	wide := float64(flush(x, minNormal))
	n := math.FMA(wide, 2/math.Pi, round)
	q = uint32(math.Float64bits(n))
	n -= round
	return q, float32(math.FMA(n, -halfPiLo, math.FMA(n, -halfPiHi, wide)))
}

// quadrant returns sin(r + q π/2), where s and c are sin r and cos r.
func quadrant(s, c float32, q uint32) float32 {
	odd := -(q & 1)
	b := math.Float32bits(s)&^odd | math.Float32bits(c)&odd
	return math.Float32frombits(b ^ q>>1<<31)
}

// sinCosReduced returns sin r and cos r for |r| <= π/4, within 1 ulp.
// The coefficients are minimax fits of (sin r - r)/r³ and (cos r - 1 + r²/2)/r⁴ in r².
func sinCosReduced(r float32) (s, c float32) {
	z := float32(r * r)
	s = fma(-0.000195180954, z, 0.00833218824)
	s = fma(s, z, -0.166666552)
	s = fma(float32(r*z), s, r)
	c = fma(2.44323273e-05, z, -0.00138873095)
	c = fma(c, z, 0.0416666456)
	c = fma(c, z, -0.5)
	c = fma(c, z, 1)
	return s, c
}
