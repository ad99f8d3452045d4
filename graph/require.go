package graph

import (
	"fmt"
	"slices"

	"credence/graph/internal/kernel"
)

// RequirementError reports a value that breaks a requirement. The run changed no parameter.
type RequirementError struct {
	What  string  // what was required to satisfy it: "prob: Gamma: Alpha"
	Node  string  // the node that holds it
	Want  string  // the constraint's name
	Value float64 // the first that breaks it; of a row or a matrix, the number that is to blame
	Index int     // its flat index in the node
}

func (e *RequirementError) Error() string {
	return fmt.Sprintf("%s: %s holds %v at element %d, want %s", e.What, e.Node, e.Value, e.Index, e.Want)
}

// requirement is that a node satisfies a constraint in every run that depends on it.
type requirement struct {
	node       *Node
	constraint Constraint
	what       string
	at         site
}

// Require makes every run that computes x, or reads it, fail with a *RequirementError if x does not
// satisfy c; what names it in the message. Inputs and parameters are looked at before the run begins,
// constants by Compile. What a function cannot but satisfy, such as Positive by Exp, is not looked
// at; nor are parameters and computed values for no more than being finite, which the results tell.
func (x *Node) Require(c Constraint, what string) {
	finite := c.Low == -inf && c.High == inf && !c.Whole && c.wrong == nil
	if finite && x.kind != inputNode || x.satisfies(c, 6) {
		x.RequireFed(c, what)
		return
	}
	x.require(c, what)
}

// RequireFed is Require for a node that is fed or constant. Of another it asks nothing.
func (x *Node) RequireFed(c Constraint, what string) {
	if _, constant := x.op.(*constant); x.kind == inputNode || constant {
		x.require(c, what)
	}
}

func (x *Node) require(c Constraint, what string) {
	if x.g.err != nil {
		return
	}
	if len(x.shape) < c.Axes {
		x.g.Failf("%s: %s has no axes for %s", what, x.describe(), c.Name)
		return
	}
	key := fmt.Sprint(x.id, what, c.Name)
	if !x.g.known[key] {
		x.g.known[key] = true
		x.g.required = append(x.g.required, requirement{x, c, what, here()})
	}
}

// Operations, by name, whose results satisfy a constraint on numbers whatever their operands are.
var granted = map[string][]string{
	Positive.Name: {"Exp", "Softplus", "Sigmoid", "Uniform"},
	NonNegative.Name: {
		"Exp", "Softplus", "Sigmoid", "Uniform", "Square", "Abs", "Variance", "ReLU", "Softmax",
		"Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual", "Step", "OneHot",
	},
	OpenUnit.Name: {"Sigmoid", "Uniform"},
	UnitInterval.Name: {
		"Sigmoid", "Uniform", "Softmax", "Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual", "Step", "OneHot",
	},
	Simplex.Name:         {"Softmax"},
	LowerTriangular.Name: {"Cholesky"},
}

// Operations whose results satisfy a constraint on numbers if all their operands do: of any, and of one.
var (
	moves     = []string{"Reshape", "Broadcast", "StopGradient", "Transpose", "Slice", "Concat", "Maximum", "Minimum"}
	inherited = map[string][]string{
		Positive.Name:     {"Mul", "Div", "Add", "Sqrt", "Square", "Reciprocal"},
		NonNegative.Name:  {"Mul", "Div", "Add", "Sqrt", "Sum", "MatMul", "Conv2D"},
		UnitInterval.Name: {"Mul", "Square", "Sqrt"},
		OpenUnit.Name:     {"Mul", "Square", "Sqrt"},
	}
)

// satisfies tells whether the operations that compute x make sure of c. It looks at the last few.
func (x *Node) satisfies(c Constraint, depth int) bool {
	if k, ok := x.op.(*constant); ok {
		return violated(c, k.values, x.shape) < 0
	}
	if x.op == nil || depth == 0 {
		return false
	}
	name := x.op.name()
	if slices.Contains(granted[c.Name], name) {
		return true
	}
	if name == "Add" && c.Name == Positive.Name && x.exceeds(depth-1) {
		return true
	}
	for _, in := range x.in {
		if !in.satisfies(c, depth-1) {
			return false
		}
	}
	return c.Axes == 0 && (slices.Contains(moves, name) || slices.Contains(inherited[c.Name], name))
}

// exceeds tells whether a sum is positive since one of its terms is, and none is negative.
func (x *Node) exceeds(depth int) bool {
	positive := slices.ContainsFunc(x.in, func(in *Node) bool { return in.satisfies(Positive, depth) })
	return positive && !slices.ContainsFunc(x.in, func(in *Node) bool { return !in.satisfies(NonNegative, depth) })
}

// broken returns the error of a value that breaks the requirement, or nil.
func broken[T kernel.Float](r requirement, x []T) error {
	i := violated(r.constraint, x, r.node.shape)
	if i < 0 {
		return nil
	}
	return &RequirementError{
		What: r.what, Node: r.node.describe(), Want: r.constraint.Name, Value: float64(x[i]), Index: i,
	}
}

// look returns the error, with its place in the user's code, of an array that breaks the requirement.
func (r requirement) look(a *Array) error {
	err := broken(r, a.f64)
	if a.f32 != nil {
		err = broken(r, a.f32)
	}
	if err != nil {
		return fmt.Errorf("%v: %w", r.at, err)
	}
	return nil
}

// lookAtConstants looks at the requirements of constants, and is done with them.
func (c *code) lookAtConstants() error {
	var failed error
	c.required = slices.DeleteFunc(c.required, func(r requirement) bool {
		k, ok := r.node.op.(*constant)
		if ok && failed == nil {
			failed = r.look(arrayOf(k.values, k.shape))
		}
		return ok
	})
	return failed
}

// requireOp is a requirement of a computed value: an operation whose result nobody reads.
type requireOp struct{ requirement }

func (requireOp) fallible()        {}
func (requireOp) name() string     { return "Require" }
func (o requireOp) String() string { return fmt.Sprintf("Require[%s: %s]", o.what, o.constraint.Name) }

func (requireOp) infer([]Shape) (Shape, error)       { return Shape{}, nil }
func (requireOp) grad([]*Node, *Node, *Node) []*Node { return []*Node{nil} }
func (o requireOp) loops([]Shape, Shape) loops {
	return loops{
		single(func(c *call[float32]) error { return broken(o.requirement, c.in[0]) }),
		single(func(c *call[float64]) error { return broken(o.requirement, c.in[0]) }),
	}
}
