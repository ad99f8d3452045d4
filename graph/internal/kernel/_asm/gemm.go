package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm emits the micro kernels of Gemm: each adds to a tile of C the product of a strip of A and one
// of B, with one chain of fused multiply-adds per element, over k in order.
func gemm(c *build.Context) {
	index32 := c.StaticGlobal("index32")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 8 {
		c.AddDatum(4*i, operand.U32(i))
	}
	index64 := c.StaticGlobal("index64")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 4 {
		c.AddDatum(8*i, operand.U64(i))
	}
	for _, t := range []tile{
		{name: "gemmTile32AVX512", wide: true, rows: 14},
		{name: "gemmTile64AVX512", wide: true, double: true, rows: 14},
		{name: "gemmTile32AVX2", rows: 6, index: index32},
		{name: "gemmTile64AVX2", double: true, rows: 6, index: index64},
	} {
		t.Context = c
		t.emit()
	}
}

// tile emits one function, which holds a loop for each number of rows up to its own and for one or two
// vectors of columns.
type tile struct {
	*build.Context
	name         string
	wide, double bool
	rows         int

	c, b, k, rest           reg.GPVirtual // at the tile of C and the strip of B; the depth; the columns in the last vector
	cRow, aRow, aCol, bStep reg.GPVirtual // strides in bytes
	mask                    reg.Register  // of the last vector
	index                   operand.Mem   // 0, 1, 2, ..., one to a lane
	saved                   operand.Mem   // the caller's MXCSR, and room for ours
	runs                    operand.Mem   // of A's columns, that are to come
	nextA, nextB, tiles     operand.Mem   // the next tile's strips; how many tiles are to come
}

func (t *tile) emit() {
	element := "float32"
	if t.double {
		element = "float64"
	}
	t.Function(t.name)
	t.Attributes(attr.NOSPLIT)
	t.SignatureExpr(fmt.Sprintf("func(c, a, b *%s, tiles, rows, cols, k, runs, cRow, aRow, aCol, aSkip, bStep, bSkip, cTile, aTile, bTile int, add bool)", element))
	t.Doc(fmt.Sprintf("%s sets tiles of C, [rows, cols] each, to the product of A, [rows, runs·k], and B, [runs·k, cols],", t.name),
		"and to the sum with what C holds if add. Strides count elements: after k columns of A, aSkip more than aCol leads to",
		"the next, likewise bSkip more than bStep in B; cTile, aTile and bTile lead to the next tile's."+
			map[bool]string{false: " B is read a vector at a time, past cols."}[t.wide],
		fmt.Sprintf("rows is in [1, %d], cols in [1, %d], k, runs and tiles are positive.", t.rows, 2*t.lanes()))
	t.Pragma("noescape")
	t.flush()
	t.c, t.b, t.k = t.param("c"), t.GP64(), t.GP64()
	t.nextA, t.nextB, t.tiles, t.runs = t.AllocLocal(8), t.AllocLocal(8), t.AllocLocal(8), t.AllocLocal(8)
	t.MOVQ(t.param("a"), t.nextA)
	t.MOVQ(t.param("b"), t.nextB)
	t.MOVQ(t.param("tiles"), t.tiles)
	t.cRow, t.aRow, t.aCol, t.bStep = t.stride("cRow"), t.stride("aRow"), t.stride("aCol"), t.stride("bStep")
	rows := t.param("rows")
	t.rest = t.param("cols")
	t.CMPQ(t.rest, operand.Imm(uint64(t.lanes())))
	t.JLE(operand.LabelRef(label(1, t.rows, "pick")))
	t.SUBQ(operand.Imm(uint64(t.lanes())), t.rest)
	for vectors := 2; vectors >= 1; vectors-- {
		t.Label(label(vectors, t.rows, "pick"))
		t.setMask()
		for r := t.rows - 1; r >= 1; r-- {
			t.CMPQ(rows, operand.Imm(uint64(r)))
			t.JE(operand.LabelRef(label(vectors, r, "tile")))
		}
		for r := t.rows; r >= 1; r-- {
			t.product(vectors, r)
		}
	}
}

func label(vectors, rows int, what string) string { return fmt.Sprintf("%s%dx%d", what, rows, vectors) }

func (t *tile) param(name string) reg.GPVirtual {
	r := t.GP64()
	t.Load(t.Param(name), r)
	return r
}

func (t *tile) stride(name string) reg.GPVirtual {
	r := t.param(name)
	t.SHLQ(operand.Imm(map[bool]uint64{false: 2, true: 3}[t.double]), r)
	return r
}

func (t *tile) lanes() int { return t.bytes() / map[bool]int{false: 4, true: 8}[t.double] }

func (t *tile) bytes() int { return map[bool]int{false: 32, true: 64}[t.wide] }

func (t *tile) vector() reg.Register {
	if t.wide {
		return t.ZMM()
	}
	return t.YMM()
}

// setMask sets mask to the first rest lanes.
func (t *tile) setMask() {
	if !t.wide {
		return
	}
	ones := t.GP64()
	t.MOVQ(operand.I64(-1), ones)
	t.BZHIQ(t.rest, ones, ones)
	k := t.K()
	t.KMOVW(ones.As32(), k)
	t.mask = k
}

// product emits the loop over k for tiles of a shape.
func (t *tile) product(vectors, rows int) {
	t.Label(label(vectors, rows, "tile"))
	acc := make([][]reg.Register, rows)
	for r := range acc {
		for range vectors {
			acc[r] = append(acc[r], t.vector())
		}
	}
	t.MOVQ(t.param("runs"), t.runs)
	t.Load(t.Param("k"), t.k)
	t.MOVQ(t.nextB, t.b)
	t.begin(acc, label(vectors, rows, "loop"))
	const group = 3 // rows that one pointer reaches: 0, 1 and 2 strides on
	strips := []reg.GPVirtual{t.GP64()}
	t.MOVQ(t.nextA, strips[0])
	for r := group; r < rows; r += group {
		p := t.GP64()
		t.LEAQ(operand.Mem{Base: strips[len(strips)-1], Index: t.aRow, Scale: 2}, p)
		t.ADDQ(t.aRow, p)
		strips = append(strips, p)
	}

	t.Label(label(vectors, rows, "loop"))
	var b []reg.Register
	for v := range vectors {
		b = append(b, t.vector())
		at := operand.Mem{Base: t.b, Disp: v * t.bytes()}
		if t.wide && v == vectors-1 {
			t.pickMasked(t.VMOVUPS_Z, t.VMOVUPD_Z)(at, t.mask, b[v])
		} else {
			t.move(at, b[v])
		}
	}
	for v := range vectors {
		t.PREFETCHT0(operand.Mem{Base: t.b, Index: t.bStep, Scale: 8, Disp: v * 64})
	}
	t.ADDQ(t.bStep, t.b)
	for r := range rows {
		p, x := strips[r/group], t.vector()
		at := operand.Mem{Base: p}
		if r%group > 0 {
			at.Index, at.Scale = t.aRow, uint8(r%group)
		}
		t.pick(t.VBROADCASTSS, t.VBROADCASTSD)(at, x)
		if r%group == group-1 || r == rows-1 {
			t.ADDQ(t.aCol, p)
		}
		for v := range vectors {
			t.pick(t.VFMADD231PS, t.VFMADD231PD)(b[v], x, acc[r][v])
		}
	}
	t.DECQ(t.k)
	t.JNZ(operand.LabelRef(label(vectors, rows, "loop")))
	t.DECQ(t.runs)
	t.JZ(operand.LabelRef(label(vectors, rows, "end")))
	t.Load(t.Param("k"), t.k)
	skip := t.stride("aSkip")
	for _, p := range strips {
		t.ADDQ(skip, p)
	}
	t.ADDQ(t.stride("bSkip"), t.b)
	t.JMP(operand.LabelRef(label(vectors, rows, "loop")))
	t.Label(label(vectors, rows, "end"))
	t.end(acc, vectors, rows)
}

// flush puts the control register to rounding to nearest, with denormals read and written as zeros, until
// the end.
func (t *tile) flush() {
	const flushing = 0x9fc0
	t.saved = t.AllocLocal(8)
	t.VSTMXCSR(t.saved)
	t.MOVL(operand.U32(flushing), t.saved.Offset(4))
	t.VLDMXCSR(t.saved.Offset(4))
}

// begin sets the sums to 0, or to C if add. It asks for the tile of C, which the loop leaves time to come.
func (t *tile) begin(acc [][]reg.Register, loop string) {
	add, full, ready := t.GP64(), loop+"add", loop+"ready"
	t.Load(t.Param("add"), add.As8())
	t.TESTB(add.As8(), add.As8())
	c := t.GP64()
	t.MOVQ(t.c, c)
	t.JNE(operand.LabelRef(full))
	t.eachVector(acc, c, func(at operand.Mem, v reg.Register, last bool) {
		t.PREFETCHT0(at)
		if t.wide {
			t.VPXORD(v, v, v)
		} else {
			t.VXORPS(v, v, v)
		}
	})
	t.JMP(operand.LabelRef(ready))
	t.Label(full)
	mask := t.laneMask()
	t.eachVector(acc, c, func(at operand.Mem, v reg.Register, last bool) {
		switch {
		case !last:
			t.move(at, v)
		case t.wide:
			t.pickMasked(t.VMOVUPS_Z, t.VMOVUPD_Z)(at, mask, v)
		default:
			t.pickMasked(t.VMASKMOVPS, t.VMASKMOVPD)(at, mask, v)
		}
	})
	t.Label(ready)
}

// end writes the sums to C, and goes on to the next tile or returns.
func (t *tile) end(acc [][]reg.Register, vectors, rows int) {
	c := t.GP64()
	if !t.wide { // masked stores are slow on some processors
		masked := label(vectors, rows, "masked")
		t.CMPQ(t.rest, operand.Imm(uint64(t.lanes())))
		t.JNE(operand.LabelRef(masked))
		t.MOVQ(t.c, c)
		t.eachVector(acc, c, func(at operand.Mem, v reg.Register, _ bool) { t.move(v, at) })
		t.JMP(operand.LabelRef(label(vectors, rows, "next")))
		t.Label(masked)
	}
	mask := t.laneMask()
	t.MOVQ(t.c, c)
	t.eachVector(acc, c, func(at operand.Mem, v reg.Register, last bool) {
		switch {
		case !last:
			t.move(v, at)
		case t.wide:
			t.pick(t.VMOVUPS, t.VMOVUPD)(v, mask, at)
		default:
			t.pickMasked(t.VMASKMOVPS, t.VMASKMOVPD)(v, mask, at)
		}
	})
	t.Label(label(vectors, rows, "next"))
	t.ADDQ(t.stride("cTile"), t.c)
	t.ADDQ(t.stride("aTile"), t.nextA)
	t.ADDQ(t.stride("bTile"), t.nextB)
	t.DECQ(t.tiles)
	t.JNZ(operand.LabelRef(label(vectors, rows, "tile")))
	t.VLDMXCSR(t.saved)
	t.VZEROUPPER()
	t.RET()
}

// eachVector walks over the tile of C at c.
func (t *tile) eachVector(acc [][]reg.Register, c reg.GPVirtual, do func(at operand.Mem, v reg.Register, last bool)) {
	for r, row := range acc {
		if r > 0 {
			t.ADDQ(t.cRow, c)
		}
		for v := range row {
			do(operand.Mem{Base: c, Disp: v * t.bytes()}, row[v], v == len(row)-1)
		}
	}
}

// laneMask returns the mask of the last vector's columns.
func (t *tile) laneMask() reg.Register {
	if t.wide {
		return t.mask
	}
	count, lanes, mask := t.XMM(), t.YMM(), t.YMM()
	t.VMOVQ(t.rest, count)
	if t.double {
		t.VPBROADCASTQ(count, mask)
		t.VMOVDQU(t.index, lanes)
		t.VPCMPGTQ(lanes, mask, mask)
		return mask
	}
	t.VPBROADCASTD(count, mask)
	t.VMOVDQU(t.index, lanes)
	t.VPCMPGTD(lanes, mask, mask)
	return mask
}

func (t *tile) move(from, to operand.Op) { t.pick(t.VMOVUPS, t.VMOVUPD)(from, to) }

func (t *tile) pick(single, double func(...operand.Op)) func(...operand.Op) {
	if t.double {
		return double
	}
	return single
}

func (t *tile) pickMasked(single, double func(a, b, c operand.Op)) func(a, b, c operand.Op) {
	if t.double {
		return double
	}
	return single
}
