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
	minNormal = 0x1p-126
)

var inf = math.Inf(1)

func (g lanes) exp(x vec) vec {
	n, r := g.expReduce(g.within(x, -104, 89))
	return g.scale(g.add(g.expm1Poly(r), g.f(1)), n)
}

// within limits x, and lets NaN through.
func (g lanes) within(x operand.Op, lo, hi float64) vec {
	return g.greater(g.f(lo), g.lesser(g.f(hi), x))
}

func (g lanes) expm1(x vec) vec {
	n, r := g.expReduce(g.within(x, -18, 89))
	y := g.expm1Scale(g.expm1Poly(r), n)
	return g.choose(g.compare(x, equal, g.f(0)), x, y) // keeps -0
}

// expReduce returns n as the float32 whose low bits hold the integer k.
func (g lanes) expReduce(x vec) (n, r vec) {
	n = g.add(g.mul(x, g.f(log2e)), g.f(round))
	k := g.sub(n, g.f(round))
	return n, g.sub(g.sub(x, g.mul(k, g.f(ln2Hi))), g.mul(k, g.f(ln2Lo)))
}

func (g lanes) expm1Poly(r vec) vec {
	q := g.poly(r, 0.00139470096, 0.00836691074, 0.041666273, 0.166665405, 0.5)
	return g.add(r, g.mul(g.mul(r, r), q))
}

// scale returns y 2^k, rounded once.
func (g lanes) scale(y, n vec) vec {
	if g.wide {
		v := g.new()
		g.VSCALEFPS(g.sub(n, g.f(round)), y, v)
		return v
	}
	k := g.subInt(n, g.i(roundBits))
	half := g.shiftSigned(k, 1)
	return g.mul(g.mul(y, g.pow2(half)), g.pow2(g.subInt(k, half)))
}

func (g lanes) pow2(k vec) vec { return g.shiftLeft(g.addInt(k, g.i(127)), 23) }

func (g lanes) expm1Scale(p, n vec) vec {
	minusOne := uint32(0xffffffff)
	t := g.pow2(g.addInt(g.subInt(n, g.i(roundBits)), g.i(minusOne)))
	y := g.add(g.mul(t, p), g.sub(t, g.f(0.5)))
	return g.add(y, y)
}

func (g lanes) log(x vec) vec {
	tiny := g.compare(x, less, g.f(minNormal))
	k, f := g.logReduce(g.choose(tiny, g.mul(x, g.f(0x1p25)), x))
	offset := int32(-25)
	y := g.logSum(f, g.logPoly(f), g.addInt(k, g.keep(tiny, g.i(uint32(offset)))))
	y = g.choose(g.compare(x, less, g.f(0)), g.f(math.NaN()), y)
	y = g.choose(g.compare(x, equal, g.f(0)), g.f(-inf), y)
	return g.choose(g.compare(x, notLessEqual, g.f(math.MaxFloat32)), x, y)
}

func (g lanes) logReduce(x vec) (k, f vec) {
	b := g.subInt(x, g.i(sqrtHalf))
	f = g.addInt(g.and(b, g.i(0x7fffff)), g.i(sqrtHalf))
	return g.shiftSigned(b, 23), g.sub(f, g.f(1))
}

func (g lanes) logPoly(f vec) vec {
	return g.poly(f, -0.0785995424, 0.128858566, -0.131304488, 0.14180699, -0.166243479, 0.200023025, -0.250008166, 0.333333164)
}

func (g lanes) logSum(f, q, k vec) vec {
	n, z := g.float(k), g.mul(f, f)
	y := g.sub(g.add(g.mul(g.mul(f, z), q), g.mul(n, g.f(ln2Lo))), g.mul(z, g.f(0.5)))
	return g.add(g.mul(n, g.f(ln2Hi)), g.add(f, y))
}

func (g lanes) log1p(x vec) vec {
	k := g.shiftSigned(g.subInt(g.add(x, g.f(1)), g.i(sqrtHalf)), 23)
	power := g.shiftLeft(g.subInt(g.i(129), k), 23)
	f := g.subInt(x, g.shiftLeft(k, 23))
	f = g.add(f, g.sub(g.mul(power, g.f(0.25)), g.f(1)))
	y := g.logSum(f, g.logPoly(f), k)
	y = g.choose(g.compare(x, less, g.f(-1)), g.f(math.NaN()), y)
	y = g.choose(g.compare(x, equal, g.f(-1)), g.f(-inf), y)
	y = g.choose(g.compare(x, equal, g.f(0)), x, y)
	return g.choose(g.compare(x, notLessEqual, g.f(math.MaxFloat32)), x, y)
}

// expMinus returns e^-a for a = |x|.
func (g lanes) expMinus(x vec) vec {
	a := g.lesser(g.f(104), g.abs(x))
	n, r := g.expReduce(g.neg(a))
	return g.scale(g.add(g.expm1Poly(r), g.f(1)), n)
}

func (g lanes) log1pExp(x vec) vec { return g.log1pUnit(g.expMinus(x)) }

// log1pUnit returns ln(1+e) for e in [0, 1].
func (g lanes) log1pUnit(e vec) vec {
	q := g.poly(e, -0.00324400165, 0.0198513418, -0.0569592789, 0.106036253, -0.153055727, 0.196759313, -0.249541312, 0.333299607, -0.499999017, 1)
	return g.mul(e, q)
}

// positive returns max(x, 0), but for NaN.
func (g lanes) positive(x vec) vec { return g.greater(x, g.f(0)) }

func (g lanes) softplus(x vec) vec { return g.add(g.positive(x), g.log1pExp(x)) }

func (g lanes) logSigmoid(x vec) vec {
	return g.sub(g.neg(g.positive(g.neg(x))), g.log1pExp(x))
}

func (g lanes) sigmoid(x vec) vec { return g.sigmoidOf(g.expMinus(x), x) }

// sigmoidOf returns sigmoid(x), where e is e^-|x|.
func (g lanes) sigmoidOf(e, x vec) vec {
	return g.div(g.choose(g.signs(x), e, g.f(1)), g.add(e, g.f(1)))
}

func (g lanes) tanh(x vec) vec {
	a := g.lesser(g.f(10), g.abs(x))
	n, r := g.expReduce(g.add(a, a))
	e := g.expm1Scale(g.expm1Poly(r), n)
	t := g.div(e, g.add(e, g.f(2)))
	return g.or(t, g.and(x, g.i(0x80000000)))
}
