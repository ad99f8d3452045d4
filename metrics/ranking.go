package metrics

import (
	"cmp"
	"fmt"
	"slices"
)

// AUROC returns the area under the receiver operating characteristic, in [0, 1]: the probability that a random
// example of label 1 has a higher score than one of label 0, a tie counting half (Mann and Whitney 1947). Scores [n]
// are any numbers that are higher for label 1; labels [n] are 0 or 1. A NaN score, another label, other lengths, no
// examples, and examples of one label only are errors.
func AUROC(scores []float64, labels []int) (float64, error) {
	r, err := rank("AUROC", scores, labels)
	if err != nil {
		return 0, err
	}
	above, area := 0.0, 0.0 // positives scored higher than the threshold
	for _, t := range r.thresholds {
		area += t.negatives * (above + t.positives/2)
		above += t.positives
	}
	return area / (r.positives * r.negatives), nil
}

// AUPR returns the area under the precision-recall curve, in [0, 1], as average precision: the sum over thresholds of
// the precision times the gain in recall, without interpolation (Davis and Goadrich 2006 show why not). A score that
// tells nothing has the fraction of examples of label 1. Arguments and errors are those of [AUROC].
func AUPR(scores []float64, labels []int) (float64, error) {
	r, err := rank("AUPR", scores, labels)
	if err != nil {
		return 0, err
	}
	right, taken, area := 0.0, 0.0, 0.0
	for _, t := range r.thresholds {
		right += t.positives
		taken += t.positives + t.negatives
		area += t.positives / r.positives * right / taken
	}
	return area, nil
}

// FPR95 is [FPRAtTPR] at a true positive rate of 0.95.
func FPR95(scores []float64, labels []int) (float64, error) { return FPRAtTPR(scores, labels, 0.95) }

// FPRAtTPR returns the fraction, in [0, 1], of the examples of label 0 that score at least as high as the highest
// threshold that a fraction tpr, in (0, 1], of the examples of label 1 reach. Arguments and errors are those of [AUROC].
func FPRAtTPR(scores []float64, labels []int, tpr float64) (float64, error) {
	if !(tpr > 0 && tpr <= 1) {
		return 0, fmt.Errorf("metrics: false positives at a true positive rate of %g, want one above 0, at most 1", tpr)
	}
	r, err := rank("FPR", scores, labels)
	if err != nil {
		return 0, err
	}
	right, wrong := 0.0, 0.0
	for _, t := range r.thresholds {
		right += t.positives
		wrong += t.negatives
		if right/r.positives >= tpr {
			break
		}
	}
	return wrong / r.negatives, nil
}

// ranking is the examples by distinct scores, from the highest.
type ranking struct {
	thresholds           []threshold
	positives, negatives float64
}

// threshold counts the examples of one score.
type threshold struct{ positives, negatives float64 }

func rank(what string, scores []float64, labels []int) (r ranking, err error) {
	if err := checkBinary(what, scores, labels); err != nil {
		return r, err
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	for k, i := range order {
		if k == 0 || scores[i] != scores[order[k-1]] {
			r.thresholds = append(r.thresholds, threshold{})
		}
		if t := &r.thresholds[len(r.thresholds)-1]; labels[i] == 1 {
			t.positives++
			r.positives++
		} else {
			t.negatives++
			r.negatives++
		}
	}
	if r.positives == 0 || r.negatives == 0 {
		return r, fmt.Errorf("metrics: %s: all %d labels are %d, want examples of both", what, len(labels), labels[0])
	}
	return r, nil
}

// checkBinary returns an error unless there are as many scores as labels, and they are numbers and 0 or 1.
func checkBinary(what string, scores []float64, labels []int) error {
	if len(scores) != len(labels) || len(scores) == 0 {
		return fmt.Errorf("metrics: %s of %d scores and %d labels: want as many, at least 1", what, len(scores), len(labels))
	}
	for i, label := range labels {
		if label != 0 && label != 1 {
			return fmt.Errorf("metrics: %s: label %d is %d, want 0 or 1", what, i, label)
		}
		if scores[i] != scores[i] {
			return fmt.Errorf("metrics: %s: score %d is NaN", what, i)
		}
	}
	return nil
}
