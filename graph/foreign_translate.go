package graph

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// translation carries nodes of a Gorgonia graph over into one of ours. What it has no rule for becomes
// a foreign op.
type translation struct {
	g     *Graph
	dtype tensor.Dtype
	rules map[string]rule
	of    map[*gorgonia.Node]*Node
	// leaf makes the node of an input.
	leaf func(n *gorgonia.Node) (*Node, error)
	// inOrder makes each foreign op wait for the one before: what one of them keeps for another to read
	// is then there.
	inOrder bool
	last    *Node
}

// rule writes an op, of the Go type that it is listed under, with ours. It returns nil for operands
// that it does not know what to do with.
type rule func(a application) *Node

// application is a node of a Gorgonia graph whose operands are translated.
type application struct {
	g     *Graph
	n     *gorgonia.Node
	op    reflect.Value // the op, for its fields; of a pointer, what it points to
	text  string        // the op's String
	in    []*Node
	shape Shape
}

func newTranslation(g *Graph, dtype tensor.Dtype, rules map[string]rule) *translation {
	return &translation{g: g, dtype: dtype, rules: rules, of: map[*gorgonia.Node]*Node{}}
}

// node returns the node that stands for n, which it makes, with all that n depends on, if need be.
func (t *translation) node(n *gorgonia.Node) (*Node, error) {
	if x := t.of[n]; x != nil {
		return x, nil
	}
	var in []*Node
	for _, child := range children(n) {
		x, err := t.node(child)
		if err != nil {
			return nil, err
		}
		in = append(in, x)
	}
	x, err := t.apply(n, in)
	if err == nil {
		err = t.g.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", describe(n), err)
	}
	t.of[n] = x
	return x, nil
}

func (t *translation) apply(n *gorgonia.Node, in []*Node) (*Node, error) {
	shape := Shape(n.Shape())
	if err := t.check(n, shape); err != nil {
		return nil, err
	}
	if n.Op() == nil {
		return t.leaf(n)
	}
	kind := kindOf(n.Op())
	if kind == "gorgonia.randomOp" {
		return nil, fmt.Errorf("a random op of Gorgonia's, %s: it cannot be seeded, and Gorgonia merges it with others of its shape; feed the draw as an input",
			randomNodes[reflect.ValueOf(n.Op()).FieldByName("which").Uint()])
	}
	if f := t.rules[kind]; f != nil {
		a := application{g: t.g, n: n, op: reflect.Indirect(reflect.ValueOf(n.Op())), text: fmt.Sprint(n.Op()), in: in, shape: shape}
		if x := f(a); x != nil {
			return x.Reshape(shape...), nil
		}
	}
	if kind == "*gorgonia.dropoutOp" || kind == "*gorgonia.dropoutDiffOp" {
		return nil, errors.New("a random op of Gorgonia's, which cannot be seeded, with a gradient of the wrong scale: Import the graph instead, or call SetTraining(false) to predict")
	}
	return t.foreign(n, in, shape), nil
}

// randomNodes are the constructors of random nodes, as Gorgonia numbers them.
var randomNodes = []string{"UniformRandomNode", "GaussianRandomNode", "BinomialRandomNode"}

// check refuses what no node of ours can hold.
func (t *translation) check(n *gorgonia.Node, shape Shape) error {
	if len(shape) > maxRank {
		return fmt.Errorf("shape %v has more than %d axes", shape, maxRank)
	}
	for _, d := range shape {
		if d < 1 {
			return fmt.Errorf("shape %v has a dimension below 1", shape)
		}
	}
	if dt := n.Dtype(); dt != t.dtype && (dt != tensor.Int || n.Op() != nil) {
		return fmt.Errorf("elements of %v in a graph of %v", dt, t.dtype)
	}
	return nil
}

func (t *translation) foreign(n *gorgonia.Node, in []*Node, shape Shape) *Node {
	f := &foreign{op: n.Op(), id: len(t.g.nodes), label: describe(n), shape: shape}
	for _, child := range children(n) {
		f.dtypes = append(f.dtypes, child.Dtype())
	}
	if t.inOrder && t.last != nil {
		in = append(slices.Clone(in), t.last)
	}
	t.last = t.g.apply(f, in...)
	return t.last
}

// constantRule copies a constant.
func constantRule(a application) *Node {
	var v Array
	_, err := v.read(a.n.Value())
	if err == nil && v.Len() != a.shape.Size() {
		err = fmt.Errorf("%d elements for shape %v", v.Len(), a.shape)
	}
	if err != nil {
		return a.g.fail(err)
	}
	return a.g.ConstArray(v.Float64s(), a.shape...)
}

// describe names a node and its op for messages.
func describe(n *gorgonia.Node) string {
	switch {
	case n.Op() != nil:
		return fmt.Sprintf("%v (%T) of node %s %v", n.Op(), n.Op(), n.Name(), n.Shape())
	case givenName(n) == "":
		return fmt.Sprintf("input without a name %v", n.Shape())
	}
	return fmt.Sprintf("input %s %v", n.Name(), n.Shape())
}

// givenName is the name that a node was made with: Name makes one up where there is none.
func givenName(n *gorgonia.Node) string {
	return reflect.ValueOf(n).Elem().FieldByName("name").String()
}

// children returns the operands of n in order. Gorgonia's own ways to them go through an index that
// is out of date once any node has been removed, as Grad and some constructors do.
func children(n *gorgonia.Node) []*gorgonia.Node {
	list := reflect.ValueOf(n).Elem().FieldByName("children")
	out := make([]*gorgonia.Node, list.Len())
	for i := range out {
		out[i] = (*gorgonia.Node)(list.Index(i).UnsafePointer())
	}
	return out
}

// The fields of an op, by name.
func (a application) int(field string) int       { return int(a.op.FieldByName(field).Int()) }
func (a application) bool(field string) bool     { return a.op.FieldByName(field).Bool() }
func (a application) float(field string) float64 { return a.op.FieldByName(field).Float() }

func (a application) ints(field string) []int {
	list := a.op.FieldByName(field)
	out := make([]int, list.Len())
	for i := range out {
		out[i] = int(list.Index(i).Int())
	}
	return out
}
