package graphtest_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
)

// recorder is a test that a check may fail.
type recorder struct{ messages []string }

func (*recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}
func (r *recorder) FailNow() { panic(r) }

// failure returns what a check that must fail says.
func failure(t *testing.T, check func(t graphtest.T)) string {
	t.Helper()
	r := &recorder{}
	func() {
		defer func() {
			if caught := recover(); caught != nil && caught != any(r) {
				panic(caught)
			}
		}()
		check(r)
	}()
	require.Len(t, r.messages, 1, "the check must fail")
	return r.messages[0]
}

// skewed is x² with a gradient that is wrong by a factor.
func skewed(factor float64) graphtest.Func {
	return func(x ...*graph.Node) *graph.Node {
		s := x[0].Square()
		return s.Scale(factor).Add(s.Scale(1 - factor).StopGradient())
	}
}

var x = graphtest.Between(0.5, 2, 3, 2)

func TestAWrongGradientIsFound(t *testing.T) {
	graphtest.Gradient(t, skewed(1), x)
	for _, factor := range []float64{-1, 0, 0.99, 1.0001, 2} {
		message := failure(t, func(t graphtest.T) { graphtest.Gradient(t, skewed(factor), x) })
		require.Contains(t, message, "finite difference and gradient along a direction", "factor %v", factor)
	}
}

func TestAGradientThatForgetsAnOperandIsFound(t *testing.T) {
	f := func(x ...*graph.Node) *graph.Node { return x[0].Mul(x[1].StopGradient()) }
	failure(t, func(t graphtest.T) { graphtest.Gradient(t, f, x, x) })
	graphtest.Gradient(t, f, x, x.Fixed())
}

func TestAWrongSecondOrderIsFound(t *testing.T) {
	cube := func(x ...*graph.Node) *graph.Node { return x[0].Square().Mul(x[0]) }
	graphtest.SecondOrder(t, cube, x)
	// Its slope, 3x², is right; the slope's own slope is lost.
	tangent := func(x ...*graph.Node) *graph.Node {
		c := cube(x...)
		slope := x[0].Square().Scale(3).StopGradient()
		return slope.Mul(x[0]).Add(c.Sub(slope.Mul(x[0])).StopGradient())
	}
	graphtest.Gradient(t, tangent, x)
	failure(t, func(t graphtest.T) { graphtest.SecondOrder(t, tangent, x) })
}

func TestParamGradientWalksEveryParameter(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	w, b := g.Params().New("w", graph.Glorot, 3, 2), g.Params().New("b", graph.Zeros, 2)
	in := g.Input("x", 4, 3)
	feed := graph.Feed{in: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
	score := in.MatMul(g.Param(w)).Add(g.Param(b)).Tanh()
	graphtest.ParamGradient(t, score.Mul(g.Normal(4, 2)).Sum(), feed)
	require.Equal(t, []float64{0, 0}, b.Value().Float64s(), "parameters are left as they were")
	loss := score.Sum().Add(g.Param(b).Sum().StopGradient())
	failure(t, func(t graphtest.T) { graphtest.ParamGradient(t, loss, feed) })
	g.Update(b, g.Param(b).AddScalar(1))
	require.Contains(t, failure(t, func(t graphtest.T) { graphtest.ParamGradient(t, score.Sum(), feed) }), "the graph updates b")
}

func TestMistakesAreReported(t *testing.T) {
	misfit := func(x ...*graph.Node) *graph.Node { return x[0].MatMul(x[0]) }
	require.Contains(t, failure(t, func(t graphtest.T) { graphtest.Gradient(t, misfit, x) }), "inner dimensions differ")
	single := graphtest.New(graph.Float32, skewed(1), x)
	require.Contains(t, failure(t, func(t graphtest.T) { graphtest.ParamGradient(t, single.Y.Sum(), nil) }), "finite differences need float64")
	require.Contains(t, failure(t, func(t graphtest.T) { graphtest.Gradient(t, skewed(1), x.Fixed()) }), "nothing to differentiate with respect to")
}

func TestWhatIsNotFiniteIsFound(t *testing.T) {
	root := func(x ...*graph.Node) *graph.Node { return x[0].Sqrt() }
	graphtest.Finite(t, root, x)
	require.Contains(t, failure(t, func(t graphtest.T) { graphtest.Finite(t, root, graphtest.Values([]float64{1, 0})) }),
		"element 1 of", "its gradient is infinite at 0")
	require.Contains(t, failure(t, func(t graphtest.T) { graphtest.Finite(t, root, graphtest.Values([]float64{-1})) }), "is NaN")
}

func TestReferenceReturnsTheValues(t *testing.T) {
	b := graphtest.New(graph.Float32, skewed(0.5), graphtest.Values([]float64{1, 2, math.NaN()}))
	values := graphtest.Reference(t, 0, nil, b.X[0].Scale(2), b.Y)
	require.Equal(t, []float64{2, 4}, values[0][:2])
	require.Equal(t, []float64{1, 4}, values[1][:2])
	require.Equal(t, []float64{1, 4}, graphtest.Eval(t, graph.Float64, skewed(0.5), graphtest.Values([]float64{1, 2})))
}

// A gradient is checked in one line: here that of a density, whose operands stay in its domain.
func ExampleGradient() {
	logDensity := func(x ...*graph.Node) *graph.Node {
		z := x[0].Sub(x[1]).Div(x[2])
		return z.Square().Scale(-0.5).Sub(x[2].Log())
	}
	var t report
	graphtest.Gradient(&t, logDensity, graphtest.Between(-3, 3, 5, 2), graphtest.Between(-1, 1, 2), graphtest.Between(0.5, 2, 2))
	fmt.Println("failures:", t.failures)
	// Output: failures: 0
}

// report stands in for a *testing.T.
type report struct{ failures int }

func (*report) Helper()                 {}
func (r *report) Errorf(string, ...any) { r.failures++ }
func (*report) FailNow()                {}
