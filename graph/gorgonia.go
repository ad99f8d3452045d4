package graph

import (
	"encoding/binary"
	"fmt"
	"hash"
	"strconv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph/internal/kernel"
)

// adapter presents one application of an op to Gorgonia, as an Op with a symbolic gradient.
//
// Gorgonia merges nodes by 32-bit hashes, so each application hashes to a number of its own; attach
// sees to it that no two nodes of a graph share one. Merging what is equal is Compile's work.
type adapter struct {
	op
	g      *Graph
	id     uint32
	in     []Shape
	out    Shape
	cached loops
}

func (g *Graph) dtype() tensor.Dtype {
	if g.params.precision == Float64 {
		return tensor.Float64
	}
	return tensor.Float32
}

func (g *Graph) typeOf(s Shape) hm.Type {
	if len(s) == 0 {
		return g.dtype()
	}
	return gorgonia.TensorType{Dims: len(s), Of: g.dtype()}
}

// attach adds the Gorgonia node of n, whose operands have theirs.
func (g *Graph) attach(n *Node) error {
	children := make([]*gorgonia.Node, len(n.in))
	for i, x := range n.in {
		children[i] = x.gn
	}
	// A node whose hash is taken is left behind, unused, and made again under another number.
	for id := uint32(n.id); ; id += 1 << 24 {
		a := &adapter{op: n.op, g: g, id: id, in: shapesOf(n.in), out: n.shape}
		gn, err := g.node(a, children)
		if err != nil {
			return err
		}
		if gn.Op() != gorgonia.Op(a) || g.hashes[gn.Hashcode()] {
			continue
		}
		g.register(n, gn)
		return nil
	}
}

func (g *Graph) node(a *adapter, children []*gorgonia.Node) (*gorgonia.Node, error) {
	if len(children) > 0 {
		return gorgonia.ApplyOp(a, children...)
	}
	return gorgonia.NewUniqueNode(gorgonia.In(g.expr), gorgonia.WithType(g.typeOf(a.out)),
		gorgonia.WithOp(a), gorgonia.WithShape(a.out...)), nil
}

// attachLeaf adds the Gorgonia node of an input or a parameter, under a name that no other has.
func (g *Graph) attachLeaf(n *Node) {
	for salt := ""; ; salt += "'" {
		name := gorgonia.WithName(strconv.Itoa(n.id) + ":" + n.name + salt)
		var gn *gorgonia.Node
		if len(n.shape) == 0 {
			gn = gorgonia.NewScalar(g.expr, g.dtype(), name)
		} else {
			gn = gorgonia.NewTensor(g.expr, g.dtype(), len(n.shape), gorgonia.WithShape(n.shape...), name)
		}
		if !g.hashes[gn.Hashcode()] {
			g.register(n, gn)
			return
		}
	}
}

func (g *Graph) register(n *Node, gn *gorgonia.Node) {
	g.hashes[gn.Hashcode()] = true
	g.ofGorgon[gn] = n
	n.gn = gn
}

func (a *adapter) Arity() int           { return len(a.in) }
func (a *adapter) ReturnsPtr() bool     { return false }
func (a *adapter) CallsExtern() bool    { return false }
func (a *adapter) OverwritesInput() int { return -1 }
func (a *adapter) Hashcode() uint32     { return a.id }

func (a *adapter) WriteHash(h hash.Hash) {
	h.Write(binary.LittleEndian.AppendUint32([]byte("credence"), a.id))
}

func (a *adapter) Type() hm.Type {
	if len(a.in) == 0 {
		return a.g.typeOf(a.out)
	}
	t := make([]hm.Type, 0, len(a.in)+1)
	for _, s := range a.in {
		t = append(t, a.g.typeOf(s))
	}
	return hm.NewFnType(append(t, a.g.typeOf(a.out))...)
}

func (a *adapter) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return tensor.Shape(a.out).Clone(), nil
}

// DiffWRT says that every operand may have a gradient; SymDiff returns zeros where there is none.
func (a *adapter) DiffWRT(inputs int) []bool {
	d := make([]bool, inputs)
	for i := range d {
		d[i] = true
	}
	return d
}

// SymDiff lets Gorgonia's own Grad differentiate our nodes.
func (a *adapter) SymDiff(_ gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	out := a.g.ofGorgon[output]
	if out == nil {
		return nil, fmt.Errorf("graph: %s is not a node of this graph", output.Name())
	}
	ds := out.op.grad(out.in, out, a.g.adopt(grad))
	if err := a.g.Err(); err != nil {
		return nil, err
	}
	gns := make(gorgonia.Nodes, len(ds))
	for i, d := range ds {
		if d == nil {
			d = out.in[i].zeros()
		}
		gns[i] = d.gn
	}
	return gns, nil
}

// adopt wraps a node that Gorgonia made, a gradient that it seeded or summed.
func (g *Graph) adopt(gn *gorgonia.Node) *Node {
	if n := g.ofGorgon[gn]; n != nil {
		return n
	}
	n := &Node{g: g, kind: inputNode, name: gn.Name(), shape: Shape(gn.Shape().Clone()), id: len(g.nodes), at: here()}
	g.nodes = append(g.nodes, n)
	g.register(n, gn)
	return n
}

// Do evaluates the op on Gorgonia's values: it is what the TapeMachine runs.
func (a *adapter) Do(values ...gorgonia.Value) (gorgonia.Value, error) {
	if a.cached.f32.run == nil {
		a.cached = a.loops(a.in, a.out)
	}
	if a.g.params.precision == Float64 {
		return do(a.cached.f64, a.out, a.g.run, values)
	}
	return do(a.cached.f32, a.out, a.g.run, values)
}

func do[T kernel.Float](l loop[T], out Shape, state runState, values []gorgonia.Value) (gorgonia.Value, error) {
	c := call[T]{out: [][]T{make([]T, out.Size())}, state: state}
	for _, v := range values {
		c.in = append(c.in, elements[T](v))
	}
	if err := l.do(&c); err != nil {
		return nil, err
	}
	return gorgoniaValue(c.dst, out), nil
}

func elements[T kernel.Float](v gorgonia.Value) []T {
	switch d := v.Data().(type) {
	case []T:
		return d
	case T:
		return []T{d}
	}
	panic(fmt.Sprintf("graph: value of type %T", v.Data()))
}

func gorgoniaValue[T kernel.Float](data []T, shape Shape) gorgonia.Value {
	if len(shape) > 0 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	}
	switch v := any(data[0]).(type) {
	case float32:
		return gorgonia.NewF32(v)
	default:
		return gorgonia.NewF64(v.(float64))
	}
}
