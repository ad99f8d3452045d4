package graph

import (
	"slices"

	"credence/graph/internal/kernel"
)

// combine replaces what several instructions of a loop compute by single ones that give the same bits.
func (f *fusion) combine(s step) step {
	p := &patterns{c: f.c, step: s, made: map[int]int{}, uses: map[int]int{}}
	for i, in := range s.instrs {
		p.made[in.out] = i
		for _, id := range in.in {
			p.uses[id]++
		}
	}
	for _, find := range []func(i int){p.adam, p.mulAdd, p.softplus} {
		for i, in := range s.instrs {
			if in.op != nil {
				find(i)
			}
		}
	}
	s.instrs = slices.DeleteFunc(s.instrs, func(in instr) bool { return in.op == nil })
	return s
}

// patterns looks for combinations of instructions. One that has become part of another has no op.
type patterns struct {
	c *code
	step
	made map[int]int // the instruction that computes each value
	uses map[int]int // of each value within the step
}

// part returns the instruction that computes a value for x, if it has the label and x alone reads it.
func (p *patterns) part(x instr, id int, label string) (instr, bool) {
	i, ok := p.made[id]
	if !ok || p.uses[id] != 1 || !slices.Equal(p.c.values[id].shape, p.c.values[x.out].shape) {
		return instr{}, false
	}
	in := p.instrs[i]
	return in, in.op != nil && in.op.name() == label
}

// inner is part for a value that no other step reads either.
func (p *patterns) inner(x instr, id int, label string) (instr, bool) {
	in, ok := p.part(x, id, label)
	return in, ok && !slices.Contains(p.out, id)
}

func (p *patterns) remove(parts ...instr) {
	for _, in := range parts {
		p.instrs[p.made[in.out]].op = nil
	}
}

var (
	mulAdd = elementwise{label: "MulAdd", f32: kernel.MulAdd[float32], f64: kernel.MulAdd[float64]}
	mulSub = elementwise{label: "MulSub", f32: kernel.MulSub[float32], f64: kernel.MulSub[float64]}
	subMul = elementwise{label: "SubMul", f32: kernel.SubMul[float32], f64: kernel.SubMul[float64]}
)

// mulAdd takes a product into the sum or the difference that it is part of.
func (p *patterns) mulAdd(i int) {
	x := p.instrs[i]
	combined, ok := map[string][2]elementwise{"Add": {mulAdd, mulAdd}, "Sub": {mulSub, subMul}}[x.op.name()]
	if !ok {
		return
	}
	for j, id := range x.in {
		if mul, ok := p.inner(x, id, "Mul"); ok {
			p.instrs[i].op, p.instrs[i].in = combined[j], append(slices.Clone(mul.in), x.in[1-j])
			p.remove(mul)
			return
		}
	}
}

// softplus computes it and its derivative together.
func (p *patterns) softplus(i int) {
	x := p.instrs[i]
	for j, y := range p.instrs {
		first, second := min(i, j), max(i, j)
		if y.op == nil || x.op.name() != "Softplus" || y.op.name() != "Sigmoid" || x.in[0] != y.in[0] {
			continue
		}
		both := instr{op: softplusSigmoid, in: x.in, out: x.out, also: []int{y.out}, node: x.node}
		p.instrs[second].op, p.instrs[first] = nil, both
		return
	}
}

// several is an op of loops with several results.
type several struct {
	elementwise
	f32 kernelOf[float32]
	f64 kernelOf[float64]
}

// kernelOf computes stretches: first in x come the results, then the operands.
type kernelOf[T kernel.Float] func(x *[maxStretches][]T)

const maxStretches = 13

var softplusSigmoid = several{
	elementwise: elementwise{label: "SoftplusSigmoid"},
	f32:         func(x *[maxStretches][]float32) { kernel.SoftplusSigmoid(x[0], x[1], x[2]) },
	f64:         func(x *[maxStretches][]float64) { kernel.SoftplusSigmoid(x[0], x[1], x[2]) },
}

// adam finds the update of optim.Adam from its last step, p - m'·rate / (√v' + ε).
func (p *patterns) adam(i int) {
	x := p.instrs[i]
	if x.op.name() != "Sub" {
		return
	}
	div, ok1 := p.inner(x, x.in[1], "Div")
	if !ok1 {
		return
	}
	scaled, ok1 := p.inner(x, div.in[0], "Mul")
	below, ok2 := p.inner(x, div.in[1], "Add")
	if !ok1 || !ok2 {
		return
	}
	root, ok2 := p.inner(x, below.in[0], "Sqrt")
	m, ok1 := p.part(x, scaled.in[0], "Add")
	if !ok1 || !ok2 {
		return
	}
	v, ok := p.part(x, root.in[0], "Add")
	if !ok {
		return
	}
	decayed, ok1 := p.inner(x, m.in[0], "Mul")
	fresh, ok2 := p.inner(x, m.in[1], "Mul")
	decayedV, ok3 := p.inner(x, v.in[0], "Mul")
	freshV, ok4 := p.inner(x, v.in[1], "Mul")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return
	}
	square, ok := p.inner(x, freshV.in[0], "Square")
	scalars := []int{decayed.in[1], fresh.in[1], decayedV.in[1], freshV.in[1], scaled.in[1], below.in[1]}
	full := []int{x.in[0], decayed.in[0], decayedV.in[0], fresh.in[0]}
	if !ok || square.in[0] != fresh.in[0] || !p.allOfSize(1, scalars) || !p.allOfSize(p.size, full) {
		return
	}
	p.remove(div, scaled, below, root, m, v, decayed, fresh, decayedV, freshV, square)
	p.instrs[i].op, p.instrs[i].in, p.instrs[i].also = adam, append(full, scalars...), []int{m.out, v.out}
}

func (p *patterns) allOfSize(n int, ids []int) bool {
	return !slices.ContainsFunc(ids, func(id int) bool { return p.c.values[id].shape.Size() != n })
}

var adam = several{elementwise: elementwise{label: "Adam"}, f32: adamOf[float32], f64: adamOf[float64]}

func adamOf[T kernel.Float](x *[maxStretches][]T) {
	k := [6]T{x[7][0], x[8][0], x[9][0], x[10][0], x[11][0], x[12][0]}
	kernel.Adam(x[0], x[1], x[2], x[3], x[4], x[5], x[6], &k)
}
