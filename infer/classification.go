package infer

import (
	"fmt"
	"math"
)

// Classification averages the class probabilities of n examples over draws from the posterior. It
// is not safe for concurrent use.
type Classification struct {
	classes int
	draws   int
	probs   []float64 // sums over draws, [n, classes]
	entropy []float64 // sums over draws of each draw's entropy, [n]
}

// NewClassification returns an average without draws. It panics if there are no examples or classes.
func NewClassification(n, classes int) *Classification {
	if n < 1 || classes < 1 {
		panic(fmt.Sprintf("infer: predictions of %d examples in %d classes", n, classes))
	}
	return &Classification{classes: classes, probs: make([]float64, n*classes), entropy: make([]float64, n)}
}

// sumTolerance is how far a row's sum may be from 1: float32 softmax errs by far less.
const sumTolerance = 1e-4

// Add takes one draw's probabilities, [n, classes] in row-major order. It returns an error, and takes
// nothing, if there are not that many or if a row is no distribution: a negative or NaN element, or
// a sum further than 1e-4 from 1.
func (c *Classification) Add(probs []float64) error {
	if len(probs) != len(c.probs) {
		return fmt.Errorf("infer: draw %d has %d probabilities, want %d of %d examples in %d classes",
			c.draws, len(probs), len(c.probs), len(c.entropy), c.classes)
	}
	for i := range c.entropy {
		if sum := total(c.row(probs, i)); !(math.Abs(sum-1) <= sumTolerance) {
			return fmt.Errorf("infer: draw %d: the probabilities of example %d, %v, are no distribution", c.draws, i, c.row(probs, i))
		}
	}
	for i, p := range probs {
		c.probs[i] += p
	}
	for i := range c.entropy {
		c.entropy[i] += entropy(c.row(probs, i))
	}
	c.draws++
	return nil
}

func (c *Classification) row(probs []float64, i int) []float64 {
	return probs[i*c.classes : (i+1)*c.classes]
}

// total sums probabilities; it is NaN if one is negative.
func total(probs []float64) float64 {
	sum := 0.0
	for _, p := range probs {
		if p < 0 {
			return math.NaN()
		}
		sum += p
	}
	return sum
}

func entropy(probs []float64) float64 {
	h := 0.0
	for _, p := range probs {
		if p != 0 {
			h -= p * math.Log(p)
		}
	}
	return max(h, 0)
}

// Draws returns how many draws have been added. All averages are NaN while there are none.
func (c *Classification) Draws() int { return c.draws }

// Mean returns the averaged probabilities, [n, classes]: the posterior predictive distribution.
func (c *Classification) Mean() []float64 { return scaled(c.probs, 1/float64(c.draws)) }

// Entropy returns the entropy of each example's averaged probabilities, [n], in nats: the whole
// uncertainty of the prediction.
func (c *Classification) Entropy() []float64 {
	mean, h := c.Mean(), make([]float64, len(c.entropy))
	for i := range h {
		h[i] = entropy(c.row(mean, i))
	}
	return h
}

// ExpectedEntropy returns the average of the draws' entropies, [n], in nats: the part of Entropy
// that more data would not remove.
func (c *Classification) ExpectedEntropy() []float64 { return scaled(c.entropy, 1/float64(c.draws)) }

// MutualInfo returns Entropy - ExpectedEntropy, [n], in nats and at least 0: the information that a
// label would give about the weights, high where draws are sure but disagree (Houlsby et al. 2011,
// https://arxiv.org/abs/1112.5745).
func (c *Classification) MutualInfo() []float64 {
	info, expected := c.Entropy(), c.ExpectedEntropy()
	for i := range info {
		info[i] = max(info[i]-expected[i], 0)
	}
	return info
}

// LogProb returns the log predictive density of each example's label, log Mean[label], [n], in nats: -Inf where all
// draws rule it out. Other than n labels, one out of range, and no draws are errors.
func (c *Classification) LogProb(labels []int) ([]float64, error) {
	if len(labels) != len(c.entropy) || c.draws == 0 {
		return nil, fmt.Errorf("infer: %d labels for predictions of %d examples by %d draws", len(labels), len(c.entropy), c.draws)
	}
	mean, out := c.Mean(), make([]float64, len(labels))
	for i, label := range labels {
		if label < 0 || label >= c.classes {
			return nil, fmt.Errorf("infer: label of example %d is %d, want 0..%d", i, label, c.classes-1)
		}
		out[i] = math.Log(c.row(mean, i)[label])
	}
	return out, nil
}

func scaled(v []float64, by float64) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = v[i] * by
	}
	return out
}
