package metrics_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"credence/metrics"
)

type ranking = func(scores []float64, labels []int) (float64, error)

var rankings = map[string]ranking{"AUROC": metrics.AUROC, "AUPR": metrics.AUPR, "FPR": metrics.FPR95}

func TestRankingsByHand(t *testing.T) {
	for _, c := range []struct {
		name               string
		scores             []float64
		labels             []int
		auroc, aupr, fpr95 float64
	}{
		{"perfect", []float64{0.1, 0.9, 0.8, 0.2}, []int{0, 1, 1, 0}, 1, 1, 0},
		{"the wrong way round", []float64{0.9, 0.1, 0.2, 0.8}, []int{0, 1, 1, 0}, 0, (1./3 + 2./4) / 2, 1},
		{"one inversion", []float64{4, 3, 2, 1}, []int{1, 0, 1, 0}, 0.75, (1 + 2./3) / 2, 0.5},
		{"all tied", []float64{7, 7, 7, 7}, []int{1, 0, 0, 0}, 0.5, 0.25, 1},
		// Pairs won: 3 over 2, 2 and 1; 2 over 1, and half of each of two ties.
		{"one tie", []float64{3, 2, 2, 2, 1}, []int{1, 1, 0, 0, 0}, 5. / 6, (1 + 2./4) / 2, 2. / 3},
		{"infinite scores", []float64{math.Inf(1), 0, math.Inf(-1)}, []int{1, 0, 0}, 1, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, want := range map[string]float64{"AUROC": c.auroc, "AUPR": c.aupr, "FPR": c.fpr95} {
				got, err := rankings[name](c.scores, c.labels)
				require.NoError(t, err)
				require.InDelta(t, want, got, 1e-15, name)
			}
		})
	}
}

func TestFPRAtTPR(t *testing.T) {
	scores, labels := []float64{5, 4, 3, 2, 1, 0}, []int{1, 0, 1, 0, 1, 0}
	for tpr, want := range map[float64]float64{0.01: 0, 1. / 3: 0, 0.34: 1. / 3, 2. / 3: 1. / 3, 0.95: 2. / 3, 1: 2. / 3} {
		got, err := metrics.FPRAtTPR(scores, labels, tpr)
		require.NoError(t, err)
		require.InDelta(t, want, got, 1e-15, "%g", tpr)
	}
	for _, tpr := range []float64{0, -1, 1.01, math.NaN()} {
		_, err := metrics.FPRAtTPR(scores, labels, tpr)
		require.ErrorContains(t, err, "want one above 0, at most 1")
	}
}

// mannWhitney is the AUROC as the share of pairs that are in order.
func mannWhitney(scores []float64, labels []int) float64 {
	won, pairs := 0.0, 0.0
	for i, a := range scores {
		for j, b := range scores {
			if labels[i] == 1 && labels[j] == 0 {
				pairs++
				if a > b {
					won++
				} else if a == b {
					won += 0.5
				}
			}
		}
	}
	return won / pairs
}

// precisionSum is the AUPR from each positive's own threshold.
func precisionSum(scores []float64, labels []int) float64 {
	sum, positives := 0.0, 0.0
	for i, threshold := range scores {
		if labels[i] == 0 {
			continue
		}
		positives++
		right, taken := 0.0, 0.0
		for j, s := range scores {
			if s >= threshold {
				right += float64(labels[j])
				taken++
			}
		}
		sum += right / taken
	}
	return sum / positives
}

func TestRankingProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coarse := rapid.SliceOfN(rapid.IntRange(-5, 5), 2, 40).Draw(t, "scores")
		labels := rapid.SliceOfN(rapid.IntRange(0, 1), len(coarse), len(coarse)).Draw(t, "labels")
		labels[0], labels[1] = 0, 1
		scores, mapped, negated, flipped := make([]float64, len(coarse)), make([]float64, len(coarse)), make([]float64, len(coarse)), make([]int, len(coarse))
		for i, s := range coarse {
			scores[i], mapped[i] = float64(s), math.Exp(float64(s)/3)-7
			negated[i], flipped[i] = -float64(s), 1-labels[i]
		}
		auroc, err := metrics.AUROC(scores, labels)
		require.NoError(t, err)
		require.InDelta(t, mannWhitney(scores, labels), auroc, 1e-12)
		aupr, err := metrics.AUPR(scores, labels)
		require.NoError(t, err)
		require.InDelta(t, precisionSum(scores, labels), aupr, 1e-12)
		for name, metric := range rankings {
			before, err := metric(scores, labels)
			require.NoError(t, err)
			after, err := metric(mapped, labels)
			require.NoError(t, err)
			require.Equal(t, before, after, "%s under a monotone map", name)
		}
		both, err := metrics.AUROC(negated, flipped)
		require.NoError(t, err)
		require.InDelta(t, auroc, both, 1e-12, "with sides and sign exchanged")
	})
}

func TestRankingMistakes(t *testing.T) {
	for _, c := range []struct {
		name   string
		scores []float64
		labels []int
		want   string
	}{
		{"no examples", nil, nil, "metrics: %s of 0 scores and 0 labels: want as many, at least 1"},
		{"lengths", []float64{1, 2}, []int{1}, "metrics: %s of 2 scores and 1 labels: want as many, at least 1"},
		{"third label", []float64{1, 2}, []int{1, 2}, "metrics: %s: label 1 is 2, want 0 or 1"},
		{"NaN", []float64{1, math.NaN()}, []int{1, 0}, "metrics: %s: score 1 is NaN"},
		{"one label only", []float64{1, 2}, []int{1, 1}, "metrics: %s: all 2 labels are 1, want examples of both"},
		{"the other only", []float64{1}, []int{0}, "metrics: %s: all 1 labels are 0, want examples of both"},
	} {
		for name, metric := range rankings {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				_, err := metric(c.scores, c.labels)
				require.ErrorContains(t, err, sprintf(c.want, name))
			})
		}
	}
}
