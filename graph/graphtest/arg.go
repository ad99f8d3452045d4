package graphtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"credence/graph"
)

// Func builds a node from operands: an operation, a density, a layer's output.
type Func func(x ...*graph.Node) *graph.Node

// Arg is an operand of a Func: an array of the given shape.
type Arg struct {
	Shape  []int
	fill   func(rng *rand.Rand) float64
	values []float64
	fixed  bool // no gradient is asked for
}

// Between is an operand drawn uniformly from [lo, hi).
func Between(lo, hi float64, shape ...int) Arg {
	return Arg{Shape: shape, fill: func(rng *rand.Rand) float64 { return lo + (hi-lo)*rng.Float64() }}
}

// Index is an operand of whole numbers in [0, n), with respect to which there is no gradient.
func Index(n int, shape ...int) Arg {
	return Arg{Shape: shape, fill: func(rng *rand.Rand) float64 { return float64(rng.IntN(n)) }, fixed: true}
}

// Values is an operand of the given elements; without a shape, a vector or, of one element, a scalar.
func Values(values []float64, shape ...int) Arg {
	if len(shape) == 0 && len(values) > 1 {
		shape = []int{len(values)}
	}
	return Arg{Shape: shape, values: values}
}

// Fixed returns the operand as one with respect to which no gradient is asked for.
func (a Arg) Fixed() Arg {
	a.fixed = true
	return a
}

func (a Arg) init(rng *rand.Rand, _ graph.Shape, values []float64) {
	if a.values != nil {
		copy(values, a.values)
		return
	}
	for i := range values {
		values[i] = a.fill(rng)
	}
}

// Bench is a graph whose parameters x0, x1, ... are the operands of a Func.
type Bench struct {
	Graph *graph.Graph
	X     []*graph.Node
	Y     *graph.Node // what the Func made of X
}

// New applies f to args in a new graph of the given precision. Operands that have a gradient are
// trainable parameters, the others state.
func New(p graph.Precision, f Func, args ...Arg) *Bench {
	ps := graph.NewParams(p, 1)
	b := &Bench{Graph: graph.New(ps, graph.Train), X: make([]*graph.Node, len(args))}
	for i, a := range args {
		kind := graph.Trainable
		if a.fixed {
			kind = graph.State
		}
		b.X[i] = b.Graph.Param(ps.Declare(kind, fmt.Sprintf("x%d", i), a.init, a.Shape...))
	}
	b.Y = f(slices.Clone(b.X)...)
	return b
}

// Values returns the elements of operand i.
func (b *Bench) Values(i int) []float64 {
	return b.Graph.Params().Lookup(fmt.Sprintf("x%d", i)).Value().Float64s()
}
