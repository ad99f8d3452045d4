package graph_test

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
)

// bbb is Bayes by Backprop's training step (Blundell et al. 2015) on a small classifier: weights
// drawn from a posterior of two parameters each, a scale-mixture prior, and Adam.
type bbb struct {
	params         *graph.Params
	graph          *graph.Graph
	x, y, rate, kl *graph.Node
	loss, nll      *graph.Node
	batch          int
}

func newBBB(p graph.Precision, seed uint64, batch int) *bbb {
	m := newLoss(p, seed, batch)
	m.adam()
	return m
}

// newLoss returns the model without its updates.
func newLoss(p graph.Precision, seed uint64, batch int) *bbb {
	ps := graph.NewParams(p, seed)
	g := graph.New(ps, graph.Train)
	m := &bbb{params: ps, graph: g, batch: batch, rate: g.Input("rate"), kl: g.Input("kl"), x: g.Input("x", batch, 12), y: g.Input("y", batch)}
	complexity := g.Const(0)
	h := m.x
	for i, width := range []int{12, 40, 30, 4}[1:] {
		w, cost := m.draw(fmt.Sprintf("fc%d", i), h.Dim(1), width)
		if i > 0 {
			h = h.ReLU()
		}
		h, complexity = h.MatMul(w), complexity.Add(cost)
	}
	m.nll = h.LogSoftmax(1).Pick(m.y).Mean().Neg()
	m.loss = m.nll.Add(complexity.Mul(m.kl))
	return m
}

// draw returns a draw of the weights and log q(w) - log p(w).
func (m *bbb) draw(name string, in, out int) (w, cost *graph.Node) {
	g := m.graph
	mu := g.Param(m.params.New(name+"/mu", graph.Glorot, in, out))
	sigma := g.Param(m.params.New(name+"/rho", graph.Constant(-3), in, out)).Softplus()
	e := g.Normal(in, out)
	w = mu.Add(sigma.Mul(e))
	logQ := e.Square().Scale(-0.5).Sub(sigma.Log())
	wide := w.Square().Scale(-0.5).AddScalar(math.Log(0.5))
	narrow := w.Square().Scale(-0.5 / 0.01).AddScalar(math.Log(0.5 / 0.1))
	logP := graph.Stack(0, wide, narrow).LogSumExp(0)
	return w, logQ.Sub(logP).Sum()
}

func (m *bbb) adam() {
	g := m.graph
	params := g.Used(graph.Trainable)
	nodes := make([]*graph.Node, len(params))
	for i, p := range params {
		nodes[i] = g.Param(p)
	}
	for i, d := range graph.Grad(m.loss, nodes...) {
		p := params[i]
		mean := m.params.Declare(graph.Slot, p.Name()+"/m", graph.Zeros, p.Shape()...)
		square := m.params.Declare(graph.Slot, p.Name()+"/v", graph.Zeros, p.Shape()...)
		newMean := g.Param(mean).Scale(0.9).Add(d.Scale(0.1))
		newSquare := g.Param(square).Scale(0.999).Add(d.Square().Scale(0.001))
		g.Update(mean, newMean)
		g.Update(square, newSquare)
		g.Update(p, nodes[i].Sub(newMean.Div(newSquare.Sqrt().AddScalar(1e-8)).Mul(m.rate)))
	}
}

func (m *bbb) feed() graph.Feed {
	x, y := make([]float64, m.batch*12), make([]int, m.batch)
	for i := range y {
		y[i] = i % 4
		for j := range 12 {
			x[i*12+j] = math.Sin(float64(i*i+j)) + float64(y[i]*(j%3))/3
		}
	}
	return graph.Feed{m.x: x, m.y: y, m.rate: 0.003, m.kl: 1e-4}
}

// train runs steps from first on, and returns the losses and the bits of every parameter.
func (m *bbb) train(t require.TestingT, first, steps uint64) (losses, params []float64) {
	prog, err := m.graph.Compile(m.loss)
	require.NoError(t, err)
	feed := m.feed()
	for step := range steps {
		out, err := prog.Run(first+step, feed)
		require.NoError(t, err)
		losses = append(losses, out[0].Item())
	}
	for _, p := range m.params.All() {
		params = p.Value().AppendTo(params)
	}
	return losses, params
}

func TestTrainingStepEqualsReference(t *testing.T) {
	for _, p := range precisions {
		m := newBBB(p, 7, 6)
		m.train(t, 0, 3)
		want, err := m.graph.Reference(3, m.feed(), m.loss, m.nll)
		require.NoError(t, err)
		prog, err := m.graph.Compile(m.loss, m.nll)
		require.NoError(t, err)
		got, err := prog.Run(3, m.feed())
		require.NoError(t, err)
		require.Equal(t, want[0].Item(), got[0].Item())
		require.Equal(t, want[1].Item(), got[1].Item())
	}
}

func TestTrainingStepGradient(t *testing.T) {
	m := newLoss(graph.Float64, 7, 5)
	graphtest.ParamGradient(t, m.loss, m.feed())
}

func TestTrainingReducesTheLoss(t *testing.T) {
	losses, _ := newBBB(graph.Float32, 7, 32).train(t, 0, 300)
	require.Less(t, losses[299], 0.5*losses[0])
}

func TestSameSeedSameBits(t *testing.T) {
	losses, params := newBBB(graph.Float32, 7, 700).train(t, 0, 4)
	again, same := newBBB(graph.Float32, 7, 700).train(t, 0, 4)
	require.Equal(t, losses, again)
	requireSameBits(t, params, same)
	_, other := newBBB(graph.Float32, 8, 700).train(t, 0, 4)
	require.NotEqual(t, params, other)
}

func TestBitsDoNotDependOnGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []float64
	for _, procs := range []int{1, 2, 4, 8} {
		runtime.GOMAXPROCS(procs)
		_, got := newBBB(graph.Float32, 7, 1500).train(t, 0, 4)
		if want == nil {
			want = got
		}
		requireSameBits(t, want, got)
	}
}

func TestStoppingAndGoingOnIsNotStopping(t *testing.T) {
	_, want := newBBB(graph.Float32, 7, 20).train(t, 0, 9)
	m := newBBB(graph.Float32, 7, 20)
	m.train(t, 0, 4)
	resumed := newBBB(graph.Float32, 7, 20)
	require.NoError(t, resumed.params.CopyFrom(m.params))
	_, got := resumed.train(t, 4, 5)
	requireSameBits(t, want, got)
}

func TestProgramsRunConcurrently(t *testing.T) {
	_, want := newBBB(graph.Float32, 7, 300).train(t, 0, 5)
	var wg sync.WaitGroup
	got := make([][]float64, 4)
	for i := range got {
		wg.Go(func() { _, got[i] = newBBB(graph.Float32, 7, 300).train(t, 0, 5) })
	}
	wg.Wait()
	for i := range got {
		requireSameBits(t, want, got[i])
	}
}

func TestRunDoesNotAllocate(t *testing.T) {
	for _, p := range precisions {
		m := newBBB(p, 7, 300)
		prog, err := m.graph.Compile(m.loss, m.nll)
		require.NoError(t, err)
		feed, step, rate := m.feed(), uint64(0), 0.003
		feed[m.rate] = &rate
		require.Zero(t, testing.AllocsPerRun(20, func() {
			rate *= 0.99
			_, err = prog.Run(step, feed)
			step++
		}))
		require.NoError(t, err)
	}
}

func BenchmarkTrainingStep(b *testing.B) {
	m := newBBB(graph.Float32, 7, 100)
	prog, err := m.graph.Compile(m.loss)
	require.NoError(b, err)
	feed, step := m.feed(), uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := prog.Run(step, feed); err != nil {
			b.Fatal(err)
		}
		step++
	}
}
