package graph

import "slices"

// step is what a run executes at once: one instruction, or a loop over several.
type step struct {
	instrs  []instr // in order of evaluation
	matmuls []instr // of a loop, products that it computes some rows at a time
	in      []int   // the roots that it reads, of others
	out     []int   // the roots that are read elsewhere
	size    int     // elements that the loop goes over; 0 if it is none
}

// operands returns the values that the step's evaluation is given.
func (s step) operands() []int {
	if s.size == 0 {
		return s.instrs[0].in
	}
	return s.in
}

// loopSize returns over how many elements an instruction can be done one by one, or 0 if it cannot.
func (c *code) loopSize(in instr) int {
	switch o := in.op.(type) {
	case elementwise, noise, repeat, duplicate:
		return c.values[in.out].shape.Size()
	case reduction:
		if s := c.values[in.in[0]].shape; o.isTotal(s) {
			return s.Size()
		}
	}
	return 0
}

// unfused returns each instruction as a step by itself.
func (c *code) unfused() []step {
	var steps []step
	root := c.roots()
	for _, in := range c.instrs {
		if _, ok := in.op.(reshape); ok {
			continue
		}
		s := step{instrs: []instr{in}, out: []int{in.out}, size: c.loopSize(in)}
		for _, id := range in.in {
			if !slices.Contains(s.in, root[id]) {
				s.in = append(s.in, root[id])
			}
		}
		steps = append(steps, s)
	}
	return steps
}

// roots returns the value whose memory each value is: itself, or what it is a reshape of.
func (c *code) roots() []int {
	root := make([]int, len(c.values))
	for id := range root {
		root[id] = id
	}
	for _, in := range c.instrs {
		if _, ok := in.op.(reshape); ok {
			root[in.out] = root[in.in[0]]
		}
	}
	return root
}

// mayOverwrite reports whether the step may write a result over an operand: if they have as many
// elements, and each element of the operand is last read where that of the result is computed.
func (s step) mayOverwrite(c *code, root []int, result, operand int) bool {
	n := c.values[result].shape.Size()
	if s.size != n || c.values[operand].shape.Size() != n {
		return false
	}
	for _, in := range s.matmuls {
		if slices.ContainsFunc(in.in, func(id int) bool { return root[id] == operand }) {
			return false
		}
	}
	written := false
	for _, in := range s.instrs {
		for _, id := range in.in {
			if root[id] == operand && written {
				return false
			}
		}
		written = written || slices.Contains(in.results(), result)
	}
	return true
}

// arrange cuts the code into steps; tests exchange it to compare.
var arrange = fuse
