package metrics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/metrics"
)

// binary returns two-class probabilities with these confidences in class 0.
func binary(confidences ...float64) []float64 {
	var p []float64
	for _, c := range confidences {
		p = append(p, c, 1-c)
	}
	return p
}

func TestAdaptiveReliabilityByHand(t *testing.T) {
	p, labels := binary(0.9, 0.6, 0.75, 0.7, 1), []int{0, 1, 0, 1, 0} // of 0.6, 0.7, 0.75, 0.9, 1 the first two wrong
	d, err := metrics.AdaptiveReliability(p, 2, labels, 2)
	require.NoError(t, err)
	require.Len(t, d, 2)
	require.Equal(t, []int{3, 2}, []int{d[0].Count, d[1].Count})
	require.Equal(t, []float64{0, 0.75, 0.75, 1}, []float64{d[0].Low, d[0].High, d[1].Low, d[1].High})
	require.InDelta(t, (0.6+0.7+0.75)/3, d[0].Confidence, 1e-15)
	require.InDelta(t, 1./3, d[0].Accuracy, 1e-15)
	require.InDelta(t, 0.95, d[1].Confidence, 1e-15)
	require.Equal(t, 1., d[1].Accuracy)
	require.InDelta(t, (0.6+0.7+0.75-1+2*0.05)/5, d.ECE(), 1e-15)

	ece, err := metrics.AdaptiveECE(p, 2, labels) // more bins than examples: each alone
	require.NoError(t, err)
	require.InDelta(t, (0.6+0.7+0.25+0.1+0)/5, ece, 1e-15)
}

func TestAdaptiveBins(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, bins = 997, 15
	confidences, labels := make([]float64, n), make([]int, n)
	for i := range n {
		confidences[i], labels[i] = 0.5+math.Floor(500*rng.Float64())/1000, rng.IntN(2) // some are equal
	}
	d, err := metrics.AdaptiveReliability(binary(confidences...), 2, labels, bins)
	require.NoError(t, err)
	total := 0
	for i, b := range d {
		require.InDelta(t, n/bins, b.Count, 12, "equally many, but for ties")
		require.True(t, b.Low < b.Confidence && b.Confidence <= b.High)
		if i > 0 {
			require.Equal(t, d[i-1].High, b.Low)
		}
		total += b.Count
	}
	require.Equal(t, n, total)

	// The order of examples does not matter, not even among equal confidences.
	order := rng.Perm(n)
	shuffled, relabeled := make([]float64, n), make([]int, n)
	for i, from := range order {
		shuffled[i], relabeled[i] = confidences[from], labels[from]
	}
	again, err := metrics.AdaptiveReliability(binary(shuffled...), 2, relabeled, bins)
	require.NoError(t, err)
	require.InDelta(t, d.ECE(), again.ECE(), 1e-12)

	same, err := metrics.AdaptiveReliability(binary(0.8, 0.8, 0.8, 0.8), 2, []int{0, 0, 0, 1}, 3)
	require.NoError(t, err)
	require.Len(t, same, 1, "equal confidences stay together")
	require.InDelta(t, 0.05, same.ECE(), 1e-15)
}

func TestCalibrationCurveByHand(t *testing.T) {
	d, err := metrics.CalibrationCurve([]float64{0, 0.5, 0.4, 0.9, 0.7, 1}, []int{0, 1, 0, 1, 0, 1}, 2)
	require.NoError(t, err)
	require.Equal(t, []int{3, 3}, []int{d[0].Count, d[1].Count}, "0.5 is the right end of the first bin")
	require.InDelta(t, 0.3, d[0].Confidence, 1e-15)
	require.InDelta(t, 1./3, d[0].Accuracy, 1e-15)
	require.InDelta(t, 2.6/3, d[1].Confidence, 1e-15)
	require.InDelta(t, 2./3, d[1].Accuracy, 1e-15)
	require.InDelta(t, (0.1/3*3+0.6)/6, d.ECE(), 1e-15)
}

func TestCalibrationMistakes(t *testing.T) {
	_, err := metrics.AdaptiveReliability(probs, 3, labels, 0)
	require.EqualError(t, err, "metrics: a reliability diagram of 0 bins, want at least 1")
	_, err = metrics.AdaptiveECE(probs, 3, labels[1:])
	require.EqualError(t, err, "metrics: 12 probabilities for 3 labels of 3 classes, want 3 for each label")
	for _, c := range []struct {
		name   string
		probs  []float64
		labels []int
		bins   int
		want   string
	}{
		{"no bins", []float64{0.5}, []int{1}, 0, "metrics: a calibration curve of 0 bins, want at least 1"},
		{"no examples", nil, nil, 5, "metrics: calibration curve of 0 scores and 0 labels: want as many, at least 1"},
		{"lengths", []float64{0.5}, []int{1, 0}, 5, "metrics: calibration curve of 1 scores and 2 labels: want as many, at least 1"},
		{"third label", []float64{0.5}, []int{2}, 5, "metrics: calibration curve: label 0 is 2, want 0 or 1"},
		{"no probability", []float64{0.5, 1.5}, []int{1, 1}, 5, "metrics: calibration curve: probability 1 is 1.5, want 0..1"},
		{"NaN", []float64{math.NaN()}, []int{1}, 5, "metrics: calibration curve: score 0 is NaN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := metrics.CalibrationCurve(c.probs, c.labels, c.bins)
			require.EqualError(t, err, c.want)
		})
	}
}
