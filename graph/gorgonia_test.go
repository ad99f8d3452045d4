package graph_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
	"credence/graph/graphtest"
)

// Each test here is named for something that Gorgonia gets wrong, and shows that our graphs, which
// stand on Gorgonia's, do not, in the Program and in the reference alike.

func newGraph(p graph.Precision) *graph.Graph {
	return graph.New(graph.NewParams(p, 5), graph.Train)
}

// both returns the outputs of the program, having held them equal to the reference's.
func both(t *testing.T, feed graph.Feed, outputs ...*graph.Node) [][]float64 {
	t.Helper()
	return graphtest.Reference(t, 0, feed, outputs...)
}

func TestDrawsOfOneShapeAreDistinct(t *testing.T) {
	g := newGraph(graph.Float64)
	draws := []*graph.Node{g.Normal(3), g.Normal(3), g.Uniform(3), g.Uniform(3)}
	values := both(t, nil, draws...)
	requireAllDiffer(t, values)
	require.Zero(t, both(t, nil, draws[0].Sub(draws[0]).Sum())[0][0], "one draw used twice is one draw")
	require.NotZero(t, both(t, nil, draws[0].Sub(draws[1]).Sum())[0][0])
}

func requireAllDiffer(t *testing.T, values [][]float64) {
	t.Helper()
	for i := range values {
		for j := range i {
			require.NotEqual(t, values[i], values[j], "%d and %d", i, j)
		}
	}
}

func TestDrawsAreNotTakenForInputs(t *testing.T) {
	g := newGraph(graph.Float64)
	x, e, y := g.Input("", 3), g.Normal(3), g.Input("y", 3)
	values := both(t, graph.Feed{x: []float64{1, 2, 3}, y: []float64{4, 5, 6}}, x.Scale(1), e, y.Neg())
	require.Equal(t, []float64{1, 2, 3}, values[0])
	require.Equal(t, []float64{-4, -5, -6}, values[2])
	requireAllDiffer(t, values)
}

func TestInputsOfOneShapeAreDistinct(t *testing.T) {
	g := newGraph(graph.Float32)
	a, b := g.Input("a", 2), g.Input("b", 2)
	require.Equal(t, []float64{-3, -3}, both(t, graph.Feed{a: []int{1, 2}, b: []int{4, 5}}, a.Sub(b))[0])
}

func TestConstantsAreToldApartByEveryElement(t *testing.T) {
	for _, p := range precisions {
		g := newGraph(p)
		large := func(at int) *graph.Node {
			v := make([]float64, 400)
			v[at] = 1
			return g.ConstArray(v, 20, 20)
		}
		x := g.Input("x")
		values := both(t, graph.Feed{x: 1.0},
			x.Mul(g.Const(3)), x.Mul(g.Const(4)), x.Mul(g.Const(float64(math.Nextafter32(3, 4)))), x.Mul(g.ConstArray([]float64{3}, 1)).Sum().Scale(2),
			large(200).Mul(x).Slice(0, 10, 11), large(201).Mul(x).Slice(0, 10, 11))
		requireAllDiffer(t, values)
		require.Equal(t, 3.0, values[0][0])
		require.Equal(t, 1.0, values[5][1])
		signs := both(t, graph.Feed{x: 1.0}, x.Div(g.Const(0)), x.Div(g.Const(math.Copysign(0, -1))))
		require.Equal(t, [][]float64{{math.Inf(1)}, {math.Inf(-1)}}, signs)
	}
}

func TestConstantsOfBothPrecisionsLiveInOneProcess(t *testing.T) {
	for _, p := range []graph.Precision{graph.Float32, graph.Float64, graph.Float32} {
		g := newGraph(p)
		x := g.Input("x", 2)
		want := map[graph.Precision]float64{graph.Float32: float64(float32(0.1)), graph.Float64: 0.1}[p]
		require.Equal(t, []float64{want, want}, both(t, graph.Feed{x: []int{1, 1}}, x.Scale(0.1).Scale(1))[0])
	}
}

func TestGradientSeedIsNotAUsersConstant(t *testing.T) {
	g := newGraph(graph.Float64)
	five, x := g.Const(5), g.Input("1", 2)
	y := x.Mul(five).Sum()
	require.Equal(t, []float64{5, 5}, both(t, graph.Feed{x: []int{1, 2}}, graph.Grad(y, x)[0])[0])
}

func TestOperationsAreToldApartByTheirAttributes(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 300)
	feed := make([]float64, 300)
	for i := range feed {
		feed[i] = float64(i) / 100
	}
	keep := func(rate float64) *graph.Node { return g.Uniform(300).Less(g.Const(rate)) } // a dropout mask
	values := both(t, graph.Feed{x: feed},
		x.Softmax(0), x.LogSoftmax(0), x.Slice(0, 3, 4), x.Slice(0, 259, 260), x.Slice(0, 0, 4), x.Slice(0, 256, 260),
		x.Mul(keep(0.5)), x.Mul(keep(0.9)), x.Mul(keep(0.5)))
	requireAllDiffer(t, values)
	require.Equal(t, []float64{0.03, 2.59}, []float64{values[2][0], values[3][0]})
}

func TestHashesOfManyNodesAreDistinct(t *testing.T) {
	count := 20_000
	if testing.Short() {
		count = 5000
	}
	g := newGraph(graph.Float32)
	nodes := []*graph.Node{g.Input("x"), g.Input("y")}
	for i := 0; len(nodes) < count; i++ {
		nodes = append(nodes, nodes[i].Add(nodes[len(nodes)-1-i%7]))
	}
	require.NoError(t, g.Err())
	hashes, wrapped := map[uint32]bool{}, map[*gorgonia.Node]bool{}
	for _, n := range nodes {
		hashes[n.Gorgonia().Hashcode()] = true
		wrapped[n.Gorgonia()] = true
	}
	require.Len(t, hashes, count, "hashes")
	require.Len(t, wrapped, count, "Gorgonia's nodes")
}

// TestACollidingHashIsReplaced builds one expression again in graphs where one of its hashes is taken.
func TestACollidingHashIsReplaced(t *testing.T) {
	build := func(taken ...uint32) (hashes []uint32) {
		g := newGraph(graph.Float64)
		g.TakeHashes(taken...)
		x, y := g.Input("x"), g.Input("y")
		sum := x.Add(y)
		product := sum.Mul(y)
		require.NoError(t, g.Err())
		require.Equal(t, []float64{15}, both(t, graph.Feed{x: 2, y: 3}, product)[0])
		for _, n := range []*graph.Node{x, y, sum, product} {
			hashes = append(hashes, n.Gorgonia().Hashcode())
		}
		return hashes
	}
	first := build()
	require.Equal(t, first, build(), "hashes are a function of the expression")
	for i, h := range first {
		again := build(h)
		require.Equal(t, first[:i], again[:i])
		require.NotEqual(t, h, again[i], "node %d", i)
	}
}

func TestLogLeavesItsOperandAlone(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 3)
	p, onePlus := x.Softmax(0), x.AddScalar(1)
	entropy := p.Mul(p.Log()).Sum().Neg()
	d := graph.Grad(entropy, x)[0]
	logOnePlus := onePlus.Log()
	values := both(t, graph.Feed{x: []float64{0, 1, 2}}, p, entropy, onePlus, logOnePlus, d)
	require.InDelta(t, 1, sum(values[0]), 1e-15)
	require.InDelta(t, math.Log(1+math.E+math.E*math.E)-(math.E+2*math.E*math.E)/(1+math.E+math.E*math.E), values[1][0], 1e-15)
	require.Equal(t, []float64{1, 2, 3}, values[2])
	require.InDelta(t, math.Log(3), values[3][2], 1e-15)
	require.InDelta(t, 0, sum(values[4]), 1e-15, "entropy does not change along (1, 1, 1)")
}

func TestUnusedDrawsLeaveTheGraphWhole(t *testing.T) {
	g := newGraph(graph.Float64)
	g.Normal(4)
	x := g.Input("x", 2)
	g.Uniform()
	e := g.Normal(2)
	loss := x.Mul(e).Sum()
	g.Normal(2).Exp()
	d := graph.Grad(loss, x)[0]
	values := both(t, graph.Feed{x: []int{1, 1}}, d, e, loss)
	require.Equal(t, values[1], values[0])
	require.Equal(t, sum(values[1]), values[2][0])
	require.Equal(t, values[1], both(t, graph.Feed{x: []int{1, 1}}, d)[0], "the same after a reference run")
}

func TestGradientsOfTwoLossesOnOneTrunk(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 2)
	trunk := x.Square()
	first, second := trunk.Sum(), trunk.Mul(trunk).Mul(trunk).Sum()
	d1, d2 := graph.Grad(first, x)[0], graph.Grad(second, x, trunk)
	both1 := graph.Grad(first.Add(second), x)[0]
	again := graph.Grad(first, x)[0]
	values := both(t, graph.Feed{x: []int{1, 2}}, d1, d2[0], d2[1], both1, again)
	require.Equal(t, [][]float64{{2, 4}, {6, 192}, {3, 48}, {8, 196}, {2, 4}}, values)
}

func TestSecondOrderGradient(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 2)
	d := graph.Grad(x.Square().Mul(x.Square()).Mul(x.Square()).Sum(), x)[0]
	require.Equal(t, []float64{30, 480}, both(t, graph.Feed{x: []int{1, 2}}, graph.Grad(d.Sum(), x)[0])[0])
}

func TestGradientsThatGorgoniaGetsWrong(t *testing.T) {
	log2 := func(x ...*graph.Node) *graph.Node { return x[0].Log().Scale(1 / math.Ln2) }
	rsqrt := func(x ...*graph.Node) *graph.Node { return x[0].Sqrt().Reciprocal() }
	outer := func(x ...*graph.Node) *graph.Node { return x[0].ExpandDims(1).MatMul(x[1].ExpandDims(0)) }
	dropout := func(x ...*graph.Node) *graph.Node {
		return x[0].Mul(x[0].Graph().Uniform(40).Less(x[0].Graph().Const(0.8))).Scale(1 / 0.8)
	}
	for _, c := range []struct {
		name string
		f    graphtest.Func
		args []graphtest.Arg
	}{
		{"log2", log2, []graphtest.Arg{graphtest.Between(0.2, 4, 5)}},
		{"reciprocal square root", rsqrt, []graphtest.Arg{graphtest.Between(0.2, 4, 5)}},
		{"outer product, not square", outer, []graphtest.Arg{graphtest.Between(-1, 1, 3), graphtest.Between(-1, 1, 5)}},
		{"outer product, square", outer, []graphtest.Arg{graphtest.Between(-1, 1, 3), graphtest.Between(-1, 1, 3)}},
		{"matrix by vector, second order", indirect((*graph.Node).MatMul), []graphtest.Arg{graphtest.Between(-1, 1, 3, 4), graphtest.Between(-1, 1, 4)}},
		{"gather along axis 1", func(x ...*graph.Node) *graph.Node { return x[0].Gather(1, x[1]).Exp() },
			[]graphtest.Arg{graphtest.Between(-1, 1, 3, 4), graphtest.Index(4, 6)}},
		{"dropout", dropout, []graphtest.Arg{graphtest.Between(-1, 1, 40)}},
		{"mean pooling", func(x ...*graph.Node) *graph.Node { return x[0].Reshape(2, 2, 3, 2).Mean(1, 3).Exp() },
			[]graphtest.Arg{graphtest.Between(-1, 1, 4, 6)}},
		{"broadcast along axis 4", indirect((*graph.Node).Mul), []graphtest.Arg{graphtest.Between(-1, 1, 2, 1, 2, 1, 3), graphtest.Between(-1, 1, 2, 3, 2, 2, 1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			graphtest.Gradient(t, c.f, c.args...)
			graphtest.SecondOrder(t, c.f, c.args...)
		})
	}
}

// indirect makes a product nonlinear, so that its second order is not nought.
func indirect(f func(x, y *graph.Node) *graph.Node) graphtest.Func {
	return func(x ...*graph.Node) *graph.Node { return f(x[0], x[1]).Sin() }
}

func TestValuesThatGorgoniaGetsWrong(t *testing.T) {
	g := newGraph(graph.Float64)
	x, far := g.Input("x", 3), g.Input("far")
	feed := graph.Feed{x: []float64{0.1, 0.5, 1.2}, far: 16.5}
	values := both(t, feed, x.LogSumExp(), far.Softplus(), x.Reshape(1, 3).LogSumExp(1), x.Reshape(1, 3).Add(g.ConstArray([]float64{1, 2}, 2, 1)))
	require.InDelta(t, math.Log(math.Exp(0.1)+math.Exp(0.5)+math.Exp(1.2)), values[0][0], 1e-15)
	require.InDelta(t, 16.5+math.Log1p(math.Exp(-16.5)), values[1][0], 1e-15)
	require.NotEqual(t, 16.5, values[1][0])
	require.Equal(t, values[0], values[2])
	require.Len(t, values[3], 6)
}

func TestGorgoniasOwnGradOnOurNodes(t *testing.T) {
	g := newGraph(graph.Float64)
	x, w := g.Input("x", 2, 3), g.Input("w", 3, 2)
	loss := x.MatMul(w).Tanh().Softmax(1).Max(0).Sum()
	ours := graph.Grad(loss, w)[0]
	xs, ws := []float64{0.1, -0.2, 0.3, 0.4, 0.5, -0.6}, []float64{1, 2, -1, 0.5, 0.25, 3}
	want := both(t, graph.Feed{x: xs, w: ws}, ours)[0]

	theirs, err := gorgonia.Grad(loss.Gorgonia(), w.Gorgonia())
	require.NoError(t, err)
	require.NoError(t, gorgonia.Let(x.Gorgonia(), tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(slices.Clone(xs)))))
	require.NoError(t, gorgonia.Let(w.Gorgonia(), tensor.New(tensor.WithShape(3, 2), tensor.WithBacking(slices.Clone(ws)))))
	vm := gorgonia.NewTapeMachine(x.Gorgonia().Graph().ExactSubgraphRoots(theirs[0]))
	defer vm.Close()
	require.NoError(t, vm.RunAll())
	require.InDeltaSlice(t, want, theirs[0].Value().Data(), 1e-14)
}

func TestMaxTiesInGorgoniasMachine(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 1, 4)
	y := x.Max(0, 1)
	values := both(t, graph.Feed{x: []int{3, 1, 3, 2}}, y, graph.Grad(y, x)[0])
	require.Equal(t, [][]float64{{3}, {0.5, 0, 0.5, 0}}, values)
}

func TestArraysOfNoElementsPanicWhenBuilt(t *testing.T) {
	g := newGraph(graph.Float32)
	const message = "graph: shape [0 3] has a dimension below 1"
	require.PanicsWithValue(t, message, func() { g.Input("x", 0, 3) })
	require.PanicsWithValue(t, message, func() { g.Normal(0, 3) })
	require.PanicsWithValue(t, message, func() { g.ConstArray(nil, 0, 3) })
	require.PanicsWithValue(t, message, func() { g.Const(1).Broadcast(0, 3) })
	require.PanicsWithValue(t, message, func() { g.Params().New("w", graph.Zeros, 0, 3) })
}

func TestAnErrorOfAnOpReachesTheCaller(t *testing.T) {
	g := newGraph(graph.Float64)
	x, label := g.Input("x", 2, 3), g.Input("label", 2)
	y := x.Pick(label)
	feed := graph.Feed{x: make([]float64, 6), label: []int{0, 3}}
	_, err := g.Reference(0, feed, y)
	require.ErrorContains(t, err, "index 3 at position 1 is not an integer in [0, 3)")
	feed[label] = []int{0, 2}
	require.Equal(t, []float64{0, 0}, both(t, feed, y)[0])
}
