package graph

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"credence/graph/internal/kernel"
)

// passes rewrite the code, in this order, into code that computes the same values.
var passes = []func(*code) error{simplify, fold, simplify, fold, merge, prune, separate}

// simplify drops what changes nothing: identities, repetition that broadcasting does anyway, adding
// 0 and multiplying by 1. What is the same in every repetition is computed once and then repeated.
func simplify(c *code) error {
	made := map[int]instr{} // what computes each value, as rewritten
	c.rewrite(func(in *instr, emit func(instr)) int {
		switch o := in.op.(type) {
		case stopGradient:
			return in.in[0]
		case reshape:
			if inner := made[in.in[0]]; isOp[reshape](inner) {
				in.in[0] = inner.in[0]
			}
			if slices.Equal(c.values[in.in[0]].shape, o.shape) {
				return in.in[0]
			}
			if inner := made[in.in[0]]; isOp[repeat](inner) {
				if s := c.values[inner.in[0]].shape; s.Size() == 1 && len(s) <= len(o.shape) {
					in.op, in.in = repeat(o), inner.in
				}
			}
		case matmul:
			c.multiplyOnce(o, in, made, emit)
		case elementwise:
			c.unrepeat(in, made)
			if same, ok := c.neutral(o, in); ok {
				return same
			}
			if inner := made[in.in[0]]; o.label == "Neg" && isOp[elementwise](inner) && inner.op.name() == "Neg" &&
				slices.Equal(c.values[inner.in[0]].shape, c.values[in.out].shape) {
				return inner.in[0]
			}
			if s, err := broadcast(c.shapes(in.in)...); err == nil && !slices.Equal(s, c.values[in.out].shape) {
				once := instr{op: o, in: in.in, out: c.add(value{shape: s}), node: in.node}
				emit(once)
				made[once.out] = once
				in.op, in.in = repeat{c.values[in.out].shape}, []int{once.out}
			}
		}
		made[in.out] = *in
		return in.out
	})
	return nil
}

// multiplyOnce turns the product with rows that repeat, as many times as there are samples say, into
// the repetition of the product with the rows.
func (c *code) multiplyOnce(o matmul, in *instr, made map[int]instr, emit func(instr)) {
	from := made[in.in[0]]
	for isOp[reshape](from) {
		from = made[from.in[0]]
	}
	if !isOp[repeat](from) || o.transA || len(c.values[in.out].shape) != 2 {
		return
	}
	rows := c.values[from.in[0]].shape
	for len(rows) > 0 && rows[0] == 1 {
		rows = rows[1:]
	}
	all, cols := c.values[from.out].shape, c.values[in.in[0]].shape[1]
	if len(rows) == 0 || !slices.Equal(rows, all[len(all)-len(rows):]) || rows.Size()%cols != 0 {
		return
	}
	add := func(o op, shape Shape, operands ...int) int {
		x := instr{op: o, in: operands, out: c.add(value{shape: shape}), node: in.node}
		emit(x)
		made[x.out] = x
		return x.out
	}
	few, width := Shape{rows.Size() / cols, cols}, c.values[in.out].shape[1]
	times := Shape{all.Size() / rows.Size(), few[0], width}
	product := add(o, Shape{few[0], width}, add(reshape{few}, few, from.in[0]), in.in[1])
	in.op, in.in = reshape{c.values[in.out].shape}, []int{add(repeat{times}, times, product)}
}

func isOp[T op](in instr) bool {
	_, ok := in.op.(T)
	return ok
}

// unrepeat lets an elementwise instruction read what a Broadcast repeats directly: always if the
// result keeps its shape, and from all such operands at once if it is the same in every repetition.
func (c *code) unrepeat(in *instr, made map[int]instr) {
	bare := slices.Clone(in.in)
	for i, id := range in.in {
		if from := made[id]; isOp[repeat](from) {
			bare[i] = from.in[0]
		}
	}
	if s, err := broadcast(c.shapes(bare)...); err == nil && s.Size() < c.values[in.out].shape.Size() {
		in.in = bare
		return
	}
	for i, id := range in.in {
		in.in[i] = bare[i]
		if s, err := broadcast(c.shapes(in.in)...); err != nil || !slices.Equal(s, c.values[in.out].shape) {
			in.in[i] = id
		}
	}
}

// neutral finds x + 0, x - 0, x·1 and x / 1.
func (c *code) neutral(o elementwise, in *instr) (int, bool) {
	unit, ok := map[string]float64{"Add": 0, "Sub": 0, "Mul": 1, "Div": 1}[o.label]
	if !ok {
		return 0, false
	}
	is := func(id int) bool {
		k := c.values[id].konst
		return k != nil && k.Len() == 1 && k.Item() == unit
	}
	fits := func(id int) bool { return slices.Equal(c.values[id].shape, c.values[in.out].shape) }
	switch a, b := in.in[0], in.in[1]; {
	case is(b) && fits(a):
		return a, true
	case is(a) && fits(b) && (o.label == "Add" || o.label == "Mul"):
		return b, true
	}
	return 0, false
}

// fold computes what depends on constants only, where that takes no more memory than they do: never
// a draw.
func fold(c *code) error {
	var failed error
	c.rewrite(func(in *instr, _ func(instr)) int {
		size, largest := c.values[in.out].shape.Size(), 0
		if _, drawn := in.op.(draw); failed != nil || drawn {
			return in.out
		}
		for _, id := range in.in {
			k := c.values[id].konst
			if k == nil {
				return in.out
			}
			largest = max(largest, k.Len())
		}
		if size <= largest {
			c.values[in.out].konst, failed = c.evaluate(in)
		}
		return in.out
	})
	return failed
}

// evaluate runs an instruction on constants.
func (c *code) evaluate(in *instr) (*Array, error) {
	args := make([]*Array, len(in.in))
	for i, id := range in.in {
		args[i] = c.values[id].konst
	}
	l := in.op.loops(c.shapes(in.in), c.values[in.out].shape)
	out := newArray(c.precision, c.values[in.out].shape)
	var err error
	if c.precision == Float32 {
		err = runLoop(l.f32, out, args)
	} else {
		err = runLoop(l.f64, out, args)
	}
	if err != nil {
		return nil, fmt.Errorf("%v: %s: %w", in.node.at, in.op, err)
	}
	return out, nil
}

func runLoop[T kernel.Float](l loop[T], out *Array, args []*Array) error {
	c := call[T]{out: [][]T{dataOf[T](out)}}
	for _, a := range args {
		c.in = append(c.in, dataOf[T](a))
	}
	return l.do(&c)
}

// merge computes equal values once: the same operation, by its String, on the same operands, equal
// constants among them.
func merge(c *code) error {
	first := map[string]int{}
	canonical := func(key string, id int) int {
		if f, ok := first[key]; ok {
			return f
		}
		first[key] = id
		return id
	}
	c.rewrite(func(in *instr, _ func(instr)) int {
		for i, id := range in.in {
			if k := c.values[id].konst; k != nil {
				in.in[i] = canonical(k.identity(), id)
			}
		}
		return canonical(fmt.Sprint(in.op, in.in), in.out)
	})
	return nil
}

// identity tells arrays of one precision apart, by shape and the bits of every element.
func (a *Array) identity() string {
	h := sha256.New()
	for i := range a.Len() {
		h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(a.At(i))))
	}
	return fmt.Sprintf("%v %x", a.shape, h.Sum(nil))
}

// prune drops the instructions that no output, no update and no requirement depends on.
func prune(c *code) error {
	live := make([]bool, len(c.values))
	for _, id := range slices.Concat(c.outputs, c.looks) {
		live[id] = true
	}
	for _, s := range c.stores {
		live[s.value] = true
	}
	for _, in := range slices.Backward(c.instrs) {
		for _, id := range in.in {
			live[id] = live[id] || live[in.out]
		}
	}
	c.instrs = slices.DeleteFunc(c.instrs, func(in instr) bool { return !live[in.out] })
	return nil
}

// duplicate is a copy of a value in memory of its own.
type duplicate struct{ stopGradient }

func (duplicate) String() string { return "Copy" }

// separate copies, at the start of a run, the inputs, parameters and constants that are results as
// they stand: an output must not change with its parameter, nor an update with another's.
func separate(c *code) error {
	leaf := make([]int, len(c.values)) // what each value is the memory of, or -1
	for id, v := range c.values {
		leaf[id] = -1
		if v.leaf != nil || v.konst != nil {
			leaf[id] = id
		}
	}
	for _, in := range c.instrs {
		if _, ok := in.op.(reshape); ok {
			leaf[in.out] = leaf[in.in[0]]
		}
	}
	var copies []instr
	own := func(id *int) {
		if leaf[*id] < 0 {
			return
		}
		out := c.add(value{shape: c.values[*id].shape})
		copies = append(copies, instr{op: duplicate{}, in: []int{leaf[*id]}, out: out})
		*id = out
	}
	for i := range c.outputs {
		own(&c.outputs[i])
	}
	for i := range c.stores {
		own(&c.stores[i].value)
	}
	c.instrs = append(copies, c.instrs...)
	return nil
}

func (c *code) String() string {
	var b strings.Builder
	for _, in := range c.instrs {
		fmt.Fprintf(&b, "%s %v\n", in.format(c), c.values[in.out].shape)
	}
	return b.String()
}
