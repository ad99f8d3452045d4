package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// lanes emits functions on vectors of float32 or int32: 16 lanes by AVX-512 or 8 by AVX2. A method takes
// operands and returns a new register, so that a formula reads as its Go version does. An operand is a
// register or a number.
type lanes struct {
	*build.Context
	wide    bool
	numbers *numbers
	caller  *operand.Mem // the caller's MXCSR
}

type (
	vec  = reg.VecVirtual
	mask = reg.Register // an opmask, or a vector whose lanes are all ones or all zeros
)

// variants emits the functions of a file in both widths.
func variants(c *build.Context, name string, emit func(lanes)) {
	n := &numbers{at: map[uint32]int{}}
	n.table = c.StaticGlobal(name + "Numbers")
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	n.add = func(bits uint32) { c.AppendDatum(operand.U32(bits)) }
	for i := range uint32(16) {
		n.bits(i) // at the front: the index of each lane
	}
	for _, wide := range []bool{true, false} {
		emit(lanes{c, wide, n, &operand.Mem{}})
	}
}

// numbers is a table of constants, and what else the functions of a file share.
type numbers struct {
	table  operand.Mem
	at     map[uint32]int
	add    func(bits uint32)
	labels int // used so far
}

func (n *numbers) bits(b uint32) operand.Mem {
	at, ok := n.at[b]
	if !ok {
		at = 4 * len(n.at)
		n.at[b] = at
		n.add(b)
	}
	return n.table.Offset(at)
}

// f and i are the operands that hold a number in every lane.
func (g lanes) f(x float64) operand.Mem { return g.numbers.bits(math.Float32bits(float32(x))) }
func (g lanes) i(x uint32) operand.Mem  { return g.numbers.bits(x) }

// count returns the number of lanes.
func (g lanes) count() int {
	if g.wide {
		return 16
	}
	return 8
}

func (g lanes) new() vec {
	if g.wide {
		return g.ZMM()
	}
	return g.YMM()
}

func (g lanes) newMask() mask {
	if g.wide {
		return g.K()
	}
	return g.YMM()
}

// flushing is the MXCSR of kernels: all exceptions masked, rounding to nearest, denormals read and
// written as zeros.
const flushing = 0x1f80 | 1<<15 | 1<<6

// start begins a function named for its variant, with its documentation after the name.
func (g lanes) start(name, signature, doc string) {
	name += map[bool]string{true: "AVX512", false: "AVX2"}[g.wide]
	g.Function(name)
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr(signature)
	g.Doc(name + " " + doc)
	g.Pragma("noescape")
	*g.caller = g.AllocLocal(8)
	g.VSTMXCSR(*g.caller)
	g.unlessFlushing(func() { g.VLDMXCSR(g.i(flushing)) })
}

// unlessFlushing emits what is done only if the caller's MXCSR is another: loading it takes longer than
// many a tile. Of the two, the flags of past exceptions do not count.
func (g lanes) unlessFlushing(emit func()) {
	const flags = 0x3f
	g.numbers.labels++
	label := fmt.Sprintf("flushing%d", g.numbers.labels)
	control := g.GP32()
	g.MOVL(*g.caller, control)
	g.ANDL(operand.I32(^flags), control)
	g.CMPL(control, operand.U32(flushing))
	g.JEQ(operand.LabelRef(label))
	emit()
	g.Label(label)
}

func (g lanes) param(name string) reg.GPVirtual {
	r := g.GP64()
	g.Load(g.Param(name), r)
	return r
}

// scalar returns a parameter of 32 bits in every lane.
func (g lanes) scalar(name string) vec {
	p, err := g.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return g.reg(p.Addr)
}

// each emits the loop that sets n elements of each result to what body makes of the operands. An operand's
// pointer moves on by its step, or by a vector if steps is nil. A body without jumps can be run on two
// vectors side by side, which hides the latency of its instructions: pairs asks for that.
func (g lanes) each(to []reg.GPVirtual, n reg.GPVirtual, from, steps []reg.GPVirtual, pairs bool, body func(x []vec) []vec) {
	vector := operand.Imm(uint64(g.count()))
	at := func(i, k int) operand.Mem { // vector k of operand i
		p := operand.Mem{Base: from[i]}
		switch {
		case steps == nil:
			p.Disp = 4 * g.count() * k
		case k > 0:
			p.Index, p.Scale = steps[i], uint8(k)
		}
		return p
	}
	one := func(k int) {
		var x []vec
		for i := range from {
			v := g.new()
			g.VMOVUPS(at(i, k), v)
			x = append(x, v)
		}
		for i, y := range body(x) {
			g.VMOVUPS(y, operand.Mem{Base: to[i], Disp: 4 * g.count() * k})
		}
	}
	forward := func(k int) {
		for i, p := range from {
			g.LEAQ(at(i, k), p)
		}
		for _, p := range to {
			g.ADDQ(operand.I32(int32(4*g.count()*k)), p)
		}
	}
	if pairs && g.wide { // AVX2 has too few registers
		two := operand.Imm(uint64(2 * g.count()))
		g.SUBQ(two, n)
		g.JL(operand.LabelRef("single"))
		g.Label("pair")
		g.interleave(func() { one(0) }, func() { one(1) })
		forward(2)
		g.SUBQ(two, n)
		g.JGE(operand.LabelRef("pair"))
		g.Label("single")
		g.ADDQ(two, n)
	}
	g.SUBQ(vector, n)
	g.JL(operand.LabelRef("tail"))
	g.Label("loop")
	one(0)
	forward(1)
	g.SUBQ(vector, n)
	g.JGE(operand.LabelRef("loop"))

	g.Label("tail")
	g.ADDQ(vector, n)
	g.JE(operand.LabelRef("done"))
	var x []vec
	for _, p := range from {
		x = append(x, g.loadMasked(g.first(n), p))
	}
	for i, y := range body(x) {
		g.storeFirst(y, n, to[i])
	}
	g.Label("done")
}

// interleave emits two pieces of equally many instructions, one instruction of each in turn.
func (g lanes) interleave(first, second func()) {
	file, err := g.Result()
	if err != nil {
		panic(err)
	}
	functions := file.Functions()
	f := functions[len(functions)-1]
	start := len(f.Nodes)
	first()
	middle := len(f.Nodes)
	second()
	a, b := slices.Clone(f.Nodes[start:middle]), slices.Clone(f.Nodes[middle:])
	if len(a) != len(b) {
		panic("interleave: the pieces differ in length")
	}
	f.Nodes = f.Nodes[:start]
	for i := range a {
		f.Nodes = append(f.Nodes, a[i], b[i])
	}
}

// end emits a return.
func (g lanes) end() {
	g.unlessFlushing(func() { g.VLDMXCSR(*g.caller) })
	g.VZEROUPPER()
	g.RET()
}

func (g lanes) load(p reg.GPVirtual) vec {
	v := g.new()
	g.VMOVUPS(operand.Mem{Base: p}, v)
	return v
}

// loadMasked loads the lanes of the mask, and 0 in the others.
func (g lanes) loadMasked(m mask, p reg.GPVirtual) vec {
	v := g.new()
	if g.wide {
		g.VMOVUPS_Z(operand.Mem{Base: p}, m, v)
	} else {
		g.VMASKMOVPS(operand.Mem{Base: p}, m, v)
	}
	return v
}

func (g lanes) storeFirst(v vec, n, p reg.GPVirtual) {
	if g.wide {
		g.VMOVUPS(v, g.first(n), operand.Mem{Base: p})
	} else {
		g.VMASKMOVPS(v, g.first(n), operand.Mem{Base: p})
	}
}

// first returns the mask of the first n lanes.
func (g lanes) first(n reg.GPVirtual) mask {
	if g.wide {
		ones, k := g.GP64(), g.K()
		g.MOVQ(operand.I64(-1), ones)
		g.BZHIQ(n, ones, ones)
		g.KMOVW(ones.As32(), k)
		return k
	}
	low, count := g.XMM(), g.YMM()
	g.VMOVQ(n, low)
	g.VPBROADCASTD(low, count)
	g.VPCMPGTD(g.numbers.table, count, count)
	return count
}

// reg returns an operand in a register.
func (g lanes) reg(x operand.Op) vec {
	if v, ok := x.(vec); ok {
		return v
	}
	v := g.new()
	g.VBROADCASTSS(x, v)
	return v
}

type emitter func(...operand.Op)

// op emits an instruction of two operands; broadcast is its form for a number, in AVX-512.
func (g lanes) op(plain, broadcast emitter, a, b operand.Op) vec {
	x, v := g.reg(a), g.new()
	if _, number := b.(operand.Mem); number && g.wide {
		broadcast(b, x, v)
	} else {
		plain(g.reg(b), x, v)
	}
	return v
}

func (g lanes) add(a, b operand.Op) vec { return g.op(g.VADDPS, g.VADDPS_BCST, a, b) }
func (g lanes) sub(a, b operand.Op) vec { return g.op(g.VSUBPS, g.VSUBPS_BCST, a, b) }
func (g lanes) mul(a, b operand.Op) vec { return g.op(g.VMULPS, g.VMULPS_BCST, a, b) }
func (g lanes) div(a, b operand.Op) vec { return g.op(g.VDIVPS, g.VDIVPS_BCST, a, b) }

// lesser and greater return b where an operand is NaN and where both are zero.
func (g lanes) lesser(a, b operand.Op) vec  { return g.op(g.VMINPS, g.VMINPS_BCST, a, b) }
func (g lanes) greater(a, b operand.Op) vec { return g.op(g.VMAXPS, g.VMAXPS_BCST, a, b) }

func (g lanes) and(a, b operand.Op) vec { return g.op(g.VANDPS, g.VANDPS_BCST, a, b) }
func (g lanes) or(a, b operand.Op) vec  { return g.op(g.VORPS, g.VORPS_BCST, a, b) }
func (g lanes) xor(a, b operand.Op) vec { return g.op(g.VXORPS, g.VXORPS_BCST, a, b) }

func (g lanes) addInt(a, b operand.Op) vec {
	return g.op(g.VPADDD, func(x ...operand.Op) { g.VPADDD_BCST(x...) }, a, b)
}

func (g lanes) subInt(a, b operand.Op) vec {
	return g.op(g.VPSUBD, func(x ...operand.Op) { g.VPSUBD_BCST(x...) }, a, b)
}

func (g lanes) sqrt(a operand.Op) vec { v := g.new(); g.VSQRTPS(g.reg(a), v); return v }

func (g lanes) shift(instruction emitter, a operand.Op, bits uint64) vec {
	v := g.new()
	instruction(operand.Imm(bits), g.reg(a), v)
	return v
}

func (g lanes) shiftLeft(a operand.Op, bits uint64) vec   { return g.shift(g.VPSLLD, a, bits) }
func (g lanes) shiftRight(a operand.Op, bits uint64) vec  { return g.shift(g.VPSRLD, a, bits) }
func (g lanes) shiftSigned(a operand.Op, bits uint64) vec { return g.shift(g.VPSRAD, a, bits) }

// float converts signed integers.
func (g lanes) float(a operand.Op) vec { v := g.new(); g.VCVTDQ2PS(g.reg(a), v); return v }

func (g lanes) abs(a operand.Op) vec { return g.and(a, g.i(0x7fffffff)) }
func (g lanes) neg(a operand.Op) vec { return g.xor(a, g.i(0x80000000)) }

// predicate is how VCMPPS compares; those of the second line hold where an operand is NaN.
type predicate uint64

const (
	equal, less, lessEqual, greaterThan, unordered = predicate(0), predicate(17), predicate(18), predicate(30), predicate(3)
	notEqual, notLessEqual, notGreater, notLess    = predicate(4), predicate(22), predicate(26), predicate(21)
)

func (g lanes) compare(a operand.Op, p predicate, b operand.Op) mask {
	m := g.newMask()
	if _, number := b.(operand.Mem); number && g.wide {
		g.VCMPPS_BCST(operand.Imm(uint64(p)), b, g.reg(a), m)
	} else {
		g.VCMPPS(operand.Imm(uint64(p)), g.reg(b), g.reg(a), m)
	}
	return m
}

// signs returns the mask of the lanes whose top bit is set.
func (g lanes) signs(a vec) mask {
	if !g.wide {
		return a // what a blend looks at
	}
	k := g.K()
	g.VPMOVD2M(a, k)
	return k
}

// choose returns a where the mask holds and b elsewhere.
func (g lanes) choose(m mask, a, b operand.Op) vec {
	v := g.new()
	_, number := a.(operand.Mem)
	switch {
	case !g.wide:
		g.VBLENDVPS(m, g.reg(a), g.reg(b), v)
	case number:
		g.blend(x86.VBLENDMPS_BCST, a, g.reg(b), m, v)
	default:
		g.blend(x86.VBLENDMPS, a, g.reg(b), m, v)
	}
	return v
}

// blend emits a blend by an opmask. The library takes the mask for one that leaves lanes of v as they
// are, and so v for an input, which would keep its register occupied from the start.
func (g lanes) blend(instruction func(...operand.Op) (*ir.Instruction, error), a operand.Op, b vec, m mask, v vec) {
	i, err := instruction(a, b, m, v)
	if err != nil {
		panic(err)
	}
	i.Inputs = []operand.Op{a, b, m}
	g.Instruction(i)
}

// keep returns a where the mask of a comparison holds and 0 elsewhere.
func (g lanes) keep(m mask, a operand.Op) vec {
	v := g.new()
	_, number := a.(operand.Mem)
	switch {
	case !g.wide:
		g.VANDPS(m, g.reg(a), v)
	case number:
		g.VBROADCASTSS_Z(a, m, v)
	default:
		g.VMOVAPS_Z(g.reg(a), m, v)
	}
	return v
}

// fma returns x*y + z, rounded once, and fmaMinus z - x*y.
func (g lanes) fma(x vec, y, z operand.Op) vec {
	return g.fused(g.VFMADD231PS, g.VFMADD231PS_BCST, x, y, z)
}

func (g lanes) fmaMinus(x vec, y, z operand.Op) vec {
	return g.fused(g.VFNMADD231PS, g.VFNMADD231PS_BCST, x, y, z)
}

func (g lanes) fused(plain, broadcast emitter, x vec, y, z operand.Op) vec {
	sum := g.reg(z)
	if _, number := z.(operand.Mem); !number {
		sum = g.new()
		g.VMOVAPS(z, sum)
	}
	if _, number := y.(operand.Mem); number && g.wide {
		broadcast(y, x, sum)
	} else {
		plain(g.reg(y), x, sum)
	}
	return sum
}

// poly returns the polynomial in x whose coefficients begin with the highest.
func (g lanes) poly(x vec, coefficients ...float64) vec {
	y := g.reg(g.f(coefficients[0]))
	for _, c := range coefficients[1:] {
		if g.wide {
			g.VFMADD213PS_BCST(g.f(c), x, y)
		} else {
			y = g.fma(y, x, g.f(c))
		}
	}
	return y
}

// widen converts a vector's halves to float64.
func (g lanes) widen(x vec) (low, high vec) {
	low, high = g.new(), g.new()
	for half, to := range []vec{low, high} {
		if g.wide {
			part := g.YMM()
			g.VEXTRACTF64X4(operand.Imm(uint64(half)), x, part)
			g.VCVTPS2PD(part, to)
		} else {
			part := g.XMM()
			g.VEXTRACTF128(operand.Imm(uint64(half)), x, part)
			g.VCVTPS2PD(part, to)
		}
	}
	return low, high
}

func (g lanes) zero() vec {
	v := g.new()
	if g.wide {
		g.VPXORD(v, v, v)
	} else {
		g.VXORPS(v, v, v)
	}
	return v
}

// narrow rounds two vectors of float64 to one of float32.
func (g lanes) narrow(x [2]vec) vec {
	v := g.new()
	if g.wide {
		low, high := g.YMM(), g.YMM()
		g.VCVTPD2PS(x[0], low)
		g.VCVTPD2PS(x[1], high)
		g.VINSERTF64X4(operand.Imm(1), high, low.AsZ(), v)
		return v
	}
	low, high := g.XMM(), g.XMM()
	g.VCVTPD2PSY(x[0], low)
	g.VCVTPD2PSY(x[1], high)
	g.VINSERTF128(operand.Imm(1), high, low.AsY(), v)
	return v
}
