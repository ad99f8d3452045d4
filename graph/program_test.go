package graph_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// mlp is a small classifier with its SGD step: noise, a shared trunk, labels and updates.
type mlp struct {
	params      *graph.Params
	graph       *graph.Graph
	x, y, lr    *graph.Node
	loss, noisy *graph.Node
}

func newMLP(p graph.Precision, batch int) *mlp {
	ps := graph.NewParams(p, 7)
	w0, b0 := ps.New("fc0/w", graph.He, 12, 9), ps.New("fc0/b", graph.Zeros, 9)
	w1 := ps.New("fc1/w", graph.Glorot, 9, 4)
	g := graph.New(ps, graph.Train)
	m := &mlp{params: ps, graph: g, x: g.Input("x", batch, 12), y: g.Input("y", batch), lr: g.Input("lr")}
	h := m.x.MatMul(g.Param(w0)).Add(g.Param(b0)).ReLU()
	m.noisy = h.Add(g.Normal(batch, 9).Scale(0.1))
	m.loss = m.noisy.MatMul(g.Param(w1)).LogSoftmax(1).Pick(m.y).Mean().Neg()
	params := []*graph.Param{w0, b0, w1}
	for i, d := range graph.Grad(m.loss, g.Param(w0), g.Param(b0), g.Param(w1)) {
		g.Update(params[i], g.Param(params[i]).Sub(d.Mul(m.lr)))
	}
	return m
}

func (m *mlp) feed(batch int) graph.Feed {
	x, y := make([]float64, batch*12), make([]int, batch)
	for i := range x {
		x[i] = math.Sin(float64(i * i))
	}
	for i := range y {
		y[i] = i % 4
	}
	return graph.Feed{m.x: x, m.y: y, m.lr: 0.1}
}

func TestProgramEqualsReference(t *testing.T) {
	for _, p := range []graph.Precision{graph.Float32, graph.Float64} {
		m := newMLP(p, 6)
		prog, err := m.graph.Compile(m.loss, m.noisy)
		require.NoError(t, err)
		for step := range uint64(3) {
			want, err := m.graph.Reference(step, m.feed(6), m.loss, m.noisy)
			require.NoError(t, err)
			got, err := prog.Run(step, m.feed(6))
			require.NoError(t, err)
			for i := range want {
				require.Equal(t, want[i].Shape(), got[i].Shape())
				require.Equal(t, want[i].Float64s(), got[i].Float64s(), "output %d at step %d", i, step)
			}
		}
	}
}

func TestTrainingReducesTheLoss(t *testing.T) {
	m := newMLP(graph.Float32, 32)
	prog, err := m.graph.Compile(m.loss)
	require.NoError(t, err)
	var first, last float64
	for step := range uint64(400) {
		out, err := prog.Run(step, m.feed(32))
		require.NoError(t, err)
		last = out[0].Item()
		if step == 0 {
			first = last
		}
	}
	require.Less(t, last, 0.5*first)
}

func TestRunDoesNotAllocate(t *testing.T) {
	m := newMLP(graph.Float32, 300)
	prog, err := m.graph.Compile(m.loss)
	require.NoError(t, err)
	feed, step := m.feed(300), uint64(0)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		_, err = prog.Run(step, feed)
		step++
	}))
	require.NoError(t, err)
}

func TestBitsDoNotDependOnGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []float64
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		m := newMLP(graph.Float32, 3000)
		prog, err := m.graph.Compile(m.loss)
		require.NoError(t, err)
		for step := range uint64(5) {
			_, err := prog.Run(step, m.feed(3000))
			require.NoError(t, err)
		}
		var got []float64
		for _, p := range m.params.All() {
			got = p.Value().AppendTo(got)
		}
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, "GOMAXPROCS %d", procs)
	}
}
