package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
)

// edge is an operation at points where its value or a derivative is a matter of convention or of care.
type edge struct {
	name  string
	f     graphtest.Func
	args  []graphtest.Arg
	value []float64
	grads [][]float64 // of the sum of the result
}

// run returns the value, and the gradients with respect to the operands that are not fixed.
func (e edge) run(t *testing.T, p graph.Precision) [][]float64 {
	t.Helper()
	b := graphtest.New(p, e.f, e.args...)
	var wrt []*graph.Node
	for _, param := range b.Graph.Used(graph.Trainable) {
		wrt = append(wrt, b.Graph.Param(param))
	}
	return graphtest.Reference(t, 0, nil, append([]*graph.Node{b.Y}, graph.Grad(b.Y.Sum(), wrt...)...)...)
}

func vector(v ...float64) graphtest.Arg { return graphtest.Values(v, len(v)) }

// TestConventionsAtKinks states values and gradients, of the sum of the result, exactly where a
// derivative does not exist or a formula degenerates.
func TestConventionsAtKinks(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []edge{
		{"ReLU", one((*graph.Node).ReLU), []graphtest.Arg{vector(-1, 0, 2)}, []float64{0, 0, 2}, [][]float64{{0, 0, 1}}},
		{"Step", one((*graph.Node).Step), []graphtest.Arg{vector(-1, 0, 2)}, []float64{0, 0, 1}, [][]float64{{0, 0, 0}}},
		{"Abs", one((*graph.Node).Abs), []graphtest.Arg{vector(-1, 0, 2)}, []float64{1, 0, 2}, [][]float64{{-1, 0, 1}}},
		{"Sign", one((*graph.Node).Sign), []graphtest.Arg{vector(-3, 0, 2)}, []float64{-1, 0, 1}, [][]float64{{0, 0, 0}}},
		{"LeakyReLU", one(func(x *graph.Node) *graph.Node { return x.LeakyReLU(0.25) }), []graphtest.Arg{vector(-4, 0, 2)},
			[]float64{-1, 0, 2}, [][]float64{{0.25, 0.25, 1}}},
		{"ELU", one(func(x *graph.Node) *graph.Node { return x.ELU(2) }), []graphtest.Arg{vector(0, 3)}, []float64{0, 3}, [][]float64{{2, 1}}},
		{"Clamp", one(func(x *graph.Node) *graph.Node { return x.Clamp(-1, 1) }), []graphtest.Arg{vector(-2, -1, 0, 1, 2)},
			[]float64{-1, -1, 0, 1, 1}, [][]float64{{0, 1, 1, 1, 0}}},
		{"Maximum", two((*graph.Node).Maximum), []graphtest.Arg{vector(1, 2, 3), vector(2, 2, 2)},
			[]float64{2, 2, 3}, [][]float64{{0, 0.5, 1}, {1, 0.5, 0}}},
		{"Minimum", two((*graph.Node).Minimum), []graphtest.Arg{vector(1, 2, 3), vector(2, 2, 2)},
			[]float64{1, 2, 2}, [][]float64{{1, 0.5, 0}, {0, 0.5, 1}}},
		{"Max", one(func(x *graph.Node) *graph.Node { return x.Max() }), []graphtest.Arg{vector(4, 1, 4, 4, 0)},
			[]float64{4}, [][]float64{{1. / 3, 0, 1. / 3, 1. / 3, 0}}},
		{"Min", one(func(x *graph.Node) *graph.Node { return x.Min(0) }), []graphtest.Arg{vector(1, 1, 2)}, []float64{1}, [][]float64{{0.5, 0.5, 0}}},
		{"ArgMax takes the first", one(func(x *graph.Node) *graph.Node { return x.ArgMax() }), []graphtest.Arg{vector(1, 3, 3)},
			[]float64{1}, [][]float64{{0, 0, 0}}},
		{"XLogY at 0", two((*graph.Node).XLogY), []graphtest.Arg{vector(0, 0, 2).Fixed(), vector(0, 3, 1)},
			[]float64{0, 0, 0}, [][]float64{{0, 0, 2}}},
		{"Pow at 0", two((*graph.Node).Pow), []graphtest.Arg{vector(0, 0, 0, 5), vector(2, 1, 0, 0)},
			[]float64{0, 0, 1, 1}, [][]float64{{0, 1, 0, 0}, {0, 0, 0, math.Log(5)}}},
		{"Pow of a negative", one(func(x *graph.Node) *graph.Node { return x.Pow(x.Graph().Const(3)) }), []graphtest.Arg{vector(-2)},
			[]float64{-8}, [][]float64{{12}}},
		{"Where passes no gradient to what it does not take", func(x ...*graph.Node) *graph.Node {
			return x[0].Greater(x[0].Graph().Const(0)).Where(x[0], x[0].Neg())
		}, []graphtest.Arg{vector(-1, 2)}, []float64{1, 2}, [][]float64{{-1, 1}}},
		{"Sqrt at 0", one((*graph.Node).Sqrt), []graphtest.Arg{vector(0, 4)}, []float64{0, 2}, [][]float64{{inf, 0.25}}},
		{"equal is a comparison", two((*graph.Node).Equal), []graphtest.Arg{vector(1, 2), vector(1, 3)}, []float64{1, 0}, [][]float64{{0, 0}, {0, 0}}},
		{"repeated indices add up", func(x ...*graph.Node) *graph.Node { return x[0].Gather(0, x[1]) },
			[]graphtest.Arg{vector(5, 6, 7), vector(2, 0, 2).Fixed()}, []float64{7, 5, 7}, [][]float64{{1, 0, 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range precisions {
				values := c.run(t, p)
				require.InDeltaSlice(t, c.value, values[0], 1e-6, "value in %v", p)
				require.Len(t, values[1:], len(c.grads))
				for i, want := range c.grads {
					for j, v := range want {
						require.True(t, v == values[1+i][j] || math.Abs(v-values[1+i][j]) < 1e-6, "%v: gradient %d is %v, want %v", p, i, values[1+i], want)
					}
				}
			}
		})
	}
}

func one(f func(x *graph.Node) *graph.Node) graphtest.Func {
	return func(x ...*graph.Node) *graph.Node { return f(x[0]) }
}

func two(f func(x, y *graph.Node) *graph.Node) graphtest.Func {
	return func(x ...*graph.Node) *graph.Node { return f(x[0], x[1]) }
}

// TestExtremesStayFinite asks for finite values and gradients far out, where a naive formula
// overflows.
func TestExtremesStayFinite(t *testing.T) {
	far := graphtest.Values([]float64{0, 5, -5, 20, -20, 80, -80, 1000, -1000})
	for name, f := range map[string]func(x *graph.Node) *graph.Node{
		"Sigmoid": (*graph.Node).Sigmoid, "LogSigmoid": (*graph.Node).LogSigmoid, "Softplus": (*graph.Node).Softplus,
		"Tanh": (*graph.Node).Tanh, "GELU": (*graph.Node).GELU, "Erf": (*graph.Node).Erf,
		"Softmax":    func(x *graph.Node) *graph.Node { return x.Softmax(0) },
		"LogSoftmax": func(x *graph.Node) *graph.Node { return x.LogSoftmax(0) },
		"LogSumExp":  func(x *graph.Node) *graph.Node { return x.LogSumExp() },
		"ELU":        func(x *graph.Node) *graph.Node { return x.ELU(1) },
	} {
		t.Run(name, func(t *testing.T) { graphtest.Finite(t, one(f), far) })
	}
}

func TestNaNIsPassedOn(t *testing.T) {
	nan := graphtest.Values([]float64{math.NaN()}, 1)
	for _, r := range unaryRows {
		for _, p := range precisions {
			require.True(t, math.IsNaN(graphtest.Eval(t, p, r.build, nan)[0]), "%s in %v", r.op, p)
		}
	}
	for _, r := range reductionRows {
		if r.op == "Node.ArgMax" {
			continue
		}
		v := graphtest.Eval(t, graph.Float32, r.build, graphtest.Values([]float64{1, math.NaN(), 2}, 1, 3, 1))
		require.True(t, math.IsNaN(v[0]), r.op)
	}
}

func TestReductionOverSeparateAxes(t *testing.T) {
	arg := graphtest.Between(-1, 1, 2, 3, 4, 2)
	for _, f := range []func(x *graph.Node, axes ...int) *graph.Node{
		(*graph.Node).Sum, (*graph.Node).Mean, (*graph.Node).Max, (*graph.Node).Min, (*graph.Node).LogSumExp, (*graph.Node).ArgMax,
	} {
		for _, axes := range [][]int{{0, 2}, {3, 0}, {-1, 1}, {1, 2}, {0, 1, 3}} {
			folded := graphtest.Eval(t, graph.Float64, one(func(x *graph.Node) *graph.Node { return f(x, axes...) }), arg)
			moved := graphtest.Eval(t, graph.Float64, one(func(x *graph.Node) *graph.Node { return f(toFront(x, axes), 0) }), arg)
			require.InDeltaSlice(t, moved, folded, 1e-14, "axes %v", axes)
		}
	}
}

// toFront folds the axes, in ascending order, into one in front of the others.
func toFront(x *graph.Node, axes []int) *graph.Node {
	named := make([]bool, x.Rank())
	for _, a := range axes {
		named[(a+x.Rank())%x.Rank()] = true
	}
	var perm, rest, shape []int
	for i, n := range named {
		if n {
			perm = append(perm, i)
		} else {
			rest, shape = append(rest, i), append(shape, x.Dim(i))
		}
	}
	return x.Transpose(append(perm, rest...)...).Reshape(append([]int{-1}, shape...)...)
}
