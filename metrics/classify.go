package metrics

import "math"

// Accuracy returns the fraction, in [0, 1], of rows whose most probable class is the label.
// Of classes equally probable the first is the prediction.
func Accuracy(probs []float64, classes int, labels []int) (float64, error) {
	wrong, err := ErrorRate(probs, classes, labels)
	if err != nil {
		return 0, err
	}
	return 1 - wrong, nil
}

// ErrorRate returns 1 - [Accuracy].
func ErrorRate(probs []float64, classes int, labels []int) (float64, error) {
	return mean(PerExampleError(probs, classes, labels))
}

// NLL returns the mean negative log likelihood of the labels, in nats. A label of
// probability 0 makes it +Inf: nothing is clipped.
func NLL(probs []float64, classes int, labels []int) (float64, error) {
	return mean(PerExampleNLL(probs, classes, labels))
}

// Brier returns the mean over examples of the sum over classes of (probability - indicator of the label)²,
// in [0, 2]: the original form (Brier 1950), for two classes twice the form that looks at one class only.
func Brier(probs []float64, classes int, labels []int) (float64, error) {
	return mean(PerExampleBrier(probs, classes, labels))
}

// PerExampleError returns 1 for each example that [Accuracy] counts as wrong and 0 for the others.
func PerExampleError(probs []float64, classes int, labels []int) ([]float64, error) {
	return perExample(probs, classes, labels, func(p []float64, label int) float64 {
		if argmax(p) == label {
			return 0
		}
		return 1
	})
}

// PerExampleNLL returns each example's term of [NLL], in nats.
func PerExampleNLL(probs []float64, classes int, labels []int) ([]float64, error) {
	return perExample(probs, classes, labels, func(p []float64, label int) float64 {
		return 0 - math.Log(p[label]) // not -0 at probability 1
	})
}

// PerExampleBrier returns each example's term of [Brier].
func PerExampleBrier(probs []float64, classes int, labels []int) ([]float64, error) {
	return perExample(probs, classes, labels, func(p []float64, label int) float64 {
		var sum float64
		for k, v := range p {
			if k == label {
				v--
			}
			sum += v * v
		}
		return sum
	})
}

func perExample(probs []float64, classes int, labels []int, score func(p []float64, label int) float64) ([]float64, error) {
	if err := checkPredictions(probs, classes, labels); err != nil {
		return nil, err
	}
	scores := make([]float64, len(labels))
	for i, label := range labels {
		scores[i] = score(row(probs, classes, i), label)
	}
	return scores, nil
}
