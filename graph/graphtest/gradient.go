package graphtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// T is what the checks need of a *testing.T or *rapid.T.
type T interface {
	require.TestingT
	Helper()
}

const (
	directions = 4    // that a gradient is tried along
	eps        = 1e-6 // half the distance of a finite difference
	relative   = 1e-6 // of what the gradient's terms sum to without their signs
	absolute   = 1e-7
)

// Gradient checks, in float64, the gradient of f with respect to each operand: along random
// directions, that of a random projection of f's result must be the central finite difference.
func Gradient(t T, f Func, args ...Arg) {
	t.Helper()
	b := New(graph.Float64, f, args...)
	r := projection(b.Graph, b.Y)
	ParamGradient(t, b.Y.Mul(r).Sum(), nil)
}

// SecondOrder checks, in float64, the gradient of f's gradient: that of a random projection of it, by
// Gradient's method.
func SecondOrder(t T, f Func, args ...Arg) {
	t.Helper()
	b := New(graph.Float64, f, args...)
	g := b.Graph
	wrt := trainable(g)
	slope := g.Const(0)
	for _, d := range graph.Grad(b.Y.Mul(projection(g, b.Y)).Sum(), wrt...) {
		slope = slope.Add(d.Mul(projection(g, d)).Sum())
	}
	ParamGradient(t, slope, nil)
}

// ParamGradient checks the gradient of a scalar with respect to every trainable parameter that its
// graph, which must compute in float64, has nodes of. The graph's noise is that of one step.
func ParamGradient(t T, loss *graph.Node, feed graph.Feed) {
	t.Helper()
	g := loss.Graph()
	require.NoError(t, g.Err())
	require.Equal(t, graph.Float64, g.Params().Precision(), "finite differences need float64")
	wrt := trainable(g)
	require.NotEmpty(t, wrt, "nothing to differentiate with respect to")
	prog, err := g.Compile(append([]*graph.Node{loss}, graph.Grad(loss, wrt...)...)...)
	require.NoError(t, err)

	p := &path{t: t, prog: prog, feed: feed, params: g.Used(graph.Trainable), rng: rand.New(rand.NewPCG(1, 2))}
	for range directions {
		p.try()
	}
}

// path walks parameters along random directions.
type path struct {
	t      T
	prog   *graph.Program // the loss and its gradients
	feed   graph.Feed
	params []*graph.Param
	rng    *rand.Rand
	start  [][]float64
	way    [][]float64
}

// try compares the gradient with the finite difference along a new direction.
func (p *path) try() {
	p.t.Helper()
	p.start, p.way = nil, nil
	for _, q := range p.params {
		p.start = append(p.start, q.Value().Float64s())
	}
	out := p.run()
	slope, size := 0.0, 0.0
	for i, q := range p.params {
		require.Equal(p.t, p.start[i], q.Value().Float64s(), "the graph updates %s", q.Name())
		sameShape(p.t, q.Shape(), out[1+i].Shape(), "the gradient with respect to "+q.Name())
		p.way = append(p.way, make([]float64, out[1+i].Len()))
		for j := range p.way[i] {
			p.way[i][j] = p.rng.NormFloat64()
			term := p.way[i][j] * out[1+i].At(j)
			slope += term
			size += math.Abs(term)
		}
	}
	difference := (p.at(eps) - p.at(-eps)) / (2 * eps)
	p.at(0)
	require.InDelta(p.t, difference, slope, absolute+relative*size, "finite difference and gradient along a direction")
}

// at returns the loss at a distance along the direction.
func (p *path) at(distance float64) float64 {
	for i, q := range p.params {
		for j, v := range p.start[i] {
			q.Value().Set(j, v+distance*p.way[i][j])
		}
	}
	return p.run()[0].Item()
}

func (p *path) run() []*graph.Array {
	out, err := p.prog.Run(0, p.feed)
	require.NoError(p.t, err)
	return out
}

// trainable returns the nodes of the graph's trainable parameters.
func trainable(g *graph.Graph) []*graph.Node {
	var nodes []*graph.Node
	for _, p := range g.Used(graph.Trainable) {
		nodes = append(nodes, g.Param(p))
	}
	return nodes
}

// projection returns random weights in the shape of y.
func projection(g *graph.Graph, y *graph.Node) *graph.Node {
	name := fmt.Sprintf("r%d", len(g.Params().All()))
	return g.Param(g.Params().Declare(graph.State, name, graph.Gaussian(0, 1), y.Shape()...))
}
