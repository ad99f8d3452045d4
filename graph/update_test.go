package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// scalars declares one scalar parameter for each value, named a, b, c, ...
func scalars(p graph.Precision, values ...float64) (*graph.Graph, []*graph.Param, []*graph.Node) {
	g := newGraph(p)
	params, nodes := make([]*graph.Param, len(values)), make([]*graph.Node, len(values))
	for i, v := range values {
		params[i] = g.Params().New(string(rune('a'+i)), graph.Constant(v), 2)
		nodes[i] = g.Param(params[i])
	}
	return g, params, nodes
}

// TestUpdatesSeeOldValues states each set of updates as what the parameters become, from 1, 10, 100.
func TestUpdatesSeeOldValues(t *testing.T) {
	for _, c := range []struct {
		name   string
		update func(g *graph.Graph, p []*graph.Param, x []*graph.Node)
		want   []float64
	}{
		{"swap", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			g.Update(p[0], x[1])
			g.Update(p[1], x[0])
		}, []float64{10, 1, 100}},
		{"rotation", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			g.Update(p[0], x[1])
			g.Update(p[1], x[2])
			g.Update(p[2], x[0])
		}, []float64{10, 100, 1}},
		{"a momentum and then its parameter", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			m := x[0].Scale(0.5).Add(x[2])
			g.Update(p[0], m)
			g.Update(p[1], x[1].Sub(m))
		}, []float64{100.5, -90.5, 100}},
		{"a parameter and then its momentum", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			m := x[0].Scale(0.5).Add(x[2])
			g.Update(p[1], x[1].Sub(m))
			g.Update(p[0], m)
		}, []float64{100.5, -90.5, 100}},
		{"reading what another update writes", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			g.Update(p[0], x[0].Add(x[1]))
			g.Update(p[1], x[1].Add(x[0]).Scale(2))
			g.Update(p[2], x[0].Mul(x[1]).Mul(x[2]))
		}, []float64{11, 22, 1000}},
		{"one value for two", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			v := x[0].Add(x[2])
			g.Update(p[0], v)
			g.Update(p[1], v)
		}, []float64{101, 101, 100}},
		{"itself", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			g.Update(p[0], x[0])
			g.Update(p[1], x[0].Reshape(1, 2).Reshape(2))
		}, []float64{1, 1, 100}},
		{"a constant", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			g.Update(p[0], g.Const(7).Broadcast(2))
			g.Update(p[1], g.ConstArray([]float64{8, 8}, 2))
		}, []float64{7, 8, 100}},
		{"a permutation of itself", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			both := graph.Concat(0, x[0], x[1]) // 1 1 10 10
			g.Update(p[0], both.Slice(0, 1, 3).Transpose().Sum(0).Broadcast(2))
		}, []float64{11, 10, 100}},
		{"a mean of what it repeats over", func(g *graph.Graph, p []*graph.Param, x []*graph.Node) {
			g.Update(p[0], x[0].Sub(x[0].Mean()))
			g.Update(p[1], x[1].Mean().Broadcast(2))
		}, []float64{0, 10, 100}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range precisions {
				g, params, nodes := scalars(p, 1, 10, 100)
				c.update(g, params, nodes)
				prog, err := g.Compile(nodes[0].Add(nodes[1]).Sum(), nodes[0])
				require.NoError(t, err)
				out, err := prog.Run(0, nil)
				require.NoError(t, err)
				require.Equal(t, 22.0, out[0].Item(), "outputs see the old values")
				require.Equal(t, []float64{1, 1}, out[1].Float64s())
				for i, want := range c.want {
					require.Equal(t, []float64{want, want}, params[i].Value().Float64s(), params[i].Name())
				}
			}
		})
	}
}

// TestUpdatesThatReadTheirParameterInAnotherOrder cannot be written over it element by element.
func TestUpdatesThatReadTheirParameterInAnotherOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(w *graph.Node) *graph.Node
		want []float64 // from 1 2 3 4
	}{
		{"transpose", func(w *graph.Node) *graph.Node { return w.Transpose() }, []float64{1, 3, 2, 4}},
		{"product", func(w *graph.Node) *graph.Node { return w.MatMul(w) }, []float64{7, 10, 15, 22}},
		{"product with its transpose", func(w *graph.Node) *graph.Node { return w.MatMulT(w) }, []float64{5, 11, 11, 25}},
		{"gather", func(w *graph.Node) *graph.Node { return w.Gather(0, w.Graph().ConstArray([]float64{1, 0}, 2)) }, []float64{3, 4, 1, 2}},
		{"concatenation", func(w *graph.Node) *graph.Node { return graph.Concat(1, w.Slice(1, 1, 2), w.Slice(1, 0, 1)) }, []float64{2, 1, 4, 3}},
		{"its first row from every row", func(w *graph.Node) *graph.Node { return w.Sub(w.Slice(0, 0, 1)) }, []float64{0, 0, 2, 2}},
		{"the column sums of what is reshaped", func(w *graph.Node) *graph.Node { return w.Reshape(4, 1).Broadcast(4, 4).Sum(0).Reshape(2, 2).Sub(w) }, []float64{9, 8, 7, 6}},
		{"each row's mean", func(w *graph.Node) *graph.Node { return w.Mean(1).ExpandDims(1).Broadcast(2, 2) }, []float64{1.5, 1.5, 3.5, 3.5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range precisions {
				g := newGraph(p)
				w := g.Params().New("w", graph.Zeros, 2, 2)
				require.NoError(t, w.Value().SetFloat64s([]float64{1, 2, 3, 4}))
				g.Update(w, c.f(g.Param(w)))
				prog, err := g.Compile()
				require.NoError(t, err)
				_, err = prog.Run(0, nil)
				require.NoError(t, err)
				require.Equal(t, c.want, w.Value().Float64s())
			}
		})
	}
}

// TestAdamChain runs three steps of Adam, all of whose updates read each other's, against the same
// arithmetic in Go.
func TestAdamChain(t *testing.T) {
	const b1, b2, rate = 0.9, 0.99, 0.1
	g, params, nodes := scalars(graph.Float64, 1, 0, 0)
	w, m, v := nodes[0], nodes[1], nodes[2]
	target := g.Input("target", 2)
	loss := w.Sub(target).Square().Sum()
	d := graph.Grad(loss, w)[0]
	newM, newV := m.Scale(b1).Add(d.Scale(1-b1)), v.Scale(b2).Add(d.Square().Scale(1-b2))
	g.Update(params[0], w.Sub(newM.Div(newV.Sqrt().AddScalar(1e-8)).Scale(rate)))
	g.Update(params[1], newM)
	g.Update(params[2], newV)
	prog, err := g.Compile(loss)
	require.NoError(t, err)

	x, mm, vv := 1.0, 0.0, 0.0
	for step := range uint64(3) {
		out, err := prog.Run(step, graph.Feed{target: []float64{4, 4}})
		require.NoError(t, err)
		require.InDelta(t, 2*(x-4)*(x-4), out[0].Item(), 1e-12)
		slope := 2 * (x - 4)
		mm, vv = b1*mm+(1-b1)*slope, b2*vv+(1-b2)*slope*slope
		x -= rate * mm / (math.Sqrt(vv) + 1e-8)
		for i, want := range []float64{x, mm, vv} {
			require.InDelta(t, want, params[i].Value().At(1), 1e-12, "%s at step %d", params[i].Name(), step)
		}
	}
}

func TestUpdatingTwiceIsAnError(t *testing.T) {
	g, params, nodes := scalars(graph.Float64, 1)
	g.Update(params[0], nodes[0].Scale(2))
	g.Update(params[0], nodes[0].Scale(3))
	_, err := g.Compile()
	require.EqualError(t, err, above(2)+": parameter a is updated twice, first at "+above(3))
}

func TestUpdateOfAnotherShapeIsAnError(t *testing.T) {
	g, params, nodes := scalars(graph.Float64, 1)
	g.Update(params[0], nodes[0].Sum())
	_, err := g.Compile()
	require.EqualError(t, err, above(2)+": Update a [2], Sum[0:1] []: shapes differ")
}

func TestProgramsOfOtherGraphsSeeUpdates(t *testing.T) {
	g, params, nodes := scalars(graph.Float64, 1)
	g.Update(params[0], nodes[0].Scale(2))
	double, err := g.Compile()
	require.NoError(t, err)
	read := graph.New(g.Params(), graph.Predict)
	prog, err := read.Compile(read.Param(params[0]).Scale(10))
	require.NoError(t, err)
	for _, want := range []float64{20, 40} {
		_, err = double.Run(0, nil)
		require.NoError(t, err)
		out, err := prog.Run(0, nil)
		require.NoError(t, err)
		require.Equal(t, want, out[0].Item())
	}
}
