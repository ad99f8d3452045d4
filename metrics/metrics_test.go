package metrics_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/metrics"
)

// Four predictions of three classes, right, wrong, right, right.
var (
	probs = []float64{
		0.7, 0.2, 0.1,
		0.1, 0.6, 0.3,
		0.25, 0.5, 0.25,
		0, 0, 1,
	}
	labels = []int{0, 2, 1, 2}
)

type perClass = func(probs []float64, classes int, labels []int) (float64, error)

func TestClassificationByHand(t *testing.T) {
	for _, c := range []struct {
		name   string
		metric perClass
		want   float64
	}{
		{"accuracy", metrics.Accuracy, 3. / 4},
		{"error rate", metrics.ErrorRate, 1. / 4},
		{"NLL", metrics.NLL, 0.56344873220625}, // (0.356674943939 + 1.203972804326 + 0.693147180560 + 0) / 4
		{"Brier", metrics.Brier, 0.34375},      // (0.14 + 0.86 + 0.375 + 0) / 4
		{"ECE", metrics.ECE, 0.35},             // (0.3 + 0.6 + 0.5 + 0) / 4, each alone in its bin
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.metric(probs, 3, labels)
			require.NoError(t, err)
			require.InDelta(t, c.want, got, 1e-12)
		})
	}
}

func TestPerExampleByHand(t *testing.T) {
	for _, c := range []struct {
		name   string
		metric func([]float64, int, []int) ([]float64, error)
		want   []float64
	}{
		{"error", metrics.PerExampleError, []float64{0, 1, 0, 0}},
		{"NLL", metrics.PerExampleNLL, []float64{0.356674943939, 1.203972804326, 0.693147180560, 0}},
		{"Brier", metrics.PerExampleBrier, []float64{0.14, 0.86, 0.375, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.metric(probs, 3, labels)
			require.NoError(t, err)
			require.InDeltaSlice(t, c.want, got, 1e-12)
		})
	}
}

func TestExtremes(t *testing.T) {
	sure, wrong := []float64{0, 1}, []int{0}
	nll, err := metrics.NLL(sure, 2, wrong)
	require.NoError(t, err)
	require.Equal(t, math.Inf(1), nll)
	brier, err := metrics.Brier(sure, 2, wrong)
	require.NoError(t, err)
	require.Equal(t, 2., brier)
	ece, err := metrics.ECE(sure, 2, wrong)
	require.NoError(t, err)
	require.Equal(t, 1., ece)

	tie, err := metrics.PerExampleError([]float64{0.5, 0.5, 0.5, 0.5}, 2, []int{0, 1})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 1}, tie, "the first of equals is the prediction")
}

func TestBadPredictions(t *testing.T) {
	all := map[string]perClass{
		"Accuracy": metrics.Accuracy, "ErrorRate": metrics.ErrorRate,
		"NLL": metrics.NLL, "Brier": metrics.Brier, "ECE": metrics.ECE,
	}
	for _, c := range []struct {
		name    string
		probs   []float64
		classes int
		labels  []int
		want    string
	}{
		{"no examples", nil, 2, nil, "metrics: 2 classes and 0 labels: want at least 1 of each"},
		{"no classes", nil, 0, []int{0}, "metrics: 0 classes and 1 labels: want at least 1 of each"},
		{"a row short", []float64{1, 0}, 2, []int{0, 1}, "metrics: 2 probabilities for 2 labels of 2 classes, want 2 for each label"},
		{"a number too many", []float64{1, 0, 0}, 2, []int{0}, "metrics: 3 probabilities for 1 labels of 2 classes, want 2 for each label"},
		{"label too large", []float64{1, 0}, 2, []int{2}, "metrics: label of row 0 is 2, want 0..1"},
		{"negative label", []float64{1, 0, 1, 0}, 2, []int{0, -1}, "metrics: label of row 1 is -1, want 0..1"},
		{"sum too large", []float64{1, 0, 0.7, 0.5}, 2, []int{0, 0}, "metrics: row 1: probabilities sum to 1.2, want 1 within 0.0001"},
		{"sum just too small", []float64{0.5, 0.4998}, 2, []int{0}, "metrics: row 0: probabilities sum to 0.9998, want 1 within 0.0001"},
		{"NaN", []float64{1, math.NaN()}, 2, []int{0}, "metrics: row 0: probability of class 1 is NaN, want 0..1"},
		{"negative", []float64{1.5, -0.5}, 2, []int{0}, "metrics: row 0: probability of class 1 is -0.5, want 0..1"},
		{"infinite", []float64{math.Inf(1), 0}, 2, []int{0}, "metrics: row 0: probability of class 0 is +Inf, want 0..1"},
	} {
		for name, metric := range all {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				_, err := metric(c.probs, c.classes, c.labels)
				require.EqualError(t, err, c.want)
			})
		}
	}
	_, err := metrics.NLL([]float64{0.50004, 0.50004}, 2, []int{0})
	require.NoError(t, err, "within the tolerance")
}

func TestReliabilityByHand(t *testing.T) {
	d, err := metrics.Reliability(probs, 3, labels, 2)
	require.NoError(t, err)
	require.Len(t, d, 2)
	require.Equal(t, metrics.Bin{Low: 0, High: 0.5, Count: 1, Confidence: 0.5, Accuracy: 1}, d[0])
	require.Equal(t, []float64{0.5, 1, 3}, []float64{d[1].Low, d[1].High, float64(d[1].Count)})
	require.InDelta(t, 2.3/3, d[1].Confidence, 1e-12)
	require.InDelta(t, 2./3, d[1].Accuracy, 1e-12)
	require.InDelta(t, 0.2, d.ECE(), 1e-12) // (1·0.5 + 3·0.1) / 4

	d, err = metrics.Reliability(probs, 3, labels, metrics.DefaultBins)
	require.NoError(t, err)
	require.Equal(t, 1, d[8].Count, "0.6 is 9/15, the right end of the ninth bin")
	require.Equal(t, metrics.Bin{Low: 0, High: 1. / 15}, d[0], "an empty bin")

	_, err = metrics.Reliability(probs, 3, labels, 0)
	require.EqualError(t, err, "metrics: a reliability diagram of 0 bins, want at least 1")
}

// A confidence on an edge belongs to the bin on its left, one a rounding step above it to the bin on its right.
func TestReliabilityEdges(t *testing.T) {
	binOf := func(confidence float64, bins int) int {
		d, err := metrics.Reliability([]float64{confidence, max(1-confidence, 0)}, 2, []int{0}, bins)
		require.NoError(t, err)
		for i, b := range d {
			if b.Count == 1 {
				return i
			}
		}
		t.Fatal("no bin holds the example")
		return -1
	}
	for bins := 1; bins <= 60; bins++ {
		for edge := (bins + 1) / 2; edge <= bins; edge++ {
			confidence := float64(edge) / float64(bins)
			require.Equal(t, edge-1, binOf(confidence, bins), "%d/%d", edge, bins)
			if edge < bins {
				require.Equal(t, edge, binOf(math.Nextafter(confidence, 1), bins), "above %d/%d", edge, bins)
			}
		}
	}
	require.Equal(t, 14, binOf(1.00005, 15), "rounded above 1")
}

// Labels drawn from the predictions themselves are calibrated; halving the odds against makes them overconfident.
func TestECEOfCalibratedPredictions(t *testing.T) {
	const n = 100_000
	rng := rand.New(rand.NewPCG(1, 2))
	calibrated, over, labels := make([]float64, 2*n), make([]float64, 2*n), make([]int, n)
	for i := range n {
		p := 0.5 + rng.Float64()/2
		sharper := 2 * p / (1 + p)
		calibrated[2*i], calibrated[2*i+1] = p, 1-p
		over[2*i], over[2*i+1] = sharper, 1-sharper
		if rng.Float64() >= p {
			labels[i] = 1
		}
	}
	ece, err := metrics.ECE(calibrated, 2, labels)
	require.NoError(t, err)
	require.Less(t, ece, 0.01)
	ece, err = metrics.ECE(over, 2, labels)
	require.NoError(t, err)
	// E[2p/(1+p) - p] for p uniform on [0.5, 1] is 2 - 4·log(4/3) - 3/4.
	require.InDelta(t, 2-4*math.Log(4./3)-0.75, ece, 0.005)
}

func TestEntropy(t *testing.T) {
	for _, c := range []struct {
		name string
		p    []float64
		want float64
	}{
		{"certain", []float64{0, 1, 0}, 0},
		{"uniform", []float64{0.25, 0.25, 0.25, 0.25}, math.Log(4)},
		{"halves and quarters", []float64{0.5, 0.25, 0.25}, 1.5 * math.Ln2},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := metrics.Entropy(c.p)
			require.NoError(t, err)
			require.InDelta(t, c.want, h, 1e-15)
		})
	}
	_, err := metrics.Entropy([]float64{0.5, 0.6})
	require.EqualError(t, err, "metrics: entropy: probabilities sum to 1.1, want 1 within 0.0001")
	_, err = metrics.Entropy(nil)
	require.EqualError(t, err, "metrics: entropy: probabilities sum to 0, want 1 within 0.0001")
}

func TestRMSE(t *testing.T) {
	got, err := metrics.RMSE([]float64{1, 2, 3, 4}, []float64{1, 4, 3, 0})
	require.NoError(t, err)
	require.InDelta(t, math.Sqrt(5), got, 1e-15) // (0 + 4 + 0 + 16) / 4
	got, err = metrics.RMSE([]float64{7}, []float64{7})
	require.NoError(t, err)
	require.Zero(t, got)

	_, err = metrics.RMSE([]float64{1}, []float64{1, 2})
	require.EqualError(t, err, "metrics: RMSE of 1 and 2 numbers: want as many, at least 1")
	_, err = metrics.RMSE(nil, nil)
	require.EqualError(t, err, "metrics: RMSE of 0 and 0 numbers: want as many, at least 1")
	_, err = metrics.RMSE([]float64{1, math.NaN()}, []float64{1, 2})
	require.EqualError(t, err, "metrics: RMSE: number 1 is NaN, want a finite one")
	_, err = metrics.RMSE([]float64{1, 2}, []float64{math.Inf(1), 2})
	require.EqualError(t, err, "metrics: RMSE: number 0 is +Inf, want a finite one")
}

func TestMeanStderr(t *testing.T) {
	mean, stderr, err := metrics.MeanStderr([]float64{2, 4, 4, 4, 5, 5, 7, 9})
	require.NoError(t, err)
	require.InDelta(t, 5, mean, 1e-15)
	require.InDelta(t, math.Sqrt(32./7/8), stderr, 1e-15) // squares 9+1+1+1+0+0+4+16

	// A large offset does not drown the spread.
	_, stderr, err = metrics.MeanStderr([]float64{1e9, 1e9 + 2})
	require.NoError(t, err)
	require.Equal(t, 1., stderr)

	_, _, err = metrics.MeanStderr([]float64{3})
	require.EqualError(t, err, "metrics: mean and standard error of 1 numbers, want at least 2")
	_, _, err = metrics.MeanStderr([]float64{3, math.Inf(1)})
	require.EqualError(t, err, "metrics: mean: number 1 is +Inf, want a finite one")
}

func TestPaired(t *testing.T) {
	a, b := []float64{10, 20, 33}, []float64{9, 18, 30} // differences 1, 2, 3
	mean, stderr, err := metrics.Paired(a, b)
	require.NoError(t, err)
	require.InDelta(t, 2, mean, 1e-15)
	require.InDelta(t, 1/math.Sqrt(3), stderr, 1e-15)

	mean, _, err = metrics.Paired(b, a)
	require.NoError(t, err)
	require.InDelta(t, -2, mean, 1e-15)

	_, _, err = metrics.Paired(a, b[:2])
	require.EqualError(t, err, "metrics: paired difference of 3 and 2 numbers: want as many, at least 1")
	_, _, err = metrics.Paired([]float64{1, 2}, []float64{1, math.Inf(1)})
	require.EqualError(t, err, "metrics: paired difference: number 1 is +Inf, want a finite one")
	_, _, err = metrics.Paired([]float64{1}, []float64{2})
	require.EqualError(t, err, "metrics: mean and standard error of 1 numbers, want at least 2")
}
