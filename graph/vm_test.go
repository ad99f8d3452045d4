package graph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
)

// training is a Gorgonia graph with the loop around it: what a user of Gorgonia brings along.
type training struct {
	g      *gorgonia.ExprGraph
	learnt gorgonia.Nodes
	feed   func(step int) error // lets inputs be new arrays
	cost   *gorgonia.Node
	read   *gorgonia.Value
}

// builder makes the same training every time that it is called.
type builder func(t testing.TB, dt tensor.Dtype) *training

var trainings = []struct {
	name  string
	build builder
}{
	{"linear regression", linearRegression},
	{"logistic regression", logisticRegression},
	{"perceptron", perceptron},
	{"deep perceptron of vectors", vectorPerceptron},
	{"convolutional net", convNet},
	{"normalised net", normalisedNet},
	{"recurrent net", recurrentNet},
}

// ok returns the node of a constructor that must not fail.
func ok(t testing.TB) func(*gorgonia.Node, error) *gorgonia.Node {
	return func(n *gorgonia.Node, err error) *gorgonia.Node {
		t.Helper()
		require.NoError(t, err)
		return n
	}
}

// gaussian returns numbers from a Gaussian around 0.
func gaussian(seed uint64, dt tensor.Dtype, std float64, shape ...int) *tensor.Dense {
	rng := rand.New(rand.NewPCG(seed, 7))
	d := tensor.New(tensor.Of(dt), tensor.WithShape(shape...))
	for i := range tensor.Shape(shape).TotalSize() {
		setElement(d, i, std*rng.NormFloat64())
	}
	return d
}

func setElement(d *tensor.Dense, i int, v float64) {
	if d.Dtype() == tensor.Float32 {
		d.Set(i, float32(v))
	} else {
		d.Set(i, v)
	}
}

// classes returns rows that are 1 at a class and 0 elsewhere.
func classes(seed uint64, dt tensor.Dtype, n, k int) *tensor.Dense {
	rng := rand.New(rand.NewPCG(seed, 9))
	d := tensor.New(tensor.Of(dt), tensor.WithShape(n, k))
	for i := range n {
		setElement(d, i*k+rng.IntN(k), 1)
	}
	return d
}

func weight(g *gorgonia.ExprGraph, name string, seed uint64, dt tensor.Dtype, std float64, shape ...int) *gorgonia.Node {
	return gorgonia.NewTensor(g, dt, len(shape), gorgonia.WithName(name), gorgonia.WithShape(shape...),
		gorgonia.WithValue(gaussian(seed, dt, std, shape...)))
}

func (tr *training) differentiate(t testing.TB) *training {
	tr.read = new(gorgonia.Value)
	gorgonia.Read(tr.cost, tr.read)
	_, err := gorgonia.Grad(tr.cost, tr.learnt...)
	require.NoError(t, err)
	return tr
}

// linearRegression fits a slope and an intercept, both scalars, to points that do not change.
func linearRegression(t testing.TB, dt tensor.Dtype) *training {
	g, must := gorgonia.NewGraph(), ok(t)
	xs, ys := gaussian(1, dt, 1, 50), gaussian(2, dt, 0.1, 50)
	x := gorgonia.NewVector(g, dt, gorgonia.WithShape(50), gorgonia.WithName("x"), gorgonia.WithValue(xs))
	y := gorgonia.NewVector(g, dt, gorgonia.WithShape(50), gorgonia.WithName("y"), gorgonia.WithValue(ys))
	slope, intercept := gorgonia.NewScalar(g, dt, gorgonia.WithName("slope")), gorgonia.NewScalar(g, dt, gorgonia.WithName("intercept"))
	var half, one any = 0.5, 1.0
	if dt == tensor.Float32 {
		half, one = float32(0.5), float32(1)
	}
	require.NoError(t, gorgonia.Let(slope, half))
	require.NoError(t, gorgonia.Let(intercept, one))
	line := must(gorgonia.Add(must(gorgonia.Mul(x, slope)), intercept))
	cost := must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Sub(line, y))))))
	tr := &training{g: g, learnt: gorgonia.Nodes{slope, intercept}, cost: cost, feed: func(int) error { return nil }}
	return tr.differentiate(t)
}

func logisticRegression(t testing.TB, dt tensor.Dtype) *training {
	g, must := gorgonia.NewGraph(), ok(t)
	x := gorgonia.NewMatrix(g, dt, gorgonia.WithShape(20, 3), gorgonia.WithName("x"))
	y := gorgonia.NewVector(g, dt, gorgonia.WithShape(20), gorgonia.WithName("y"))
	w := weight(g, "w", 3, dt, 1, 3)
	p := must(gorgonia.Sigmoid(must(gorgonia.Mul(x, w))))
	cost := must(gorgonia.Mean(must(gorgonia.BinaryXent(p, y))))
	tr := &training{g: g, learnt: gorgonia.Nodes{w}, cost: cost, feed: func(step int) error {
		labels := tensor.New(tensor.Of(dt), tensor.WithShape(20))
		for i := range 20 {
			setElement(labels, i, float64((i+step)%2))
		}
		if err := gorgonia.Let(x, gaussian(uint64(step), dt, 1, 20, 3)); err != nil {
			return err
		}
		return gorgonia.Let(y, labels)
	}}
	return tr.differentiate(t)
}

// perceptron classifies with two hidden layers and biases that are broadcast.
func perceptron(t testing.TB, dt tensor.Dtype) *training { return mlp(t, dt, 12, 16, 24, 20, 5) }

func mlp(t testing.TB, dt tensor.Dtype, batch int, widths ...int) *training {
	g, must := gorgonia.NewGraph(), ok(t)
	in, out := widths[0], widths[len(widths)-1]
	x := gorgonia.NewMatrix(g, dt, gorgonia.WithShape(batch, in), gorgonia.WithName("x"))
	y := gorgonia.NewMatrix(g, dt, gorgonia.WithShape(batch, out), gorgonia.WithName("y"))
	tr := &training{g: g}
	h := x
	for i, width := range widths[1:] {
		w := weight(g, "w"+string(rune('0'+i)), uint64(10+i), dt, 1/math.Sqrt(float64(widths[i])), widths[i], width)
		b := weight(g, "b"+string(rune('0'+i)), uint64(20+i), dt, 0.1, 1, width)
		tr.learnt = append(tr.learnt, w, b)
		h = must(gorgonia.BroadcastAdd(must(gorgonia.Mul(h, w)), b, nil, []byte{0}))
		if i < len(widths)-2 {
			h = must(gorgonia.Rectify(h))
		}
	}
	logProb := must(gorgonia.LogSoftMax(h))
	tr.cost = must(gorgonia.Neg(must(gorgonia.Mean(must(gorgonia.HadamardProd(logProb, y))))))
	images, labels := gaussian(5, dt, 1, 4*batch, in), classes(6, dt, 4*batch, out)
	tr.feed = func(step int) error {
		rows := gorgonia.S(step%4*batch, (step%4+1)*batch)
		xs, err := images.Slice(rows)
		if err != nil {
			return err
		}
		ys, err := labels.Slice(rows)
		if err != nil {
			return err
		}
		if err := gorgonia.Let(x, xs); err != nil {
			return err
		}
		return gorgonia.Let(y, ys)
	}
	return tr.differentiate(t)
}

// vectorPerceptron maps one vector at a time, with activations of many kinds.
func vectorPerceptron(t testing.TB, dt tensor.Dtype) *training {
	g, must := gorgonia.NewGraph(), ok(t)
	x := gorgonia.NewVector(g, dt, gorgonia.WithShape(6), gorgonia.WithName("x"))
	tr := &training{g: g}
	h := x
	activations := []func(*gorgonia.Node) (*gorgonia.Node, error){
		gorgonia.Tanh, gorgonia.Sigmoid, gorgonia.Softplus, gorgonia.Cube, gorgonia.Expm1,
		func(n *gorgonia.Node) (*gorgonia.Node, error) { return gorgonia.LeakyRelu(n, 0.1) },
	}
	for i, f := range activations {
		w := weight(g, "w"+string(rune('0'+i)), uint64(30+i), dt, 0.4, 6, 6)
		b := weight(g, "b"+string(rune('0'+i)), uint64(40+i), dt, 0.1, 6)
		tr.learnt = append(tr.learnt, w, b)
		h = must(f(must(gorgonia.Add(must(gorgonia.Mul(w, h)), b))))
	}
	part := must(gorgonia.Slice(h, gorgonia.S(1, 5)))
	whole := must(gorgonia.Concat(0, part, must(gorgonia.Abs(x))))
	tr.cost = must(gorgonia.Sum(must(gorgonia.Square(must(gorgonia.Add(whole, must(gorgonia.Norm(x, 0, 2))))))))
	tr.feed = func(step int) error { return gorgonia.Let(x, gaussian(uint64(50+step), dt, 1, 6)) }
	return tr.differentiate(t)
}

// convNet has two convolutions with poolings, one of them strided and padded unevenly, and a dense layer.
func convNet(t testing.TB, dt tensor.Dtype) *training { return conv(t, dt, 3, 10, 4, 6) }

func conv(t testing.TB, dt tensor.Dtype, batch, size, first, second int) *training {
	g, must := gorgonia.NewGraph(), ok(t)
	x := gorgonia.NewTensor(g, dt, 4, gorgonia.WithShape(batch, 1, size, size), gorgonia.WithName("x"))
	y := gorgonia.NewMatrix(g, dt, gorgonia.WithShape(batch, 5), gorgonia.WithName("y"))
	w0, w1 := weight(g, "w0", 60, dt, 0.3, first, 1, 3, 3), weight(g, "w1", 61, dt, 0.2, second, first, 3, 3)
	c0 := must(gorgonia.Rectify(must(gorgonia.Conv2d(x, w0, tensor.Shape{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}))))
	p0 := must(gorgonia.MaxPool2D(c0, tensor.Shape{2, 2}, []int{0, 0}, []int{2, 2}))
	c1 := must(gorgonia.Rectify(must(gorgonia.Conv2d(p0, w1, tensor.Shape{3, 3}, []int{1, 0}, []int{1, 1}, []int{1, 1}))))
	p1 := must(gorgonia.MaxPool2D(c1, tensor.Shape{3, 2}, []int{1, 0}, []int{2, 1}))
	s := p1.Shape()
	features := s[1] * s[2] * s[3]
	w2 := weight(g, "w2", 62, dt, 0.1, features, 5)
	prob := must(gorgonia.SoftMax(must(gorgonia.Mul(must(gorgonia.Reshape(p1, tensor.Shape{batch, features})), w2))))
	cost := must(gorgonia.Neg(must(gorgonia.Mean(must(gorgonia.HadamardProd(must(gorgonia.Log(prob)), y))))))
	tr := &training{g: g, learnt: gorgonia.Nodes{w0, w1, w2}, cost: cost, feed: func(step int) error {
		if err := gorgonia.Let(x, gaussian(uint64(70+step), dt, 1, batch, 1, size, size)); err != nil {
			return err
		}
		return gorgonia.Let(y, classes(uint64(80+step), dt, batch, 5))
	}}
	return tr.differentiate(t)
}

// normalisedNet has ops that we have no equal of: batch normalisation, with the state that it keeps for its
// gradient, sparsemax and upsampling.
func normalisedNet(t testing.TB, dt tensor.Dtype) *training {
	g, must := gorgonia.NewGraph(), ok(t)
	x := gorgonia.NewTensor(g, dt, 4, gorgonia.WithShape(3, 2, 4, 4), gorgonia.WithName("x"))
	scale, shift := weight(g, "scale", 90, dt, 1, 3, 2, 4, 4), weight(g, "shift", 91, dt, 1, 3, 2, 4, 4)
	h, _, _, _, err := gorgonia.BatchNorm(x, scale, shift, 0.9, 1e-5)
	require.NoError(t, err)
	up := must(gorgonia.Upsample2D(h, 1))
	size := up.Shape().TotalSize() / 3
	w := weight(g, "w", 92, dt, 0.1, size, 4)
	out := must(gorgonia.Sparsemax(must(gorgonia.Mul(must(gorgonia.Reshape(up, tensor.Shape{3, size})), w))))
	cost := must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Exp(out))))))
	tr := &training{g: g, learnt: gorgonia.Nodes{scale, shift, w}, cost: cost, feed: func(step int) error {
		return gorgonia.Let(x, gaussian(uint64(95+step), dt, 1, 3, 2, 4, 4))
	}}
	return tr.differentiate(t)
}

// recurrentNet unrolls five steps of a cell, and attends to them by batched products.
func recurrentNet(t testing.TB, dt tensor.Dtype) *training {
	g, must := gorgonia.NewGraph(), ok(t)
	const batch, width, steps = 4, 6, 5
	x := gorgonia.NewTensor(g, dt, 3, gorgonia.WithShape(steps, batch, width), gorgonia.WithName("x"))
	wx, wh := weight(g, "wx", 100, dt, 0.4, width, width), weight(g, "wh", 101, dt, 0.4, width, width)
	h := must(gorgonia.Mul(must(gorgonia.Slice(x, gorgonia.S(0))), wx))
	var states gorgonia.Nodes
	for i := range steps {
		in := must(gorgonia.Mul(must(gorgonia.Slice(x, gorgonia.S(i))), wx))
		h = must(gorgonia.Tanh(must(gorgonia.Add(in, must(gorgonia.Mul(h, wh))))))
		states = append(states, must(gorgonia.Reshape(h, tensor.Shape{batch, 1, width})))
	}
	all := must(gorgonia.Concat(1, states...))
	scores := must(gorgonia.SoftMax(must(gorgonia.BatchedMatMul(all, all, false, true))))
	mixed := must(gorgonia.BatchedMatMul(scores, all))
	turned := must(gorgonia.Transpose(mixed, 2, 0, 1))
	top := must(gorgonia.Max(turned, 2))
	cost := must(gorgonia.Mean(must(gorgonia.Square(must(gorgonia.Sum(top, 0))))))
	tr := &training{g: g, learnt: gorgonia.Nodes{wx, wh}, cost: cost, feed: func(step int) error {
		return gorgonia.Let(x, gaussian(uint64(110+step), dt, 1, steps, batch, width))
	}}
	return tr.differentiate(t)
}

// run trains for some steps and returns the costs, as the node and as Read have them, and the weights.
func (tr *training) run(t testing.TB, vm gorgonia.VM, solver gorgonia.Solver, steps int) [][]float64 {
	t.Helper()
	var seen [][]float64
	for step := range steps {
		require.NoError(t, tr.feed(step))
		require.NoError(t, vm.RunAll())
		seen = append(seen, numbers(t, tr.cost.Value()), numbers(t, *tr.read))
		for _, w := range tr.learnt {
			grad, err := w.Grad()
			require.NoError(t, err)
			seen = append(seen, numbers(t, grad))
		}
		require.NoError(t, solver.Step(gorgonia.NodesToValueGrads(tr.learnt)))
		vm.Reset()
	}
	for _, w := range tr.learnt {
		seen = append(seen, numbers(t, w.Value()))
	}
	require.NoError(t, vm.Close())
	return seen
}

func numbers(t testing.TB, v gorgonia.Value) []float64 {
	t.Helper()
	require.NotNil(t, v)
	switch d := v.Data().(type) {
	case float32:
		return []float64{float64(d)}
	case float64:
		return []float64{d}
	case []float64:
		return append([]float64{}, d...)
	case []float32:
		out := make([]float64, len(d))
		for i, x := range d {
			out[i] = float64(x)
		}
		return out
	}
	require.Fail(t, "elements", "%T", v.Data())
	return nil
}

// requireClose holds arrays equal within a part of the largest element of each.
func requireClose(t testing.TB, want, got [][]float64, within float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Len(t, got[i], len(want[i]))
		scale := 0.0
		for _, v := range want[i] {
			scale = max(scale, math.Abs(v))
		}
		for j := range want[i] {
			require.InDelta(t, want[i][j], got[i][j], within*max(scale, 1e-3), "array %d, element %d", i, j)
		}
	}
}

// Both machines train the same weights from the same start: the numbers differ by rounding only.
func TestVMTrainsAsTapeMachineDoes(t *testing.T) {
	solvers := map[string]func() gorgonia.Solver{
		"SGD":  func() gorgonia.Solver { return gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.05)) },
		"Adam": func() gorgonia.Solver { return gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.01)) },
	}
	for _, c := range trainings {
		for _, dt := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			for name, solver := range solvers {
				t.Run(c.name+"/"+dt.String()+"/"+name, func(t *testing.T) {
					within := map[tensor.Dtype]float64{tensor.Float64: 1e-10, tensor.Float32: 5e-4}[dt]
					tape := c.build(t, dt)
					want := tape.run(t, gorgonia.NewTapeMachine(tape.g, gorgonia.BindDualValues(tape.learnt...)), solver(), 8)
					ours := c.build(t, dt)
					vm, err := graph.NewVM(ours.g, ours.learnt...)
					require.NoError(t, err)
					requireClose(t, want, ours.run(t, vm, solver(), 8), within)
				})
			}
		}
	}
}
