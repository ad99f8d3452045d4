package infer

import (
	"fmt"
	"math"
)

// LogPredictive averages p(y|x, w) of n examples over draws w from the posterior, from its logarithms and without
// leaving them: it serves any likelihood, and keeps one number an example besides the largest. It is not safe for
// concurrent use.
type LogPredictive struct {
	draws   int
	largest []float64 // of the logarithms so far, [n]
	sum     []float64 // of exp(logarithm - largest), [n]
}

// NewLogPredictive returns an average without draws. It panics if there are no examples.
func NewLogPredictive(n int) *LogPredictive {
	if n < 1 {
		panic(fmt.Sprintf("infer: log predictive density of %d examples", n))
	}
	l := &LogPredictive{largest: make([]float64, n), sum: make([]float64, n)}
	for i := range l.largest {
		l.largest[i] = math.Inf(-1)
	}
	return l
}

// Add takes log p(y|x, w) of each example under one draw, [n], in nats; a probability of 0 is -Inf. It returns an
// error, and takes nothing, if there are not that many or if one is NaN or +Inf.
func (l *LogPredictive) Add(logProb []float64) error {
	if len(logProb) != len(l.sum) {
		return fmt.Errorf("infer: draw %d has %d log probabilities, want %d", l.draws, len(logProb), len(l.sum))
	}
	for i, v := range logProb {
		if math.IsNaN(v) || math.IsInf(v, 1) {
			return fmt.Errorf("infer: draw %d: the log probability of example %d is %v", l.draws, i, v)
		}
	}
	for i, v := range logProb {
		l.add(i, v)
	}
	l.draws++
	return nil
}

// add takes one logarithm; what was summed under a smaller largest is scaled down to the new one.
func (l *LogPredictive) add(i int, v float64) {
	switch {
	case v > l.largest[i]:
		l.sum[i] = l.sum[i]*math.Exp(l.largest[i]-v) + 1
		l.largest[i] = v
	case !math.IsInf(v, -1):
		l.sum[i] += math.Exp(v - l.largest[i])
	}
}

// Draws returns how many draws have been added. All averages are NaN while there are none.
func (l *LogPredictive) Draws() int { return l.draws }

// LogProb returns log 1/S Σₛ p(y|x, wₛ) of each example under the S draws, [n], in nats.
func (l *LogPredictive) LogProb() []float64 {
	out := make([]float64, len(l.sum))
	for i := range out {
		out[i] = l.largest[i] + math.Log(l.sum[i]/float64(l.draws))
	}
	return out
}
