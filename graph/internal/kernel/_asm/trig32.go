package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// trig emits the loops of sine and cosine.
func trig(c *build.Context) {
	constants := c.StaticGlobal("quarterTurns")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, v := range []float64{2 / math.Pi, 0x1.8p52, halfPiHi, math.Pi/2 - halfPiHi} {
		c.AddDatum(8*i, operand.F64(v))
	}
	variants(c, "trig", func(g lanes) {
		const signature = "func(dst, x *float32, n int) (done int)"
		const doc = " x, and returns how many elements it did: it stops at a vector in which not every |x| < 2^20."
		g.start("sin", signature, "sets dst to sin"+doc)
		g.trig(constants, func(s, c, q vec) vec { return g.quadrant(s, c, q) })
		g.start("cos", signature, "sets dst to cos"+doc)
		g.trig(constants, func(s, c, q vec) vec { return g.quadrant(s, c, g.addInt(q, g.i(1))) })
	})
}

const halfPiHi = 0x1.921fb544p+0

// trig emits a loop that ends before a vector with a large number.
func (g lanes) trig(constants operand.Mem, pick func(s, c, q vec) vec) {
	dst, x, n := g.param("dst"), g.param("x"), g.param("n")
	at := g.GP64()
	g.MOVQ(x, at)
	g.each([]reg.GPVirtual{dst}, n, []reg.GPVirtual{at}, nil, false, func(x []vec) []vec {
		large := g.compare(g.abs(x[0]), notLess, g.f(1<<20))
		if g.wide {
			g.KTESTW(large, large)
		} else {
			g.VTESTPS(large, large)
		}
		g.JNE(operand.LabelRef("stop"))
		q, r := g.quarterTurns(constants, x[0])
		s, c := g.sinCosReduced(r)
		return []vec{pick(s, c, q)}
	})
	g.Load(g.Param("n"), n)
	g.Store(n, g.Return("done"))
	g.end()
	g.Label("stop")
	g.SUBQ(x, at)
	g.SHRQ(operand.Imm(2), at)
	g.Store(at, g.Return("done"))
	g.end()
}

// quarterTurns splits x = q π/2 + r, in float64 as the specification does.
func (g lanes) quarterTurns(constants operand.Mem, x vec) (q, r vec) {
	constant := func(i int) vec { v := g.new(); g.VBROADCASTSD(constants.Offset(8*i), v); return v }
	var qs, rs [2]vec
	rs[0], rs[1] = g.widen(x)
	for half, d := range rs {
		n, p := g.new(), g.new()
		g.VMULPD(constant(0), d, n)
		g.VADDPD(constant(1), n, n)
		qs[half] = g.new()
		g.VMOVAPD(n, qs[half])
		g.VSUBPD(constant(1), n, n)
		g.VMULPD(constant(2), n, p)
		g.VSUBPD(p, d, d)
		g.VMULPD(constant(3), n, p)
		g.VSUBPD(p, d, d)
	}
	return g.lowWords(qs), g.narrow(rs)
}

// lowWords joins the lower halves of 64-bit lanes.
func (g lanes) lowWords(x [2]vec) vec {
	v := g.new()
	if g.wide {
		low, high := g.YMM(), g.YMM()
		g.VPMOVQD(x[0], low)
		g.VPMOVQD(x[1], high)
		g.VINSERTF64X4(operand.Imm(1), high, low.AsZ(), v)
		return v
	}
	// The shuffle works in each half: 0 1 4 5 2 3 6 7.
	g.VSHUFPS(operand.Imm(0x88), x[1], x[0], v)
	g.VPERMQ(operand.Imm(0xd8), v, v)
	return v
}

func (g lanes) sinCosReduced(r vec) (s, c vec) {
	z := g.mul(r, r)
	s = g.poly(z, -0.000195180954, 0.00833218824, -0.166666552)
	s = g.add(r, g.mul(g.mul(r, z), s))
	c = g.poly(z, 2.44323273e-05, -0.00138873095, 0.0416666456)
	c = g.add(g.sub(g.f(1), g.mul(z, g.f(0.5))), g.mul(g.mul(z, z), c))
	return s, c
}

// quadrant returns sin(r + q π/2), where s and c are sin r and cos r.
func (g lanes) quadrant(s, c, q vec) vec {
	v := g.choose(g.signs(g.shiftLeft(q, 31)), c, s)
	return g.xor(v, g.shiftLeft(g.shiftRight(q, 1), 31))
}
