package metrics

import (
	"fmt"
	"math"
)

// DefaultBins is the number of bins of [ECE], as in Guo et al. 2017.
const DefaultBins = 15

// Bin is the examples whose confidence, the largest probability of the row, lies in (Low, High].
type Bin struct {
	Low, High  float64
	Count      int
	Confidence float64 // mean confidence, 0 in an empty bin
	Accuracy   float64 // fraction predicted right, 0 in an empty bin
}

// Diagram is a reliability diagram: bins of equal width over [0, 1], from low to high confidence.
type Diagram []Bin

// ECE returns the expected calibration error of the top label, in [0, 1]: the mean over examples of their bin's
// |accuracy - confidence|, over 15 bins of equal width closed on the right (Guo et al. 2017, equation 3,
// https://arxiv.org/abs/1706.04599).
func ECE(probs []float64, classes int, labels []int) (float64, error) {
	d, err := Reliability(probs, classes, labels, DefaultBins)
	if err != nil {
		return 0, err
	}
	return d.ECE(), nil
}

// Reliability returns the diagram with the given number of bins, at least 1. Bin i of M is (i/M, (i+1)/M];
// a confidence of more than 1 by rounding is in the last.
func Reliability(probs []float64, classes int, labels []int, bins int) (Diagram, error) {
	if bins < 1 {
		return nil, fmt.Errorf("metrics: a reliability diagram of %d bins, want at least 1", bins)
	}
	if err := checkPredictions(probs, classes, labels); err != nil {
		return nil, err
	}
	d := make(Diagram, bins)
	for i := range d {
		d[i].Low, d[i].High = float64(i)/float64(bins), float64(i+1)/float64(bins)
	}
	for i, label := range labels {
		p := row(probs, classes, i)
		best := argmax(p)
		b := d.bin(p[best])
		b.Count++
		b.Confidence += p[best]
		if best == label {
			b.Accuracy++
		}
	}
	for i := range d {
		if n := float64(d[i].Count); n > 0 {
			d[i].Confidence /= n
			d[i].Accuracy /= n
		}
	}
	return d, nil
}

// bin returns the bin of a confidence. Multiplying may round across an edge, so the edges themselves decide.
func (d Diagram) bin(confidence float64) *Bin {
	i := int(math.Ceil(confidence*float64(len(d)))) - 1
	i = min(max(i, 0), len(d)-1)
	if confidence <= d[i].Low && i > 0 {
		i--
	} else if confidence > d[i].High && i+1 < len(d) {
		i++
	}
	return &d[i]
}

// ECE returns the expected calibration error over the diagram's bins.
func (d Diagram) ECE() float64 {
	var sum float64
	n := 0
	for _, b := range d {
		sum += float64(b.Count) * math.Abs(b.Accuracy-b.Confidence)
		n += b.Count
	}
	return sum / float64(n)
}
