package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/optim"
)

// Gorgonia's own solvers get each of the following wrong.

func TestAdamWMovesAndDecaysWeights(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	moved, idle := declare(t, ps, "moved", []float64{4}), declare(t, ps, "idle", []float64{4})
	step := compile(t, ps, optim.AdamW{Decay: 0.5}, func(g *graph.Graph) *graph.Node {
		return g.Param(moved).Add(g.Param(idle).StopGradient())
	})
	step(0.1)
	step(0.1)
	// Without a gradient there is decay alone, none of which enters the moments.
	require.InDelta(t, 4*0.95*0.95, idle.Value().Item(), 1e-14)
	require.Zero(t, ps.Lookup("idle/adam.m").Value().Item())
	// A constant gradient of 1 adds a step of the learning rate.
	require.InDelta(t, (4*0.95-0.1)*0.95-0.1, moved.Value().Item(), 1e-7)
}

func TestAdaGradHonoursItsLearningRate(t *testing.T) {
	for _, lr := range []float64{0.001, 0.1, 3} {
		ps := graph.NewParams(graph.Float64, 1)
		w := declare(t, ps, "w", []float64{7})
		compile(t, ps, optim.AdaGrad{}, func(g *graph.Graph) *graph.Node { return g.Param(w).Scale(2) })(lr)
		require.InDelta(t, 7-lr, w.Value().Item(), 1e-9)
	}
}

func TestMomentumOfAScalar(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	w := declare(t, ps, "w", []float64{0})
	step := compile(t, ps, optim.SGD{Momentum: 0.5}, func(g *graph.Graph) *graph.Node { return g.Param(w) })
	for range 3 {
		step(1)
	}
	require.Equal(t, 1.75, ps.Lookup("w/sgd.velocity").Value().Item())
	require.Equal(t, -(1 + 1.5 + 1.75), w.Value().Item())
}

// With momentum too, an L2 term pulls at the weight, not at the velocity, and at its full strength
// whatever the batch.
func TestL2ActsOnTheWeight(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	w := declare(t, ps, "w", []float64{2})
	step := compile(t, ps, optim.SGD{Momentum: 0.5}, func(g *graph.Graph) *graph.Node {
		examples := g.ConstArray([]float64{1, 2, 3, 4}, 4)
		return g.Param(w).Mul(examples).Mean().Add(g.Param(w).Square().Scale(0.1))
	})
	step(0.1)
	step(0.1)
	first := 2.5 + 0.2*2
	w1 := 2 - 0.1*first
	second := 0.5*first + 2.5 + 0.2*w1
	require.InDelta(t, w1-0.1*second, w.Value().Item(), 1e-15)
}

func TestParametersThatShareAGradient(t *testing.T) {
	for name, o := range everyOptimizer {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			a, b := declare(t, ps, "a", []float64{1, 2}, 2), declare(t, ps, "b", []float64{1, 2}, 2)
			step := compile(t, ps, o, func(g *graph.Graph) *graph.Node {
				return g.Param(a).Add(g.Param(b)).Square().Sum()
			})
			step(0.1)
			require.NotEqual(t, []float64{1, 2}, a.Value().Float64s())
			require.Equal(t, a.Value().Float64s(), b.Value().Float64s())
		})
	}
}

// The gradients (3, 0) and 4 together have norm 5.
func TestClippingIsByGlobalNorm(t *testing.T) {
	tests := []struct {
		name    string
		maxNorm float64
		v, w    []float64
	}{
		{"above the limit", 1, []float64{-0.6, 0}, []float64{-0.8}},
		{"below the limit", 5.5, []float64{-3, 0}, []float64{-4}},
		{"at the limit", 5, []float64{-3, 0}, []float64{-4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float64, 1)
			v, w := ps.New("v", graph.Zeros, 2), ps.New("w", graph.Zeros)
			g := graph.New(ps, graph.Train)
			loss := g.Param(v).Mul(g.ConstArray([]float64{3, 0}, 2)).Sum().Add(g.Param(w).Scale(4))
			norm := optim.MinimizeClipped(optim.SGD{}, loss, g.Const(1), tt.maxNorm)
			prog, err := g.Compile(norm)
			require.NoError(t, err)
			out, err := prog.Run(0, nil)
			require.NoError(t, err)
			require.Equal(t, 5.0, out[0].Item())
			require.InDeltaSlice(t, tt.v, v.Value().Float64s(), 1e-15)
			require.InDeltaSlice(t, tt.w, w.Value().Float64s(), 1e-15)
		})
	}
}

func TestClippingOfAGradientThatIsZero(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	w := declare(t, ps, "w", []float64{0})
	g := graph.New(ps, graph.Train)
	loss := g.Param(w).Square()
	norm := optim.MinimizeClipped(optim.Adam{}, loss, g.Const(1), 1)
	prog, err := g.Compile(loss, norm)
	require.NoError(t, err)
	_, err = prog.Run(0, nil)
	require.NoError(t, err)
	require.Zero(t, w.Value().Item())
}

func TestClippingStopsAtAGradientThatIsNotFinite(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	w := declare(t, ps, "w", []float64{0})
	g := graph.New(ps, graph.Train)
	loss := g.Param(w).Sqrt() // 0, with an infinite slope
	norm := optim.MinimizeClipped(optim.Adam{}, loss, g.Const(1), 1)
	prog, err := g.Compile(loss, norm)
	require.NoError(t, err)
	before := valuesOf(ps)
	_, err = prog.Run(0, nil)
	var bad *graph.NonFiniteError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, before, valuesOf(ps))
}

func TestClippingNeedsAPositiveNorm(t *testing.T) {
	for _, limit := range []float64{0, -1, math.NaN()} {
		ps := graph.NewParams(graph.Float64, 1)
		g := graph.New(ps, graph.Train)
		loss := g.Param(ps.New("w", graph.Zeros))
		norm := optim.MinimizeClipped(optim.SGD{}, loss, g.Const(1), limit)
		_, err := g.Compile(norm)
		require.ErrorContains(t, err, "is not positive")
	}
}
