package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
)

func TestDense(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewDense(ps, "fc", 2, 3, graph.Glorot)
	require.Equal(t, []float64{0, 0, 0}, l.B.Value().Float64s())
	require.NoError(t, l.W.Value().SetFloat64s([]float64{1, 2, 3, 4, 5, 6}))
	require.NoError(t, l.B.Value().SetFloat64s([]float64{10, 20, 30}))
	g := graph.New(ps, graph.Predict)
	for _, lead := range [][]int{{}, {1}, {1, 1}} {
		y := l.Forward(g.ConstArray([]float64{1, -1}, append(lead, 2)...))
		require.Equal(t, append(lead, 3), y.Shape())
		require.Equal(t, []float64{7, 17, 27}, run(t, 1, y)[0])
	}
}

func TestDenseGradient(t *testing.T) {
	graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
		return layers.NewDense(x[0].Graph().Params(), "fc", 3, 2, graph.Glorot).Forward(x[0]).Tanh()
	}, graphtest.Between(-1, 1, 2, 4, 3))
}
