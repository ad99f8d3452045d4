package metrics_test

import (
	"fmt"
	"math/rand/v2"

	"credence/metrics"
)

// Three predictions of two classes, the last one wrong.
func Example() {
	probs := []float64{
		0.9, 0.1,
		0.2, 0.8,
		0.6, 0.4,
	}
	labels := []int{0, 1, 1}
	accuracy, err := metrics.Accuracy(probs, 2, labels)
	if err != nil {
		fmt.Println(err)
		return
	}
	nll, _ := metrics.NLL(probs, 2, labels)
	ece, _ := metrics.ECE(probs, 2, labels)
	fmt.Printf("accuracy %.3f, NLL %.3f nats, ECE %.3f\n", accuracy, nll, ece)
	// Output: accuracy 0.667, NLL 0.415 nats, ECE 0.300
}

func ExampleAccuracy() {
	fmt.Println(metrics.Accuracy([]float64{0.9, 0.1, 0.6, 0.4}, 2, []int{0, 1}))
	// Output: 0.5 <nil>
}

func ExampleErrorRate() {
	fmt.Println(metrics.ErrorRate([]float64{0.9, 0.1, 0.6, 0.4}, 2, []int{0, 0}))
	// Output: 0 <nil>
}

func ExampleNLL() {
	fmt.Println(metrics.NLL([]float64{1, 0, 0.7, 0.5}, 2, []int{0, 1}))
	fmt.Println(metrics.NLL([]float64{1, 0}, 2, []int{1}))
	// Output:
	// 0 metrics: row 1: probabilities sum to 1.2, want 1 within 0.0001
	// +Inf <nil>
}

func ExampleBrier() {
	fmt.Println(metrics.Brier([]float64{0.5, 0.5}, 2, []int{1}))
	// Output: 0.5 <nil>
}

func ExamplePerExampleNLL() {
	nll, err := metrics.PerExampleNLL([]float64{1, 0, 0.5, 0.5}, 2, []int{0, 1})
	fmt.Printf("%.4f %v\n", nll, err)
	// Output: [0.0000 0.6931] <nil>
}

func ExampleECE() {
	fmt.Println(metrics.ECE([]float64{0.75, 0.25, 0.75, 0.25}, 2, []int{0, 1}))
	// Output: 0.25 <nil>
}

func ExampleReliability() {
	probs := []float64{0.75, 0.25, 0.75, 0.25, 1, 0, 0.5, 0.5}
	diagram, err := metrics.Reliability(probs, 2, []int{0, 1, 0, 0}, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range diagram {
		fmt.Printf("(%.2f, %.2f] %d: confidence %.2f, accuracy %.2f\n", b.Low, b.High, b.Count, b.Confidence, b.Accuracy)
	}
	// Output:
	// (0.00, 0.25] 0: confidence 0.00, accuracy 0.00
	// (0.25, 0.50] 1: confidence 0.50, accuracy 1.00
	// (0.50, 0.75] 2: confidence 0.75, accuracy 0.50
	// (0.75, 1.00] 1: confidence 1.00, accuracy 1.00
}

func ExampleEntropy() {
	h, err := metrics.Entropy([]float64{0.5, 0.5})
	fmt.Printf("%.4f nats %v\n", h, err)
	// Output: 0.6931 nats <nil>
}

func ExampleRMSE() {
	fmt.Println(metrics.RMSE([]float64{1, 2}, []float64{2, 3}))
	// Output: 1 <nil>
}

func ExampleMeanStderr() {
	fmt.Println(metrics.MeanStderr([]float64{1, 3}))
	// Output: 2 1 <nil>
}

// Two methods that differ little on examples that differ much.
func ExamplePaired() {
	a, b := []float64{0.1, 5.3, 2.2}, []float64{0.0, 5.2, 2.1}
	mean, stderr, err := metrics.Paired(a, b)
	fmt.Printf("%.2f ± %.2f %v\n", mean, stderr, err)
	// Output: 0.10 ± 0.00 <nil>
}

func ExampleAdaptiveECE() {
	fmt.Println(metrics.AdaptiveECE([]float64{0.75, 0.25, 0.75, 0.25}, 2, []int{0, 1}))
	// Output: 0.25 <nil>
}

func ExampleAdaptiveReliability() {
	probs := []float64{0.75, 0.25, 0.5, 0.5, 1, 0, 0.625, 0.375}
	diagram, err := metrics.AdaptiveReliability(probs, 2, []int{0, 1, 0, 0}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range diagram {
		fmt.Printf("(%.3f, %.3f] %d: confidence %.3f, accuracy %.2f\n", b.Low, b.High, b.Count, b.Confidence, b.Accuracy)
	}
	// Output:
	// (0.000, 0.625] 2: confidence 0.562, accuracy 0.50
	// (0.625, 1.000] 2: confidence 0.875, accuracy 1.00
}

// Of the days with rain forecast at less than a half it rained on none, of the others on two of three.
func ExampleCalibrationCurve() {
	curve, err := metrics.CalibrationCurve([]float64{0.25, 0.75, 0.75, 1}, []int{0, 1, 0, 1}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range curve {
		fmt.Printf("forecast %.2f, seen %.2f\n", b.Confidence, b.Accuracy)
	}
	// Output:
	// forecast 0.25, seen 0.00
	// forecast 0.83, seen 0.67
}

func ExampleAUROC() {
	fmt.Println(metrics.AUROC([]float64{0.9, 0.4, 0.6, 0.1}, []int{1, 1, 0, 0}))
	// Output: 0.75 <nil>
}

func ExampleAUPR() {
	fmt.Println(metrics.AUPR([]float64{0.9, 0.1, 0.6, 0.4}, []int{1, 1, 0, 0}))
	// Output: 0.75 <nil>
}

// To find both examples of label 1 one must take one of the other two.
func ExampleFPR95() {
	fmt.Println(metrics.FPR95([]float64{0.9, 0.4, 0.6, 0.1}, []int{1, 1, 0, 0}))
	// Output: 0.5 <nil>
}

func ExampleFPRAtTPR() {
	fmt.Println(metrics.FPRAtTPR([]float64{0.9, 0.4, 0.6, 0.1}, []int{1, 1, 0, 0}, 0.5))
	// Output: 0 <nil>
}

// Two draws predict each of two targets; so few have a spread below that of their distribution.
func ExampleCRPS() {
	draws, targets := []float64{0, 2, 5, 5}, []float64{1, 7}
	fmt.Println(metrics.CRPS(draws, 2, targets))
	fmt.Println(metrics.FairCRPS(draws, 2, targets))
	// Output:
	// 1.25 <nil>
	// 1 <nil>
}

func ExampleNormalCRPS() {
	score, err := metrics.NormalCRPS([]float64{0}, []float64{1}, []float64{0})
	fmt.Printf("%.4f %v\n", score, err)
	// Output: 0.2337 <nil>
}

// Of the two normals that predict the target, one is right.
func ExampleLogPredictiveDensity() {
	density, err := metrics.LogPredictiveDensity([]float64{3, 99}, []float64{1, 1}, 2, []float64{3})
	fmt.Printf("%.4f nats %v\n", density, err)
	// Output: -1.6121 nats <nil>
}

func ExampleIntervalCoverage() {
	fmt.Println(metrics.IntervalCoverage([]float64{0, 1}, []float64{2, 5}, []float64{1, 6}))
	// Output: 0.5 3 <nil>
}

// Half of the targets lie below the first quartile that was predicted for them.
func ExampleQuantileCalibration() {
	curve, err := metrics.QuantileCalibration([]float64{0.1, 0.2, 0.6, 0.9}, []float64{0.25, 0.5, 0.75})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(curve.Observed)
	fmt.Printf("%.4f\n", curve.Error())
	// Output:
	// [0.5 0.5 0.75]
	// 0.0208
}

func ExampleRegressionCalibrationError() {
	ranks := make([]float64, 100) // evenly over the unit interval
	for i := range ranks {
		ranks[i] = (float64(i) + 0.5) / 100
	}
	fmt.Println(metrics.RegressionCalibrationError(ranks))
	// Output: 0 <nil>
}

func ExampleBootstrap() {
	rng := rand.New(rand.NewPCG(1, 2))
	low, high, err := metrics.Bootstrap{}.Mean([]float64{3, 5, 4, 6, 2, 5, 3, 4}, rng)
	fmt.Printf("[%.1f, %.1f] %v\n", low, high, err)
	// Output: [3.1, 4.9] <nil>
}
