package metrics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// AdaptiveECE is [ECE] over 15 bins of equally many examples, in [0, 1]: bins of equal width leave the confidences
// that a network rarely has to a handful of examples (Nguyen and O'Connor 2015, https://arxiv.org/abs/1508.05154,
// section 3). Like ECE it looks at the top label; Nixon et al. 2019 (https://arxiv.org/abs/1904.01685) average over
// all classes.
func AdaptiveECE(probs []float64, classes int, labels []int) (float64, error) {
	d, err := AdaptiveReliability(probs, classes, labels, DefaultBins)
	if err != nil {
		return 0, err
	}
	return d.ECE(), nil
}

// AdaptiveReliability returns the diagram whose bins hold equally many examples, as far as that goes: equal
// confidences stay together, so that there may be fewer bins than given, and none is empty. The first begins at 0,
// and each ends at its largest confidence.
func AdaptiveReliability(probs []float64, classes int, labels []int, bins int) (Diagram, error) {
	if bins < 1 {
		return nil, fmt.Errorf("metrics: a reliability diagram of %d bins, want at least 1", bins)
	}
	if err := checkPredictions(probs, classes, labels); err != nil {
		return nil, err
	}
	seen := topLabels(probs, classes, labels)
	slices.SortFunc(seen, func(a, b judged) int { return cmp.Compare(a.confidence, b.confidence) })
	var d Diagram
	low, from := 0.0, 0
	for i := range bins {
		to := max(from, int(math.Round(float64(len(seen))*float64(i+1)/float64(bins))))
		for to > from && to < len(seen) && seen[to].confidence == seen[to-1].confidence {
			to++
		}
		if to > from {
			d = append(d, binOf(low, seen[from:to]))
			low, from = seen[to-1].confidence, to
		}
	}
	return d, nil
}

// binOf returns the bin of these examples, of which the last has the largest confidence.
func binOf(low float64, seen []judged) Bin {
	b := Bin{Low: low, High: seen[len(seen)-1].confidence}
	for _, s := range seen {
		b.add(s)
	}
	b.average()
	return b
}
