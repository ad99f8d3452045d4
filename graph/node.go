package graph

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
)

type nodeKind uint8

const (
	opNode nodeKind = iota
	inputNode
	paramNode
)

// Node is a value of a graph: an input, a parameter or the result of an operation on other nodes.
// Its methods add operations to its graph. Operands broadcast by NumPy's rule unless stated
// otherwise; axes may be negative, counting from the last; what has no gradient (comparisons,
// indices) passes none on.
type Node struct {
	g     *Graph
	id    int
	kind  nodeKind
	name  string // of an input or a parameter, or given by Named
	op    op
	in    []*Node
	shape Shape
	param *Param
	gn    *gorgonia.Node
	at    site
}

// Graph returns the graph that the node belongs to.
func (x *Node) Graph() *Graph { return x.g }

// Shape returns a copy of the node's shape, empty for a scalar and after a mistake.
func (x *Node) Shape() []int { return slices.Clone(x.shape) }

// Rank returns the number of axes.
func (x *Node) Rank() int { return len(x.shape) }

// Dim returns the length of an axis, which may count from the last; 1 if there is no such axis.
func (x *Node) Dim(axis int) int {
	i, err := x.shape.axis(axis)
	if err != nil {
		return 1
	}
	return x.shape[i]
}

// Gorgonia returns the node of the Gorgonia expression graph that x wraps, nil after a mistake.
func (x *Node) Gorgonia() *gorgonia.Node { return x.gn }

// Pos returns the file and line of the user's code that made the node.
func (x *Node) Pos() string { return x.at.String() }

// String returns the node's name, or its operation, with its shape.
func (x *Node) String() string { return x.describe() }

// Named gives the result of an operation a name for messages to call it by, and returns it.
func (x *Node) Named(name string) *Node {
	if x.op != nil {
		x.name = name
	}
	return x
}

func (x *Node) describe() string {
	label := x.name
	if label == "" && x.op != nil {
		label = x.op.String()
	}
	return fmt.Sprintf("%s %v", label, x.shape)
}

// describeCall returns the operation with its operands.
func (x *Node) describeCall() string {
	operands := make([]string, len(x.in))
	for i, o := range x.in {
		operands[i] = o.describe()
	}
	if x.op == nil {
		return x.describe()
	}
	return strings.TrimSpace(x.op.String() + " " + strings.Join(operands, ", "))
}

func shapesOf(nodes []*Node) []Shape {
	s := make([]Shape, len(nodes))
	for i, n := range nodes {
		s[i] = n.shape
	}
	return s
}
