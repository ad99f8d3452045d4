package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
)

// TestSpecialGradientsAtTheEdges states gradients of the sum where the usual expressions would be NaN or cancel.
func TestSpecialGradientsAtTheEdges(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []edge{
		{"LogNdtr", one((*graph.Node).LogNdtr), []graphtest.Arg{vector(-1e6, -40, 40)},
			[]float64{-500000000014.734449, -804.608442013753788, 0}, [][]float64{{1000000.000001, 40.0249688472072637, 0}}},
		{"NdtrInvExp", one((*graph.Node).NdtrInvExp), []graphtest.Arg{vector(-1e5, 0)}, []float64{-447.197893678525051, inf}, [][]float64{{0.00223613530801365592, inf}}},
		{"Log1mExp", one((*graph.Node).Log1mExp), []graphtest.Arg{vector(-800, -1e-20)}, []float64{0, -46.051701859880914}, [][]float64{{0, -1e20}}},
		{"StirlingError at 0", one((*graph.Node).StirlingError), []graphtest.Arg{vector(0)}, []float64{0}, [][]float64{{0}}},
		{"FactorialExcess at 0", one((*graph.Node).FactorialExcess), []graphtest.Arg{vector(0)}, []float64{0}, [][]float64{{inf}}},
		{"Deviance at 0", two((*graph.Node).Deviance), []graphtest.Arg{vector(0, 0).Fixed(), vector(0, 3)}, []float64{0, 3}, [][]float64{{1, 1}}},
		{"LogBeta of unequal numbers", two((*graph.Node).LogBeta), []graphtest.Arg{vector(1e8), vector(1)},
			[]float64{-18.420680743952367}, [][]float64{{-1e-8}, {-18.9978964138538983}}},
		{"GammaP at 0", two((*graph.Node).GammaP), []graphtest.Arg{vector(2, 0.5), vector(0, 0)}, []float64{0, 0}, [][]float64{{0, 0}, {0, inf}}},
		{"GammaQ far out", two((*graph.Node).GammaQ), []graphtest.Arg{vector(2), vector(1e4)}, []float64{0}, [][]float64{{0}, {0}}},
		{"GammaPInv below the smallest number", two((*graph.Node).GammaPInv), []graphtest.Arg{vector(1e-3), vector(0.25)}, []float64{0}, [][]float64{{0}, {0}}},
		{"BetaInc at its ends", three((*graph.Node).BetaInc), []graphtest.Arg{vector(0, 1), vector(2, 2), vector(1, 1)},
			[]float64{0, 1}, [][]float64{{0, 2}, {0, 0}, {0, 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			values := c.run(t, graph.Float64)
			for i, want := range append([][]float64{c.value}, c.grads...) {
				for j, v := range want {
					got := values[i][j]
					require.True(t, got == v || math.Abs(got-v) <= 1e-9*max(1e-9, math.Abs(v)), "%d, element %d: %v, want %v", i, j, got, v)
				}
			}
		})
	}
}

func three(f func(x, y, z *graph.Node) *graph.Node) graphtest.Func {
	return func(x ...*graph.Node) *graph.Node { return f(x[0], x[1], x[2]) }
}

// TestSecondDerivativesInTheShape are NaN, not absent; those that do not ask for it are numbers.
func TestSecondDerivativesInTheShape(t *testing.T) {
	g := newGraph(graph.Float64)
	a := g.Param(g.Params().New("a", graph.Constant(2)))
	x := g.Param(g.Params().New("x", graph.Constant(3)))
	d := graph.Grad(a.GammaP(x), a, x)
	prog, err := g.Compile(append(graph.Grad(d[0], a, x), graph.Grad(d[1], a, x)...)...)
	require.NoError(t, err)
	out, err := prog.Run(0, nil)
	require.NoError(t, err)
	density := 3 * math.Exp(-3)
	cross := density * (math.Log(3) - 0.42278433509846714)
	require.True(t, math.IsNaN(out[0].Item()))
	require.InDelta(t, cross, out[1].Item(), 1e-14)
	require.InDelta(t, cross, out[2].Item(), 1e-14)
	require.InDelta(t, density*(1./3-1), out[3].Item(), 1e-14)
}

func TestPolygammaOfNegativeOrder(t *testing.T) {
	g := newGraph(graph.Float64)
	g.Const(1).Polygamma(-1)
	require.ErrorContains(t, g.Err(), "special_test.go")
	require.ErrorContains(t, g.Err(), "Polygamma of order -1: want 0 or more")
}
