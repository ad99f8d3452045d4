package bnn_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/metrics"
	"credence/models/bnn"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// blobs is three classes of points around the corners of a triangle.
func blobs(t *testing.T, n int) *data.Table {
	t.Helper()
	x, labels := make([][]float64, n), make([]int, n)
	for i := range x {
		labels[i] = i % 3
		angle := 2 * math.Pi * float64(labels[i]) / 3
		x[i] = []float64{2*math.Cos(angle) + math.Sin(float64(5*i))/2, 2*math.Sin(angle) + math.Cos(float64(11*i))/2}
	}
	set, err := data.NewLabeledTable(x, labels, 3)
	require.NoError(t, err)
	return set
}

func TestEveryPosteriorLearns(t *testing.T) {
	set := blobs(t, 150)
	for name, c := range map[string]bnn.Config{
		"weight sampling, Gaussian prior":        {},
		"weight sampling, scale mixture":         {Prior: prob.ScaleMixture{Pi: 0.5, Sigma1: 1, Sigma2: 0.1}},
		"local reparameterisation":               {Posterior: bnn.Variational{Estimator: layers.LocalReparameterization}},
		"local reparameterisation, mixture":      {Posterior: bnn.Variational{Estimator: layers.LocalReparameterization}, Prior: prob.ScaleMixture{Pi: 0.5, Sigma1: 1, Sigma2: 0.1}},
		"maximum likelihood":                     {Posterior: bnn.Point{}},
		"maximum a posteriori":                   {Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: 1}},
		"dropout with weight decay":              {Posterior: bnn.Dropout{Rate: 0.2}, Prior: prob.Gaussian{Sigma: 1}},
		"double precision, two hidden layers":    {Widths: []int{2, 12, 12, 3}, Precision: graph.Float64},
		"no hidden layer: a logistic regression": {Widths: []int{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.Widths == nil {
				c.Widths = []int{2, 16, 3}
			}
			m := bnn.NewClassifier(c)
			_, err := m.Fit(context.Background(), set, train.Settings{Epochs: 120, BatchSize: 32, LR: optim.Constant(0.01)})
			require.NoError(t, err)
			p, err := m.Predict(set, 20)
			require.NoError(t, err)
			wrong, err := metrics.ErrorRate(p.Mean, 3, set.Labels())
			require.NoError(t, err)
			require.Less(t, wrong, 0.03)
			for i, e := range p.Entropy {
				require.GreaterOrEqual(t, p.MutualInfo[i], 0.0)
				require.LessOrEqual(t, p.MutualInfo[i], e+1e-12)
			}
		})
	}
}

// With the posterior's deviations at practically nothing, draws agree with the mean network and tell
// nothing about the weights.
func TestDrawsOfANarrowPosteriorAreTheMean(t *testing.T) {
	set := blobs(t, 30)
	for _, e := range []layers.Estimator{layers.WeightSampling, layers.LocalReparameterization} {
		m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 8, 3}, Posterior: bnn.Variational{Estimator: e, Sigma: 1e-6}})
		draws, err := m.Predict(set, 4)
		require.NoError(t, err)
		mean, err := m.Predict(set, 0)
		require.NoError(t, err)
		require.InDeltaSlice(t, mean.Mean, draws.Mean, 1e-3)
		for _, v := range draws.MutualInfo {
			require.InDelta(t, 0, v, 1e-5)
		}
	}
}

// Predictions sample the layers' outputs; their average is that over networks whose weights are drawn.
func TestPredictionsAreThoseOfDrawnWeights(t *testing.T) {
	set := blobs(t, 20)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 6, 5, 3}, Posterior: bnn.Variational{Sigma: 0.6}})
	const draws = 4000
	p, err := m.Predict(set, draws)
	require.NoError(t, err)

	g := graph.New(m.Params(), graph.Predict)
	x := g.Input("x", 20, 2)
	prog, err := g.Compile(m.Forward(x).Softmax(1))
	require.NoError(t, err)
	rows, in, labels := make([]int, 20), make([]float64, 40), make([]float64, 20)
	for i := range rows {
		rows[i] = i
	}
	set.Batch(rows, in, labels)
	mean, squares := make([]float64, 60), make([]float64, 60)
	for draw := range uint64(draws) {
		out, err := prog.Run(draw, graph.Feed{x: in})
		require.NoError(t, err)
		for i, v := range out[0].Float64s() {
			mean[i] += v / draws
			squares[i] += v * v / draws
		}
	}
	for i := range mean {
		spread := math.Sqrt((squares[i] - mean[i]*mean[i]) / draws)
		require.InDelta(t, mean[i], p.Mean[i], 5*math.Sqrt2*spread, "5 standard errors of the difference")
		require.Greater(t, spread, 1e-4, "the posterior is wide enough to tell")
	}
}

func TestDrawsBeyondOneProgram(t *testing.T) {
	set := blobs(t, 60)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 50_000, 3}, Posterior: bnn.Variational{Sigma: 0.001}})
	few, err := m.Predict(set, 2) // as many as a program takes
	require.NoError(t, err)
	more, err := m.Predict(set, 5)
	require.NoError(t, err)
	require.Len(t, more.Mean, 180)
	require.NotEqual(t, few.Mean, more.Mean)
	require.InDeltaSlice(t, few.Mean, more.Mean, 0.2)
}

func TestPruneRemovesTheLeastCertain(t *testing.T) {
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 10, 3}})
	whole := m.Clone()
	require.Equal(t, 25, m.Prune(0.5))
	before, after := whole.SignalToNoise(), m.SignalToNoise()
	zeros, kept := 0, 0.0
	for i := range after {
		if after[i] == 0 {
			zeros++
			kept = max(kept, before[i])
		}
	}
	require.Equal(t, 25, zeros)
	for i := range after {
		if after[i] != 0 {
			require.Greater(t, before[i], kept)
		}
	}
	require.Equal(t, before, whole.SignalToNoise(), "a clone is its own")
}

func TestRegressorFindsTheNoise(t *testing.T) {
	const n, noise = 400, 0.25
	x, y := make([][]float64, n), make([][]float64, n)
	for i := range x {
		u := math.Mod(float64(i)*0.754877666, 1)*4 - 2
		// The quantiles of a normal in scrambled order: noise whose deviation is known.
		q := (math.Mod(float64(i)*0.569840291, 1)*float64(n-1) + 0.5) / n
		x[i], y[i] = []float64{u}, []float64{math.Sin(u) + noise*math.Sqrt2*math.Erfinv(2*q-1)}
	}
	set, err := data.NewTable(x, y)
	require.NoError(t, err)
	r := bnn.NewRegressor(bnn.RegressorConfig{
		Config: bnn.Config{Widths: []int{1, 32, 1}, Posterior: bnn.Variational{Estimator: layers.LocalReparameterization}},
		Noise:  1, LearnNoise: true,
	})
	_, err = r.Fit(context.Background(), set, train.Settings{Epochs: 400, BatchSize: 100, LR: optim.Constant(0.01)})
	require.NoError(t, err)
	require.InDelta(t, noise, r.Noise(), 0.06)
	p, err := r.Predict(set, 50)
	require.NoError(t, err)
	for i, total := range p.Variance {
		require.InDelta(t, r.Noise()*r.Noise()+p.Epistemic[i], total, 1e-9)
	}
	worst := 0.0
	for i, m := range p.Mean {
		worst = max(worst, math.Abs(m-math.Sin(x[i][0])))
	}
	require.Less(t, worst, 0.35)
}

// No draws, one or many are the mean network, a sample and the posterior predictive, with draws kept or not.
func TestMixtureIsThePrediction(t *testing.T) {
	x, y := make([][]float64, 700), make([][]float64, 700) // two batches
	for i := range x {
		x[i], y[i] = []float64{float64(i) / 100}, []float64{1}
	}
	set, err := data.NewTable(x, y)
	require.NoError(t, err)
	r := bnn.NewRegressor(bnn.RegressorConfig{Config: bnn.Config{Widths: []int{1, 8, 1}, Posterior: bnn.Variational{Sigma: 0.3}}, Noise: 0.5})
	for _, draws := range []int{0, 1, 6} {
		p, err := r.Predict(set, draws)
		require.NoError(t, err)
		m, err := r.PredictMixture(set, draws)
		require.NoError(t, err)
		require.Equal(t, max(draws, 1), m.Moments().Draws())
		require.Equal(t, p.Mean, m.Moments().Mean())
		require.Equal(t, p.Variance, m.Moments().Variance())
		require.InDelta(t, 0.25, p.Aleatoric[699], 1e-6)
		require.Equal(t, draws > 1, p.Epistemic[699] > 0, "%d draws", draws)
		lo, hi, err := m.Interval(0.9)
		require.NoError(t, err)
		require.Greater(t, hi[3]-lo[3], 2*1.64*0.5)
	}
	_, err = r.Predict(set, -1)
	require.EqualError(t, err, "bnn: predicting: -1 draws, want 0 for the mean network, or more")
	_, err = r.PredictMixture(set, -1)
	require.Error(t, err)
}

func TestFixedNoiseStays(t *testing.T) {
	set, err := data.NewTable([][]float64{{1}, {2}}, [][]float64{{3}, {4}})
	require.NoError(t, err)
	r := bnn.NewRegressor(bnn.RegressorConfig{Config: bnn.Config{Widths: []int{1, 4, 1}}, Noise: 0.5})
	_, err = r.Fit(context.Background(), set, train.Settings{Epochs: 20})
	require.NoError(t, err)
	require.InDelta(t, 0.5, r.Noise(), 1e-6)
}

func TestMistakes(t *testing.T) {
	set := blobs(t, 30)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{5, 3}})
	_, err := m.Fit(context.Background(), set, train.Settings{Epochs: 1})
	require.ErrorContains(t, err, "bnn_test.go:")
	require.ErrorContains(t, err, "[30 2]")
	_, err = m.Predict(set, 1)
	require.ErrorContains(t, err, "bnn: predicting: bnn_test.go:")

	two := bnn.NewClassifier(bnn.Config{Widths: []int{2, 2}})
	_, err = two.Fit(context.Background(), set, train.Settings{Epochs: 1})
	require.ErrorContains(t, err, "prob.Categorical: value: y [30] holds 2")
	require.ErrorContains(t, err, "want a whole number from 0 to 1")
	require.Panics(t, func() { bnn.NewClassifier(bnn.Config{Widths: []int{2}}) })
	require.Panics(t, func() { bnn.NewRegressor(bnn.RegressorConfig{Config: bnn.Config{Widths: []int{2, 1}}, Noise: -1}) })
}
