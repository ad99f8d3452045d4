package graph

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
)

// Mode says what a graph is for; it is fixed when the graph is made.
type Mode uint8

const (
	Train   Mode = iota // layers behave as in training
	Predict             // layers behave as in prediction
)

// Graph is an expression under construction. It is not safe for concurrent use.
type Graph struct {
	params   *Params
	mode     Mode
	expr     *gorgonia.ExprGraph
	nodes    []*Node
	inputs   map[string]*Node
	leaves   map[*Param]*Node
	memo     map[any]*Node
	updates  []update
	required []requirement
	known    map[string]bool // requirements made already
	noises   int
	hashes   map[uint32]bool
	ofGorgon map[*gorgonia.Node]*Node
	run      runState // the reference's; a Program has its own
	err      error
}

// runState is what noise depends on besides its node and element.
type runState struct{ seed, step uint64 }

type update struct {
	param *Param
	value *Node
	at    site
}

// New returns an empty graph on the parameters of ps, computing in their precision.
func New(ps *Params, mode Mode) *Graph {
	return &Graph{
		params: ps, mode: mode, expr: gorgonia.NewGraph(),
		inputs: map[string]*Node{}, leaves: map[*Param]*Node{}, memo: map[any]*Node{},
		known: map[string]bool{}, hashes: map[uint32]bool{}, ofGorgon: map[*gorgonia.Node]*Node{},
		run: runState{seed: ps.seed},
	}
}

// Params returns the parameters that the graph is built on.
func (g *Graph) Params() *Params { return g.params }

// Mode returns what the graph is for.
func (g *Graph) Mode() Mode { return g.mode }

// Err returns the first mistake made while building the graph, or nil.
func (g *Graph) Err() error {
	if g.err != nil {
		return g.err
	}
	return g.params.err
}

// Failf records a mistake found by a caller, a layer say, with the position of the user's code,
// unless there is one already. The node that it returns can be used in further operations.
func (g *Graph) Failf(format string, args ...any) *Node {
	return g.fail(fmt.Errorf("%v: %w", here(), fmt.Errorf(format, args...)))
}

func (g *Graph) fail(err error) *Node {
	if g.err == nil {
		g.err = err
	}
	return &Node{g: g}
}

// Input declares an array that every run feeds; no shape declares a scalar.
func (g *Graph) Input(name string, shape ...int) *Node {
	s := Shape(slices.Clone(shape))
	s.check()
	if g.inputs[name] != nil {
		return g.fail(fmt.Errorf("%v: input %s is declared twice", here(), name))
	}
	n := g.leaf(&Node{kind: inputNode, name: name, shape: s, at: here()})
	g.inputs[name] = n
	return n
}

// Param returns the node of a parameter: the same one at every call.
func (g *Graph) Param(p *Param) *Node {
	if p.owner != g.params {
		panic(fmt.Sprintf("graph: parameter %s belongs to other Params than the graph's", p.name))
	}
	n := g.leaves[p]
	if n == nil {
		n = g.leaf(&Node{kind: paramNode, name: p.name, shape: p.value.shape, param: p, at: here()})
		g.leaves[p] = n
	}
	return n
}

// Const returns a scalar constant.
func (g *Graph) Const(v float64) *Node { return g.ConstArray([]float64{v}) }

// Used returns the parameters that the graph has nodes of, in the order of their declaration: those
// of the named kinds or, if none is named, all.
func (g *Graph) Used(kinds ...Kind) []*Param {
	return slices.DeleteFunc(g.params.All(kinds...), func(p *Param) bool { return g.leaves[p] == nil })
}

// ConstArray returns a constant of the given shape. The values are copied.
func (g *Graph) ConstArray(values []float64, shape ...int) *Node {
	s := Shape(slices.Clone(shape))
	s.check()
	if len(values) != s.Size() {
		panic(fmt.Sprintf("graph: %d values for a constant of shape %v", len(values), s))
	}
	h := sha256.New()
	for _, v := range values {
		h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
	}
	return g.apply(&constant{values: slices.Clone(values), shape: s, sum: [32]byte(h.Sum(nil))})
}

// Once returns what build made the first time that it was called with this key in this graph. A
// layer uses it for its one draw of the weights, which its output and its KL must share.
func (g *Graph) Once(key any, build func() *Node) *Node {
	n := g.memo[key]
	if n == nil {
		n = build()
		g.memo[key] = n
	}
	return n
}

// Update makes every run of the compiled graph end by storing value in p. All expressions of the run
// see the old value.
func (g *Graph) Update(p *Param, value *Node) {
	old, u := g.Param(p), update{p, value, here()}
	if g.err != nil {
		return
	}
	if value.g != g {
		panic("graph: Update with a node of another graph")
	}
	if !slices.Equal(value.shape, old.shape) {
		g.fail(&ShapeError{Pos: u.at.String(), Op: "Update", Operands: []string{old.describe(), value.describe()}, Reason: "shapes differ"})
		return
	}
	for _, v := range g.updates {
		if v.param == p {
			g.fail(fmt.Errorf("%v: parameter %s is updated twice, first at %v", u.at, p.name, v.at))
			return
		}
	}
	g.updates = append(g.updates, u)
}

// apply adds the node of an operation on nodes of this graph.
func (g *Graph) apply(o op, in ...*Node) *Node {
	for _, x := range in {
		if x.g != g {
			panic("graph: " + o.name() + " mixes the nodes of two graphs")
		}
	}
	if g.err != nil {
		return &Node{g: g}
	}
	shapes, at := shapesOf(in), here()
	shape, err := o.infer(shapes)
	if err != nil {
		operands := make([]string, len(in))
		for i, x := range in {
			operands[i] = x.describe()
		}
		return g.fail(&ShapeError{Pos: at.String(), Op: o.name(), Operands: operands, Reason: err.Error()})
	}
	n := &Node{g: g, kind: opNode, op: o, in: in, shape: shape, at: at, id: len(g.nodes)}
	if err := g.attach(n); err != nil {
		return g.fail(fmt.Errorf("%v: %s: %w", at, o.name(), err))
	}
	g.nodes = append(g.nodes, n)
	return n
}

func (g *Graph) leaf(n *Node) *Node {
	n.g, n.id = g, len(g.nodes)
	g.attachLeaf(n)
	g.nodes = append(g.nodes, n)
	return n
}
