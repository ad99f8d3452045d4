package graph_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// A training step with sampled weights keeps of each layer's weights the draw and its noise: the standard deviation is
// computed again where it is needed, and the gradient is used as it is computed.
func TestWeightsAreDrawnInOneLoopAndUpdatedInAnother(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	g := graph.New(ps, graph.Train)
	const in, out = 400, 300
	x := g.Input("x", 10, in)
	mu, rho := ps.New("mu", graph.He, in, out), ps.New("rho", graph.Constant(-3), in, out)
	sigma := g.Param(rho).Softplus()
	w := g.Param(mu).Add(sigma.Mul(g.Normal(in, out)))
	complexity := g.Param(mu).Square().Add(sigma.Square()).Sub(sigma.Log()).Sum()
	loss := x.MatMul(w).Tanh().Square().Mean().Add(complexity.Scale(1e-6))
	d := graph.Grad(loss, g.Param(mu), g.Param(rho))
	g.Update(mu, g.Param(mu).Sub(d[0].Scale(0.1)))
	g.Update(rho, g.Param(rho).Sub(d[1].Scale(0.1)))
	prog, err := g.Compile(loss)
	require.NoError(t, err)
	s := prog.String()
	require.Equal(t, 2, strings.Count(s, "loop over 120000 elements"), s)
	require.Equal(t, 4, len(regexp.MustCompile(`\[400 300\] +(@|over)`).FindAllString(s, -1)), "the draw, its noise and both parameters\n%s", s)
	require.Contains(t, s, "reads 960.0 kB, writes 960.0 kB", "mu and rho for a draw")
	require.Regexp(t, `reads 1468.0 kB, writes 960.0 kB
  v\d+ = MatMul\(Aᵀ·B\) x, v\d+
`, s, "mu, rho, the noise and the operands of the draw's gradient, for both")
}

func TestSumsOverManyTilesKeepTheirOrder(t *testing.T) {
	const n = 70_001
	for _, p := range precisions {
		g := newGraph(p)
		e := g.Normal(n)
		both(t, nil, e.Sum(), e.Square().Sum(), e.Exp().AddScalar(-1).Sum(), e.Reshape(n, 1).Sum(0), e.Mean())
	}
}

func TestOperandsThatRepeatAcrossTiles(t *testing.T) {
	g := newGraph(graph.Float32)
	row, column := g.Normal(700), g.Normal(37, 1)
	slab, middle := g.Normal(37, 700), g.Normal(5, 1, 3)
	both(t, nil, row.Add(column), column.Mul(slab).Sub(row), middle.Add(g.Normal(5, 400, 1)), middle.Add(g.Normal(400, 3)).Exp().Sum())
}

func TestParametersThatAreReadByOneAnothersUpdates(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	g := graph.New(ps, graph.Train)
	a, b, c := ps.New("a", graph.Constant(1), 2000), ps.New("b", graph.Constant(2), 2000), ps.New("c", graph.Constant(3), 40, 50)
	g.Update(a, g.Param(b).Add(g.Param(c).Reshape(2000)))
	g.Update(b, g.Param(a).Mul(g.Param(b)))
	g.Update(c, g.Param(c).Add(g.Param(a).Reshape(40, 50)).Add(g.Param(b).Sum()))
	prog, err := g.Compile()
	require.NoError(t, err)
	_, err = prog.Run(0, nil)
	require.NoError(t, err)
	for p, want := range map[*graph.Param]float64{a: 5, b: 2, c: 4004} {
		require.Equal(t, want, p.Value().At(0), p.Name())
		require.Equal(t, want, p.Value().At(1999), p.Name())
	}
}
