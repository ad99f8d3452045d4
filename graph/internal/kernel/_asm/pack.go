package main

import (
	"fmt"

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
	p.transpose("transpose32AVX2", 4)
	p.transpose("transpose64AVX2", 8)
}

type packer struct{ *build.Context }

// ahead is how many bytes of a row before their use a prefetch asks for them.
const ahead = 256

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

// transpose emits the transposition of a strip of elements of so many bytes, in squares whose sides are a
// register, row of squares by row. The last square of a side ends where the side ends, and so may overlap
// the one before.
func (p packer) transpose(name string, bytes uint8) {
	side := 32 / int(bytes)
	element := map[uint8]string{4: "float32", 8: "float64"}[bytes]
	p.Function(name)
	p.Attributes(attr.NOSPLIT)
	p.SignatureExpr(fmt.Sprintf("func(dst, src *%s, rows, cols, dstStep, srcStep int)", element))
	p.Doc(fmt.Sprintf("%s sets dst[r*dstStep+c] = src[c*srcStep+r] for r < rows and c < cols, both at least %d.", name, side))
	p.Pragma("noescape")
	dst, src := p.param("dst"), p.param("src")
	dstStep, srcStep := p.param("dstStep"), p.param("srcStep")
	p.IMUL3Q(operand.Imm(uint64(bytes)), dstStep, dstStep)
	p.IMUL3Q(operand.Imm(uint64(bytes)), srcStep, srcStep)
	rows, cols := p.param("rows"), p.GP64()

	p.Label("rows")
	to, from := p.GP64(), p.GP64()
	p.MOVQ(dst, to)
	p.MOVQ(src, from)
	p.Load(p.Param("cols"), cols)

	p.Label("square")
	if bytes == 4 {
		p.square32(to, from, dstStep, srcStep)
	} else {
		p.square64(to, from, dstStep, srcStep)
	}
	most, step := p.GP64(), p.GP64()
	p.MOVQ(operand.I32(side), most)
	p.SUBQ(most, cols)
	p.JE(operand.LabelRef("next"))
	p.CMPQ(cols, most)
	p.CMOVQLT(cols, most)
	p.LEAQ(operand.Mem{Base: to, Index: most, Scale: bytes}, to)
	p.MOVQ(srcStep, step)
	p.IMULQ(most, step)
	p.ADDQ(step, from)
	p.CMPQ(cols, operand.Imm(uint64(side)))
	p.JGE(operand.LabelRef("square"))
	p.MOVQ(operand.I32(side), cols)
	p.JMP(operand.LabelRef("square"))

	p.Label("next")
	p.MOVQ(operand.I32(side), most)
	p.SUBQ(most, rows)
	p.JE(operand.LabelRef("done"))
	p.CMPQ(rows, most)
	p.CMOVQLT(rows, most)
	p.LEAQ(operand.Mem{Base: src, Index: most, Scale: bytes}, src)
	p.MOVQ(dstStep, step)
	p.IMULQ(most, step)
	p.ADDQ(step, dst)
	p.CMPQ(rows, operand.Imm(uint64(side)))
	p.JGE(operand.LabelRef("rows"))
	p.MOVQ(operand.I32(side), rows)
	p.JMP(operand.LabelRef("rows"))

	p.Label("done")
	p.VZEROUPPER()
	p.RET()
}

// square32 transposes 8 by 8. A register takes four elements of row i and of row i+4, which makes the
// transpositions of the halves those of 4 by 4.
func (p packer) square32(dst, src, dstStep, srcStep reg.GPVirtual) {
	from, to := p.addresses(8, src, srcStep), p.addresses(8, dst, dstStep)
	for half := range 2 {
		t := p.halves(from, half)
		var u [4]reg.VecVirtual
		for i := range u {
			u[i] = p.YMM()
		}
		p.VUNPCKLPS(t[1], t[0], u[0])
		p.VUNPCKLPS(t[3], t[2], u[1])
		p.VUNPCKHPS(t[1], t[0], u[2])
		p.VUNPCKHPS(t[3], t[2], u[3])
		for i := range 4 {
			p.pair(u[i/2*2], u[i/2*2+1], i%2, to[4*half+i])
		}
	}
}

// square64 transposes 4 by 4 in the same way.
func (p packer) square64(dst, src, dstStep, srcStep reg.GPVirtual) {
	from, to := p.addresses(4, src, srcStep), p.addresses(4, dst, dstStep)
	for half := range 2 {
		t := p.halves(from, half)
		for i := range 2 {
			p.pair(t[0], t[1], i, to[2*half+i])
		}
	}
}

// halves reads 16 bytes of each row, those of the first half of the rows and of the second side by side.
func (p packer) halves(from []operand.Mem, half int) []reg.VecVirtual {
	var t []reg.VecVirtual
	for i := range len(from) / 2 {
		low, both := p.XMM(), p.YMM()
		if half == 0 {
			p.PREFETCHT0(from[i].Offset(ahead))
			p.PREFETCHT0(from[i+len(from)/2].Offset(ahead))
		}
		p.VMOVUPS(from[i].Offset(16*half), low)
		p.VINSERTF128(operand.Imm(1), from[i+len(from)/2].Offset(16*half), low.AsY(), both)
		t = append(t, both)
	}
	return t
}

// pair writes the low or the high 8 bytes, alternately of a and of b.
func (p packer) pair(a, b reg.VecVirtual, high int, to operand.Mem) {
	x := p.YMM()
	if high == 0 {
		p.VUNPCKLPD(b, a, x)
	} else {
		p.VUNPCKHPD(b, a, x)
	}
	p.VMOVUPS(x, to)
}

// addresses returns those of n rows, step apart.
func (p packer) addresses(n int, base, step reg.GPVirtual) []operand.Mem {
	rows := make([]operand.Mem, n)
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
