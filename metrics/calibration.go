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
	return newDiagram(topLabels(probs, classes, labels), bins), nil
}

// CalibrationCurve returns the diagram of predictions of one event: probs [n] are the probabilities of label 1,
// labels [n] are 0 or 1. A bin's Confidence is the mean of its probabilities and its Accuracy the fraction of its
// labels that are 1: where the predictions are calibrated the two agree. The bins are those of [Reliability].
// A probability outside [0, 1], another label, other lengths and no examples are errors.
func CalibrationCurve(probs []float64, labels []int, bins int) (Diagram, error) {
	if bins < 1 {
		return nil, fmt.Errorf("metrics: a calibration curve of %d bins, want at least 1", bins)
	}
	if err := checkBinary("calibration curve", probs, labels); err != nil {
		return nil, err
	}
	if err := checkShares("calibration curve: probability", probs); err != nil {
		return nil, err
	}
	seen := make([]judged, len(probs))
	for i, p := range probs {
		seen[i] = judged{p, labels[i] == 1}
	}
	return newDiagram(seen, bins), nil
}

// judged is a prediction's confidence, and whether what it is confident of came true.
type judged struct {
	confidence float64
	right      bool
}

// topLabels returns the predictions of the most probable class.
func topLabels(probs []float64, classes int, labels []int) []judged {
	seen := make([]judged, len(labels))
	for i, label := range labels {
		p := row(probs, classes, i)
		best := argmax(p)
		seen[i] = judged{p[best], best == label}
	}
	return seen
}

// newDiagram sorts predictions into bins of equal width.
func newDiagram(seen []judged, bins int) Diagram {
	d := make(Diagram, bins)
	for i := range d {
		d[i].Low, d[i].High = float64(i)/float64(bins), float64(i+1)/float64(bins)
	}
	for _, s := range seen {
		d.bin(s.confidence).add(s)
	}
	for i := range d {
		d[i].average()
	}
	return d
}

// add counts a prediction in; until average, Confidence and Accuracy are sums.
func (b *Bin) add(s judged) {
	b.Count++
	b.Confidence += s.confidence
	if s.right {
		b.Accuracy++
	}
}

func (b *Bin) average() {
	if n := float64(b.Count); n > 0 {
		b.Confidence /= n
		b.Accuracy /= n
	}
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
