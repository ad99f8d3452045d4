package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
)

func TestDropout(t *testing.T) {
	const n = 20_000
	for name, c := range map[string]struct {
		layer layers.Layer
		mode  graph.Mode
		rate  float64 // at which activations are dropped
	}{
		"Dropout, training":     {layers.Dropout{Rate: 0.3}, graph.Train, 0.3},
		"Dropout, prediction":   {layers.Dropout{Rate: 0.3}, graph.Predict, 0},
		"Dropout of nothing":    {layers.Dropout{}, graph.Train, 0},
		"MCDropout, training":   {layers.MCDropout{Rate: 0.8}, graph.Train, 0.8},
		"MCDropout, prediction": {layers.MCDropout{Rate: 0.8}, graph.Predict, 0.8},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float32, 1), c.mode)
			y := run(t, 2, c.layer.Forward(g.Const(2).Broadcast(n)))
			dropped := make([]float64, n)
			for i, v := range y[0] {
				if v == 0 {
					dropped[i] = 1
				} else {
					require.InDelta(t, 2/(1-c.rate), v, 1e-5, "what is kept is scaled")
				}
			}
			if c.rate == 0 {
				require.NotContains(t, y[0], 0.0)
				return
			}
			within(t, c.rate, dropped, "share dropped")
			require.NotEqual(t, y[0], y[1], "another draw at the next step")
		})
	}
}

func TestDropoutGradient(t *testing.T) {
	f := func(x ...*graph.Node) *graph.Node { return layers.MCDropout{Rate: 0.5}.Forward(x[0]).Square() }
	graphtest.Gradient(t, f, graphtest.Between(-1, 1, 5, 4))
}
