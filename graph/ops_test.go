package graph_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
)

// opRow is one operation: how it is called, on what, and what it must be.
type opRow struct {
	op    string // the method or function, as declared
	build graphtest.Func
	// cases are the operands to try it on.
	cases [][]graphtest.Arg
	// Of an elementwise operation, scalar is its definition; of another, element gives the element of
	// the result at an index. Both are independent of the kernels.
	scalar  func(x []float64) float64
	element func(in []array, at []int) float64
	// others are the same operation with other attributes.
	others []graphtest.Func
	// kinked operations have no second derivative everywhere, flat ones no gradient.
	kinked, flat bool
	// draws are defined elsewhere, and differ from call to call; what gradient they have is not that of
	// their numbers.
	draw bool
}

var opRows = slices.Concat(unaryRows, binaryRows, reductionRows, moveRows, matmulRows, indexRows, sourceRows, specialRows, linalgRows, drawRows, imageRows)

var precisions = []graph.Precision{graph.Float32, graph.Float64}

// each runs check as a subtest of each case of each row, with fusion and without.
func each(t *testing.T, check func(t *testing.T, r opRow, args []graphtest.Arg)) {
	for _, r := range opRows {
		for i, args := range r.cases {
			name := fmt.Sprintf("%s/%d", r.op, i)
			t.Run(name, func(t *testing.T) { check(t, r, args) })
			t.Run(name+"/unfused", func(t *testing.T) { graph.WithoutFusion(func() { check(t, r, args) }) })
		}
	}
}

func TestOpsEqualReference(t *testing.T) {
	each(t, func(t *testing.T, r opRow, args []graphtest.Arg) {
		for _, p := range precisions {
			b := graphtest.New(p, r.build, args...)
			// The copy keeps the result apart from the operands where the operation is the identity.
			graphtest.Reference(t, 3, nil, b.Y, b.Y.AddScalar(1))
		}
	})
}

func TestOpsEqualTheirDefinition(t *testing.T) {
	each(t, func(t *testing.T, r opRow, args []graphtest.Arg) {
		if r.draw {
			return
		}
		for _, p := range precisions {
			b := graphtest.New(p, r.build, args...)
			prog, err := b.Graph.Compile(b.Y)
			require.NoError(t, err)
			out, err := prog.Run(0, nil)
			require.NoError(t, err)
			in := make([]array, len(args))
			for i := range args {
				in[i] = array{args[i].Shape, b.Values(i)}
			}
			tolerance := map[graph.Precision]float64{graph.Float32: 1e-5, graph.Float64: 1e-13}[p]
			for j, got := range out[0].Float64s() {
				at := indexOf(j, out[0].Shape())
				want := r.define(in, at)
				if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
					require.Failf(t, "differs from its definition", "%v, element %v: want %v, got %v", p, at, want, got)
				}
			}
		}
	})
}

// define returns an element of the result by the row's definition.
func (r opRow) define(in []array, at []int) float64 {
	if r.element != nil {
		return r.element(in, at)
	}
	x := make([]float64, len(in))
	for i := range in {
		x[i] = in[i].broadcastAt(at)
	}
	return r.scalar(x)
}

func TestOpGradients(t *testing.T) {
	each(t, func(t *testing.T, r opRow, args []graphtest.Arg) {
		if r.flat {
			requireNoGradient(t, r, args)
			return
		}
		if r.draw {
			return
		}
		for _, a := range args {
			if graph.Shape(a.Shape).Size() > 2000 {
				return // gradients are made of operations: several blocks are those tests' business
			}
		}
		graphtest.Gradient(t, r.build, args...)
		if !r.kinked {
			graphtest.SecondOrder(t, r.build, args...)
		}
	})
}

func requireNoGradient(t *testing.T, r opRow, args []graphtest.Arg) {
	t.Helper()
	b := graphtest.New(graph.Float64, r.build, args...)
	if len(b.X) == 0 {
		return
	}
	prog, err := b.Graph.Compile(graph.Grad(b.Y.Sum(), b.X...)...)
	require.NoError(t, err)
	out, err := prog.Run(0, nil)
	require.NoError(t, err)
	for i, d := range out {
		require.Equal(t, make([]float64, d.Len()), d.Float64s(), "gradient with respect to operand %d", i)
		require.True(t, slices.Equal(args[i].Shape, d.Shape()), "its shape is %v", d.Shape())
	}
}

// TestOpIdentity builds each operation twice on the same operands, which one instruction must
// compute, and with other attributes, which must not be taken for it.
func TestOpIdentity(t *testing.T) {
	for _, r := range opRows {
		t.Run(r.op, func(t *testing.T) {
			b := graphtest.New(graph.Float64, func(x ...*graph.Node) *graph.Node { return x[0] }, orUnit(r.cases[0])...)
			x := operands(b)
			same := values(t, r.build(x...), r.build(x...))
			require.Equal(t, r.draw, same[0] != same[1], "two of the same are one value, two draws are two")
			for i, other := range r.others {
				differ := values(t, r.build(x...), other(x...))
				require.NotEqual(t, differ[0], differ[1], "attributes %d", i)
			}
		})
	}
}

// orUnit makes sure of an operand, so that there is a graph.
func orUnit(args []graphtest.Arg) []graphtest.Arg {
	if len(args) == 0 {
		return []graphtest.Arg{graphtest.Between(0, 1, 2)}
	}
	return args
}

// operands returns results of instructions, so that an operation that copies a leaf is seen to.
func operands(b *graphtest.Bench) []*graph.Node {
	one := b.Graph.Input("one")
	x := make([]*graph.Node, len(b.X))
	for i := range x {
		x[i] = b.X[i].Mul(one)
	}
	return x
}

// values returns which value of a program each node is.
func values(t *testing.T, nodes ...*graph.Node) []int {
	t.Helper()
	prog, err := nodes[0].Graph().Compile(nodes...)
	require.NoError(t, err)
	return prog.OutputValues()
}

// TestOpsOfOneOperandAreDistinct catches two operations that share a name.
func TestOpsOfOneOperandAreDistinct(t *testing.T) {
	b := graphtest.New(graph.Float64, func(x ...*graph.Node) *graph.Node { return x[0] }, graphtest.Between(0.1, 0.9, 3, 4))
	x := operands(b)[0]
	var ops []string
	var nodes []*graph.Node
	for _, r := range slices.Concat(unaryRows, reductionRows) {
		if r.op != "Node.StopGradient" {
			ops, nodes = append(ops, r.op), append(nodes, r.build(x))
		}
	}
	seen := map[int]string{}
	for i, v := range values(t, nodes...) {
		require.Empty(t, seen[v], "merged with %s", ops[i])
		seen[v] = ops[i]
	}
}

func BenchmarkOps(b *testing.B) {
	for _, r := range opRows {
		b.Run(r.op, func(b *testing.B) {
			args := r.cases[len(r.cases)-1]
			if r.scalar != nil {
				args = slices.Clone(args)
				for i := range args {
					args[i].Shape = []int{256, 256}
				}
			}
			bench := graphtest.New(graph.Float32, r.build, args...)
			prog, err := bench.Graph.Compile(bench.Y)
			require.NoError(b, err)
			b.SetBytes(int64(4 * graph.Shape(bench.Y.Shape()).Size()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := prog.Run(0, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
