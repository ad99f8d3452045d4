package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
)

var _ layers.Layer = &layers.LayerNorm{}

// moments returns the mean and the variance of numbers, the latter divided by how many they are.
func moments(values []float64) (mean, variance float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, variance
}

func TestLayerNorm(t *testing.T) {
	const width, epsilon = 4, 0.1
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewLayerNorm(ps, "norm", width, epsilon)
	require.NoError(t, l.Gamma.Value().SetFloat64s([]float64{1, 2, -1, 0.5}))
	require.NoError(t, l.Beta.Value().SetFloat64s([]float64{0, 1, 2, 3}))
	values := []float64{1, 2, 3, 10, -4, 0, 0, 1, 5, 5, 5, 5, 100, 101, 102, 99}
	want := make([]float64, len(values))
	for k, v := range values {
		mean, variance := moments(values[k/width*width : k/width*width+width])
		j := k % width
		want[k] = (v-mean)/math.Sqrt(variance+epsilon)*l.Gamma.Value().At(j) + l.Beta.Value().At(j)
	}
	for _, mode := range []graph.Mode{graph.Train, graph.Predict} {
		for _, lead := range [][]int{{4}, {2, 2}, {2, 1, 2}} {
			g := graph.New(ps, mode)
			y := l.Forward(g.ConstArray(values, append(lead, width)...))
			require.Equal(t, append(lead, width), y.Shape())
			require.InDeltaSlice(t, want, run(t, 1, y)[0], 1e-12)
		}
		g := graph.New(ps, mode)
		require.InDeltaSlice(t, want[:width], run(t, 1, l.Forward(g.ConstArray(values[:width], width)))[0], 1e-12)
	}
}

// A shift or a scaling of an example changes nothing but for epsilon.
func TestLayerNormIsInvariant(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	g, l := graph.New(ps, graph.Train), layers.NewLayerNorm(ps, "norm", 8, 0)
	require.Equal(t, 1e-5, l.Epsilon)
	x := g.Normal(5, 8)
	y, moved := l.Forward(x), l.Forward(x.Scale(7).AddScalar(-3))
	require.InDelta(t, 0, run(t, 1, y.Sub(moved).Abs().Max())[0][0], 1e-4)
	require.Greater(t, run(t, 1, y.Abs().Max())[0][0], 1.0)
}

func TestLayerNormGradient(t *testing.T) {
	graphtest.Gradient(t, func(x ...*graph.Node) *graph.Node {
		l := layers.NewLayerNorm(x[0].Graph().Params(), "norm", 5, 1e-3)
		return l.Forward(x[0]).Tanh()
	}, graphtest.Between(-1, 1, 2, 3, 5))
}

func TestLayerNormOfEqualActivations(t *testing.T) {
	graphtest.Finite(t, func(x ...*graph.Node) *graph.Node {
		return layers.NewLayerNorm(x[0].Graph().Params(), "norm", 3, 0).Forward(x[0])
	}, graphtest.Values([]float64{0, 0, 0, 7, 7, 7}, 2, 3))
}

func TestLayerNormMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		epsilon float64
		shape   []int
		want    string
	}{
		"width":            {0, []int{5, 4}, `norm/gamma of x \[5 4\]: want a last axis of 3$`},
		"width of 1":       {0, []int{5, 1}, `norm/gamma of x \[5 1\]: want a last axis of 3$`},
		"scalar":           {0, nil, `norm/gamma of x \[\]: want a last axis of 3$`},
		"negative epsilon": {-1, []int{5, 3}, `epsilon -1 is not a positive number$`},
	} {
		t.Run(name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			g, l := graph.New(ps, graph.Train), layers.NewLayerNorm(ps, "norm", 3, c.epsilon)
			l.Forward(g.Input("x", c.shape...))
			_, err := g.Compile()
			require.ErrorContains(t, err, "layernorm_test.go:")
			require.Regexp(t, c.want, firstLine(err))
		})
	}
}
