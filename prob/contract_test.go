package prob_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// Values and gradients stay finite far out and at extreme parameters, wherever mathematics has them:
// on the support, at parameters that the row names.
func TestExtremesAreFinite(t *testing.T) {
	for _, r := range rows {
		for _, theta := range r.extreme {
			t.Run(fmt.Sprint(r.name, theta), func(t *testing.T) {
				for _, p := range precisions {
					r.requireFinite(t, p, theta)
				}
			})
		}
	}
}

func (r row) requireFinite(t *testing.T, p graph.Precision, theta []float64) {
	ps := graph.NewParams(p, 1)
	g := graph.New(ps, graph.Train)
	at := []float64{-100, -20, -5, 0, 5, 20, 100}
	if r.points != nil && r.discrete {
		at = []float64{0, 1, 5, 20, 100}
	}
	in := make([]*graph.Node, len(theta))
	for i, v := range theta {
		in[i] = g.Param(ps.New(fmt.Sprint("theta", i), graph.Constant(v)))
	}
	d := r.make(in)
	at = slices.DeleteFunc(at, func(x float64) bool { return !d.Support().Holds(x) })
	if len(at) == 0 {
		at = []float64{0.5}
	}
	x := g.Param(ps.New("x", graph.Zeros, len(at)))
	require.NoError(t, ps.Lookup("x").Value().SetFloat64s(at))
	outputs := []*graph.Node{d.LogProb(x)}
	if c, has := d.(hasCDF); has {
		outputs = append(outputs, c.CDF(x))
	}
	if e, has := d.(hasEntropy); has {
		outputs = append(outputs, e.Entropy())
	}
	wrt := in
	if !r.discrete {
		wrt = append(slices.Clone(in), x)
	}
	inside := outputs[0].Greater(g.Const(-inf)) // bounds that are parameters cut the support further
	for _, y := range slices.Clone(outputs) {
		outputs = append(outputs, graph.Grad(y.Sum(), wrt...)...)
	}
	outputs[0] = inside.Where(outputs[0], g.Const(0))
	program, err := g.Compile(outputs...)
	require.NoError(t, err)
	out, err := program.Run(0, nil)
	require.NoError(t, err)
	for i, a := range out {
		for j, v := range a.Float64s() {
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%v: %v is %v at element %d; x is %v", p, outputs[i], v, j, at)
		}
	}
}

// fed builds a distribution on inputs, and returns them and a program of its log-density at an input.
func (r row) fed(t *testing.T) (in []*graph.Node, x *graph.Node, program *graph.Program) {
	t.Helper()
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	in = make([]*graph.Node, len(r.theta[0]))
	for i := range in {
		in[i] = g.Input(fmt.Sprint("theta", i), 3)
	}
	x = g.Input("x", 3)
	program, err := g.Compile(r.make(in).LogProb(x))
	require.NoError(t, err)
	return in, x, program
}

func (r row) feed(in []*graph.Node, x *graph.Node, value float64) graph.Feed {
	feed := graph.Feed{x: []float64{value, value, value}}
	for i, n := range in {
		feed[n] = slices.Repeat([]float64{r.theta[0][i]}, 3)
	}
	return feed
}

// Bad parameters, and values outside the support, are named when they are fed.
func TestBadNumbersAreNamed(t *testing.T) {
	candidates := []float64{math.NaN(), inf, -inf, -1, 0, 0.5, 2, 1e9}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			in, x, program := r.fed(t)
			d := r.make(in)
			good := r.sample(t, graph.Float64, r.theta[0], 1)[0]
			_, err := program.Run(0, r.feed(in, x, good))
			require.NoError(t, err)
			refused := func(what string, c graph.Constraint, feed graph.Feed, at *graph.Node) {
				for _, v := range candidates {
					if c.Holds(v) {
						continue
					}
					kept := feed[at]
					feed[at] = append([]float64{kept.([]float64)[0]}, v, v)
					_, err := program.Run(0, feed)
					var broken *graph.RequirementError
					require.ErrorAs(t, err, &broken, "%s %v", what, v)
					require.Contains(t, broken.What, what, "%v", v)
					require.Equal(t, 1, broken.Index)
					feed[at] = kept
				}
			}
			for _, p := range d.Parameters() {
				if slices.Contains(in, p.Node) {
					refused(p.Name, p.Constraint, r.feed(in, x, good), p.Node)
				}
			}
			refused("value", d.Support(), r.feed(in, x, good), x)
		})
	}
}

// What is computed may lie outside the support: its probability is 0, and no gradient goes bad.
func TestOutsideTheSupport(t *testing.T) {
	for _, r := range rows {
		for _, v := range []float64{-1e9, -1, -0.5, 0.5, 2, 1e9} {
			t.Run(fmt.Sprint(r.name, "/", v), func(t *testing.T) {
				args := []graphtest.Arg{graphtest.Values([]float64{v})}
				for _, v := range r.theta[0] {
					args = append(args, graphtest.Values([]float64{v}))
				}
				b := graphtest.New(graph.Float64, func(in ...*graph.Node) *graph.Node {
					return r.make(in[1:]).LogProb(in[0])
				}, args...)
				if r.make(b.X[1:]).Support().Holds(v) || r.name == "Bernoulli" {
					return
				}
				program, err := b.Graph.Compile(append(graph.Grad(b.Y, b.X...), b.Y)...)
				require.NoError(t, err)
				out, err := program.Run(0, nil)
				require.NoError(t, err)
				require.Equal(t, -inf, out[len(b.X)].Item())
				for _, d := range out[:len(b.X)] {
					require.Zero(t, d.Item())
				}
			})
		}
	}
}

// Parameters broadcast against each other, draws have further axes in front, and densities broadcast
// against both.
func TestShapes(t *testing.T) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
			in := make([]*graph.Node, len(r.theta[0]))
			for i := range in {
				in[i] = g.Input(fmt.Sprint("theta", i), [][]int{{3, 1}, {2}}[i%2]...)
			}
			want := []int{3, 1}
			if len(in) > 1 {
				want = []int{3, 2}
			}
			d := r.make(in)
			require.Equal(t, want, d.Sample().Shape())
			x := d.Sample(4, 5)
			require.Equal(t, slices.Concat([]int{4, 5}, want), x.Shape())
			require.Equal(t, x.Shape(), d.LogProb(x).Shape())
			require.Equal(t, want, d.LogProb(g.Input("x")).Shape())
			if c, has := d.(hasCDF); has {
				require.Equal(t, x.Shape(), c.CDF(x).Shape())
			}
			if q, has := d.(hasQuantile); has {
				require.Equal(t, want, q.Quantile(g.Input("p")).Shape())
			}
			for name, n := range noArgument(d) {
				require.Equal(t, want, n.Shape(), name)
			}
			require.NoError(t, g.Err())
		})
	}
}

// After a mistake, which Compile will report, nothing that is built further panics.
func TestBuildingGoesOnAfterAMistake(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
	g.Failf("a mistake")
	n := g.Const(1)
	all := []prob.Distribution{
		prob.MultivariateNormal{Mu: n, Chol: n}, prob.DiagonalNormal{Mu: n, Sigma: n}, prob.Dirichlet{Alpha: n},
		prob.Categorical{Logits: n}, prob.OneHotCategorical{Logits: n}, prob.Multinomial{N: 3, Logits: n},
		prob.RelaxedCategorical{Logits: n, Temperature: n}, prob.Independent{Base: prob.Normal{Mu: n, Sigma: n}, Axes: 1},
		prob.Mixture{Logits: n, Of: prob.DiagonalNormal{Mu: n, Sigma: n}},
		prob.Transformed{Base: prob.Normal{Mu: n, Sigma: n}, By: prob.LowerTriangular{Shift: n, Chol: n}},
	}
	for _, r := range rows {
		all = append(all, r.make(slices.Repeat([]*graph.Node{n}, len(r.theta[0]))))
	}
	for _, d := range all {
		d.LogProb(d.Sample(2))
		noArgument(d)
		if v, has := d.(prob.Enumerable); has {
			v.Values()
		}
	}
	prob.MultivariateNormal{Mu: n, Chol: n}.Condition([]int{0}, n)
	prob.Dirichlet{Alpha: n}.Marginal(0)
	require.ErrorContains(t, g.Err(), "a mistake")
}

// noArgument calls the methods that take no argument.
func noArgument(d prob.Distribution) map[string]*graph.Node {
	out := map[string]*graph.Node{}
	if m, has := d.(hasMean); has {
		out["Mean"] = m.Mean()
	}
	if m, has := d.(hasVariance); has {
		out["Variance"] = m.Variance()
	}
	if m, has := d.(hasMode); has {
		out["Mode"] = m.Mode()
	}
	if m, has := d.(hasMedian); has {
		out["Median"] = m.Median()
	}
	if m, has := d.(hasEntropy); has {
		out["Entropy"] = m.Entropy()
	}
	return out
}
