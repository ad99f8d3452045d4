package graph_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"credence/graph"
	"credence/graph/graphtest"
)

// TestMain fixes the seed and the number of random graphs, unless the command line names them.
func TestMain(m *testing.M) {
	flag.Parse()
	checks := "1000"
	if testing.Short() {
		checks = "50"
	}
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": checks, "rapid.nofailfile": "true"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}

// grower adds random operations to a graph.
type grower struct {
	t       *rapid.T
	g       *graph.Graph
	nodes   []*graph.Node
	lengths []int // of axes
	largest int   // array
}

func (r *grower) int(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(r.t, "n") }

func (r *grower) pick() *graph.Node { return r.nodes[r.int(0, len(r.nodes)-1)] }

func (r *grower) shape() []int {
	s := make([]int, r.int(0, 3))
	if r.lengths[len(r.lengths)-1] > 10 {
		s = s[:min(len(s), 2)]
	}
	for i := range s {
		s[i] = r.lengths[r.int(0, len(r.lengths)-1)]
	}
	return s
}

// leaves declares parameters and inputs and returns a feed for the inputs.
func (r *grower) leaves() graph.Feed {
	feed := graph.Feed{}
	for i := range 3 {
		p := r.g.Params().New(fmt.Sprintf("p%d", i), graph.Gaussian(0, 1), r.shape()...)
		x := r.g.Input(fmt.Sprintf("x%d", i), r.shape()...)
		values := make([]float64, graph.Shape(x.Shape()).Size())
		for j := range values {
			values[j] = float64(r.int(-8, 8)) / 4
		}
		feed[x] = values
		r.nodes = append(r.nodes, r.g.Param(p), x)
	}
	r.nodes = append(r.nodes, r.g.Const(0), r.g.Const(1), r.g.Const(-0.5), r.g.Normal(r.shape()...), r.g.Uniform(2, 3))
	return feed
}

// grow adds one operation, of those whose result stays moderate, that fits.
func (r *grower) grow() {
	x := r.pick()
	y := r.partner(x)
	axis := func() int { return r.int(0, x.Rank()-1) }
	n := x
	switch op := r.int(0, 30); {
	case op == 0:
		n = x.Add(y)
	case op == 1:
		n = x.Sub(y)
	case op == 2:
		n = x.Mul(y)
	case op == 3:
		n = x.Div(y.Square().AddScalar(1))
	case op == 4:
		n = x.Maximum(y)
	case op == 5:
		n = x.Less(y).Where(y, x)
	case op == 6:
		n = x.Tanh()
	case op == 7:
		n = x.Softplus()
	case op == 8:
		n = x.Neg()
	case op == 9:
		n = x.Square().AddScalar(1).Log()
	case op == 10:
		n = x.ReLU()
	case op == 11:
		n = x.Clamp(-1, 1)
	case op == 12:
		n = x.StopGradient()
	case op == 13:
		n = x.Scale([]float64{0, 1, 2}[r.int(0, 2)])
	case op == 14:
		n = x.AddScalar([]float64{0, 1, -1}[r.int(0, 2)])
	case op == 15 && x.Rank() < 4:
		n = x.ExpandDims(r.int(0, x.Rank()))
	case op == 16 && x.Rank() < 4:
		n = x.Broadcast(append([]int{r.int(1, 2)}, x.Shape()...)...)
	case op == 17:
		n = x.Sum()
	case op == 18:
		n = x.Reshape(-1)
	case op == 19:
		n = x.Transpose()
	case op == 20 && x.Rank() > 0:
		n = x.Sum(axis())
	case op == 21 && x.Rank() > 0:
		n = x.Mean(axis())
	case op == 22 && x.Rank() > 0:
		n = x.Max(axis())
	case op == 23 && x.Rank() > 0:
		n = x.Softmax(axis())
	case op == 24 && x.Rank() > 0:
		n = x.LogSumExp(axis())
	case op == 25 && x.Rank() > 0:
		a := axis()
		n = x.Slice(a, x.Dim(a)-1, x.Dim(a))
	case op == 26 && x.Rank() > 0:
		n = graph.Concat(axis(), x, x.Exp().Tanh())
	case op == 27 && x.Rank() > 1:
		n = x.MatMulT(x)
	case op == 28 && x.Rank() > 0:
		n = x.Gather(-1, x.Graph().ConstArray([]float64{0, float64(x.Dim(-1) - 1)}, 2))
	case op == 30 && x.Rank() == 2:
		n = x.Broadcast(append([]int{2}, x.Shape()...)...).MatMul(x.Transpose())
	case op == 29:
		n = x.Neg().Broadcast(append([]int{2}, x.Shape()...)...).Neg()
	}
	if graph.Shape(n.Shape()).Size() <= r.largest && n.Rank() <= 5 {
		r.nodes = append(r.nodes, n)
	}
}

// partner returns a node that broadcasts with x.
func (r *grower) partner(x *graph.Node) *graph.Node {
	for range 4 {
		if y := r.pick(); broadcasts(x.Shape(), y.Shape()) {
			return y
		}
	}
	return x
}

func broadcasts(a, b []int) bool {
	for len(a) > 0 && len(b) > 0 {
		da, db := a[len(a)-1], b[len(b)-1]
		if da != db && da != 1 && db != 1 {
			return false
		}
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return true
}

// TestRandomGraphs holds programs equal to the reference on random graphs, with gradients, several
// outputs and updates: what merges, folds, simplifies, fuses or shares memory wrongly differs.
func TestRandomGraphs(t *testing.T) {
	for _, p := range precisions {
		t.Run(p.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				checkRandom(t, &grower{t: t, g: newGraph(p), lengths: []int{1, 2, 3}, largest: 200})
			})
		})
	}
}

// TestRandomLoops does it on arrays of several tiles and blocks.
func TestRandomLoops(t *testing.T) {
	defer flag.Set("rapid.checks", flag.Lookup("rapid.checks").Value.String()) //nolint:errcheck
	require.NoError(t, flag.Set("rapid.checks", "60"))
	rapid.Check(t, func(t *rapid.T) {
		checkRandom(t, &grower{t: t, g: newGraph(graph.Float32), lengths: []int{1, 3, 700}, largest: 20_000})
	})
}

func checkRandom(t *rapid.T, r *grower) {
	feed := r.leaves()
	for range rapid.IntRange(1, 25).Draw(t, "ops") {
		r.grow()
	}
	require.NoError(t, r.g.Err())
	outputs := []*graph.Node{r.pick(), r.pick(), r.pick().Sum().Add(r.pick().Mean())}
	leaves := append([]*graph.Node{}, r.nodes[:6]...)
	outputs = append(outputs, graph.Grad(outputs[2], leaves...)...)
	step := uint64(r.int(0, 3))
	want := graphtest.Reference(t, step, feed, outputs...)
	requireUpdates(t, r, step, feed, outputs, want)
}

// requireUpdates runs the same outputs in a program that also stores values of the parameters' shapes.
func requireUpdates(t *rapid.T, r *grower, step uint64, feed graph.Feed, outputs []*graph.Node, want [][]float64) {
	t.Helper()
	params := r.g.Params().All()
	updates := make([]*graph.Node, len(params))
	for i, p := range params {
		updates[i] = r.g.Param(p)
		for range 6 { // a node that happens to have the shape, or a step of gradient descent
			if n := r.pick(); graph.Shape(n.Shape()).String() == graph.Shape(p.Shape()).String() {
				updates[i] = n
			}
		}
		if r.int(0, 1) == 0 {
			updates[i] = updates[i].Sub(outputs[3+2*i].Scale(0.5))
		}
	}
	stored, err := r.g.Reference(step, feed, updates...)
	require.NoError(t, err)
	before := r.g.Params().Clone()
	for i, p := range params {
		r.g.Update(p, updates[i])
	}
	compileAndRun := func() {
		prog, err := r.g.Compile(outputs...)
		require.NoError(t, err)
		got, err := prog.Run(step, feed)
		require.NoError(t, err)
		for i := range outputs {
			require.Equal(t, want[i], got[i].Float64s(), "output %d of the program with updates\n%v", i, prog)
		}
		for i, p := range params {
			require.Equal(t, stored[i].Float64s(), p.Value().Float64s(), "%s <- %v\n%v", p.Name(), updates[i], prog)
		}
	}
	compileAndRun()
	require.NoError(t, r.g.Params().CopyFrom(before))
	graph.WithoutFusion(compileAndRun)
}
