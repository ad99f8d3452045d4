package metrics_test

import (
	"fmt"

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
