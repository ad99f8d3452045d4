package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// VM runs a Gorgonia graph as it was built, the gradients in it included, as a Program. It is a
// gorgonia.VM, and not safe for concurrent use.
type VM struct {
	graph   *gorgonia.ExprGraph
	watched []*gorgonia.Node
	dtype   tensor.Dtype
	copied  map[*gorgonia.Node]bool // leaves whose memory has been exchanged

	prog    *Program
	leaves  []*vmLeaf
	feed    Feed
	results []*vmResult
	step    uint64
}

var _ gorgonia.VM = (*VM)(nil)

// vmLeaf is an input that the program reads.
type vmLeaf struct {
	gn     *gorgonia.Node
	value  *Array // what the program is fed, or reads in place
	fixed  bool   // the program reads the memory that it was compiled on
	latest Array  // what the input is bound to in this run
}

// NewVM returns a machine for g that takes the place of Gorgonia's TapeMachine. Where a training loop has
//
//	vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(w, b))
//
// it needs one changed line,
//
//	vm, err := graph.NewVM(g, w, b)
//
// and keeps the rest: Let, Grad, Read, RunAll, Reset and the solvers. There is an error because a graph may
// hold what cannot be run; TapeMachine panics in that case.
//
// A run leaves in the graph what the loop reads: the values of the nodes that nothing else is computed
// from, the cost among them; the gradients of inputs that Grad made; the variables of Read. The nodes
// watched are, first, the inputs that a solver updates: as with BindDualValues, their gradients are summed
// over the runs until the solver clears them. Other nodes, such as a prediction that the cost is computed
// from, are watched for their values. Values of nodes that are neither are not kept; TapeMachine leaves
// what its registers happen to hold. A value is a view that the next run overwrites.
//
// Gorgonia's own ops mostly run on our kernels, rounding differently in the last digits; the others by
// their own Do, with all that it allocates. A node that nothing depends on, but was left by Grad, is not
// computed. Refused, with an error that names the op and the node, are random ops, Dropout while it
// trains, and elements of another type than the graph's float32 or float64, but for whole-number inputs.
// Ops that tell training from evaluation do as SetTraining told them before NewVM. Inputs may be bound to
// other arrays between runs; a watched one is best updated in place, as solvers do.
func NewVM(g *gorgonia.ExprGraph, watched ...*gorgonia.Node) (*VM, error) {
	results, err := wanted(g, watched)
	if err != nil {
		return nil, fmt.Errorf("graph: NewVM: %w", err)
	}
	vm := &VM{graph: g, watched: watched, results: results, copied: map[*gorgonia.Node]bool{}}
	if err := vm.compile(); err != nil {
		return nil, fmt.Errorf("graph: NewVM: %w", err)
	}
	return vm, nil
}

// compile translates the graph. It is repeated when the memory of an input that the program reads in place
// has been exchanged for other memory.
func (vm *VM) compile() error {
	precision, err := vm.precision()
	if err != nil {
		return err
	}
	vm.leaves, vm.feed = nil, Feed{}
	ps := NewParams(precision, 0)
	t := newTranslation(New(ps, Train), vm.dtype, vmRules)
	t.inOrder = true
	t.leaf = func(n *gorgonia.Node) (*Node, error) { return vm.leaf(t.g, n), nil }
	outputs := make([]*Node, len(vm.results))
	for i, r := range vm.results {
		r.view = nil // of memory that will be another program's
		if outputs[i], err = t.node(r.gn); err != nil {
			return err
		}
		if r.of != nil {
			outputs[i] = outputs[i].Reshape(Shape(r.of.Shape())...)
		}
	}
	vm.prog, err = t.g.Compile(outputs...)
	return err
}

// precision is that of the first floating-point node.
func (vm *VM) precision() (Precision, error) {
	for _, n := range vm.graph.AllNodes() {
		if isStatement(n) {
			continue
		}
		switch vm.dtype = n.Dtype(); vm.dtype {
		case tensor.Float32:
			return Float32, nil
		case tensor.Float64:
			return Float64, nil
		}
	}
	return 0, errors.New("the graph has no node of float32 or float64")
}

// leaf makes the node of an input. The program reads a watched one where it is.
func (vm *VM) leaf(g *Graph, n *gorgonia.Node) *Node {
	name := fmt.Sprintf("%s#%d", givenName(n), len(vm.leaves))
	l := &vmLeaf{gn: n, latest: *reader(g.params.precision, n)}
	vm.leaves = append(vm.leaves, l)
	if dense, ok := n.Value().(*tensor.Dense); ok && slices.Contains(vm.watched, n) && !vm.copied[n] && dense.Dtype() == vm.dtype {
		p := g.params.Declare(Trainable, name, Zeros, n.Shape()...)
		if shared, err := p.value.read(dense); err == nil && shared && p.value.Len() == p.value.shape.Size() {
			l.value, l.fixed = p.value, true
			return g.Param(p)
		}
	}
	x := g.Input(name, n.Shape()...)
	l.value = &l.latest
	vm.feed[x] = l.value
	return x
}

// RunAll runs the graph on the values that its inputs are bound to. It fails if an input has none, or one
// of another shape, and if a foreign op fails.
func (vm *VM) RunAll() error {
	if err := vm.readLeaves(); err != nil {
		return fmt.Errorf("graph: RunAll: %w", err)
	}
	outputs, err := vm.prog.Run(vm.step, vm.feed)
	if err != nil {
		return err
	}
	vm.step++
	for i, r := range vm.results {
		r.array = outputs[i]
		if err := r.publish(); err != nil {
			return fmt.Errorf("graph: RunAll: %s: %w", describe(r.gn), err)
		}
	}
	return nil
}

// readLeaves finds the inputs' values. Should one that is read in place have moved, the program is compiled
// again to have it copied.
func (vm *VM) readLeaves() error {
	moved := false
	for _, l := range vm.leaves {
		v := l.gn.Value()
		if v == nil {
			return fmt.Errorf("%s has no value", describe(l.gn))
		}
		if _, err := l.latest.read(v); err != nil {
			return fmt.Errorf("%s: %w", describe(l.gn), err)
		}
		if l.fixed && !l.latest.sameMemory(l.value) {
			vm.copied[l.gn], moved = true, true
		}
	}
	if !moved {
		return nil
	}
	if err := vm.compile(); err != nil {
		return err
	}
	return vm.readLeaves()
}

// Reset does nothing: a run depends on no other.
func (vm *VM) Reset() {}

// Close does nothing: the machine holds memory only.
func (vm *VM) Close() error { return nil }

// String lists what a run does, as Program.String does.
func (vm *VM) String() string { return vm.prog.String() }
