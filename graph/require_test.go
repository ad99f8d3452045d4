package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

func TestConstraints(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	type numbers = []float64
	for name, c := range map[string]struct {
		constraint graph.Constraint
		shape      []int
		good, bad  []numbers
		at         []int // of the number to blame in each of bad
	}{
		"real":         {graph.Real, []int{2}, []numbers{{-1e300, 1e300}}, []numbers{{0, nan}, {inf, 0}, {-inf, 0}}, []int{1, 0, 0}},
		"positive":     {graph.Positive, []int{2}, []numbers{{1e-300, 1e300}}, []numbers{{1, 0}, {-1, 1}, {1, nan}, {1, inf}}, []int{1, 0, 1, 1}},
		"non-negative": {graph.NonNegative, []int{1}, []numbers{{0}, {3}}, []numbers{{-1e-300}, {inf}}, []int{0, 0}},
		"unit":         {graph.UnitInterval, []int{1}, []numbers{{0}, {0.3}, {1}}, []numbers{{-0.1}, {1.1}, {nan}}, []int{0, 0, 0}},
		"open unit":    {graph.OpenUnit, []int{1}, []numbers{{0.3}}, []numbers{{0}, {1}}, []int{0, 0}},
		"counts":       {graph.Counts, []int{1}, []numbers{{0}, {7}}, []numbers{{-1}, {0.5}, {inf}}, []int{0, 0, 0}},
		"interval":     {graph.Interval(-1, 2), []int{1}, []numbers{{-1}, {2}, {0.5}}, []numbers{{-1.1}, {2.1}}, []int{0, 0}},
		"whole":        {graph.Whole(1, 3), []int{1}, []numbers{{1}, {3}}, []numbers{{0}, {4}, {2.5}}, []int{0, 0, 0}},
		"simplex": {
			graph.Simplex, []int{2, 2}, []numbers{{0, 1, 0.25, 0.75}},
			[]numbers{{0, 1, 0.25, 0.7}, {0, 1, 1.5, -0.5}}, []int{2, 2},
		},
		"one-hot":    {graph.OneHotRows, []int{2}, []numbers{{0, 1}, {1, 0}}, []numbers{{1, 1}, {0.5, 0.5}, {0, 0}}, []int{0, 0, 0}},
		"rows":       {graph.RealRows, []int{2}, []numbers{{-1, 1}}, []numbers{{0, nan}}, []int{1}},
		"count rows": {graph.CountRows(3), []int{2}, []numbers{{1, 2}, {0, 3}}, []numbers{{1, 1}, {1.5, 1.5}, {4, -1}}, []int{0, 0, 0}},
		"positive definite": {
			graph.PositiveDefinite, []int{2, 2}, []numbers{{2, 1, 1, 2}, {1, 0, 0, 1e-9}},
			[]numbers{{1, 2, 2, 1}, {0, 0, 0, 1}, {2, 1, 0.5, 2}, {2, nan, nan, 2}}, []int{3, 0, 2, 1},
		},
		"lower triangular": {
			graph.LowerTriangular, []int{2, 2}, []numbers{{2, 0, -1, 2}}, []numbers{{2, 1, 0, 1}, {2, 0, 1, 0}, {-1, 0, 0, 1}}, []int{1, 3, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
			x := g.Input("x", c.shape...)
			x.Require(c.constraint, "test: X")
			x.Require(c.constraint, "test: X")
			program, err := g.Compile(x.Sum())
			require.NoError(t, err)
			for _, v := range c.good {
				_, err := program.Run(0, graph.Feed{x: v})
				require.NoError(t, err, "%v", v)
			}
			for i, v := range c.bad {
				_, err := program.Run(0, graph.Feed{x: v})
				var broken *graph.RequirementError
				require.ErrorAs(t, err, &broken, "%v", v)
				require.Equal(t, c.at[i], broken.Index, "%v", v)
				require.Regexp(t, `^graph: step 0: require_test\.go:\d+: test: X: x \[[\d ]+\] holds \S+ at element \d, want `+c.constraint.Name+`$`, err.Error())
			}
		})
	}
}

// A requirement holds wherever its value comes from, before any parameter is written.
func TestRequire(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	p := ps.New("p", graph.Constant(1), 2)
	g := graph.New(ps, graph.Train)
	x := g.Input("x", 2)
	computed := x.Sub(g.Const(1))
	computed.Require(graph.Positive, "test: X - 1")
	g.Param(p).Require(graph.Positive, "test: P")
	g.Update(p, g.Param(p).Sub(x))
	program, err := g.Compile(computed.Mul(g.Param(p)).Sum())
	require.NoError(t, err)
	_, err = program.Run(0, graph.Feed{x: []float64{3, 1}})
	require.ErrorContains(t, err, "test: X - 1: Sub [2] holds 0 at element 1, want a positive number")
	require.Equal(t, []float64{1, 1}, p.Value().Float64s(), "a run that fails changes nothing")
	_, err = program.Run(0, graph.Feed{x: []float64{3, 2}})
	require.NoError(t, err)
	_, err = program.Run(1, graph.Feed{x: []float64{3, 2}})
	require.ErrorContains(t, err, "graph: step 1: require_test.go")
	require.ErrorContains(t, err, "test: P: p [2] holds -2 at element 0, want a positive number")

	other, err := g.Compile(g.Const(1).Sqrt())
	require.NoError(t, err)
	_, err = other.Run(0, graph.Feed{x: []float64{-1, -1}})
	require.ErrorContains(t, err, "test: P", "the update reads it")

	g.Const(-1).Require(graph.Positive, "test: C")
	_, err = g.Compile(x.Sum())
	require.NoError(t, err, "nothing reads the constant")
	negative := g.Const(-1)
	negative.Require(graph.Positive, "test: C")
	_, err = g.Compile(x.Mul(negative))
	require.ErrorContains(t, err, "test: C: Const(-1) [] holds -1 at element 0, want a positive number")
}

// What a function makes sure of costs nothing.
func TestRequireOfWhatIsCertain(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	x := g.Input("x", 2, 2)
	for name, c := range map[string]struct {
		y          *graph.Node
		constraint graph.Constraint
		looked     bool
	}{
		"exp":              {x.Exp(), graph.Positive, false},
		"scaled softplus":  {x.Softplus().Scale(2).AddScalar(1e-3), graph.Positive, false},
		"a product's root": {x.Square().MatMul(x.Exp()).AddScalar(1e-8).Sqrt(), graph.Positive, false},
		"sum of squares":   {x.Square().Add(x.Abs()), graph.Positive, true},
		"negative scale":   {x.Softplus().Scale(-2), graph.Positive, true},
		"a difference":     {x.Exp().Sub(x), graph.Positive, true},
		"root of a square": {x.Square().Sqrt(), graph.NonNegative, false},
		"sigmoid":          {x.Sigmoid().Reshape(4), graph.OpenUnit, false},
		"softmax":          {x.Softmax(-1), graph.Simplex, false},
		"moved softmax":    {x.Softmax(-1).Transpose(), graph.Simplex, true},
		"any number":       {x.Log(), graph.Real, false},
		"uniform":          {g.Uniform(2), graph.OpenUnit, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := c.y.Graph()
			c.y.Require(c.constraint, "test: "+name)
			program, err := g.Compile(c.y.Sum())
			require.NoError(t, err)
			if c.looked {
				require.Contains(t, program.String(), "Require[test: "+name)
			} else {
				require.NotContains(t, program.String(), "Require[")
			}
		})
	}
}

func TestRequireFed(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	x := g.Input("x", 1)
	x.RequireFed(graph.Positive, "test: X")
	x.Neg().RequireFed(graph.Positive, "test: -X")
	program, err := g.Compile(x.Neg())
	require.NoError(t, err)
	_, err = program.Run(0, graph.Feed{x: []float64{1}})
	require.NoError(t, err)
	_, err = program.Run(0, graph.Feed{x: []float64{-1}})
	require.ErrorContains(t, err, "test: X")

	x.Require(graph.PositiveDefinite, "test: matrix")
	require.Regexp(t, `^require_test\.go:\d+: test: matrix: x \[1\] has no axes for a symmetric positive definite matrix$`, g.Err().Error())
}
