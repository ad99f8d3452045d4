package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

func TestCholeskyOfWhatIsNotPositiveDefinite(t *testing.T) {
	for _, p := range precisions {
		g := graph.New(graph.NewParams(p, 1), graph.Train)
		x, w := g.Input("x", 2, 2, 2, 2), g.Params().New("w", graph.Constant(1))
		l := x.Cholesky()
		at := above(1)
		g.Update(w, l.Sum())
		prog, err := g.Compile(g.Param(w).Scale(2))
		require.NoError(t, err)
		good := []float64{4, 0, 0, 1, 1, 0, 0.5, 1, 9, 1, 1, 9, 2, 1, 1, 2}
		_, err = prog.Run(0, graph.Feed{x: good})
		require.NoError(t, err)
		before := w.Value().Item()

		bad := append([]float64{}, good...)
		bad[10], bad[14] = 30, 2 // 9 - (30/3)² and 2 - (2/√2)²
		_, err = prog.Run(1, graph.Feed{x: bad})
		require.ErrorContains(t, err, at+": Cholesky x [2 2 2 2]: not positive definite: matrix 2 has the pivot -91 at row 1")
		var wrong *graph.NotPositiveDefiniteError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, graph.NotPositiveDefiniteError{Matrix: 2, Place: 1, Pivot: -91}, *wrong)
		require.Equal(t, before, w.Value().Item(), "no parameter is written")
	}
}

// TestCholeskyGradientIsSymmetric differentiates log det x = 2 Σ log diag L, whose gradient is the
// inverse, though the upper triangle is not read.
func TestCholeskyGradientIsSymmetric(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 2, 2)
	d := graph.Grad(x.Cholesky().Diagonal().Log().Sum().Scale(2), x)[0]
	values := both(t, graph.Feed{x: []float64{3, math.NaN(), 1, 2}}, d)
	for i, want := range []float64{0.4, -0.2, -0.2, 0.6} {
		require.InDelta(t, want, values[0][i], 1e-15)
	}
}

// TestLinearAlgebraIsInFloat64 solves an ill-conditioned system, exact in float32, in both precisions.
func TestLinearAlgebraIsInFloat64(t *testing.T) {
	third := float64(float32(1) / 3)
	var l, x [2][]float64
	for i, p := range precisions {
		g := graph.New(graph.NewParams(p, 1), graph.Predict)
		a, b := g.Input("a", 2, 2), g.Input("b", 2, 1)
		feed := graph.Feed{a: []float64{3, 1, 1, third}, b: []float64{1, third}}
		l[i] = runAt(t, 0, feed, a.Cholesky())[0]
		x[i] = runAt(t, 0, feed, a.Transpose().SolveLower(b))[0]
	}
	for j := range l[0] {
		require.Equal(t, float64(float32(l[1][j])), l[0][j])
	}
	for j := range x[0] {
		require.Equal(t, float64(float32(x[1][j])), x[0][j])
	}
}

// TestOneTriangleSolvesBatchesAsCopiesOfItDo takes each way to broadcast.
func TestOneTriangleSolvesBatchesAsCopiesOfItDo(t *testing.T) {
	g := newGraph(graph.Float64)
	l, b := g.Params().New("l", graph.Gaussian(0, 1), 3, 3), g.Params().New("b", graph.Gaussian(0, 1), 2, 4, 3, 2)
	x, y := g.Param(l), g.Param(b)
	copies := x.Broadcast(2, 4, 3, 3)
	values := both(t, nil, x.SolveLower(y), copies.SolveLower(y), x.TSolveLower(y), copies.TSolveLower(y))
	require.Equal(t, values[1], values[0])
	require.Equal(t, values[3], values[2])
}

func TestMistakesOfLinearAlgebra(t *testing.T) {
	for _, c := range []struct {
		want string
		make func(g *graph.Graph, x, y, z *graph.Node) *graph.Node // x is [2 3], y [4], z [5 3 3]
	}{
		{"Cholesky x [2 3]: the last two axes are no square matrix", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return x.Cholesky() }},
		{"Cholesky y [4]: the last two axes are no square matrix", func(_ *graph.Graph, _, y, _ *graph.Node) *graph.Node { return y.Cholesky() }},
		{"Diagonal x [2 3]: the last two axes are no square matrix", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return x.Diagonal() }},
		{"Tril x [2 3]: the last two axes are no square matrix", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return x.Tril() }},
		{"Diag Sum[0:1] []: a scalar is no diagonal", func(_ *graph.Graph, _, y, _ *graph.Node) *graph.Node { return y.Sum().Diag() }},
		{"FillTril y [4]: no lower triangle has 4 elements", func(_ *graph.Graph, _, y, _ *graph.Node) *graph.Node { return y.FillTril() }},
		{"FillTril Sum[0:1] []: a scalar is no triangle", func(_ *graph.Graph, _, y, _ *graph.Node) *graph.Node { return y.Sum().FillTril() }},
		{"CumSum x [2 3]: no axis 2", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return x.CumSum(2) }},
		{"SolveLower x [2 3], x [2 3]: the last two axes are no square matrix", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return x.SolveLower(x) }},
		{"SolveLower z [5 3 3], x [2 3]: the right side has not as many rows as the triangle", func(_ *graph.Graph, x, _, z *graph.Node) *graph.Node { return z.SolveLower(x) }},
		{"TSolveLower z [5 3 3], y [4]: the right side has not as many rows as the triangle", func(_ *graph.Graph, _, y, z *graph.Node) *graph.Node { return z.TSolveLower(y) }},
		{"TSolveLower Slice[0, 0:2] [2 3 3], z [5 3 3]: batch shapes do not broadcast", func(_ *graph.Graph, _, _, z *graph.Node) *graph.Node {
			return z.Slice(0, 0, 2).TSolveLower(z)
		}},
		{"Binomial x [2 3], y [4]: shapes do not broadcast", func(g *graph.Graph, x, y, _ *graph.Node) *graph.Node { return g.Binomial(x, y) }},
	} {
		t.Run(c.want, func(t *testing.T) {
			g := newGraph(graph.Float64)
			x, y, z := g.Input("x", 2, 3), g.Input("y", 4), g.Input("z", 5, 3, 3)
			bad := c.make(g, x, y, z)
			require.ErrorContains(t, g.Err(), ": "+c.want)
			require.Regexp(t, `^cholesky_test\.go:\d+: `, g.Err().Error())
			first := g.Err()
			bad.Cholesky().SolveLower(z).TSolveLower(bad).Diagonal().Diag().Tril().FillTril().CumSum(7)
			z.SolveLower(bad).Graph().LogGamma(bad)
			g.Poisson(bad)
			g.Binomial(bad, x)
			_, err := g.Compile(bad)
			require.Equal(t, first, err, "the first mistake is kept")
		})
	}
}
