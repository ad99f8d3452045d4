package layers_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
	"credence/weights"
)

var _ layers.Layer = &layers.BatchNorm{}

const width = 3

// batches are two of four examples each.
var batches = [][]float64{
	{1, 2, 3, 4, 0, -3, 2, 2, 0, -1, 8, 100},
	{0, 1, 5, 5, 1, 6, 2, -3, 7, 0.5, 0, 104},
}

// normalising returns a layer with scales and shifts.
func normalising(t *testing.T, o layers.BatchNormOptions) (*layers.BatchNorm, *graph.Params) {
	t.Helper()
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewBatchNorm(ps, "norm", width, o)
	require.NoError(t, l.Gamma.Value().SetFloat64s([]float64{1, 2, -1}))
	require.NoError(t, l.Beta.Value().SetFloat64s([]float64{0, 1, 2}))
	return l, ps
}

// feed runs the layer's program on each of the batches and returns the outputs.
func feed(t *testing.T, l *layers.BatchNorm, mode graph.Mode, lead []int, batches ...[]float64) [][]float64 {
	t.Helper()
	g := graph.New(l.Gamma.Params(), mode)
	x := g.Input("x", append(lead, width)...)
	prog, err := g.Compile(l.Forward(x))
	require.NoError(t, err)
	var all [][]float64
	for step, b := range batches {
		out, err := prog.Run(uint64(step), graph.Feed{x: b})
		require.NoError(t, err)
		all = append(all, out[0].Float64s())
	}
	return all
}

// every returns the elements of column j of a batch.
func every(batch []float64, j int) (values []float64) {
	for k := j; k < len(batch); k += width {
		values = append(values, batch[k])
	}
	return values
}

// normalised returns a batch standardised by the mean and variance of each column, scaled and shifted.
func normalised(l *layers.BatchNorm, batch []float64, of func(j int) (mean, variance float64)) []float64 {
	y := make([]float64, len(batch))
	for k, v := range batch {
		j := k % width
		mean, variance := of(j)
		y[k] = (v-mean)/math.Sqrt(variance+l.Epsilon)*l.Gamma.Value().At(j) + l.Beta.Value().At(j)
	}
	return y
}

func TestBatchNormInTraining(t *testing.T) {
	for _, lead := range [][]int{{4}, {2, 2}, {2, 1, 2}} {
		l, _ := normalising(t, layers.BatchNormOptions{Epsilon: 0.1, Momentum: 0.75})
		outputs := feed(t, l, graph.Train, lead, batches...)
		average, spread := [width]float64{}, [width]float64{1, 1, 1}
		for i, b := range batches {
			want := normalised(l, b, func(j int) (float64, float64) { return moments(every(b, j)) })
			require.InDeltaSlice(t, want, outputs[i], 1e-12)
			for j := range width {
				mean, variance := moments(every(b, j))
				average[j] = 0.75*average[j] + 0.25*mean
				spread[j] = 0.75*spread[j] + 0.25*variance*4/3
			}
		}
		require.InDeltaSlice(t, average[:], l.Mean.Value().Float64s(), 1e-12)
		require.InDeltaSlice(t, spread[:], l.Variance.Value().Float64s(), 1e-9)
	}
}

func TestBatchNormInPrediction(t *testing.T) {
	l, _ := normalising(t, layers.BatchNormOptions{})
	feed(t, l, graph.Train, []int{4}, batches...)
	mean, variance := l.Mean.Value().Float64s(), l.Variance.Value().Float64s()
	averages := func(j int) (float64, float64) { return mean[j], variance[j] }
	for i, y := range feed(t, l, graph.Predict, []int{4}, batches...) {
		require.InDeltaSlice(t, normalised(l, batches[i], averages), y, 1e-12)
	}
	one := batches[0][:width]
	require.InDeltaSlice(t, normalised(l, one, averages), feed(t, l, graph.Predict, []int{1}, one)[0], 1e-12)
	require.InDeltaSlice(t, normalised(l, one, averages), feed(t, l, graph.Predict, nil, one)[0], 1e-12)
	require.Equal(t, mean, l.Mean.Value().Float64s(), "prediction moves no average")
	require.Equal(t, variance, l.Variance.Value().Float64s())
}

// The averages tend to the moments of what the batches are drawn from.
func TestBatchNormAverages(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	g, l := graph.New(ps, graph.Train), layers.NewBatchNorm(ps, "norm", 2, layers.BatchNormOptions{Momentum: 0.99})
	x := g.Normal(8, 2).Mul(g.ConstArray([]float64{2, 0.5}, 2)).Add(g.ConstArray([]float64{-1, 5}, 2))
	run(t, 3000, l.Forward(x))
	// An average of weight 0.01 for the newest has 199 batches' worth: 4 standard errors of 1,592 draws.
	require.InDelta(t, -1, l.Mean.Value().At(0), 4*2/math.Sqrt(1592))
	require.InDelta(t, 5, l.Mean.Value().At(1), 4*0.5/math.Sqrt(1592))
	require.InEpsilon(t, 4, l.Variance.Value().At(0), 4*math.Sqrt(2/1393.0))
	require.InEpsilon(t, 0.25, l.Variance.Value().At(1), 4*math.Sqrt(2/1393.0))
}

func TestBatchNormIsSaved(t *testing.T) {
	l, ps := normalising(t, layers.BatchNormOptions{})
	feed(t, l, graph.Train, []int{4}, batches...)
	require.Equal(t, graph.State, l.Mean.Kind())
	require.Equal(t, graph.State, l.Variance.Kind())
	require.Equal(t, []*graph.Param{l.Gamma, l.Beta}, ps.All(graph.Trainable), "no optimiser moves an average")
	var file bytes.Buffer
	require.NoError(t, weights.Write(&file, ps, nil))

	loaded := graph.NewParams(graph.Float64, 2)
	m := layers.NewBatchNorm(loaded, "norm", width, layers.BatchNormOptions{})
	_, err := weights.Read(&file, loaded)
	require.NoError(t, err)
	require.Equal(t, feed(t, l, graph.Predict, []int{4}, batches...), feed(t, m, graph.Predict, []int{4}, batches...))
	require.Equal(t, l.Mean.Value().Float64s(), m.Mean.Value().Float64s())
}

func TestBatchNormGradient(t *testing.T) {
	for _, mode := range []graph.Mode{graph.Train, graph.Predict} {
		l, ps := normalising(t, layers.BatchNormOptions{Epsilon: 1e-3})
		require.NoError(t, l.Variance.Value().SetFloat64s([]float64{0.5, 1, 2}))
		w := ps.New("x", graph.Between(-1, 1), 2, 3, width)
		g := graph.New(ps, mode)
		graphtest.ParamGradient(t, l.Forward(g.Param(w)).Tanh().Mul(g.Normal(2, 3, width)).Sum(), nil)
	}
}

func TestBatchNormOfEqualActivations(t *testing.T) {
	graphtest.Finite(t, func(x ...*graph.Node) *graph.Node {
		return layers.NewBatchNorm(x[0].Graph().Params(), "norm", 1, layers.BatchNormOptions{}).Forward(x[0])
	}, graphtest.Values([]float64{7, 7, 7}, 3, 1))
}

func TestBatchNormMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		o     layers.BatchNormOptions
		shape []int
		calls int
		want  string
	}{
		"width":            {layers.BatchNormOptions{}, []int{5, 1}, 1, `norm/gamma of x \[5 1\]: want a last axis of 3$`},
		"a single example": {layers.BatchNormOptions{}, []int{1, 3}, 1, `of x \[1 3\]: a single example has no variance$`},
		"momentum of 1":    {layers.BatchNormOptions{Momentum: 1}, []int{5, 3}, 1, `momentum 1 is not in \[0, 1\)$`},
		"negative epsilon": {layers.BatchNormOptions{Epsilon: -1}, []int{5, 3}, 1, `epsilon -1 is not a positive number$`},
		"two calls":        {layers.BatchNormOptions{}, []int{5, 3}, 2, `norm/mean is updated twice`},
	} {
		t.Run(name, func(t *testing.T) {
			l, ps := normalising(t, c.o)
			g := graph.New(ps, graph.Train)
			x := g.Input("x", c.shape...)
			for range c.calls {
				l.Forward(x)
			}
			_, err := g.Compile()
			require.ErrorContains(t, err, "batchnorm_test.go:")
			require.Regexp(t, c.want, firstLine(err))
		})
	}
	l, ps := normalising(t, layers.BatchNormOptions{})
	g := graph.New(ps, graph.Predict)
	x := g.Input("x", 5, width)
	l.Forward(x)
	l.Forward(x)
	require.NoError(t, g.Err(), "prediction has as many calls as it likes")
}
