package infer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/infer"
)

func TestClassification(t *testing.T) {
	log2 := math.Log(2)
	h := -0.75*math.Log(0.75) - 0.25*math.Log(0.25)
	for name, c := range map[string]struct {
		draws                   [][]float64 // of one example in two classes
		mean                    []float64
		entropy, expected, info float64
	}{
		"sure":             {[][]float64{{1, 0}, {1, 0}}, []float64{1, 0}, 0, 0, 0},
		"sure, disagreed":  {[][]float64{{1, 0}, {0, 1}}, []float64{0.5, 0.5}, log2, 0, log2},
		"agreed, unsure":   {[][]float64{{0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}}, []float64{0.5, 0.5}, log2, log2, 0},
		"between":          {[][]float64{{1, 0}, {0.5, 0.5}}, []float64{0.75, 0.25}, h, log2 / 2, h - log2/2},
		"in one draw":      {[][]float64{{0.75, 0.25}}, []float64{0.75, 0.25}, h, h, 0},
		"a rounded-up sum": {[][]float64{{1.00001, 0}}, []float64{1.00001, 0}, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := infer.NewClassification(2, 2)
			for _, d := range c.draws {
				require.NoError(t, p.Add(append([]float64{0.5, 0.5}, d...))) // beside another example
			}
			require.Equal(t, len(c.draws), p.Draws())
			require.InDeltaSlice(t, append([]float64{0.5, 0.5}, c.mean...), p.Mean(), 1e-12)
			require.InDeltaSlice(t, []float64{log2, c.entropy}, p.Entropy(), 1e-12)
			require.InDeltaSlice(t, []float64{log2, c.expected}, p.ExpectedEntropy(), 1e-12)
			require.InDeltaSlice(t, []float64{0, c.info}, p.MutualInfo(), 1e-12)
		})
	}
}

func TestMutualInfoIsNotNegative(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, classes = 200, 3
	p := infer.NewClassification(n, classes)
	same := make([]float64, n*classes) // the same in every draw: the information is 0 but for rounding
	for i := range n {
		a, b := rng.Float64(), rng.Float64()
		copy(same[i*classes:], []float64{a * b, a * (1 - b), 1 - a})
	}
	for range 7 {
		require.NoError(t, p.Add(same))
	}
	for _, v := range p.MutualInfo() {
		require.GreaterOrEqual(t, v, 0.0)
		require.Less(t, v, 1e-12)
	}
}

func TestClassificationRefuses(t *testing.T) {
	p := infer.NewClassification(2, 2)
	require.NoError(t, p.Add([]float64{1, 0, 0.5, 0.5}))
	for want, probs := range map[string][]float64{
		"infer: draw 1 has 3 probabilities, want 4 of 2 examples in 2 classes":                  {1, 0, 1},
		"infer: draw 1: the probabilities of example 1, [-0.6931 -0.6931], are no distribution": {1, 0, -0.6931, -0.6931},
		"infer: draw 1: the probabilities of example 0, [1.5 -0.5], are no distribution":        {1.5, -0.5, 1, 0},
		"infer: draw 1: the probabilities of example 1, [NaN 0], are no distribution":           {1, 0, math.NaN(), 0},
		"infer: draw 1: the probabilities of example 0, [0.9 0.0998], are no distribution":      {0.9, 0.0998, 1, 0},
		"infer: draw 1: the probabilities of example 0, [+Inf 0], are no distribution":          {math.Inf(1), 0, 1, 0},
	} {
		require.EqualError(t, p.Add(probs), want)
	}
	require.Equal(t, []float64{1, 0, 0.5, 0.5}, p.Mean(), "what is refused leaves no trace")
	require.Panics(t, func() { infer.NewClassification(0, 2) })
	require.Panics(t, func() { infer.NewClassification(2, 0) })
}

func TestRegression(t *testing.T) {
	const n, draws, offset = 3, 50, 1e6
	rng := rand.New(rand.NewPCG(1, 2))
	p := infer.NewRegression(n)
	means, noises := make([][]float64, n), make([][]float64, n)
	for range draws {
		mean, noise := make([]float64, n), make([]float64, n)
		for i := range n {
			mean[i], noise[i] = offset+rng.NormFloat64(), rng.Float64()
			means[i], noises[i] = append(means[i], mean[i]), append(noises[i], noise[i])
		}
		require.NoError(t, p.Add(mean, noise))
	}
	require.Equal(t, draws, p.Draws())
	for i := range n {
		epistemic, aleatoric := stat.PopVariance(means[i], nil), stat.Mean(noises[i], nil)
		require.InDelta(t, stat.Mean(means[i], nil), p.Mean()[i], 1e-8)
		require.InDelta(t, epistemic, p.Epistemic()[i], 1e-8)
		require.InDelta(t, aleatoric, p.Aleatoric()[i], 1e-12)
		require.InDelta(t, epistemic+aleatoric, p.Variance()[i], 1e-8)
	}
}

func TestRegressionRefuses(t *testing.T) {
	p := infer.NewRegression(2)
	require.NoError(t, p.Add([]float64{1, 2}, []float64{0.5, 0}))
	for want, draw := range map[string][2][]float64{
		"infer: draw 1 has 1 means and 2 noise variances, want 2 of each":   {{1}, {1, 1}},
		"infer: draw 1 has 2 means and 0 noise variances, want 2 of each":   {{1, 2}, nil},
		"infer: draw 1 predicts mean NaN and noise variance 1 of number 1":  {{1, math.NaN()}, {1, 1}},
		"infer: draw 1 predicts mean 1 and noise variance -1 of number 0":   {{1, 2}, {-1, 1}},
		"infer: draw 1 predicts mean 2 and noise variance +Inf of number 1": {{1, 2}, {1, math.Inf(1)}},
	} {
		require.EqualError(t, p.Add(draw[0], draw[1]), want)
	}
	require.Equal(t, []float64{1, 2}, p.Mean(), "what is refused leaves no trace")
	require.Equal(t, []float64{0.5, 0}, p.Variance())
	require.Panics(t, func() { infer.NewRegression(0) })
}

func TestNoDrawsNoAverage(t *testing.T) {
	c, r := infer.NewClassification(1, 1), infer.NewRegression(1)
	for name, v := range map[string][]float64{
		"Classification.Mean": c.Mean(), "Entropy": c.Entropy(), "ExpectedEntropy": c.ExpectedEntropy(), "MutualInfo": c.MutualInfo(),
		"Regression.Mean": r.Mean(), "Epistemic": r.Epistemic(), "Aleatoric": r.Aleatoric(), "Variance": r.Variance(),
	} {
		require.True(t, math.IsNaN(v[0]), name)
	}
}
