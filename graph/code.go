package graph

import (
	"fmt"
	"slices"
	"strings"
)

// code is the instruction form of a graph: what Compile's passes rewrite and a Program runs. An
// instruction computes one value from others; every value is computed once, before it is read.
type code struct {
	precision Precision
	values    []value
	instrs    []instr
	outputs   []int
	stores    []store
	required  []requirement // of inputs, parameters and constants
	looks     []int         // results of the instructions that look at requirements of others
}

// value is an operand: an input, a parameter, a constant or the result of an instruction.
type value struct {
	shape Shape
	leaf  *Node  // of an input or a parameter
	konst *Array // of a constant
}

type instr struct {
	op   op
	in   []int
	out  int
	also []int // further results, of a combination in a loop
	node *Node // for its position in the user's code
}

// store ends a run: param takes the value.
type store struct {
	param *Param
	value int
}

// lower translates what the outputs and the updates depend on. The outputs come first, then what
// the updates are computed from, and the updates' own last steps at the end, where the parameters'
// old values have mostly been read.
func lower(g *Graph, outputs []*Node) *code {
	c := &code{precision: g.params.precision}
	ids := map[*Node]int{}
	var visit func(n *Node) int
	visit = func(n *Node) int {
		if id, ok := ids[n]; ok {
			return id
		}
		v := value{shape: n.shape}
		switch k, isConst := n.op.(*constant); {
		case n.op == nil:
			v.leaf = n
		case isConst:
			v.konst = newArray(c.precision, n.shape)
			if err := v.konst.SetFloat64s(k.values); err != nil {
				panic(err)
			}
		}
		in := make([]int, len(n.in))
		for i, x := range n.in {
			in[i] = visit(x)
		}
		id := c.add(v)
		ids[n] = id
		if v.leaf == nil && v.konst == nil {
			c.instrs = append(c.instrs, instr{op: n.op, in: in, out: id, node: n})
		}
		return id
	}
	for _, n := range outputs {
		c.outputs = append(c.outputs, visit(n))
	}
	for _, u := range g.updates {
		for _, x := range u.value.in {
			visit(x)
		}
	}
	for _, u := range g.updates {
		c.stores = append(c.stores, store{u.param, visit(u.value)})
	}
	c.require(g.required, ids)
	return c
}

// require takes over the requirements of what is computed.
func (c *code) require(required []requirement, ids map[*Node]int) {
	for _, r := range required {
		id, computed := ids[r.node]
		switch v := c.values; {
		case !computed:
		case v[id].leaf != nil || v[id].konst != nil:
			c.required = append(c.required, r)
		default:
			out := c.add(value{shape: Shape{}})
			c.instrs = append(c.instrs, instr{op: requireOp{r}, in: []int{id}, out: out, node: r.node})
			c.looks = append(c.looks, out)
		}
	}
}

func (c *code) add(v value) int {
	c.values = append(c.values, v)
	return len(c.values) - 1
}

// rewrite goes through the instructions in order, with operands replaced as decided so far. keep
// may change the instruction, and emit others before it; it returns the value that stands for the
// instruction's result: its own, or an earlier one.
func (c *code) rewrite(keep func(in *instr, emit func(instr)) int) {
	same := make([]int, len(c.values))
	for i := range same {
		same[i] = i
	}
	var kept []instr
	emit := func(in instr) { kept = append(kept, in) }
	for _, in := range c.instrs {
		in.in = slices.Clone(in.in)
		for j, v := range in.in {
			in.in[j] = same[v]
		}
		same[in.out] = keep(&in, emit)
		if same[in.out] == in.out && c.values[in.out].konst == nil {
			emit(in)
		}
	}
	c.instrs = kept
	for i, v := range c.outputs {
		c.outputs[i] = same[v]
	}
	for i, s := range c.stores {
		c.stores[i].value = same[s.value]
	}
	for i, v := range c.looks {
		c.looks[i] = same[v]
	}
}

func (c *code) shapes(ids []int) []Shape {
	s := make([]Shape, len(ids))
	for i, id := range ids {
		s[i] = c.values[id].shape
	}
	return s
}

// label names a value for listings: v12, or the name of a leaf, or a scalar constant's value.
func (c *code) label(id int) string {
	switch v := c.values[id]; {
	case v.leaf != nil:
		return v.leaf.name
	case v.konst != nil && v.konst.Len() == 1:
		return fmt.Sprint(v.konst.Item())
	case v.konst != nil:
		return fmt.Sprintf("const%v", v.shape)
	}
	return fmt.Sprintf("v%d", id)
}

// results returns the values that the instruction computes.
func (in instr) results() []int { return append([]int{in.out}, in.also...) }

func (in instr) format(c *code) string {
	operands := make([]string, len(in.in))
	for i, id := range in.in {
		operands[i] = c.label(id)
	}
	results := c.label(in.out)
	for _, id := range in.also {
		results += ", " + c.label(id)
	}
	return fmt.Sprintf("%s = %s %s", results, in.op, strings.Join(operands, ", "))
}
