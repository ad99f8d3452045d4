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
		g.trig(constants, func(s, c, r, q vec) vec {
			return g.quadrant(g.choose(g.compare(r, equal, g.f(0)), r, s), c, q) // keeps -0
		})
		g.start("cos", signature, "sets dst to cos"+doc)
		g.trig(constants, func(s, c, _, q vec) vec { return g.quadrant(s, c, g.addInt(q, g.i(1<<30))) })
	})
}

const halfPiHi = 0x1.921fb544p+0

// trig emits a loop that ends before a vector with a large number.
func (g lanes) trig(constants operand.Mem, pick func(s, c, r, q vec) vec) {
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
		q = g.shiftLeft(q, 30)
		return []vec{pick(s, c, r, q)}
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
		n := constant(1)
		g.VFMADD231PD(constant(0), d, n)
		qs[half] = g.new()
		g.VMOVAPD(n, qs[half])
		g.VSUBPD(constant(1), n, n)
		g.VFNMADD231PD(constant(2), n, d)
		g.VFNMADD231PD(constant(3), n, d)
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
	s = g.fma(g.mul(r, z), g.poly(z, -0.000195180954, 0.00833218824, -0.166666552), r)
	return s, g.poly(z, 2.44323273e-05, -0.00138873095, 0.0416666456, -0.5, 1)
}

// quadrant returns sin(r + turn), where s and c are sin r and cos r, and the upper two bits of turn count
// quarters.
func (g lanes) quadrant(s, c, turn vec) vec { return g.flip(g.choose(g.odd30(turn), c, s), turn) }

// odd30 returns the mask of the lanes that have bit 30.
func (g lanes) odd30(turn vec) mask {
	if !g.wide {
		return g.shiftLeft(turn, 1)
	}
	m := g.K()
	g.VPTESTMD_BCST(g.i(1<<30), turn, m)
	return m
}

// flip changes the sign of x where turn has bit 31.
func (g lanes) flip(x, turn vec) vec {
	if !g.wide {
		return g.xor(x, g.and(turn, g.i(signBit)))
	}
	v := g.new()
	g.VMOVAPS(x, v)
	g.VPTERNLOGD_BCST(operand.Imm(0x78), g.i(signBit), turn, v)
	return v
}
