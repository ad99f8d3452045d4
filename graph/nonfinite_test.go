package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// trainer is a step of training whose loss can go bad in several places.
type trainer struct {
	graph      *graph.Graph
	w, b, slow *graph.Param
	x          *graph.Node
	feed       graph.Feed
}

func newTrainer() *trainer {
	g := newGraph(graph.Float32)
	tr := &trainer{graph: g, x: g.Input("x", 2, 3)}
	tr.w = g.Params().New("w", graph.Constant(0.5), 3)
	tr.b = g.Params().New("b", graph.Constant(1), 2)
	tr.slow = g.Params().Declare(graph.State, "slow", graph.Zeros, 3)
	tr.feed = graph.Feed{tr.x: []float64{1, 2, 3, 4, 5, 6}}
	return tr
}

// step adds the updates of a training step for the loss: of both parameters and of a slow copy.
func (tr *trainer) step(loss *graph.Node) {
	g := tr.graph
	w, b := g.Param(tr.w), g.Param(tr.b)
	d := graph.Grad(loss, w, b)
	g.Update(tr.slow, w)
	g.Update(tr.w, w.Sub(d[0].Scale(0.1)))
	g.Update(tr.b, b.Sub(d[1].Scale(0.1)))
}

// requireBad runs a step that must fail with a NonFiniteError, and change no parameter.
func (tr *trainer) requireBad(t *testing.T, loss *graph.Node) *graph.NonFiniteError {
	t.Helper()
	prog, err := tr.graph.Compile(loss)
	require.NoError(t, err)
	before := tr.values()
	for range 2 {
		_, err = prog.Run(7, tr.feed)
		var bad *graph.NonFiniteError
		require.ErrorAs(t, err, &bad)
		requireSameBits(t, before, tr.values())
		require.Equal(t, uint64(7), bad.Step)
	}
	var bad *graph.NonFiniteError
	require.ErrorAs(t, err, &bad)
	return bad
}

func (tr *trainer) values() (v []float64) {
	for _, p := range tr.graph.Params().All() {
		v = p.Value().AppendTo(v)
	}
	return v
}

func requireSameBits(t *testing.T, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, math.Float64bits(want[i]), math.Float64bits(got[i]), "element %d", i)
	}
}

func TestTheFirstBadNodeIsNamed(t *testing.T) {
	tr := newTrainer()
	g := tr.graph
	score := tr.x.MatMul(g.Param(tr.w)).Sub(g.Param(tr.b)) // 2, 6.5
	shifted := score.AddScalar(-4)                         // -2, 2.5
	log := shifted.Log()
	at := above(1)
	loss := log.Square().Add(score).Mean().Exp().Neg()
	tr.step(loss)
	bad := tr.requireBad(t, loss)
	require.Equal(t, "Log Add [2]", bad.Node)
	require.Equal(t, at, bad.Pos)
	require.Equal(t, 0, bad.Index)
	require.True(t, math.IsNaN(bad.Value))
	require.EqualError(t, bad, "graph: step 7: Neg [] is not finite: "+at+": Log Add [2] gives NaN at element 0 from finite operands")
}

func TestAnOverflowIsNamed(t *testing.T) {
	tr := newTrainer()
	big := tr.x.Mul(tr.graph.Param(tr.w)).Scale(35).Exp() // e^105 overflows float32, e^87.5 does not
	loss := big.Mul(tr.graph.Param(tr.b).ExpandDims(1)).Sum()
	tr.step(loss)
	bad := tr.requireBad(t, loss)
	require.Equal(t, "Exp Mul [2 3]", bad.Node)
	require.Equal(t, 5, bad.Index)
	require.Equal(t, math.Inf(1), bad.Value)
}

func TestABadInputIsNamed(t *testing.T) {
	for name, use := range map[string]func(x *graph.Node) *graph.Node{
		"as it stands":     func(x *graph.Node) *graph.Node { return x },
		"reshaped":         func(x *graph.Node) *graph.Node { return x.Reshape(3, 2).Exp().Reshape(2, 3) },
		"through a branch": func(x *graph.Node) *graph.Node { return x.Sum().Add(x.Max()).Add(x.Tanh()) },
		"transposed":       func(x *graph.Node) *graph.Node { return x.Transpose().Transpose().Sin() },
		"reshaped and cut": func(x *graph.Node) *graph.Node { return x.Flatten().Reshape(6).Slice(0, 3, 6).Square() },
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrainer()
			tr.feed[tr.x] = []float64{1, 2, 3, 4, math.NaN(), 6}
			loss := use(tr.x).Mul(tr.graph.Param(tr.w)).Sum().Add(tr.graph.Param(tr.b).Sum())
			tr.step(loss)
			bad := tr.requireBad(t, loss)
			require.Equal(t, "x [2 3]", bad.Node)
			require.Equal(t, 4, bad.Index)
			require.Empty(t, bad.Pos)
			require.True(t, math.IsNaN(bad.Value))
		})
	}
}

func TestABadParameterIsNamed(t *testing.T) {
	tr := newTrainer()
	tr.w.Value().Set(2, math.Inf(-1))
	loss := tr.x.MatMul(tr.graph.Param(tr.w)).Add(tr.graph.Param(tr.b)).Mean()
	tr.step(loss)
	bad := tr.requireBad(t, loss)
	require.Equal(t, "w [3]", bad.Node)
	require.Equal(t, 2, bad.Index)
	require.Equal(t, math.Inf(-1), bad.Value)
}

func TestABadConstantIsNamed(t *testing.T) {
	tr := newTrainer()
	loss := tr.x.MatMul(tr.graph.Param(tr.w)).Add(tr.graph.Param(tr.b)).Mul(tr.graph.ConstArray([]float64{1, math.NaN()}, 2)).Sum()
	tr.step(loss)
	bad := tr.requireBad(t, loss)
	require.Equal(t, "const[2]", bad.Node)
	require.Equal(t, 1, bad.Index)
}

func TestALossThatIsALeafIsChecked(t *testing.T) {
	g := newGraph(graph.Float64)
	w, rate := g.Params().New("w", graph.Constant(1)), g.Input("rate")
	g.Update(w, rate.Scale(2))
	prog, err := g.Compile(rate)
	require.NoError(t, err)
	_, err = prog.Run(0, graph.Feed{rate: math.NaN()})
	require.ErrorContains(t, err, "rate [] is not finite: rate [] holds NaN at element 0")
	require.Equal(t, 1.0, w.Value().Item())
}

// TestTheCheckComesBeforeAnyUpdate updates parameters with values on the way to the loss, and with
// others that no later step reads.
func TestTheCheckComesBeforeAnyUpdate(t *testing.T) {
	for name, update := range map[string]func(tr *trainer, h *graph.Node){
		"a value that the loss is computed from": func(tr *trainer, h *graph.Node) { tr.graph.Update(tr.slow, h) },
		"another parameter":                      func(tr *trainer, h *graph.Node) { tr.graph.Update(tr.slow, tr.graph.Param(tr.w)) },
		"an input": func(tr *trainer, h *graph.Node) {
			tr.graph.Update(tr.slow, tr.x.Slice(0, 0, 1).Reshape(3))
		},
		"a constant": func(tr *trainer, h *graph.Node) { tr.graph.Update(tr.slow, tr.graph.Const(3).Broadcast(3)) },
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrainer()
			h := tr.graph.Param(tr.w).Scale(2)
			loss := h.Sum().Neg().Log()
			update(tr, h)
			bad := tr.requireBad(t, loss)
			require.Equal(t, "Log Neg []", bad.Node)
		})
	}
}

func TestAFailureInAnUpdateChangesNoParameter(t *testing.T) {
	g, params, nodes := scalars(graph.Float64, 1, 2)
	table, label := g.Input("table", 5), g.Input("label", 2)
	g.Update(params[0], nodes[0].Scale(2))
	g.Update(params[1], table.Gather(0, label))
	prog, err := g.Compile(nodes[0].Sum())
	require.NoError(t, err)
	_, err = prog.Run(0, graph.Feed{table: make([]float64, 5), label: []int{1, 5}})
	require.ErrorContains(t, err, "index 5 at position 1")
	require.Equal(t, []float64{1, 1}, params[0].Value().Float64s())
	require.Equal(t, []float64{2, 2}, params[1].Value().Float64s())
}

func TestPredictionMayBeInfinite(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x")
	prog, err := g.Compile(x.Log())
	require.NoError(t, err)
	out, err := prog.Run(0, graph.Feed{x: 0.0})
	require.NoError(t, err, "a program without updates may return anything")
	require.Equal(t, math.Inf(-1), out[0].Item())
}
