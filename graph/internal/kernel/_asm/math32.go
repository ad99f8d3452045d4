package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// The functions here are those of math32.go in package kernel, operation by operation, so that every
// lane holds the same bits; what is a branch there is a blend here. See there for the reasons.

const (
	ln2Hi     = 0.693145751953125
	ln2Lo     = 1.4286067653301870e-06
	log2e     = 1.4426950408889634
	round     = 12582912
	roundBits = 0x4b400000
	sqrtHalf  = 0x3f3504f3
	signBit   = 1 << 31
)

var inf = math.Inf(1)

func (g lanes) exp(x vec) vec {
	n, r := g.expReduce(g.within(x, -88, 89))
	return g.scale(g.expPoly(r), n)
}

// within limits x, and lets NaN through.
func (g lanes) within(x operand.Op, lo, hi float64) vec {
	return g.greater(g.f(lo), g.lesser(g.f(hi), x))
}

func (g lanes) expm1(x vec) vec {
	n, r := g.expReduce(g.within(x, -18, 89))
	p := g.expm1Poly(r)
	y := g.expm1Scale(p, n)
	return g.withSign(g.choose(g.compare(y, equal, g.f(0)), p, y), x)
}

// expReduce returns n as the float32 whose low bits hold the integer k.
func (g lanes) expReduce(x vec) (n, r vec) {
	n = g.fma(x, g.f(log2e), g.f(round))
	k := g.sub(n, g.f(round))
	return n, g.fmaMinus(k, g.f(ln2Lo), g.fmaMinus(k, g.f(ln2Hi), x))
}

var expm1Quotient = []float64{0.00139470096, 0.00836691074, 0.041666273, 0.166665405, 0.5}

func (g lanes) expPoly(r vec) vec { return g.poly(r, append(expm1Quotient[:5:5], 1, 1)...) }

func (g lanes) expm1Poly(r vec) vec { return g.fma(g.mul(r, r), g.poly(r, expm1Quotient...), r) }

// scale returns y 2^k. By AVX2 it takes two steps, because 2^k may leave the range though the product
// does not; only the second rounds.
func (g lanes) scale(y, n vec) vec {
	if g.wide {
		v := g.new()
		g.VSCALEFPS(g.sub(n, g.f(round)), y, v)
		return v
	}
	k := g.subInt(n, g.i(roundBits))
	half := g.shiftSigned(k, 1)
	return g.mul(g.mul(y, g.pow2(half, 0)), g.pow2(g.subInt(k, half), 0))
}

// pow2 returns 2^(k+more), for a k whose upper bits are any.
func (g lanes) pow2(k vec, more int) vec {
	return g.addInt(g.shiftLeft(k, 23), g.i(uint32(127+more)<<23))
}

func (g lanes) expm1Scale(p, n vec) vec {
	t := g.pow2(n, -1)
	y := g.fma(t, p, g.sub(t, g.f(0.5)))
	return g.add(y, y)
}

func (g lanes) log(x vec) vec {
	k, f := g.logReduce(g.subInt(x, g.i(sqrtHalf)))
	return g.logSpecial(g.logSum(k, f), x)
}

// logSpecial returns y = ln x, but what it should be for an x that is not positive and finite.
func (g lanes) logSpecial(y, x vec) vec {
	if g.wide {
		// A digit for each kind of x: NaN, signalling NaN, 0, 1, -Inf, +Inf, negative, positive; the digit
		// is 0 for y, 2 for a NaN x, 3 for NaN, 4 for -Inf, 5 for +Inf.
		g.VFIXUPIMMPS_BCST(operand.Imm(0), g.i(0x03530422), x, y)
		return y
	}
	y = g.choose(g.compare(x, less, g.f(0)), g.f(math.NaN()), y)
	y = g.choose(g.compare(x, equal, g.f(0)), g.f(-inf), y)
	return g.choose(g.compare(x, notLessEqual, g.f(math.MaxFloat32)), x, y)
}

func (g lanes) logReduce(b vec) (k, f vec) {
	f = g.addInt(g.and(b, g.i(0x7fffff)), g.i(sqrtHalf))
	return g.shiftSigned(b, 23), g.sub(f, g.f(1))
}

func (g lanes) logSum(k, f vec) vec {
	q := g.poly(f, 0.0870036036, -0.142669141, 0.149145111, -0.165776536, 0.199631006, -0.250013351, 0.333339095, -0.5)
	return g.fma(g.float(k), g.f(math.Ln2), g.fma(g.mul(f, f), q, f))
}

func (g lanes) log1p(x vec) vec {
	sum := g.add(x, g.f(1))
	b := g.subInt(sum, g.i(sqrtHalf))
	exponent := g.and(b, g.i(0xff800000))
	power := g.subInt(g.i(129<<23), exponent)
	f := g.add(g.subInt(x, exponent), g.fma(power, g.f(0.25), g.f(-1)))
	y := g.withSign(g.logSum(g.shiftSigned(b, 23), f), x)
	return g.logSpecial(y, sum)
}

// withSign returns y >= 0 with the sign of x, or y <= 0 if x has a sign.
func (g lanes) withSign(y, x vec) vec {
	if !g.wide {
		return g.or(y, g.and(x, g.i(signBit)))
	}
	v := g.new()
	g.VMOVAPS(y, v)
	g.VPTERNLOGD_BCST(operand.Imm(0xf8), g.i(signBit), x, v)
	return v
}

// expMinus returns e^-|x|.
func (g lanes) expMinus(x vec) vec {
	n, r := g.expReduce(g.greater(g.f(-88), g.or(x, g.i(signBit))))
	y := g.expPoly(r)
	if g.wide {
		return g.scale(y, n)
	}
	return g.mul(y, g.pow2(n, 0))
}

// log1pUnit returns ln(1+e) / e for e in [0, 1].
func (g lanes) log1pUnit(e vec) vec {
	return g.poly(e, 0.00536542246, -0.0300683007, 0.0792088285, -0.137541875, 0.191538483, -0.248572171, 0.3332133, -0.499996483, 1)
}

func (g lanes) softplus(x vec) vec { return g.softplusOf(g.expMinus(x), x) }

// softplusOf returns softplus(x), where e is e^-|x|.
func (g lanes) softplusOf(e, x vec) vec {
	return g.fma(e, g.log1pUnit(e), g.greater(x, g.f(0)))
}

func (g lanes) logSigmoid(x vec) vec {
	e := g.expMinus(x)
	return g.fmaMinus(e, g.log1pUnit(e), g.lesser(x, g.i(signBit))) // min(x, -0)
}

func (g lanes) sigmoid(x vec) vec { return g.sigmoidOf(g.expMinus(x), x) }

// sigmoidOf returns sigmoid(x), where e is e^-|x|.
func (g lanes) sigmoidOf(e, x vec) vec {
	return g.div(g.choose(g.signs(x), e, g.f(1)), g.add(e, g.f(1)))
}

func (g lanes) tanh(x vec) vec {
	a := g.greater(g.f(-10), g.or(x, g.i(signBit)))
	n, r := g.expReduce(g.add(a, a))
	t := g.pow2(n, 0)
	e := g.fmaMinus(t, g.expm1Poly(r), g.sub(g.f(1), t))
	return g.withSign(g.div(e, g.sub(g.f(2), e)), x)
}
