package graph_test

import (
	"hash"
	"math"
	"testing"

	"github.com/chewxy/hm"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
	"credence/graph/graphtest"
)

// importCase is a function of inputs that Import differentiates.
type importCase struct {
	name   string
	shapes [][]int
	f      func(must func(*gorgonia.Node, error) *gorgonia.Node, x []*gorgonia.Node) *gorgonia.Node
	random bool // TapeMachine draws other numbers
}

func unary(name string, f func(*gorgonia.Node) (*gorgonia.Node, error)) importCase {
	return importCase{name: name, shapes: [][]int{{3, 2}}, f: func(must func(*gorgonia.Node, error) *gorgonia.Node, x []*gorgonia.Node) *gorgonia.Node {
		return must(f(x[0]))
	}}
}

func binary(name string, f func(a, b *gorgonia.Node) (*gorgonia.Node, error), shapes ...[]int) importCase {
	return importCase{name: name, shapes: shapes, f: func(must func(*gorgonia.Node, error) *gorgonia.Node, x []*gorgonia.Node) *gorgonia.Node {
		return must(f(x[0], x[1]))
	}}
}

func indices(axis int, idx ...int) func(must func(*gorgonia.Node, error) *gorgonia.Node, x []*gorgonia.Node) *gorgonia.Node {
	return func(must func(*gorgonia.Node, error) *gorgonia.Node, x []*gorgonia.Node) *gorgonia.Node {
		i := gorgonia.NewTensor(x[0].Graph(), tensor.Int, 1, gorgonia.WithShape(len(idx)), gorgonia.WithName("idx"),
			gorgonia.WithValue(tensor.New(tensor.WithBacking(idx))))
		return must(gorgonia.ByIndices(x[0], i, axis))
	}
}

func pool(kernel tensor.Shape, pad, stride []int) func(*gorgonia.Node) (*gorgonia.Node, error) {
	return func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.AveragePool2D(n, kernel, pad, stride) }
}

func image(c importCase) importCase {
	c.shapes = [][]int{{2, 2, 5, 4}}
	return c
}

// wrongInGorgonia are the ops whose gradients by Gorgonia's own rules are wrong, fail or panic.
var wrongInGorgonia = []importCase{
	unary("Log2", gorgonia.Log2),
	unary("InverseSqrt", gorgonia.InverseSqrt),
	binary("OuterProd of equal lengths", gorgonia.OuterProd, []int{3}, []int{3}),
	binary("OuterProd of other lengths", gorgonia.OuterProd, []int{3}, []int{4}),
	{name: "ByIndices along axis 1", shapes: [][]int{{3, 4}}, f: indices(1, 2, 0, 2)},
	{name: "ByIndices along axis 2", shapes: [][]int{{2, 3, 4}}, f: indices(2, 1, 3)},
	image(unary("AveragePool2D", pool(tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))),
	image(unary("AveragePool2D of overlapping windows", pool(tensor.Shape{3, 2}, []int{1, 1}, []int{2, 1}))),
	image(unary("AveragePool2D, padded unevenly", pool(tensor.Shape{2, 3}, []int{1, 0, 2, 1}, []int{1, 1}))),
	image(unary("GlobalAveragePool2D", gorgonia.GlobalAveragePool2D)),
	func() importCase {
		c := unary("Dropout", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Dropout(n, 0.2) })
		c.random = true
		return c
	}(),
}

// rightInGorgonia are others: by our rules, and by the op's own, it must come to the same.
var rightInGorgonia = []importCase{
	unary("Abs", gorgonia.Abs), unary("Cube", gorgonia.Cube), unary("Softplus", gorgonia.Softplus), unary("Inverse", gorgonia.Inverse),
	binary("Pow", gorgonia.Pow, []int{3}, []int{3}),
	binary("HadamardDiv of a scalar", gorgonia.HadamardDiv, nil, []int{3}),
	binary("MatMul", gorgonia.Mul, []int{2, 3}, []int{3, 4}), binary("vector times matrix", gorgonia.Mul, []int{3}, []int{3, 4}),
	binary("BatchedMatMul, both transposed", func(a, b *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.BatchedMatMul(a, b, true, true)
	}, []int{2, 3, 4}, []int{2, 5, 3}),
	binary("BroadcastMul", func(a, b *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.BroadcastHadamardProd(a, b, nil, []byte{1})
	}, []int{3, 4}, []int{3, 1}),
	binary("BroadcastSub on the left, of three axes", func(a, b *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.BroadcastSub(a, b, []byte{0, 2}, nil)
	}, []int{1, 3, 1}, []int{2, 3, 4}),
	binary("Sub from a scalar", gorgonia.Sub, nil, []int{2, 3}), binary("Pow of scalars", gorgonia.Pow, nil, nil),
	binary("Dot", gorgonia.Mul, []int{3}, []int{3}), binary("matrix times vector", gorgonia.Mul, []int{2, 3}, []int{3}),
	binary("Concat", func(a, b *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Concat(1, a, b) }, []int{2, 1}, []int{2, 3}),
	binary("Tensordot", func(a, b *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.Tensordot([]int{1}, []int{0}, a, b)
	}, []int{2, 3}, []int{3, 2}),
	unary("Rectify", gorgonia.Rectify), unary("Log1p", gorgonia.Log1p), unary("Neg", gorgonia.Neg),
	unary("Norm", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Norm(n, 0, 2) }),
	unary("Mean along an axis", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Mean(n, 1) }),
	image(unary("Sum along two axes", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Sum(n, 1, 3) })),
	image(unary("Transpose", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Transpose(n, 2, 0, 3, 1) })),
	{name: "SoftMax of a column", shapes: [][]int{{4, 1}}, f: func(must func(*gorgonia.Node, error) *gorgonia.Node, x []*gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.SoftMax(x[0], 0))
	}},
	unary("LogSoftMax", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.LogSoftMax(n, 0) }),
	unary("Max", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Max(n, 1) }),
	image(unary("Slice with a step", func(n *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.Slice(n, nil, nil, nil, gorgonia.S(0, 4, 2))
	})),
	image(unary("MaxPool2D", func(n *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.MaxPool2D(n, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2})
	})),
	image(unary("Upsample2D", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Upsample2D(n, 1) })),
	image(unary("Im2Col", func(n *gorgonia.Node) (*gorgonia.Node, error) {
		return gorgonia.Im2Col(n, tensor.Shape{2, 3}, tensor.Shape{1, 2}, tensor.Shape{2, 1}, tensor.Shape{2, 1})
	})),
	unary("Sparsemax", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.Sparsemax(n) }),
	unary("a user's op", func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.ApplyOp(swish{}, n) }),
}

// inputsOf makes inputs of positive values, and a cost that weighs every element of the result differently.
func (c importCase) build(t *testing.T) (cost *gorgonia.Node, x []*gorgonia.Node) {
	g := gorgonia.NewGraph()
	for i, s := range c.shapes {
		name, shape := "x"+string(rune('0'+i)), tensor.Shape(s)
		if len(s) == 0 {
			x = append(x, gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName(name), gorgonia.WithValue(0.7)))
			continue
		}
		v := gaussian(uint64(i+1), tensor.Float64, 0.3, shape...)
		for j, e := range v.Float64s() {
			v.Float64s()[j] = math.Abs(e) + 0.2
		}
		x = append(x, gorgonia.NewTensor(g, tensor.Float64, len(s), gorgonia.WithShape(shape...), gorgonia.WithName(name), gorgonia.WithValue(v)))
	}
	must := ok(t)
	y := c.f(must, x)
	if y.IsScalar() {
		return must(gorgonia.Square(y)), x
	}
	weights := gorgonia.NewTensor(g, tensor.Float64, y.Dims(), gorgonia.WithShape(y.Shape()...), gorgonia.WithName("weights"),
		gorgonia.WithValue(gaussian(9, tensor.Float64, 1, y.Shape()...)))
	return must(gorgonia.Sum(must(gorgonia.HadamardProd(must(gorgonia.Square(y)), weights)))), x
}

// The gradients of an imported graph are the central differences of its cost, which is the cost that
// TapeMachine computes.
func TestImportedGradientsAreFiniteDifferences(t *testing.T) {
	for _, c := range append(append([]importCase{}, wrongInGorgonia...), rightInGorgonia...) {
		t.Run(c.name, func(t *testing.T) {
			cost, x := c.build(t)
			imp, err := graph.Import(cost, x...)
			require.NoError(t, err)
			require.Empty(t, imp.Merges)
			prog, err := imp.Graph.Compile(append([]*graph.Node{imp.Cost}, imp.Grads...)...)
			require.NoError(t, err)
			run := func() []*graph.Array {
				out, err := prog.Run(3, imp.Feed())
				require.NoError(t, err)
				return out
			}
			graphtest.Reference(t, 3, imp.Feed(), imp.Cost)
			var grads [][]float64
			for _, a := range run()[1:] {
				grads = append(grads, a.Float64s())
			}
			for i, w := range imp.Graph.Used() {
				v := w.Value()
				for j := range v.Len() {
					const eps = 1e-6
					at := v.At(j)
					v.Set(j, at+eps)
					up := run()[0].Item()
					v.Set(j, at-eps)
					down := run()[0].Item()
					v.Set(j, at)
					require.InDelta(t, (up-down)/(2*eps), grads[i][j], 1e-6*max(1, math.Abs(grads[i][j])), "input %d, element %d", i, j)
				}
			}
			if !c.random {
				value := run()[0].Item()
				tape := gorgonia.NewTapeMachine(cost.Graph())
				defer tape.Close()
				require.NoError(t, tape.RunAll())
				require.InEpsilon(t, numbers(t, cost.Value())[0], value, 1e-12)
			}
		})
	}
}

// swish is x·sigmoid(x) as a user of Gorgonia writes it, with a derivative in terms of Gorgonia's own ops.
type swish struct{ custom }

func (swish) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	x := in[0].(*tensor.Dense)
	y := x.Clone().(*tensor.Dense)
	for i, v := range x.Float64s() {
		y.Float64s()[i] = v / (1 + math.Exp(-v))
	}
	return y, nil
}

func (swish) DiffWRT(int) []bool { return []bool{true} }

func (swish) SymDiff(in gorgonia.Nodes, out, dy *gorgonia.Node) (gorgonia.Nodes, error) {
	s, err := gorgonia.Sigmoid(in[0])
	if err != nil {
		return nil, err
	}
	rest, err := gorgonia.Sub(gorgonia.NewConstant(1.0), s)
	if err != nil {
		return nil, err
	}
	if rest, err = gorgonia.HadamardProd(rest, out); err != nil {
		return nil, err
	}
	if s, err = gorgonia.Add(s, rest); err != nil {
		return nil, err
	}
	dx, err := gorgonia.HadamardProd(s, dy)
	return gorgonia.Nodes{dx}, err
}

// custom is what ops of users have in common: one operand, and a result like it.
type custom struct{}

func (custom) Arity() int    { return 1 }
func (custom) Type() hm.Type { return hm.NewFnType(hm.TypeVariable('a'), hm.TypeVariable('a')) }
func (custom) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	return in[0].(tensor.Shape).Clone(), nil
}
func (custom) ReturnsPtr() bool      { return false }
func (custom) CallsExtern() bool     { return false }
func (custom) OverwritesInput() int  { return -1 }
func (custom) WriteHash(h hash.Hash) { h.Write([]byte("custom")) }
func (custom) Hashcode() uint32      { return 1 }
func (custom) String() string        { return "custom" }

func TestImportDifferentiatesTwice(t *testing.T) {
	must := ok(t)
	dense := func(g *gorgonia.ExprGraph, w *gorgonia.Node) *gorgonia.Node {
		return must(gorgonia.Mul(must(gorgonia.Reshape(w, tensor.Shape{6, 3})), weight(g, "x", 2, tensor.Float64, 1, 3)))
	}
	convolution := func(g *gorgonia.ExprGraph, w *gorgonia.Node) *gorgonia.Node {
		x := weight(g, "x", 2, tensor.Float64, 1, 2, 1, 4, 4)
		return must(gorgonia.Conv2d(must(gorgonia.Sin(x)), w, tensor.Shape{3, 3}, []int{1, 1}, []int{2, 1}, []int{1, 1}))
	}
	for _, f := range []func(*gorgonia.ExprGraph, *gorgonia.Node) *gorgonia.Node{dense, convolution} {
		g := gorgonia.NewGraph()
		w := weight(g, "w", 1, tensor.Float64, 1, 2, 1, 3, 3)
		y := f(g, w)
		cost := must(gorgonia.Sum(must(gorgonia.Tanh(y))))
		imp, err := graph.Import(cost, w, g.ByName("x")[0])
		require.NoError(t, err)
		slope := imp.Grads[0].Square().Sum().Add(imp.Grads[1].Square().Sum())
		graphtest.ParamGradient(t, slope, imp.Feed())
	}
}

// What Gorgonia's Grad gets wrong the second time: two costs on a shared trunk.
func TestImportAfterGrad(t *testing.T) {
	g, must := gorgonia.NewGraph(), ok(t)
	w := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithShape(2), gorgonia.WithName("w"),
		gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 2}))))
	square := must(gorgonia.Square(w))
	first, second := must(gorgonia.Sum(square)), must(gorgonia.Sum(must(gorgonia.Cube(square))))
	_, err := gorgonia.Grad(first, w)
	require.NoError(t, err)
	for _, c := range []struct {
		cost *gorgonia.Node
		want []float64
	}{{first, []float64{2, 4}}, {second, []float64{6, 192}}} {
		imp, err := graph.Import(c.cost, w)
		require.NoError(t, err)
		prog, err := imp.Graph.Compile(imp.Grads...)
		require.NoError(t, err)
		out, err := prog.Run(0, imp.Feed())
		require.NoError(t, err)
		require.Equal(t, c.want, out[0].Float64s())
	}
}

func TestImportWithRespectToAnInteriorNode(t *testing.T) {
	g, must := gorgonia.NewGraph(), ok(t)
	x := gorgonia.NewVector(g, tensor.Float32, gorgonia.WithShape(2), gorgonia.WithName("x"))
	square := must(gorgonia.Square(x))
	imp, err := graph.Import(must(gorgonia.Sum(must(gorgonia.Cube(square)))), square)
	require.NoError(t, err)
	require.Equal(t, imp.Nodes[square], imp.Wrt[0])
	prog, err := imp.Graph.Compile(imp.Grads...)
	require.NoError(t, err)
	_, err = prog.Run(0, imp.Feed())
	require.ErrorContains(t, err, "input x [2] is not fed")
	require.NoError(t, gorgonia.Let(x, tensor.New(tensor.WithBacking([]float32{1, 2}))))
	out, err := prog.Run(0, imp.Feed())
	require.NoError(t, err)
	require.Equal(t, []float64{3, 48}, out[0].Float64s())
}

// Parameters live in the memory of the Gorgonia graph's inputs.
func TestImportSharesWeights(t *testing.T) {
	tr := logisticRegression(t, tensor.Float64)
	imp, err := graph.Import(tr.cost, tr.learnt...)
	require.NoError(t, err)
	w := imp.Graph.Params().Lookup("w")
	imp.Graph.Update(w, imp.Wrt[0].Sub(imp.Grads[0].Scale(0.5)))
	prog, err := imp.Graph.Compile(imp.Cost)
	require.NoError(t, err)
	require.NoError(t, tr.feed(0))
	first, err := prog.Run(0, imp.Feed())
	require.NoError(t, err)
	before := first[0].Item()
	tape := gorgonia.NewTapeMachine(tr.g)
	defer tape.Close()
	require.NoError(t, tape.RunAll())
	after := numbers(t, *tr.read)[0]
	require.Less(t, after, before, "TapeMachine sees what the Program learnt")
}

func TestImportListsMerges(t *testing.T) {
	g, must := gorgonia.NewGraph(), ok(t)
	input := func(name string, shape ...int) *gorgonia.Node {
		return gorgonia.NewTensor(g, tensor.Float64, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name))
	}
	scalar := func(nodes ...*gorgonia.Node) *gorgonia.Node {
		total := must(gorgonia.Sum(nodes[0]))
		for _, n := range nodes[1:] {
			total = must(gorgonia.Add(total, must(gorgonia.Sum(must(gorgonia.Square(n))))))
		}
		return total
	}
	long := input("long", 600)
	x := input("x", 2, 3)
	image := input("image", 1, 1, 7, 7)
	cases := []struct {
		name   string
		cost   *gorgonia.Node
		merged string
	}{
		{"inputs without a name", scalar(input("", 3), input("", 3)), "without a name"},
		{"SoftMax and LogSoftMax", scalar(must(gorgonia.SoftMax(x)), must(gorgonia.LogSoftMax(x))), "SoftMax"},
		{"slices 256 apart", scalar(must(gorgonia.Slice(long, gorgonia.S(0, 4))), must(gorgonia.Slice(long, gorgonia.S(256, 260)))), "256"},
		{"dropouts", scalar(must(gorgonia.Dropout(x, 0.1)), must(gorgonia.Dropout(x, 0.5))), "one mask"},
		{"constants of one name", scalar(
			must(gorgonia.Mul(gorgonia.NewConstant(3.0, gorgonia.WithName("rate")), x)),
			must(gorgonia.Mul(gorgonia.NewConstant(4.0, gorgonia.WithName("rate")), input("y", 2)))), "constants of one name"},
		{"dilations", scalar(
			must(gorgonia.Im2Col(image, tensor.Shape{2, 2}, tensor.Shape{0, 0}, tensor.Shape{4, 4}, tensor.Shape{1, 1})),
			must(gorgonia.Im2Col(image, tensor.Shape{2, 2}, tensor.Shape{0, 0}, tensor.Shape{4, 4}, tensor.Shape{2, 2}))), "dilation"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			imp, err := graph.Import(c.cost)
			require.NoError(t, err)
			require.Len(t, imp.Merges, 1)
			require.Contains(t, imp.Merges[0].String(), c.merged)
		})
	}
	t.Run("nothing", func(t *testing.T) {
		short := input("short", 255)
		imp, err := graph.Import(scalar(must(gorgonia.Slice(short, gorgonia.S(0, 4))), must(gorgonia.SoftMax(x)),
			must(gorgonia.Mul(gorgonia.NewConstant(2.5), short))))
		require.NoError(t, err)
		require.Empty(t, imp.Merges)
	})
}
