package graph_test

import (
	"errors"
	"math"
	"testing"

	"github.com/chewxy/hm"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
)

// failing, panicking and shrinking are ops of users that do not keep their promises.
type (
	failing   struct{ custom }
	panicking struct{ custom }
	shrinking struct{ custom }
)

func (failing) Do(...gorgonia.Value) (gorgonia.Value, error)   { return nil, errors.New("no such thing") }
func (panicking) Do(...gorgonia.Value) (gorgonia.Value, error) { panic("unheard of") }
func (shrinking) Do(...gorgonia.Value) (gorgonia.Value, error) {
	return tensor.New(tensor.WithBacking([]float32{1})), nil
}

// refusal is a graph on a vector x of 3 that is not run or not imported.
type refusal struct {
	name  string
	f     func(t *testing.T, x *gorgonia.Node) *gorgonia.Node
	wants []string
}

var refusals = []refusal{
	{"a random node", func(t *testing.T, x *gorgonia.Node) *gorgonia.Node {
		return ok(t)(gorgonia.Add(x, gorgonia.GaussianRandomNode(x.Graph(), tensor.Float32, 0, 1, 3)))
	}, []string{"GaussianRandomNode", "gorgonia.randomOp", "a random op of Gorgonia's"}},
	{"elements of two types", func(t *testing.T, x *gorgonia.Node) *gorgonia.Node {
		y := gorgonia.NewVector(x.Graph(), tensor.Float64, gorgonia.WithShape(1), gorgonia.WithName("y"))
		return ok(t)(gorgonia.ApplyOp(joining{}, x, y))
	}, []string{"input y (1)", "elements of float64 in a graph of float32"}},
	{"truth values", func(t *testing.T, x *gorgonia.Node) *gorgonia.Node { return ok(t)(gorgonia.Gt(x, x, false)) },
		[]string{"> false (gorgonia.elemBinOp)", "elements of bool"}},
	{"nine axes", func(t *testing.T, x *gorgonia.Node) *gorgonia.Node {
		return ok(t)(gorgonia.Reshape(x, tensor.Shape{1, 1, 1, 1, 1, 1, 1, 1, 3}))
	}, []string{"Reshape", "more than 8 axes"}},
}

// joining has operands of two types.
type joining struct{ custom }

func (joining) Arity() int { return 2 }
func (joining) Type() hm.Type {
	vector := func(dt tensor.Dtype) hm.Type { return gorgonia.TensorType{Dims: 1, Of: dt} }
	return hm.NewFnType(vector(tensor.Float32), vector(tensor.Float64), vector(tensor.Float32))
}
func (joining) Do(in ...gorgonia.Value) (gorgonia.Value, error) { return in[0], nil }

func vectorX() *gorgonia.Node {
	return gorgonia.NewVector(gorgonia.NewGraph(), tensor.Float32, gorgonia.WithShape(3), gorgonia.WithName("x"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float32{1, 2, 3}))))
}

func requireContains(t *testing.T, err error, parts ...string) {
	t.Helper()
	require.Error(t, err)
	for _, part := range parts {
		require.ErrorContains(t, err, part)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			x := vectorX()
			y := c.f(t, x)
			_, err := graph.NewVM(x.Graph())
			requireContains(t, err, append(c.wants, "graph: NewVM: ")...)
			if y.Dtype() == tensor.Float32 {
				_, err = graph.Import(ok(t)(gorgonia.Sum(y)), x)
				requireContains(t, err, append(c.wants, "graph: Import: ")...)
			}
		})
	}
}

func TestVMRefuses(t *testing.T) {
	x := vectorX()
	ok(t)(gorgonia.Dropout(x, 0.5))
	_, err := graph.NewVM(x.Graph())
	requireContains(t, err, "Dropout{training=true}()", "Import the graph instead")

	x = vectorX()
	ok(t)(gorgonia.Neg(x))
	_, err = graph.NewVM(x.Graph(), x)
	requireContains(t, err, "input x (3)", "call gorgonia.Grad first")
	_, err = graph.NewVM(x.Graph(), vectorX())
	requireContains(t, err, "input x (3)", "another graph")
	_, err = graph.NewVM(gorgonia.NewGraph())
	requireContains(t, err, "no node of float32 or float64")
}

func TestVMRunFails(t *testing.T) {
	cases := []struct {
		op    gorgonia.Op
		wants []string
	}{
		{failing{}, []string{"custom (graph_test.failing) of node custom(%0) (3)", "no such thing"}},
		{panicking{}, []string{"graph_test.panicking", "panic: unheard of"}},
		{shrinking{}, []string{"graph_test.shrinking", "1 elements of float32, not 3"}},
	}
	for _, c := range cases {
		x := vectorX()
		ok(t)(gorgonia.ApplyOp(c.op, x))
		vm, err := graph.NewVM(x.Graph())
		require.NoError(t, err)
		requireContains(t, vm.RunAll(), c.wants...)
	}
	x := gorgonia.NewVector(gorgonia.NewGraph(), tensor.Float32, gorgonia.WithShape(3), gorgonia.WithName("x"))
	ok(t)(gorgonia.Neg(x))
	vm, err := graph.NewVM(x.Graph())
	require.NoError(t, err)
	requireContains(t, vm.RunAll(), "graph: RunAll: input x (3) has no value")
}

func TestImportRefuses(t *testing.T) {
	must := ok(t)
	x := vectorX()
	cost := must(gorgonia.Sum(x))
	_, err := graph.Import(x)
	requireContains(t, err, "input x (3)", "not a scalar")
	_, err = graph.Import(cost, vectorX())
	requireContains(t, err, "input x (3)", "another graph than the cost")
	i := gorgonia.NewScalar(x.Graph(), tensor.Int, gorgonia.WithName("i"))
	_, err = graph.Import(i)
	requireContains(t, err, "input i ()", "elements of int")
	_, err = graph.Import(cost, i)
	requireContains(t, err, "input i ()", "whole numbers have no gradient")
	y := gorgonia.NewVector(x.Graph(), tensor.Float32, gorgonia.WithShape(3), gorgonia.WithName("y"))
	_, err = graph.Import(cost, y)
	requireContains(t, err, "input y (3)", "has no value")
	rows := gaussian(1, tensor.Float32, 1, 4, 3)
	column, err := rows.Slice(nil, gorgonia.S(1))
	require.NoError(t, err)
	z := gorgonia.NewVector(x.Graph(), tensor.Float32, gorgonia.WithShape(4), gorgonia.WithName("z"), gorgonia.WithValue(column))
	_, err = graph.Import(must(gorgonia.Sum(z)), z)
	requireContains(t, err, "input z (4)", "row-major")
	_, err = graph.Import(must(gorgonia.Sum(must(gorgonia.ApplyOp(failing{}, x)))), x)
	requireContains(t, err, "gradient of custom (graph_test.failing) of node", "the op has none")
	_, err = graph.Import(must(gorgonia.Sum(must(gorgonia.Ceil(x)))), x)
	requireContains(t, err, "gradient of ceil (gorgonia.elemUnaryOp)", "Nondifferentiable")
}

// An op without a gradient is no obstacle where none is asked for.
func TestImportForeignWithoutGradient(t *testing.T) {
	x := vectorX()
	y := gorgonia.NewVector(x.Graph(), tensor.Float32, gorgonia.WithShape(3), gorgonia.WithName("y"))
	must := ok(t)
	imp, err := graph.Import(must(gorgonia.Sum(must(gorgonia.HadamardProd(x, must(gorgonia.Ceil(y)))))), x)
	require.NoError(t, err)
	require.NoError(t, gorgonia.Let(y, tensor.New(tensor.WithBacking([]float32{0.5, 1.5, -1}))))
	prog, err := imp.Graph.Compile(imp.Grads...)
	require.NoError(t, err)
	out, err := prog.Run(0, imp.Feed())
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, -1}, out[0].Float64s())
}

// Dropout that does not train is the identity.
func TestVMDropoutInEvaluation(t *testing.T) {
	x := vectorX()
	y := ok(t)(gorgonia.Dropout(x, 0.5))
	require.NoError(t, y.Op().(gorgonia.TrainModeOp).SetTraining(false))
	vm, err := graph.NewVM(x.Graph())
	require.NoError(t, err)
	require.NoError(t, vm.RunAll())
	require.Equal(t, []float64{1, 2, 3}, numbers(t, y.Value()))
}

// An imported dropout draws afresh at each step, and the same at the same step.
func TestImportedDropoutDraws(t *testing.T) {
	g := gorgonia.NewGraph()
	const n = 10_000
	x := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithShape(n), gorgonia.WithName("x"))
	require.NoError(t, gorgonia.Let(x, tensor.Ones(tensor.Float64, n)))
	dropped := ok(t)(gorgonia.Dropout(x, 0.2))
	imp, err := graph.Import(ok(t)(gorgonia.Mean(dropped)), x)
	require.NoError(t, err)
	prog, err := imp.Graph.Compile(imp.Cost, imp.Nodes[dropped])
	require.NoError(t, err)
	mean := func(step uint64) float64 {
		out, err := prog.Run(step, imp.Feed())
		require.NoError(t, err)
		for _, v := range out[1].Float64s() {
			require.True(t, v == 0 || v == 1.25)
		}
		return out[0].Item()
	}
	first := mean(0)
	const standardError = 0.5 / 100 // sqrt(p/(1-p)) / sqrt(n)
	require.Less(t, math.Abs(first-1), 4*standardError)
	require.NotEqual(t, first, mean(1))
	require.Equal(t, first, mean(0))
}
