package infer

import (
	"fmt"
	"math"
	"slices"
)

// Regression averages the predicted normals of n numbers over draws from the posterior: the mixture's
// mean and its variance, which is that of the draws' means (epistemic) plus the average of the
// draws' noise variances (aleatoric). It keeps sums, not draws; Mixture has the quantiles. It is not safe for
// concurrent use.
type Regression struct {
	draws   int
	mean    []float64 // of the means so far, [n]
	squares []float64 // summed squared deviations from it, [n]
	noise   []float64 // summed noise variances, [n]
	targets []float64 // [n], or none
	density *LogPredictive
}

// NewRegression returns an average without draws. It panics if there are no numbers to predict.
func NewRegression(n int) *Regression {
	if n < 1 {
		panic(fmt.Sprintf("infer: predictions of %d numbers", n))
	}
	return &Regression{mean: make([]float64, n), squares: make([]float64, n), noise: make([]float64, n)}
}

// Against gives the targets [n] whose log-density is averaged along with the moments: call it before the first
// Add. Later, with another number of targets, or with one that is not finite, it returns an error.
func (r *Regression) Against(targets []float64) error {
	if len(targets) != len(r.mean) || r.draws > 0 {
		return fmt.Errorf("infer: %d targets for predictions of %d numbers after %d draws: want as many, before the first",
			len(targets), len(r.mean), r.draws)
	}
	for i, y := range targets {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("infer: target %d is %v", i, y)
		}
	}
	r.targets, r.density = slices.Clone(targets), NewLogPredictive(len(targets))
	return nil
}

// Add takes one draw's means and the variances of the noise around them, [n] each. It returns an
// error, and takes nothing, if there are not that many, if a mean is not finite, or if a variance is
// negative, not finite or, against targets, 0.
func (r *Regression) Add(mean, noiseVar []float64) error {
	if len(mean) != len(r.mean) || len(noiseVar) != len(r.mean) {
		return fmt.Errorf("infer: draw %d has %d means and %d noise variances, want %d of each",
			r.draws, len(mean), len(noiseVar), len(r.mean))
	}
	for i, m := range mean {
		if v := noiseVar[i]; math.IsInf(m, 0) || math.IsNaN(m) || !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("infer: draw %d predicts mean %v and noise variance %v of number %d", r.draws, m, v, i)
		}
	}
	if r.targets != nil {
		if i := slices.Index(noiseVar, 0); i >= 0 {
			return fmt.Errorf("infer: draw %d predicts number %d without noise: a target has no density", r.draws, i)
		}
		for i, y := range r.targets {
			r.density.add(i, normalLogProb(y, mean[i], math.Sqrt(noiseVar[i])))
		}
		r.density.draws++
	}
	r.draws++
	// Welford's recurrence: no cancellation where the spread is far below the mean.
	for i, m := range mean {
		d := m - r.mean[i]
		r.mean[i] += d / float64(r.draws)
		r.squares[i] += d * (m - r.mean[i])
		r.noise[i] += noiseVar[i]
	}
	return nil
}

// Draws returns how many draws have been added. All averages are NaN while there are none.
func (r *Regression) Draws() int { return r.draws }

// Mean returns the means of the posterior predictive distributions, [n].
func (r *Regression) Mean() []float64 {
	if r.draws == 0 {
		return scaled(r.mean, math.NaN())
	}
	return scaled(r.mean, 1)
}

// Epistemic returns the variance of the draws' means around their average, [n]: divided by the number
// of draws, since it is the variance of the mixture of these draws. More data would reduce it.
func (r *Regression) Epistemic() []float64 { return scaled(r.squares, 1/float64(r.draws)) }

// Aleatoric returns the average of the draws' noise variances, [n], which more data would not reduce.
func (r *Regression) Aleatoric() []float64 { return scaled(r.noise, 1/float64(r.draws)) }

// Variance returns Epistemic + Aleatoric, [n], the variances of the predictive distributions.
func (r *Regression) Variance() []float64 {
	v, noise := r.Epistemic(), r.Aleatoric()
	for i := range v {
		v[i] += noise[i]
	}
	return v
}

// LogProb returns the log predictive density of each of the targets given to Against, log 1/S Σₛ N(y; μₛ, σₛ²) over
// the S draws, [n], in nats; nil if none were given.
func (r *Regression) LogProb() []float64 {
	if r.targets == nil {
		return nil
	}
	return r.density.LogProb()
}
