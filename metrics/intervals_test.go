package metrics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/metrics"
)

func TestIntervalCoverageByHand(t *testing.T) {
	coverage, width, err := metrics.IntervalCoverage([]float64{0, 0, 1, -5}, []float64{1, 2, 1, -1}, []float64{1, 3, 1, -4})
	require.NoError(t, err)
	require.Equal(t, 0.75, coverage, "ends and intervals of one point count")
	require.Equal(t, 7./4, width)

	for _, c := range []struct {
		name            string
		lo, hi, targets []float64
		want            string
	}{
		{"none", nil, nil, nil, "metrics: intervals of 0 and 0 numbers: want as many, at least 1"},
		{"lengths", []float64{1}, []float64{1, 2}, []float64{1}, "metrics: intervals of 2 and 1 numbers: want as many, at least 1"},
		{"targets", []float64{1}, []float64{2}, []float64{1, 2}, "metrics: 1 intervals for 2 targets"},
		{"empty", []float64{0, 2}, []float64{1, 1}, []float64{1, 2}, "metrics: interval 1 is [2, 1], which is empty"},
		{"NaN", []float64{math.NaN()}, []float64{1}, []float64{1}, "metrics: intervals: number 0 is NaN, want a finite one"},
		{"NaN target", []float64{0}, []float64{1}, []float64{math.NaN()}, "metrics: targets of intervals: number 0 is NaN, want a finite one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := metrics.IntervalCoverage(c.lo, c.hi, c.targets)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestQuantileCalibrationByHand(t *testing.T) {
	c, err := metrics.QuantileCalibration([]float64{0.1, 0.2, 0.5, 1}, []float64{0, 0.2, 0.5, 0.9, 1})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0.5, 0.75, 0.75, 1}, c.Observed)
	require.InDelta(t, (0.3*0.3+0.25*0.25+0.15*0.15)/5, c.Error(), 1e-15)
	worst, err := metrics.RegressionCalibrationError([]float64{0})
	require.NoError(t, err)
	require.InDelta(t, 0.325, worst, 1e-15) // the mean of (1 - k/20)² is 19·20·39/6/400/19

	for want, in := range map[string][2][]float64{
		"metrics: quantile calibration of 0 ranks at 1 levels: want at least 1 of each": {nil, {0.5}},
		"metrics: quantile calibration of 1 ranks at 0 levels: want at least 1 of each": {{0.5}, nil},
		"metrics: quantile calibration: rank 1 is 1.5, want 0..1":                       {{0.5, 1.5}, {0.5}},
		"metrics: quantile calibration: rank 0 is NaN, want 0..1":                       {{math.NaN()}, {0.5}},
		"metrics: quantile calibration: level 0 is -0.1, want 0..1":                     {{0.5}, {-0.1}},
	} {
		_, err := metrics.QuantileCalibration(in[0], in[1])
		require.EqualError(t, err, want)
	}
	_, err = metrics.RegressionCalibrationError([]float64{2})
	require.ErrorContains(t, err, "rank 0 is 2")
}

// Numbers drawn from the predictions have uniform ranks; predictions half as wide are overconfident.
func TestQuantileCalibrationOfCalibratedPredictions(t *testing.T) {
	const n = 20_000
	rng := rand.New(rand.NewPCG(1, 2))
	right, narrow := make([]float64, n), make([]float64, n)
	for i := range n {
		z := rng.NormFloat64()
		right[i], narrow[i] = distuv.UnitNormal.CDF(z), distuv.UnitNormal.CDF(2*z)
	}
	calibrated, err := metrics.RegressionCalibrationError(right)
	require.NoError(t, err)
	require.Less(t, calibrated, 4.0/n, "its mean is that of p(1-p)/n, 0.18/n")
	over, err := metrics.RegressionCalibrationError(narrow)
	require.NoError(t, err)
	want := 0.0
	for i := 1; i < 20; i++ {
		p := float64(i) / 20
		d := distuv.UnitNormal.CDF(distuv.UnitNormal.Quantile(p)/2) - p
		want += d * d / 19
	}
	require.InEpsilon(t, want, over, 0.05)
}
