package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

func TestFLOPs(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float32, 1), graph.Predict)
	count := func(n *graph.Node) int {
		prog, err := g.Compile(n)
		require.NoError(t, err)
		return prog.FLOPs()
	}
	x, w := g.Normal(7, 5, 11), g.Normal(11, 3)
	product := x.MatMul(w)
	require.Equal(t, 2*7*5*11*3, count(product))
	require.Equal(t, 2*7*5*11*3, count(product.Tanh().Sum()), "functions do not count")
	require.Equal(t, 2*7*5*11*5, count(x.MatMulT(x)))
	require.Equal(t, 2*2*7*5*11*3, count(product.Square().Sum().Add(graph.Grad(product.Square().Sum(), w)[0].Sum())), "the product is computed once")

	// A product in the loop over its results counts too.
	long := g.Normal(1000, 11).MatMul(g.Normal(11, 1000)).Exp().Sum()
	require.Equal(t, 2*1000*11*1000, count(long))

	images, filter := g.Normal(2, 8, 8, 3), g.Normal(3, 3, 3, 4)
	for window, places := range map[graph.Window]int{
		{}:                      6 * 6,
		{Padding: [2]int{1, 1}}: 8 * 8,
		{Padding: [2]int{1, 1}, Stride: [2]int{2, 2}}: 4 * 4,
	} {
		forward := 2 * 2 * places * 3 * 3 * 3 * 4
		y := images.Conv2D(filter, window)
		require.Equal(t, forward, count(y), window)
		for i, d := range graph.Grad(y.Sum(), images, filter) {
			require.Equal(t, forward, count(d), "operand %d of %v", i, window)
		}
	}
}
