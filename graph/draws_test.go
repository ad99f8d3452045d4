package graph_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/graph/graphtest"
)

var drawRows = []opRow{
	{
		op: "Graph.LogGamma", draw: true,
		build:  func(x ...*graph.Node) *graph.Node { return x[0].Graph().LogGamma(x[0]) },
		cases:  drawCases(interval{0.01, 3}),
		others: []graphtest.Func{func(x ...*graph.Node) *graph.Node { return x[0].Graph().Poisson(x[0]) }},
	},
	{
		op: "Graph.Poisson", draw: true, flat: true,
		build:  func(x ...*graph.Node) *graph.Node { return x[0].Graph().Poisson(x[0]) },
		cases:  drawCases(interval{0, 30}),
		others: []graphtest.Func{func(x ...*graph.Node) *graph.Node { return x[0].Graph().LogGamma(x[0]) }},
	},
	{
		op: "Graph.Binomial", draw: true, flat: true,
		build: func(x ...*graph.Node) *graph.Node { return x[0].Graph().Binomial(x[0], x[1]) },
		cases: [][]graphtest.Arg{
			{graphtest.Index(50, 2, 3), graphtest.Between(0, 1, 2, 3)},
			{graphtest.Index(50), graphtest.Between(0, 1, 7)},
			{graphtest.Index(50, 3, 1), graphtest.Between(0, 1, 2, 1, 4)},
			{graphtest.Index(50, 20, 30), graphtest.Between(0, 1, 30)},
		},
	},
}

// drawCases are operands of several shapes, the last of several blocks.
func drawCases(from interval) (cases [][]graphtest.Arg) {
	for _, shape := range [][]int{{2, 3}, {}, {1}, {7, 90}} {
		cases = append(cases, []graphtest.Arg{graphtest.Between(from.lo, from.hi, shape...)})
	}
	return cases
}

// parametrised returns one draw of each kind, of n elements, with operands on both sides of where the
// methods change.
func parametrised(g *graph.Graph, n int) []*graph.Node {
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.01 * float64(1+i%3000)
	}
	c := g.ConstArray(x, n)
	return []*graph.Node{g.LogGamma(c), g.Poisson(c), g.Binomial(g.Const(40), c.Scale(1.0/31))}
}

func TestDrawsAreTheSameOnAnyNumberOfCores(t *testing.T) {
	for _, p := range precisions {
		var want [][]float64
		for _, cores := range []int{1, 2, 7} {
			before := runtime.GOMAXPROCS(cores)
			got := runAt(t, 3, nil, parametrised(graph.New(graph.NewParams(p, 5), graph.Train), 7000)...)
			runtime.GOMAXPROCS(before)
			if want == nil {
				want = got
			}
			for i := range want {
				requireSameBits(t, want[i], got[i])
			}
		}
	}
}

func TestDrawsAreFunctionsOfSeedDrawAndStep(t *testing.T) {
	for kind := range 3 {
		draw := func(seed, step uint64, index int) []float64 {
			g := graph.New(graph.NewParams(graph.Float64, seed), graph.Train)
			for range index {
				g.Normal()
			}
			return runAt(t, step, nil, parametrised(g, 400)[kind])[0]
		}
		require.Equal(t, draw(1, 2, 3), draw(1, 2, 3))
		var seen [][]float64
		for _, c := range [][3]uint64{{1, 2, 3}, {2, 2, 3}, {1 + 1<<32, 2, 3}, {1, 3, 3}, {1, 2 + 1<<32, 3}, {1, 2, 4}} {
			seen = append(seen, draw(c[0], c[1], int(c[2])))
		}
		requireAllDiffer(t, seen)
	}
}

// TestADrawIsComputedOnce reads draws forward and backward, in loops of several sizes, of constants.
func TestADrawIsComputedOnce(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 50)
	for _, e := range parametrised(g, 50) {
		values := both(t, graph.Feed{x: make([]float64, 50)}, e, graph.Grad(x.Mul(e).Sum(), x)[0], e.Exp().Log().Sum(), e.Sum())
		require.Equal(t, values[0], values[1])
		require.InDelta(t, values[3][0], values[2][0], 1e-9*math.Abs(values[3][0]))
		require.NotEqual(t, runAt(t, 1, nil, e), runAt(t, 2, nil, e), "it is no constant")
	}
}

func TestDrawsOfARepeatedOperandDiffer(t *testing.T) {
	g := newGraph(graph.Float32)
	x := g.Input("x")
	for _, e := range []*graph.Node{g.LogGamma(x.Broadcast(8)), g.Poisson(x.Broadcast(8)), g.Binomial(g.Const(1000).Broadcast(8), x.Scale(0.01))} {
		v := runAt(t, 0, graph.Feed{x: 40.0}, e)[0]
		require.Greater(t, slices.Max(v), slices.Min(v))
	}
}

// TestTheGradientOfALogGammaHasTheMeanOfItsMean: E log z = ψ(alpha), whose derivative is the trigamma
// function; the gradient of z² on average is that of alpha² + alpha.
func TestTheGradientOfALogGammaHasTheMeanOfItsMean(t *testing.T) {
	const n = 100_000
	for _, alpha := range []float64{0.01, 0.3, 1, 3.5, 50, 2000} {
		g := newGraph(graph.Float64)
		x := g.Input("alpha", n)
		logZ := g.LogGamma(x)
		feed := graph.Feed{x: slices.Repeat([]float64{alpha}, n)}
		values := runAt(t, 0, feed, graph.Grad(logZ.Sum(), x)[0], graph.Grad(logZ.Scale(2).Exp().Sum(), x)[0])
		for i, want := range []float64{trigamma(alpha), 2*alpha + 1} {
			mean, sd := stat.MeanStdDev(values[i], nil)
			require.InDelta(t, want, mean, 4*sd/math.Sqrt(n), "alpha %v, expectation %d", alpha, i)
		}
	}
}

// trigamma is Σ 1/(x+k)², the sum of its first terms and the asymptotic series of the rest.
func trigamma(x float64) float64 {
	s := 0.0
	for ; x < 30; x++ {
		s += 1 / (x * x)
	}
	return s + 1/x + 1/(2*x*x) + 1/(6*x*x*x)
}
