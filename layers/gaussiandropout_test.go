package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
)

var (
	_ layers.Layer = layers.GaussianDropout{}
	_ layers.Layer = layers.MCGaussianDropout{}
)

func TestGaussianDropoutMoments(t *testing.T) {
	const n = 20_000
	for name, c := range map[string]struct {
		layer layers.Layer
		mode  graph.Mode
		alpha float64 // of the noise
	}{
		"GaussianDropout, training":     {layers.GaussianDropout{Alpha: 0.25}, graph.Train, 0.25},
		"GaussianDropout, prediction":   {layers.GaussianDropout{Alpha: 0.25}, graph.Predict, 0},
		"GaussianDropout of nothing":    {layers.GaussianDropout{}, graph.Train, 0},
		"MCGaussianDropout, training":   {layers.MCGaussianDropout{Alpha: 1}, graph.Train, 1},
		"MCGaussianDropout, prediction": {layers.MCGaussianDropout{Alpha: 1}, graph.Predict, 1},
		"MCGaussianDropout of nothing":  {layers.MCGaussianDropout{}, graph.Predict, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float64, 1), c.mode)
			y := run(t, 2, c.layer.Forward(g.Const(2).Broadcast(n)))
			squares := make([]float64, n)
			for i, v := range y[0] {
				squares[i] = (v - 2) * (v - 2)
				if c.alpha == 0 {
					require.Equal(t, 2.0, v)
				}
			}
			if c.alpha == 0 {
				return
			}
			within(t, 2, y[0], "mean")
			within(t, 4*c.alpha, squares, "variance")
			require.NotEqual(t, y[0], y[1], "another draw at the next step")
		})
	}
}

func TestGaussianDropoutGradient(t *testing.T) {
	f := func(x ...*graph.Node) *graph.Node {
		return layers.MCGaussianDropout{Alpha: 0.5}.Forward(x[0]).Square()
	}
	graphtest.Gradient(t, f, graphtest.Between(-1, 1, 5, 4))
}

func TestGaussianDropoutMistakes(t *testing.T) {
	for _, alpha := range []float64{-0.1, math.Inf(1), math.NaN()} {
		for _, l := range []layers.Layer{layers.GaussianDropout{Alpha: alpha}, layers.MCGaussianDropout{Alpha: alpha}} {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
			l.Forward(g.Input("x", 5, 4))
			_, err := g.Compile()
			require.ErrorContains(t, err, "gaussiandropout_test.go:")
			require.Regexp(t, `alpha (-0.1|\+Inf|NaN) is not finite and at least 0$`, firstLine(err))
		}
	}
}
