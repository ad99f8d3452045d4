package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack emits the copies that bring operands of Gemm into strips.
func pack(c *build.Context) {
	index := c.StaticGlobal("packIndex")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 8 {
		c.AddDatum(4*i, operand.U32(i))
	}
	p := packer{c}
	p.rows("packRowsAVX512", 16, func(count reg.GPVirtual) (func(operand.Mem, reg.Register), func() reg.Register) {
		ones, k := p.GP64(), p.K()
		p.MOVQ(operand.I64(-1), ones)
		p.BZHIQ(count, ones, ones)
		p.KMOVW(ones.As32(), k)
		return func(at operand.Mem, v reg.Register) { p.VMOVUPS_Z(at, k, v) }, func() reg.Register { return p.ZMM() }
	})
	p.rows("packRowsAVX2", 8, func(count reg.GPVirtual) (func(operand.Mem, reg.Register), func() reg.Register) {
		low, mask, lanes := p.XMM(), p.YMM(), p.YMM()
		p.VMOVQ(count, low)
		p.VPBROADCASTD(low, mask)
		p.VMOVDQU(index, lanes)
		p.VPCMPGTD(lanes, mask, mask)
		return func(at operand.Mem, v reg.Register) { p.VMASKMOVPS(at, mask, v) }, func() reg.Register { return p.YMM() }
	})
	p.transpose()
}

type packer struct{ *build.Context }

func (p packer) param(name string) reg.GPVirtual {
	r := p.GP64()
	p.Load(p.Param(name), r)
	return r
}

func (p packer) stride(name string) reg.GPVirtual {
	r := p.param(name)
	p.SHLQ(operand.Imm(2), r)
	return r
}

// rows emits a copy of rows. The argument masked prepares a load of the last count elements of a row.
func (p packer) rows(name string, lanes int, masked func(count reg.GPVirtual) (load func(operand.Mem, reg.Register), vector func() reg.Register)) {
	p.Function(name)
	p.Attributes(attr.NOSPLIT)
	p.SignatureExpr("func(dst, src *float32, rows, cols, step int)")
	p.Doc(name+" copies src, rows of cols elements that begin step apart, to dst, rows of one or two vectors",
		"with 0 beyond cols. There are 1 or more rows and columns.")
	p.Pragma("noescape")
	dst, src, rows, step := p.param("dst"), p.param("src"), p.param("rows"), p.stride("step")
	rest := p.param("cols")
	p.CMPQ(rest, operand.Imm(uint64(lanes)))
	p.JLE(operand.LabelRef("one"))
	p.SUBQ(operand.Imm(uint64(lanes)), rest)

	load, vector := masked(rest)
	p.Label("two")
	x, y := vector(), vector()
	for v := range 2 {
		p.PREFETCHT0(operand.Mem{Base: src, Index: step, Scale: 8, Disp: 4 * lanes * v})
	}
	p.VMOVUPS(operand.Mem{Base: src}, x)
	load(operand.Mem{Base: src, Disp: 4 * lanes}, y)
	p.VMOVUPS(x, operand.Mem{Base: dst})
	p.VMOVUPS(y, operand.Mem{Base: dst, Disp: 4 * lanes})
	p.ADDQ(step, src)
	p.ADDQ(operand.Imm(uint64(8*lanes)), dst)
	p.DECQ(rows)
	p.JNZ(operand.LabelRef("two"))
	p.VZEROUPPER()
	p.RET()

	p.Label("one")
	load, vector = masked(rest)
	p.Label("single")
	x = vector()
	load(operand.Mem{Base: src}, x)
	p.VMOVUPS(x, operand.Mem{Base: dst})
	p.ADDQ(step, src)
	p.ADDQ(operand.Imm(uint64(4*lanes)), dst)
	p.DECQ(rows)
	p.JNZ(operand.LabelRef("single"))
	p.VZEROUPPER()
	p.RET()
}

// transpose emits the transposition of a strip, in squares of 8 by 8. The last square of a side ends
// where the side ends, and so may overlap the one before.
func (p packer) transpose() {
	p.Function("transposeAVX2")
	p.Attributes(attr.NOSPLIT)
	p.SignatureExpr("func(dst, src *float32, rows, cols, dstStep, srcStep int)")
	p.Doc("transposeAVX2 sets dst[r*dstStep+c] = src[c*srcStep+r] for r < rows and c < cols, both at least 8.")
	p.Pragma("noescape")
	dst, src, dstStep, srcStep := p.param("dst"), p.param("src"), p.stride("dstStep"), p.stride("srcStep")
	cols, rows := p.param("cols"), p.GP64()

	p.Label("columns")
	to, from := p.GP64(), p.GP64()
	p.MOVQ(dst, to)
	p.MOVQ(src, from)
	p.Load(p.Param("rows"), rows)

	p.Label("square")
	p.square(to, from, dstStep, srcStep)
	eight := p.GP64()
	p.MOVQ(operand.I32(8), eight)
	p.SUBQ(eight, rows)
	p.JE(operand.LabelRef("next"))
	p.CMPQ(rows, eight)
	p.CMOVQLT(rows, eight)
	p.LEAQ(operand.Mem{Base: from, Index: eight, Scale: 4}, from)
	step := p.GP64()
	p.MOVQ(dstStep, step)
	p.IMULQ(eight, step)
	p.ADDQ(step, to)
	p.CMPQ(rows, operand.Imm(8))
	p.JGE(operand.LabelRef("square"))
	p.MOVQ(operand.I32(8), rows)
	p.JMP(operand.LabelRef("square"))

	p.Label("next")
	p.MOVQ(operand.I32(8), eight)
	p.SUBQ(eight, cols)
	p.JE(operand.LabelRef("done"))
	p.CMPQ(cols, eight)
	p.CMOVQLT(cols, eight)
	p.LEAQ(operand.Mem{Base: dst, Index: eight, Scale: 4}, dst)
	p.MOVQ(srcStep, step)
	p.IMULQ(eight, step)
	p.ADDQ(step, src)
	p.CMPQ(cols, operand.Imm(8))
	p.JGE(operand.LabelRef("columns"))
	p.MOVQ(operand.I32(8), cols)
	p.JMP(operand.LabelRef("columns"))

	p.Label("done")
	p.VZEROUPPER()
	p.RET()
}

// square transposes 8 by 8. A register takes four elements of row i and of row i+4, which makes the
// transpositions of the halves those of 4 by 4.
func (p packer) square(dst, src, dstStep, srcStep reg.GPVirtual) {
	from, to := p.eight(src, srcStep), p.eight(dst, dstStep)
	for half := range 2 {
		var t [4]reg.VecVirtual
		for i := range t {
			low := p.XMM()
			t[i] = p.YMM()
			a, b := from[i], from[i+4]
			a.Disp, b.Disp = 16*half, 16*half
			p.VMOVUPS(a, low)
			p.VINSERTF128(operand.Imm(1), b, low.AsY(), t[i])
		}
		var u [4]reg.VecVirtual
		for i := range u {
			u[i] = p.YMM()
		}
		p.VUNPCKLPS(t[1], t[0], u[0])
		p.VUNPCKLPS(t[3], t[2], u[1])
		p.VUNPCKHPS(t[1], t[0], u[2])
		p.VUNPCKHPS(t[3], t[2], u[3])
		for i := range 4 {
			x := p.YMM()
			if i%2 == 0 {
				p.VUNPCKLPD(u[i/2*2+1], u[i/2*2], x)
			} else {
				p.VUNPCKHPD(u[i/2*2+1], u[i/2*2], x)
			}
			p.VMOVUPS(x, to[4*half+i])
		}
	}
}

// eight returns the addresses of eight rows, step apart.
func (p packer) eight(base, step reg.GPVirtual) [8]operand.Mem {
	var rows [8]operand.Mem
	at := base
	for i := range rows {
		if i > 0 && i%3 == 0 {
			next := p.GP64()
			p.LEAQ(operand.Mem{Base: at, Index: step, Scale: 2}, next)
			p.ADDQ(step, next)
			at = next
		}
		rows[i] = operand.Mem{Base: at}
		if i%3 > 0 {
			rows[i].Index, rows[i].Scale = step, uint8(i%3)
		}
	}
	return rows
}
