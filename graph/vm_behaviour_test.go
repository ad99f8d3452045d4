package graph_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
)

// A graph runs as it was built, with Gorgonia's gradients where they are right and where they are wrong.
func TestVMRunsGradientsAsBuilt(t *testing.T) {
	for _, c := range append(append([]importCase{}, wrongInGorgonia...), rightInGorgonia...) {
		switch c.name {
		case "OuterProd of other lengths", "GlobalAveragePool2D", "Dropout": // no gradient, or none that is run
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			run := func(machine func(*gorgonia.ExprGraph, []*gorgonia.Node) gorgonia.VM) (seen [][]float64) {
				cost, x := c.build(t)
				_, err := gorgonia.Grad(cost, x...)
				require.NoError(t, err)
				vm := machine(cost.Graph(), x)
				require.NoError(t, vm.RunAll())
				for _, w := range x {
					d, err := w.Grad()
					require.NoError(t, err)
					seen = append(seen, numbers(t, d))
				}
				return append(seen, numbers(t, cost.Value()))
			}
			want := run(func(g *gorgonia.ExprGraph, x []*gorgonia.Node) gorgonia.VM {
				return gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(x...))
			})
			requireClose(t, want, run(func(g *gorgonia.ExprGraph, x []*gorgonia.Node) gorgonia.VM {
				vm, err := graph.NewVM(g, x...)
				require.NoError(t, err)
				return vm
			}), 1e-9)
		})
	}
}

// small is y = sum((w·x)²), with its gradient 2x·(w·x).
func small(t *testing.T) (w, x, product, cost *gorgonia.Node) {
	g, must := gorgonia.NewGraph(), ok(t)
	w = gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(1, 2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{1, 2}))))
	x = gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(2, 2), gorgonia.WithName("x"))
	require.NoError(t, gorgonia.Let(x, tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 0, 0, 1}))))
	product = must(gorgonia.Mul(w, x))
	cost = must(gorgonia.Sum(must(gorgonia.Square(product))))
	_, err := gorgonia.Grad(cost, w)
	require.NoError(t, err)
	return w, x, product, cost
}

func newVM(t *testing.T, g *gorgonia.ExprGraph, watched ...*gorgonia.Node) *graph.VM {
	t.Helper()
	vm, err := graph.NewVM(g, watched...)
	require.NoError(t, err)
	return vm
}

func grad(t *testing.T, n *gorgonia.Node) []float64 {
	t.Helper()
	v, err := n.Grad()
	require.NoError(t, err)
	return numbers(t, v)
}

func TestVMSumsGradientsUntilTheyAreCleared(t *testing.T) {
	w, _, _, cost := small(t)
	vm := newVM(t, cost.Graph(), w)
	require.NoError(t, vm.RunAll())
	require.Equal(t, []float64{2, 4}, grad(t, w))
	require.NoError(t, vm.RunAll())
	require.Equal(t, []float64{4, 8}, grad(t, w))
	require.NoError(t, gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.25)).Step([]gorgonia.ValueGrad{w}))
	require.Equal(t, []float64{0, 0}, numbers(t, w.Value()))
	require.Equal(t, []float64{0, 0}, grad(t, w))
}

// Without nodes to watch, Node.Grad is that of the last run.
func TestVMUnwatched(t *testing.T) {
	w, _, _, cost := small(t)
	vm := newVM(t, cost.Graph())
	for range 2 {
		require.NoError(t, vm.RunAll())
		require.Equal(t, []float64{2, 4}, grad(t, w))
		require.Equal(t, []float64{5}, numbers(t, cost.Value()))
	}
}

func TestVMWatchesValues(t *testing.T) {
	w, _, product, cost := small(t)
	vm := newVM(t, cost.Graph(), w, product)
	require.NoError(t, vm.RunAll())
	require.Equal(t, []float64{1, 2}, numbers(t, product.Value()))
	require.Equal(t, tensor.Shape{1, 2}, product.Value().Shape())
}

// Inputs and weights may be bound to other arrays, also to views of all kinds, and weights written in place.
func TestVMFollowsInputs(t *testing.T) {
	w, x, _, cost := small(t)
	vm := newVM(t, cost.Graph(), w)
	run := func() float64 {
		require.NoError(t, vm.RunAll())
		return numbers(t, cost.Value())[0]
	}
	require.Equal(t, 5.0, run())
	w.Value().Data().([]float32)[0] = 3
	require.Equal(t, 13.0, run(), "written in place")
	whole := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float32{9, 9, 1, 2, 3, 4}))
	rows, err := whole.Slice(gorgonia.S(1, 3))
	require.NoError(t, err)
	require.NoError(t, gorgonia.Let(x, rows))
	require.Equal(t, 81.0+196, run(), "rows of an array: (3 2)·x = (9 14)")
	columns := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{9, 1, 2, 9, 3, 4}))
	view, err := columns.Slice(nil, gorgonia.S(1, 3))
	require.NoError(t, err)
	require.NoError(t, gorgonia.Let(x, view))
	require.Equal(t, 81.0+196, run(), "columns of an array")
	turned := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float32{1, 3, 2, 4}))
	require.NoError(t, turned.T())
	require.NoError(t, gorgonia.Let(x, turned))
	require.Equal(t, 81.0+196, run(), "a transposed array")
	require.NoError(t, gorgonia.Let(w, tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{0, 1}))))
	before := grad(t, w)
	require.Equal(t, 9.0+16, run(), "other weights")
	require.Equal(t, before[0]+22, grad(t, w)[0], "the gradients' sum goes on: 2(1 2)·(3 4) is added")
	w.Value().Data().([]float32)[1] = 2
	require.Equal(t, 36.0+64, run(), "other weights, written in place")
}

func TestVMAfterUnbinding(t *testing.T) {
	w, _, _, cost := small(t)
	vm := newVM(t, cost.Graph(), w)
	for range 2 {
		require.NoError(t, vm.RunAll())
		require.Equal(t, []float64{5}, numbers(t, cost.Value()))
		cost.Graph().UnbindAllNonInputs()
	}
}

func TestVMWholeNumberInputs(t *testing.T) {
	g, must := gorgonia.NewGraph(), ok(t)
	table := weight(g, "table", 1, tensor.Float32, 1, 4, 3)
	idx := gorgonia.NewVector(g, tensor.Int, gorgonia.WithShape(2), gorgonia.WithName("idx"))
	rows := must(gorgonia.ByIndices(table, idx, 0))
	_, err := gorgonia.Grad(must(gorgonia.Sum(must(gorgonia.Square(rows)))), table)
	require.NoError(t, err)
	vm := newVM(t, g, table, rows)
	require.NoError(t, gorgonia.Let(idx, tensor.New(tensor.WithBacking([]int{2, 0}))))
	require.NoError(t, vm.RunAll())
	all := numbers(t, table.Value())
	require.Equal(t, append(append([]float64{}, all[6:9]...), all[:3]...), numbers(t, rows.Value()))
	require.InDelta(t, 2*all[7], grad(t, table)[7], 1e-6)
	require.Zero(t, grad(t, table)[4])
	require.NoError(t, gorgonia.Let(idx, tensor.New(tensor.WithBacking([]int{2, 4}))))
	requireContains(t, vm.RunAll(), "index 4 at position 1 is not an integer in [0, 4)")
}

// What Grad leaves behind and nobody reads, the gradient of a batch say, is not computed.
func TestVMLeavesOutByproducts(t *testing.T) {
	tr := mlp(t, tensor.Float32, 4, 5, 6, 3)
	vm := newVM(t, tr.g, tr.learnt...)
	require.Equal(t, 2+2+1, strings.Count(vm.String(), "MatMul("), vm.String())
}

func TestVMStepsAllocateNothing(t *testing.T) {
	for _, c := range trainings[:4] {
		t.Run(c.name, func(t *testing.T) {
			tr := c.build(t, tensor.Float32)
			vm := newVM(t, tr.g, tr.learnt...)
			require.NoError(t, tr.feed(0))
			require.NoError(t, vm.RunAll())
			require.NoError(t, vm.RunAll())
			require.Zero(t, testing.AllocsPerRun(20, func() { _ = vm.RunAll() }))
		})
	}
}

// A part of a graph, to predict with, runs without the rest.
func TestVMOfASubgraph(t *testing.T) {
	w, _, product, cost := small(t)
	sub := cost.Graph().SubgraphRoots(product)
	vm := newVM(t, sub)
	require.NoError(t, vm.RunAll())
	require.Equal(t, []float64{1, 2}, numbers(t, product.Value()))
	require.Nil(t, cost.Value())
	require.Equal(t, 1, strings.Count(vm.String(), "MatMul("))
	_, err := graph.NewVM(sub, w, cost)
	requireContains(t, err, "is of another graph")
}
