package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reduce emits the inner loops of reductions.
func reduce(c *build.Context) {
	variants(c, "reduce", func(g lanes) {
		g.sumRow()
		g.sumColumns()
		g.varianceColumns()
		g.extremeRow("max", -inf, g.maximum)
		g.extremeRow("min", inf, g.minimum)
	})
}

// sumRow keeps 32 sums of float64, then eight, which it adds pairwise.
func (g lanes) sumRow() {
	g.start("sumRow", "func(x *float32, n int) float64", "returns sumEights of x, whose n elements are a positive multiple of 8.")
	x, n := g.param("x"), g.param("n")
	lanes := g.count() / 2 // of float64
	sums := make([]vec, 32/lanes)
	for i := range sums {
		sums[i] = g.zero()
	}
	first := sums[:8/lanes]
	add := func(sums []vec) {
		for i, sum := range sums {
			next := g.new()
			g.VCVTPS2PD(operand.Mem{Base: x, Disp: 4 * lanes * i}, next)
			g.VADDPD(next, sum, sum)
		}
		g.ADDQ(operand.Imm(uint64(4*lanes*len(sums))), x)
	}
	g.SUBQ(operand.Imm(32), n)
	g.JL(operand.LabelRef("eights"))
	g.Label("loop")
	add(sums)
	g.SUBQ(operand.Imm(32), n)
	g.JGE(operand.LabelRef("loop"))
	g.Label("eights")
	g.ADDQ(operand.Imm(32), n)
	g.JE(operand.LabelRef("join"))
	g.Label("eight")
	add(first)
	g.SUBQ(operand.Imm(8), n)
	g.JNE(operand.LabelRef("eight"))

	g.Label("join")
	eights := len(first)
	for i := range first {
		g.VADDPD(sums[eights+i], sums[i], sums[i])
		g.VADDPD(sums[3*eights+i], sums[2*eights+i], sums[2*eights+i])
		g.VADDPD(sums[2*eights+i], sums[i], sums[i])
	}
	quarter := g.YMM() // s0+s4, s1+s5, s2+s6, s3+s7
	if g.wide {
		high := g.YMM()
		g.VEXTRACTF64X4(operand.Imm(1), sums[0], high)
		g.VADDPD(high, sums[0].AsY(), quarter)
	} else {
		g.VADDPD(sums[1], sums[0], quarter)
	}
	g.VHADDPD(quarter, quarter, quarter)
	high := g.XMM()
	g.VEXTRACTF128(operand.Imm(1), quarter, high)
	g.VADDSD(high, quarter.AsX(), high)
	g.Store(high, g.ReturnIndex(0))
	g.end()
}

// sumColumns keeps the sums of a vector of columns in registers, and walks down its rows.
func (g lanes) sumColumns() {
	g.start("sumColumns", "func(dst, x *float32, rows, cols, step int)",
		"sets dst to the sums of cols columns of rows that begin step apart, in float64, in order.")
	dst, x, cols, step := g.param("dst"), g.param("x"), g.param("cols"), g.param("step")
	g.SHLQ(operand.Imm(2), step)
	g.eachColumns(dst, x, cols, func(label string, load func(at reg.GPVirtual) vec) vec {
		return g.narrow(g.downColumns(label, x, step, load, func(_ int, v vec) vec { return v }))
	})
}

// varianceColumns walks down each vector of columns twice.
func (g lanes) varianceColumns() {
	g.start("varianceColumns", "func(dst, x *float32, rows, cols, step int, inverse float64)",
		"sets dst to the variances of cols columns of rows that begin step apart, in float64, in order; inverse is 1/rows.")
	dst, x, cols, step := g.param("dst"), g.param("x"), g.param("cols"), g.param("step")
	g.SHLQ(operand.Imm(2), step)
	g.eachColumns(dst, x, cols, func(label string, load func(at reg.GPVirtual) vec) vec {
		inverse, p := g.new(), g.Param("inverse")
		given, err := p.Resolve()
		if err != nil {
			panic(err)
		}
		g.VBROADCASTSD(given.Addr, inverse)
		means := g.downColumns(label+"Sum", x, step, load, func(_ int, v vec) vec { return v })
		for _, m := range means {
			g.VMULPD(inverse, m, m)
		}
		squares := g.downColumns(label+"Square", x, step, load, func(half int, v vec) vec {
			g.VSUBPD(means[half], v, v)
			g.VMULPD(v, v, v)
			return v
		})
		for _, s := range squares {
			g.VMULPD(inverse, s, s)
		}
		return g.narrow(squares)
	})
}

// downColumns adds up, in float64, what f makes of the halves of a vector of columns, row by row.
func (g lanes) downColumns(label string, x, step reg.GPVirtual, load func(at reg.GPVirtual) vec, f func(half int, v vec) vec) [2]vec {
	at, rows := g.GP64(), g.param("rows")
	g.MOVQ(x, at)
	low, high := g.zero(), g.zero()
	g.Label(label)
	a, b := g.widen(load(at))
	g.VADDPD(f(0, a), low, low)
	g.VADDPD(f(1, b), high, high)
	g.ADDQ(step, at)
	g.DECQ(rows)
	g.JNZ(operand.LabelRef(label))
	return [2]vec{low, high}
}

// eachColumns writes to dst what column makes of each vector of columns of x, and of those that are left.
func (g lanes) eachColumns(dst, x, cols reg.GPVirtual, column func(label string, load func(at reg.GPVirtual) vec) vec) {
	count, bytes := operand.Imm(uint64(g.count())), operand.Imm(uint64(4*g.count()))
	g.SUBQ(count, cols)
	g.JL(operand.LabelRef("tail"))
	g.Label("columns")
	sums := column("loop", func(at reg.GPVirtual) vec { return g.load(at) })
	g.VMOVUPS(sums, operand.Mem{Base: dst})
	g.ADDQ(bytes, x)
	g.ADDQ(bytes, dst)
	g.SUBQ(count, cols)
	g.JGE(operand.LabelRef("columns"))

	g.Label("tail")
	g.ADDQ(count, cols)
	g.JE(operand.LabelRef("done"))
	m := g.first(cols)
	sums = column("tailLoop", func(at reg.GPVirtual) vec { return g.loadMasked(m, at) })
	g.storeFirst(sums, cols, dst)
	g.Label("done")
	g.end()
}

// extremeRow emits the loop of a maximum or minimum.
func (g lanes) extremeRow(name string, worst float64, pick func(a, b vec) vec) {
	g.start(name+"Row", "func(dst, x *float32, n int)",
		fmt.Sprintf("sets dst to the %ss of every %dth of the n elements of x, a positive multiple of %d.", name, g.count(), g.count()))
	dst, x, n := g.param("dst"), g.param("x"), g.param("n")
	best := g.reg(g.f(worst))
	g.Label("loop")
	next := pick(best, g.load(x))
	g.VMOVAPS(next, best)
	g.ADDQ(operand.Imm(uint64(4*g.count())), x)
	g.SUBQ(operand.Imm(uint64(g.count())), n)
	g.JNE(operand.LabelRef("loop"))
	g.VMOVUPS(best, operand.Mem{Base: dst})
	g.end()
}
