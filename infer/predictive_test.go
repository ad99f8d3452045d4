package infer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

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

func TestLogPredictive(t *testing.T) {
	inf := math.Inf(1)
	for name, c := range map[string]struct {
		logProb []float64 // of one example, by draw
		want    float64
	}{
		"one draw":              {[]float64{-3}, -3},
		"a mean":                {[]float64{math.Log(0.5), math.Log(0.25), math.Log(0.75)}, math.Log(0.5)},
		"the largest last":      {[]float64{-2000, -1000}, -1000 - math.Log(2)},
		"the largest first":     {[]float64{1000, -1000}, 1000 - math.Log(2)},
		"impossible once":       {[]float64{-inf, -1}, -1 - math.Log(2)},
		"impossible later":      {[]float64{-1, -inf}, -1 - math.Log(2)},
		"impossible":            {[]float64{-inf, -inf}, -inf},
		"densities, not shares": {[]float64{5, 5, 5}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			p := infer.NewLogPredictive(2)
			for _, v := range c.logProb {
				require.NoError(t, p.Add([]float64{-0.5, v})) // beside another example
			}
			require.Equal(t, len(c.logProb), p.Draws())
			require.InDelta(t, -0.5, p.LogProb()[0], 1e-15)
			if math.IsInf(c.want, -1) {
				require.Equal(t, c.want, p.LogProb()[1])
			} else {
				require.InDelta(t, c.want, p.LogProb()[1], 1e-12)
			}
		})
	}
	p := infer.NewLogPredictive(2)
	require.NoError(t, p.Add([]float64{-1, -2}))
	for want, logProb := range map[string][]float64{
		"infer: draw 1 has 1 log probabilities, want 2":           {-1},
		"infer: draw 1: the log probability of example 1 is NaN":  {-1, math.NaN()},
		"infer: draw 1: the log probability of example 0 is +Inf": {inf, -1},
	} {
		require.EqualError(t, p.Add(logProb), want)
	}
	require.Equal(t, []float64{-1, -2}, p.LogProb(), "what is refused leaves no trace")
	require.Panics(t, func() { infer.NewLogPredictive(0) })
}

func TestClassificationLogProb(t *testing.T) {
	p := infer.NewClassification(2, 2)
	_, err := p.LogProb([]int{0, 0})
	require.EqualError(t, err, "infer: 2 labels for predictions of 2 examples by 0 draws")
	require.NoError(t, p.Add([]float64{1, 0, 0.5, 0.5}))
	require.NoError(t, p.Add([]float64{1, 0, 0.25, 0.75}))
	got, err := p.LogProb([]int{0, 1})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0, math.Log(0.625)}, got, 1e-15)
	got, err = p.LogProb([]int{1, 0})
	require.NoError(t, err)
	require.Equal(t, math.Inf(-1), got[0])
	_, err = p.LogProb([]int{1})
	require.EqualError(t, err, "infer: 1 labels for predictions of 2 examples by 2 draws")
	_, err = p.LogProb([]int{1, 2})
	require.EqualError(t, err, "infer: label of example 1 is 2, want 0..1")
}

// draws of two numbers' means and noise variances.
var twoNumbers = [][2][]float64{
	{{0, 10}, {1, 4}},
	{{1, -10}, {0.25, 1}},
	{{-2, 0}, {4, 1}},
}

func mixtureOf(t *testing.T, draws [][2][]float64) *infer.Mixture {
	t.Helper()
	m := infer.NewMixture(len(draws[0][0]))
	for _, d := range draws {
		require.NoError(t, m.Add(d[0], d[1]))
	}
	return m
}

// theMixture averages a function of each draw's normal.
func theMixture(i int, of func(distuv.Normal) float64) float64 {
	sum := 0.0
	for _, d := range twoNumbers {
		sum += of(distuv.Normal{Mu: d[0][i], Sigma: math.Sqrt(d[1][i])})
	}
	return sum / float64(len(twoNumbers))
}

func TestMixture(t *testing.T) {
	m := mixtureOf(t, twoNumbers)
	require.InDeltaSlice(t, []float64{-1. / 3, 0}, m.Moments().Mean(), 1e-12)
	require.InDelta(t, 5.25/3, m.Moments().Aleatoric()[0], 1e-12)
	for _, y := range []float64{-30, -2, 0, 0.3, 9, 40} {
		p, err := m.CDF([]float64{y, y})
		require.NoError(t, err)
		density, err := m.LogProb([]float64{y, y})
		require.NoError(t, err)
		for i := range 2 {
			require.InEpsilon(t, theMixture(i, func(n distuv.Normal) float64 { return n.CDF(y) }), p[i], 1e-12)
			require.InDelta(t, math.Log(theMixture(i, func(n distuv.Normal) float64 { return n.Prob(y) })), density[i], 1e-12)
		}
	}
	for _, p := range []float64{1e-12, 0.01, 0.1, 1. / 3, 0.5, 0.9, 0.999} {
		q, err := m.Quantile(p)
		require.NoError(t, err)
		back, err := m.CDF(q)
		require.NoError(t, err)
		require.InEpsilon(t, p, back[0], 1e-10)
		require.InEpsilon(t, p, back[1], 1e-10)
	}
	lo, hi, err := m.Interval(0.8)
	require.NoError(t, err)
	below, err := m.Quantile(0.1)
	require.NoError(t, err)
	above, err := m.Quantile(0.9)
	require.NoError(t, err)
	require.InDeltaSlice(t, below, lo, 1e-12)
	require.InDeltaSlice(t, above, hi, 1e-12)

	one := mixtureOf(t, [][2][]float64{{{3}, {4}}})
	q, err := one.Quantile(0.975)
	require.NoError(t, err)
	require.InDelta(t, 3+2*1.959963984540054, q[0], 1e-12, "of one draw, the normal's")
}

// Without noise the mixture is the draws themselves.
func TestMixtureOfPoints(t *testing.T) {
	m := mixtureOf(t, [][2][]float64{{{1}, {0}}, {{2}, {0}}, {{4}, {0}}, {{8}, {0}}})
	for p, want := range map[float64]float64{0.1: 1, 0.3: 2, 0.6: 4, 0.75: 4, 0.76: 8} {
		q, err := m.Quantile(p)
		require.NoError(t, err)
		require.InDelta(t, want, q[0], 1e-12, "%g", p)
	}
	p, err := m.CDF([]float64{2})
	require.NoError(t, err)
	require.Equal(t, []float64{0.5}, p)
	_, err = m.LogProb([]float64{2})
	require.EqualError(t, err, "infer: no density: draw 0 predicts number 0 without noise")
}

func TestMixtureRefuses(t *testing.T) {
	m := infer.NewMixture(2)
	_, err := m.Quantile(0.5)
	require.EqualError(t, err, "infer: quantile of 2 numbers under 0 draws: want 2 numbers and at least 1 draw")
	require.ErrorContains(t, m.Add([]float64{1}, []float64{1}), "infer: draw 0 has 1 means")
	require.NoError(t, m.Add([]float64{1, 2}, []float64{1, 1}))
	_, err = m.CDF([]float64{1})
	require.EqualError(t, err, "infer: distribution function of 1 numbers under 1 draws: want 2 numbers and at least 1 draw")
	_, err = m.LogProb([]float64{1, math.NaN()})
	require.EqualError(t, err, "infer: log density: number 1 is NaN")
	for _, p := range []float64{0, 1, -1, math.NaN()} {
		_, err := m.Quantile(p)
		require.ErrorContains(t, err, "want a probability between 0 and 1")
		_, _, err = m.Interval(p)
		require.ErrorContains(t, err, "want one between 0 and 1")
	}
	mean := []float64{5, 6}
	require.NoError(t, m.Add(mean, []float64{1, 1}))
	before, err := m.Quantile(0.5)
	require.NoError(t, err)
	mean[0] = 99
	after, err := m.Quantile(0.5)
	require.NoError(t, err)
	require.Equal(t, before, after, "draws are copied")
	require.Panics(t, func() { infer.NewMixture(0) })
}

func TestRegressionAgainstTargets(t *testing.T) {
	targets := []float64{0.3, -9}
	p := infer.NewRegression(2)
	require.Nil(t, p.LogProb())
	require.EqualError(t, p.Against([]float64{1}), "infer: 1 targets for predictions of 2 numbers after 0 draws: want as many, before the first")
	require.EqualError(t, p.Against([]float64{1, math.NaN()}), "infer: target 1 is NaN")
	require.NoError(t, p.Against(targets))
	require.True(t, math.IsNaN(p.LogProb()[0]), "no draws, no average")
	for _, d := range twoNumbers {
		require.NoError(t, p.Add(d[0], d[1]))
	}
	want, err := mixtureOf(t, twoNumbers).LogProb(targets)
	require.NoError(t, err)
	require.InDeltaSlice(t, want, p.LogProb(), 1e-12)
	require.EqualError(t, p.Add([]float64{1, 2}, []float64{1, 0}), "infer: draw 3 predicts number 1 without noise: a target has no density")
	require.InDeltaSlice(t, want, p.LogProb(), 1e-12, "what is refused leaves no trace")
	require.Equal(t, 3, p.Draws())
	require.ErrorContains(t, p.Against(targets), "after 3 draws")
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
