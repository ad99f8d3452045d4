package graph_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// above returns the file and line that is so many lines above its caller's.
func above(lines int) string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line-lines)
}

func TestShapeMismatchNamesTheLineAndTheOperands(t *testing.T) {
	g := newGraph(graph.Float32)
	w := g.Param(g.Params().New("fc0/mu", graph.Glorot, 784, 100))
	x := g.Input("x", 32, 28)
	y := x.MatMul(w)
	at := above(1)
	_, err := g.Compile(y.ReLU().Sum())
	require.EqualError(t, err, at+": MatMul x [32 28], fc0/mu [784 100]: inner dimensions differ")
	var shape *graph.ShapeError
	require.ErrorAs(t, err, &shape)
	require.Equal(t, graph.ShapeError{Pos: at, Op: "MatMul", Operands: []string{"x [32 28]", "fc0/mu [784 100]"}, Reason: "inner dimensions differ"}, *shape)
}

func TestShapeMistakes(t *testing.T) {
	for _, c := range []struct {
		want string
		make func(g *graph.Graph, x, y *graph.Node) *graph.Node // x is [2 3], y [4]
	}{
		{"Add x [2 3], y [4]: shapes do not broadcast", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return x.Add(y) }},
		{"Where x [2 3], x [2 3], y [4]: shapes do not broadcast", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return x.Where(x, y) }},
		{"MatMul x [2 3], y [4]: inner dimensions differ", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return x.MatMul(y) }},
		{"MatMul x [2 3], Sum[0:1] []: a scalar has no matrix product", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return x.MatMul(y.Sum()) }},
		{"MatMul Reshape[2 3 1] [2 3 1], Broadcast[5 1 4] [5 1 4]: batch shapes do not broadcast",
			func(_ *graph.Graph, x, y *graph.Node) *graph.Node {
				return x.ExpandDims(2).MatMul(y.Broadcast(5, 1, 4))
			}},
		{"Reshape x [2 3]: cannot become [4 -1]", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Reshape(4, -1) }},
		{"Reshape x [2 3]: cannot become [5]", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Reshape(5) }},
		{"ExpandDims x [2 3]: no axis 3", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.ExpandDims(3) }},
		{"Transpose x [2 3]: [0 0] does not permute its axes", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Transpose(0, 0) }},
		{"Transpose x [2 3]: [1] does not permute its axes", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Transpose(1) }},
		{"Broadcast x [2 3]: does not broadcast to [3 2]", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Broadcast(3, 2) }},
		{"Slice x [2 3]: axis 1 has no stretch [2, 4)", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Slice(1, 2, 4) }},
		{"Slice x [2 3]: axis 1 has no stretch [2, 2)", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Slice(1, 2, 2) }},
		{"Transpose y [4]: [1 0] does not permute its axes", func(_ *graph.Graph, _, y *graph.Node) *graph.Node { return y.Transpose(1, 0) }},
		{"Slice x [2 3]: no axis 2", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Slice(2, 0, 1) }},
		{"Concat x [2 3], y [4]: ranks differ", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return graph.Concat(0, x, y) }},
		{"Concat x [2 3], Transpose[1 0] [3 2]: lengths of axis 1 differ",
			func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return graph.Concat(0, x, x.Transpose()) }},
		{"Sum x [2 3]: no axis -3", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Sum(-3) }},
		{"Max x [2 3]: axes [1 -1] repeat", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.Max(1, -1) }},
		{"ArgMax x [2 3]: no axis 7", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.ArgMax(7) }},
		{"LogSoftmax x [2 3]: no axis 2", func(_ *graph.Graph, x, _ *graph.Node) *graph.Node { return x.LogSoftmax(2) }},
		{"Gather x [2 3]: no axis 2", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return x.Gather(2, y) }},
		{"Pick x [2 3], y [4]: the indices are not one for each row", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return x.Pick(y) }},
		{"OneHot y [4]: no row has length 0", func(_ *graph.Graph, _, y *graph.Node) *graph.Node { return y.OneHot(0) }},
		{"Grad x [2 3]: the loss is not a scalar", func(_ *graph.Graph, x, y *graph.Node) *graph.Node { return graph.Grad(x, y)[0] }},
	} {
		t.Run(c.want, func(t *testing.T) {
			g := newGraph(graph.Float64)
			x, y := g.Input("x", 2, 3), g.Input("y", 4)
			bad := c.make(g, x, y)
			require.Error(t, g.Err())
			require.Regexp(t, `^mistakes_test\.go:\d+: `, g.Err().Error())
			require.ErrorContains(t, g.Err(), ": "+c.want)
			var shape *graph.ShapeError
			require.ErrorAs(t, g.Err(), &shape)

			first := g.Err()
			useAfterMistake(bad, x)
			_, err := g.Compile(bad)
			require.Equal(t, first, err, "the first mistake is kept")
			_, err = g.Reference(0, nil, bad)
			require.Equal(t, first, err)
		})
	}
}

// useAfterMistake applies every kind of operation to a node that stands for a mistake.
func useAfterMistake(bad, x *graph.Node) {
	bad.Add(x).Exp().Sum(3).Reshape(7).Transpose(1, 0).Slice(4, 5, 6).Gather(9, x).Softmax(2).MatMul(x).Broadcast(2).OneHot(3)
	x.Where(bad, x).Pick(bad).ArgMax(1).Max(2).Mean().ExpandDims(-1).Flatten().StopGradient().AddScalar(1).Clamp(0, 1)
	graph.Stack(3, bad, x)
	graph.Concat(2, x, bad)
	graph.Grad(bad, x, bad)
	x.Graph().Update(x.Graph().Params().New("w", graph.Zeros), bad)
	bad.Graph().Failf("something else")
}

func TestNamedNodesAreCalledByTheirNames(t *testing.T) {
	g := newGraph(graph.Float32)
	x := g.Input("x", 2, 3).Named("y")
	sigma := x.Softplus().Named("fc0/sigma")
	require.Equal(t, "x [2 3]", x.String(), "an input keeps its name")
	require.Equal(t, "fc0/sigma [2 3]", sigma.String())
	sigma.Add(g.Input("e", 4))
	require.ErrorContains(t, g.Err(), "Add fc0/sigma [2 3], e [4]: shapes do not broadcast")
}

func TestNamesDeclaredTwice(t *testing.T) {
	g := newGraph(graph.Float32)
	g.Params().New("fc0/mu", graph.Zeros, 2)
	g.Params().New("fc0/mu", graph.Zeros, 3)
	at := above(1)
	_, err := g.Compile(g.Const(1))
	require.EqualError(t, err, at+": parameter fc0/mu is declared twice")

	g = newGraph(graph.Float32)
	x := g.Input("x", 2)
	g.Input("x", 3)
	at = above(1)
	_, err = g.Compile(x)
	require.EqualError(t, err, at+": input x is declared twice")
}

func TestFailfKeepsTheCallersLineAndItsCause(t *testing.T) {
	g := newGraph(graph.Float32)
	cause := errors.New("cause")
	bad := g.Failf("layers: width %d: %w", 0, cause)
	at := above(1)
	_, err := g.Compile(bad.Exp())
	require.EqualError(t, err, at+": layers: width 0: cause")
	require.ErrorIs(t, err, cause)
}

func TestMisusePanics(t *testing.T) {
	g, h := newGraph(graph.Float32), newGraph(graph.Float32)
	x, y := g.Input("x", 2), h.Input("y", 2)
	w := h.Params().New("w", graph.Zeros, 2)
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"graph: Add mixes the nodes of two graphs", func() { x.Add(y) }},
		{"graph: MatMul mixes the nodes of two graphs", func() { x.MatMul(y) }},
		{"graph: Concat mixes the nodes of two graphs", func() { graph.Concat(0, x, y) }},
		{"graph: Grad with respect to a node of another graph", func() { graph.Grad(x.Sum(), y) }},
		{"graph: Compile with a node of another graph", func() { _, _ = g.Compile(y) }},
		{"graph: Update with a node of another graph", func() { h.Update(w, x) }},
		{"graph: parameter w belongs to other Params than the graph's", func() { g.Param(w) }},
		{"graph: shape [2 -1] has a dimension below 1", func() { g.Input("z", 2, -1) }},
		{"graph: shape [1 1 1 1 1 1 1 1 1] has more than 8 axes", func() { g.Normal(1, 1, 1, 1, 1, 1, 1, 1, 1) }},
		{"graph: 2 values for a constant of shape [3]", func() { g.ConstArray([]float64{1, 2}, 3) }},
	} {
		require.PanicsWithValue(t, c.want, c.f)
	}
}

func TestFeedMistakes(t *testing.T) {
	g := newGraph(graph.Float32)
	x, rate := g.Input("x", 2, 3), g.Input("rate")
	prog, err := g.Compile(x.Mul(rate))
	require.NoError(t, err)
	six := make([]float64, 6)
	for _, c := range []struct {
		want string
		feed graph.Feed
	}{
		{"graph: input x [2 3] is not fed", graph.Feed{rate: 1.0}},
		{"graph: input rate [] is not fed", graph.Feed{x: six}},
		{"graph: input x [2 3]: fed 5 numbers for 6 elements", graph.Feed{x: six[:5], rate: 1.0}},
		{"graph: input x [2 3]: fed 1 numbers for 6 elements", graph.Feed{x: 1.0, rate: 1.0}},
		{"graph: input rate []: fed 6 numbers for 1 elements", graph.Feed{x: six, rate: six}},
		{"graph: input x [2 3]: cannot be fed a string", graph.Feed{x: "six", rate: 1.0}},
		{"graph: input x [2 3]: cannot be fed a <nil>", graph.Feed{x: nil, rate: 1.0}},
	} {
		_, err := prog.Run(0, c.feed)
		require.EqualError(t, err, c.want)
	}
}

func TestEveryKindOfFeed(t *testing.T) {
	w := graph.NewParams(graph.Float64, 1).New("w", graph.Constant(2), 2)
	pointer := 2.0
	for _, p := range precisions {
		g := newGraph(p)
		x, s := g.Input("x", 2), g.Input("s")
		prog, err := g.Compile(x.Add(s))
		require.NoError(t, err)
		for _, vector := range []any{[]float64{2, 2}, []float32{2, 2}, []int{2, 2}, []byte{2, 2}, w.Value()} {
			for _, scalar := range []any{2.0, 2, &pointer, []int{2}} {
				out, err := prog.Run(0, graph.Feed{x: vector, s: scalar})
				require.NoError(t, err)
				require.Equal(t, []float64{4, 4}, out[0].Float64s(), "%T %T", vector, scalar)
			}
		}
	}
}

func TestALabelOutOfRangeIsNamed(t *testing.T) {
	for _, bad := range []float64{3, -1, 0.5, math.NaN(), math.Inf(1)} {
		for name, use := range map[string]func(x, label *graph.Node) *graph.Node{
			"Pick":   func(x, label *graph.Node) *graph.Node { return x.Pick(label) },
			"Gather": func(x, label *graph.Node) *graph.Node { return x.Gather(1, label) },
			"OneHot": func(x, label *graph.Node) *graph.Node { return x.Mul(label.OneHot(3)) },
		} {
			g := newGraph(graph.Float64)
			w := g.Params().New("w", graph.Constant(1), 2, 3)
			label := g.Input("label", 2)
			g.Update(w, g.Param(w).Scale(2))
			loss := use(g.Param(w), label).Sum()
			prog, err := g.Compile(loss)
			require.NoError(t, err)
			_, err = prog.Run(0, graph.Feed{label: []float64{0, bad}})
			require.ErrorContains(t, err, fmt.Sprintf("index %v at position 1 is not an integer in [0, 3)", bad))
			require.ErrorContains(t, err, name)
			require.Regexp(t, `^mistakes_test\.go:\d+: `, err.Error())
			require.Equal(t, []float64{1, 1, 1, 1, 1, 1}, w.Value().Float64s())
		}
	}
}

func TestAConstantLabelOutOfRangeIsFoundByCompile(t *testing.T) {
	g := newGraph(graph.Float64)
	y := g.ConstArray(make([]float64, 6), 2, 3).Pick(g.ConstArray([]float64{2, 3}, 2))
	at := above(1)
	_, err := g.Compile(y)
	require.EqualError(t, err, at+": Pick: index 3 at position 1 is not an integer in [0, 3)")
}
