package graph

import (
	"fmt"
	"slices"
	"strings"

	"credence/graph/internal/kernel"
)

// Program is a compiled graph: a list of instructions over memory laid out in advance. It reads and
// updates the arrays of the graph's Params, and is not for concurrent use.
type Program struct {
	graph   *Graph
	code    *code
	plan    *plan
	machine executor
	names   []string // of the outputs
	inputs  map[*Node]*Array
	fed     []*Node // the inputs that the code reads, in order of declaration
	outputs []*Array
	updates bool
}

// executor is a machine of either precision.
type executor interface {
	run(lo, hi int) error
	commit()
	setState(runState)
	output(id int) *Array
	badElement(id int) int
	blame(output int) (*NonFiniteError, error)
}

// Kernels names the version of the inner loops that this process runs: plain, AVX2 or AVX-512. The
// same bits are promised for one version.
func Kernels() string { return kernel.Variant() }

// Feed gives the inputs of a run: for each input node a []float64, []float32, []int, []byte or
// *Array of its size, or for a scalar a float64, an int or a *float64. The numbers are copied.
// A Feed that is kept, with its slices and pointers written between runs, costs no allocation.
type Feed map[*Node]any

// Compile returns the first mistake made while building the graph, or a program whose runs compute
// the outputs and then store the graph's updates. Compiling leaves the graph as it is: more can be
// built on it and compiled again.
func (g *Graph) Compile(outputs ...*Node) (*Program, error) {
	for _, n := range outputs {
		if n.g != g {
			panic("graph: Compile with a node of another graph")
		}
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	c := lower(g, outputs)
	if err := c.lookAtConstants(); err != nil {
		return nil, err
	}
	for _, pass := range passes {
		if err := pass(c); err != nil {
			return nil, err
		}
	}
	p := &Program{graph: g, code: c, plan: newPlan(c, arrange(c)), inputs: map[*Node]*Array{}, updates: len(g.updates) > 0}
	for _, v := range c.values {
		if v.leaf != nil && v.leaf.kind == inputNode {
			p.inputs[v.leaf] = newArray(c.precision, v.shape)
		}
	}
	for _, n := range g.nodes {
		if p.inputs[n] != nil {
			p.fed = append(p.fed, n)
		}
	}
	if c.precision == Float32 {
		p.machine = newMachine[float32](c, p.plan, p.inputs)
	} else {
		p.machine = newMachine[float64](c, p.plan, p.inputs)
	}
	for i, id := range c.outputs {
		p.outputs = append(p.outputs, p.machine.output(id))
		p.names = append(p.names, outputs[i].describe())
	}
	return p, nil
}

// Run computes the outputs from the feed and the parameters, and stores the updates. The step is
// what noise is a function of; a training loop counts it up. The arrays returned are views that the
// next run overwrites.
//
// A run fails if an input is missing or does not fit, if an index is out of range, and, in a program
// with updates, if a scalar output is not finite (a *NonFiniteError). A run that fails changes no
// parameter.
func (p *Program) Run(step uint64, feed Feed) ([]*Array, error) {
	for _, n := range p.fed {
		v, ok := feed[n]
		if !ok {
			return nil, fmt.Errorf("graph: input %s is not fed", n.describe())
		}
		if err := p.inputs[n].fill(v); err != nil {
			return nil, fmt.Errorf("graph: input %s: %w", n.describe(), err)
		}
	}
	for _, r := range p.code.required {
		if err := r.look(p.leaf(r.node)); err != nil {
			return nil, fmt.Errorf("graph: step %d: %w", step, err)
		}
	}
	p.machine.setState(runState{p.graph.params.seed, step})
	if err := p.machine.run(0, p.plan.guard); err != nil {
		return nil, err
	}
	if err := p.checkFinite(); err != nil {
		return nil, err
	}
	if err := p.machine.run(p.plan.guard, len(p.plan.steps)); err != nil {
		return nil, err
	}
	p.machine.commit()
	return p.outputs, nil
}

// leaf returns the array of an input or a parameter.
func (p *Program) leaf(n *Node) *Array {
	if n.param != nil {
		return n.param.value
	}
	return p.inputs[n]
}

func (p *Program) checkFinite() error {
	if !p.updates {
		return nil
	}
	for i, id := range p.code.outputs {
		if p.outputs[i].Len() == 1 && p.machine.badElement(id) >= 0 {
			e, err := p.machine.blame(id)
			if err != nil {
				return err
			}
			e.Output = p.names[i]
			return e
		}
	}
	return nil
}

// fill copies a fed value.
func (a *Array) fill(v any) error {
	var n int
	switch v := v.(type) {
	case float64:
		n = fillFrom(a, []float64{v})
	case *float64:
		n = fillFrom(a, []float64{*v})
	case int:
		n = fillFrom(a, []int{v})
	case []float64:
		n = fillFrom(a, v)
	case []float32:
		n = fillFrom(a, v)
	case []int:
		n = fillFrom(a, v)
	case []byte:
		n = fillFrom(a, v)
	case *Array:
		n = max(fillFrom(a, v.f32), fillFrom(a, v.f64))
	default:
		return fmt.Errorf("cannot be fed a %T", v)
	}
	if n != a.Len() {
		return fmt.Errorf("fed %d numbers for %d elements", n, a.Len())
	}
	return nil
}

// fillFrom copies src if it has as many numbers as a, and returns how many it has.
func fillFrom[S float64 | float32 | int | byte](a *Array, src []S) int {
	if len(src) != a.Len() {
		return len(src)
	}
	switch same := any(src).(type) {
	case []float32:
		if copy(a.f32, same) == len(src) {
			return len(src)
		}
	case []float64:
		if copy(a.f64, same) == len(src) {
			return len(src)
		}
	}
	for i := range a.f32 {
		a.f32[i] = float32(src[i])
	}
	for i := range a.f64 {
		a.f64[i] = float64(src[i])
	}
	return len(src)
}

// String lists what a run does: each instruction, or loop over several, with the shapes and the places
// of the results that it leaves and what a loop reads and writes; then the updates.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "program in %v: %d inputs, %d steps, arena of %s\n",
		p.code.precision, len(p.fed), len(p.plan.steps), formatBytes(p.plan.arena*p.code.precision.size()))
	for i, st := range p.plan.steps {
		if i == p.plan.guard {
			b.WriteString("-- the results must be finite from here on\n")
		}
		indent := ""
		if len(st.instrs)+len(st.matmuls) > 1 {
			indent = "  "
			fmt.Fprintf(&b, "loop over %d elements, reads %s, writes %s\n",
				st.size, formatBytes(p.code.bytes(st.in)), formatBytes(p.code.bytes(st.out)))
		}
		for _, in := range slices.Concat(st.matmuls, st.instrs) {
			b.WriteString(indent + in.format(p.code))
			if slices.Contains(st.out, in.out) {
				where := fmt.Sprintf("@%d", p.plan.place[in.out].offset)
				if param := p.plan.place[in.out].param; param != nil {
					where = "over " + param.name
				}
				fmt.Fprintf(&b, "  %v %s", p.code.values[in.out].shape, where)
			}
			b.WriteString("\n")
		}
	}
	for _, s := range p.plan.tail {
		fmt.Fprintf(&b, "%s <- %s\n", s.param.name, p.code.label(s.value))
	}
	for i, id := range p.code.outputs {
		fmt.Fprintf(&b, "output %d: %s\n", i, p.code.label(p.plan.root[id]))
	}
	return b.String()
}

// formatBytes formats a number of bytes.
func formatBytes(n int) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// bytes returns how many the values take.
func (c *code) bytes(ids []int) int {
	n := 0
	for _, id := range ids {
		n += c.values[id].shape.Size() * c.precision.size()
	}
	return n
}
