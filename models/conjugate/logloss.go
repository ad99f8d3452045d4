package conjugate

import (
	"fmt"
	"math"
)

// LogLosses are the expected losses in nats of three predictions of the next flip. +Inf is a true value,
// of a prediction that rules out what can happen. NaN means that there is no such prediction: no maximum
// likelihood without data, no MAP where the posterior has no mode.
type LogLosses struct {
	Bayes float64 // predicts the posterior mean
	MLE   float64 // predicts the frequency of heads
	MAP   float64 // predicts the posterior mode
}

// LogLoss returns −p log q − (1−p) log(1−q) in nats: the expected loss of predicting heads with
// probability q when the truth is p. It is least, the coin's entropy, at q = p.
func LogLoss(p, q float64) float64 {
	return 0 - xlogy(p, q) - xlog1py(1-p, -q)
}

// MLE returns the frequency of heads, the maximum-likelihood estimate; NaN if there were no flips.
func MLE(heads, tails int) float64 {
	return float64(heads) / (float64(heads) + float64(tails))
}

// PredictiveLogLoss returns the expected losses on the next flip of a coin with probability of heads p,
// for a learner with prior b that has seen these counts. It refuses a p outside [0, 1] and a negative
// count.
func (b BetaBernoulli) PredictiveLogLoss(p float64, heads, tails int) (LogLosses, error) {
	if !(p >= 0 && p <= 1) {
		return LogLosses{}, fmt.Errorf("conjugate: log-loss of a coin: true probability is %v, want 0 to 1", p)
	}
	posterior, err := b.Update(heads, tails)
	if err != nil {
		return LogLosses{}, err
	}
	mode, _ := posterior.Mode()
	return LogLosses{
		Bayes: LogLoss(p, posterior.Predictive()),
		MLE:   LogLoss(p, MLE(heads, tails)),
		MAP:   LogLoss(p, mode),
	}, nil
}

// ExpectedLogLoss returns PredictiveLogLoss averaged over the data too: over all outcomes of n flips of the
// coin, exactly. Maximum likelihood has an infinite one at every n unless p is 0 or 1, for all flips may
// fall on one side.
func (b BetaBernoulli) ExpectedLogLoss(p float64, n int) (LogLosses, error) {
	if n < 0 {
		return LogLosses{}, fmt.Errorf("conjugate: log-loss of a coin: %d flips, want at least 0", n)
	}
	var total LogLosses
	for heads := range n + 1 {
		loss, err := b.PredictiveLogLoss(p, heads, n-heads)
		if err != nil {
			return LogLosses{}, err
		}
		logWeight := logBinomial(heads, n, p)
		total.Bayes += weighted(logWeight, loss.Bayes)
		total.MLE += weighted(logWeight, loss.MLE)
		total.MAP += weighted(logWeight, loss.MAP)
	}
	return total, nil
}

// weighted returns e^logWeight · loss; an infinite loss stays infinite however rare it is, unless it is
// impossible.
func weighted(logWeight, loss float64) float64 {
	switch {
	case math.IsInf(logWeight, -1):
		return 0
	case math.IsInf(loss, 1):
		return loss
	}
	return math.Exp(logWeight) * loss
}

// logBinomial returns the log-probability of this many heads in n flips.
func logBinomial(heads, n int, p float64) float64 {
	k, m := float64(heads), float64(n-heads)
	return logFactorial(k+m) - logFactorial(k) - logFactorial(m) + xlogy(k, p) + xlog1py(m, -p)
}

func logFactorial(n float64) float64 {
	lg, _ := math.Lgamma(n + 1)
	return lg
}
