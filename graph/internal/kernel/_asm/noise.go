package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// noise emits the generators of whole groups of 64 elements: a lane is a counter of Philox.
func noise(c *build.Context) {
	highHalves := c.StaticGlobal("highHalves")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 8 {
		c.AppendDatum(operand.U32(2*i + 1))
		c.AppendDatum(operand.U32(16 + 2*i + 1))
	}
	variants(c, "noise", func(lanes lanes) {
		g := generator{lanes: lanes, highHalves: highHalves}
		const signature = "func(dst *float32, groups int, first uint32, keys *uint32)"
		g.start("uniform", signature, "sets dst to groups of 64 elements of uniform noise, from the counter first.")
		g.groups(func(w [4]vec, store func(word int, v vec)) {
			for i, b := range w {
				store(i, g.mul(g.add(g.float(g.shiftRight(b, 9)), g.f(0.5)), g.f(0x1p-23)))
			}
		})
		g.start("normal", signature, "sets dst to groups of 64 elements of normal noise, from the counter first.")
		g.groups(func(w [4]vec, store func(word int, v vec)) {
			first := func() { g.normalPair(w[0], w[1], func(i int, v vec) { store(i, v) }) }
			second := func() { g.normalPair(w[2], w[3], func(i int, v vec) { store(2+i, v) }) }
			if g.wide {
				g.interleave(first, second)
				return
			}
			first()
			second()
		})
	})
}

const oddLanes = 0xaa

// generator makes random bits, and noise of them.
type generator struct {
	lanes
	highHalves operand.Mem  // the index of the upper halves of even and odd products
	odd        mask         // of the odd lanes
	keys       reg.Register // what schedule of package kernel makes
}

// groups emits the loop over groups: law stores what it makes of their words.
func (g generator) groups(law func(w [4]vec, store func(word int, v vec))) {
	dst, groups := g.param("dst"), g.param("groups")
	g.keys = g.param("keys")
	counter := g.new()
	g.VPADDD(g.index(), g.scalar("first"), counter)

	if g.wide {
		bits := g.GP32()
		g.MOVL(operand.U32(oddLanes<<8|oddLanes), bits)
		g.odd = g.K()
		g.KMOVW(bits, g.odd)
	}

	words := func(group, half int) [4]vec { return g.philox(g.addInt(counter, g.i(uint32(16*group+half)))) }
	fill := func(w [4]vec, group, half int) {
		law(w, func(word int, v vec) {
			g.VMOVUPS(v, operand.Mem{Base: dst, Disp: 256*group + 64*word + 4*half})
		})
	}
	forward := func(count int) {
		g.VPADDD(g.reg(g.i(uint32(16*count))), counter, counter)
		g.ADDQ(operand.I32(int32(256*count)), dst)
	}
	if g.wide { // two groups side by side, which hides the latency of Philox
		g.SUBQ(operand.Imm(2), groups)
		g.JL(operand.LabelRef("single"))
		g.Label("pair")
		var w [2][4]vec
		g.interleave(func() { w[0] = words(0, 0) }, func() { w[1] = words(1, 0) })
		g.interleave(func() { fill(w[0], 0, 0) }, func() { fill(w[1], 1, 0) })
		forward(2)
		g.SUBQ(operand.Imm(2), groups)
		g.JGE(operand.LabelRef("pair"))
		g.Label("single")
		g.ADDQ(operand.Imm(2), groups)
		g.JE(operand.LabelRef("done"))
	}
	g.Label("group")
	for half := 0; half < 16; half += g.count() {
		fill(words(0, half), 0, half)
	}
	forward(1)
	g.DECQ(groups)
	g.JNZ(operand.LabelRef("group"))
	g.Label("done")
	g.end()
}

// index returns 0, 1, 2, ... in a register.
func (g lanes) index() vec {
	v := g.new()
	g.VMOVUPS(g.numbers.table, v)
	return v
}

// philox returns the words of the blocks of Philox4x32-10 whose first counter word is counter. The first
// three rounds have operands that are the same in all blocks, which the keys hold.
func (g generator) philox(counter vec) [4]vec {
	const multiplier0, multiplier1 = 0xD2511F53, 0xCD9E8D57
	key := func(i int) operand.Mem { return operand.Mem{Base: g.keys, Disp: 4 * i} }
	hi0, w3 := g.product(counter, multiplier0)
	hi1, w1 := g.product(g.xor(hi0, key(0)), multiplier1)
	w := [4]vec{g.xor(hi1, key(1)), w1, g.xor(w3, key(2))}
	for r := 2; r < 10; r++ {
		hi0, lo0 := g.product(w[0], multiplier0)
		hi1, lo1 := g.product(w[2], multiplier1)
		w[0] = g.xor3(hi1, w[1], key(2*r))
		if r == 2 {
			w[2] = g.xor(hi0, key(3))
		} else {
			w[2] = g.xor3(hi0, w[3], key(2*r-1))
		}
		w[1], w[3] = lo1, lo0
	}
	return w
}

// product returns the halves of the 64-bit products.
func (g generator) product(a vec, multiplier uint32) (hi, lo vec) {
	m, even, odd := g.reg(g.i(multiplier)), g.new(), g.new()
	g.VPMULUDQ(m, a, even)
	g.VPSRLQ(operand.Imm(32), a, odd)
	g.VPMULUDQ(m, odd, odd)
	hi, lo = g.new(), even
	if g.wide {
		g.VMOVDQU32(g.highHalves, hi)
		g.VPERMI2D(odd, even, hi)
		g.VMOVSLDUP(odd, g.odd, lo)
		return hi, lo
	}
	g.VMOVSHDUP(even, hi)
	g.VPBLENDD(operand.Imm(oddLanes), odd, hi, hi)
	g.VMOVSLDUP(odd, odd)
	g.VPBLENDD(operand.Imm(oddLanes), odd, even, lo)
	return hi, lo
}

// xor3 overwrites a.
func (g lanes) xor3(a, b vec, c operand.Mem) vec {
	if !g.wide {
		return g.xor(g.xor(a, b), c)
	}
	g.VPTERNLOGD_BCST(operand.Imm(0x96), c, b, a)
	return a
}

// normalPair gives store radius*cos as element 0, and radius*sin as element 1, of the words v and w.
func (g lanes) normalPair(v, w vec, store func(i int, v vec)) {
	radius := g.sqrt(g.mul(g.logUnit(v), g.f(-2)))
	s, c := g.sinCosReduced(g.mul(g.float(g.shiftLeft(w, 2)), g.f(math.Pi/2*0x1p-32)))
	turn := g.addInt(w, g.i(1<<29))
	odd := g.odd30(turn)
	store(0, g.mul(radius, g.flip(g.choose(odd, s, c), g.addInt(turn, g.i(1<<30)))))
	store(1, g.mul(radius, g.flip(g.choose(odd, c, s), turn)))
}

// logUnit returns ln((v+1) 2^-32).
func (g lanes) logUnit(v vec) vec {
	near := g.above(v, 0xb504f333)
	next := g.addInt(v, g.i(1))
	k, f := g.logReduce(g.subInt(g.floatUnsigned(next), g.i(sqrtHalf+(32<<23))))
	f = g.choose(near, g.mul(g.float(next), g.f(0x1p-32)), f)
	return g.logSum(g.choose(near, g.i(0), k), f)
}

// above returns the mask of the unsigned integers above a bound.
func (g lanes) above(a vec, bound uint32) mask {
	m := g.newMask()
	if g.wide {
		const greater = 6
		g.VPCMPUD_BCST(operand.Imm(greater), g.i(bound), a, m)
		return m
	}
	const top = 1 << 31 // moves unsigned comparisons to signed ones
	g.VPCMPGTD(g.reg(g.i(bound^top)), g.xor(a, g.i(top)), m)
	return m
}

func (g lanes) floatUnsigned(a vec) vec {
	v := g.new()
	if g.wide {
		g.VCVTUDQ2PS(a, v)
		return v
	}
	// Both halves are exact; their sum rounds once.
	high := g.mul(g.float(g.shiftRight(a, 16)), g.f(0x1p16))
	return g.add(high, g.float(g.and(a, g.i(0xffff))))
}
