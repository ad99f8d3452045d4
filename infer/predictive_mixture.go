package infer

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// Mixture is the posterior predictive distribution of n numbers as what it is, a mixture of one normal a draw, for
// its quantiles and for targets that come later. It keeps all draws, 16 bytes a number and draw; [Regression] gives
// the moments from sums. It is not safe for concurrent use.
type Mixture struct {
	moments *Regression
	means   []float64 // [draws, n]
	sigmas  []float64 // standard deviations of the noise, [draws, n]
}

// NewMixture returns a mixture without draws. It panics if there are no numbers to predict.
func NewMixture(n int) *Mixture { return &Mixture{moments: NewRegression(n)} }

// Add takes a copy of one draw's means and noise variances, [n] each. Its errors are those of Regression.Add.
func (m *Mixture) Add(mean, noiseVar []float64) error {
	if err := m.moments.Add(mean, noiseVar); err != nil {
		return err
	}
	m.means = append(m.means, mean...)
	for _, v := range noiseVar {
		m.sigmas = append(m.sigmas, math.Sqrt(v))
	}
	return nil
}

// Moments returns the averages over the draws so far; they change with the next Add.
func (m *Mixture) Moments() *Regression { return m.moments }

// CDF returns the probability of at most y [n] of each number, [n]. Of targets these are the ranks that
// calibration is judged by. A wrong length, a NaN and no draws are errors.
func (m *Mixture) CDF(y []float64) ([]float64, error) {
	return m.at("distribution function", y, func(c []component, y float64) float64 { return cdf(c, y) })
}

// LogProb returns the log-density of each number at y [n], in nats: log 1/S Σₛ N(y; μₛ, σₛ²). Draws without noise
// have none: a noise variance of 0 is an error, besides those of CDF.
func (m *Mixture) LogProb(y []float64) ([]float64, error) {
	if i := slices.Index(m.sigmas, 0); i >= 0 {
		return nil, fmt.Errorf("infer: no density: draw %d predicts number %d without noise", i/m.n(), i%m.n())
	}
	return m.at("log density", y, func(c []component, y float64) float64 {
		terms := make([]float64, len(c))
		for d, c := range c {
			terms[d] = normalLogProb(y, c.mean, c.sigma)
		}
		return floats.LogSumExp(terms) - math.Log(float64(len(c)))
	})
}

// Quantile returns the value that each number is below with probability p, [n], by bisection to 2⁻⁶⁰ of the range
// of the draws' own quantiles. A p outside (0, 1) and no draws are errors.
func (m *Mixture) Quantile(p float64) ([]float64, error) {
	if !(p > 0 && p < 1) {
		return nil, fmt.Errorf("infer: quantile at %v, want a probability between 0 and 1", p)
	}
	z := distuv.UnitNormal.Quantile(p)
	return m.at("quantile", make([]float64, m.n()), func(c []component, _ float64) float64 { return quantile(c, p, z) })
}

// Interval returns the central interval that holds each number with probability level, [n] and [n]: the quantiles
// at (1-level)/2 and (1+level)/2. Errors are those of Quantile.
func (m *Mixture) Interval(level float64) (lo, hi []float64, err error) {
	if !(level > 0 && level < 1) {
		return nil, nil, fmt.Errorf("infer: interval of level %v, want one between 0 and 1", level)
	}
	if lo, err = m.Quantile((1 - level) / 2); err != nil {
		return nil, nil, err
	}
	hi, err = m.Quantile((1 + level) / 2)
	return lo, hi, err
}

func (m *Mixture) n() int { return len(m.moments.mean) }

// component is one draw's normal.
type component struct{ mean, sigma float64 }

// at returns f of each number's components at y.
func (m *Mixture) at(what string, y []float64, f func(c []component, y float64) float64) ([]float64, error) {
	n := m.n()
	if len(y) != n || m.moments.draws == 0 {
		return nil, fmt.Errorf("infer: %s of %d numbers under %d draws: want %d numbers and at least 1 draw", what, len(y), m.moments.draws, n)
	}
	c, out := make([]component, m.moments.draws), make([]float64, n)
	for i, v := range y {
		if math.IsNaN(v) {
			return nil, fmt.Errorf("infer: %s: number %d is NaN", what, i)
		}
		for d := range c {
			c[d] = component{m.means[d*n+i], m.sigmas[d*n+i]}
		}
		out[i] = f(c, v)
	}
	return out, nil
}

func cdf(components []component, y float64) float64 {
	sum := 0.0
	for _, c := range components {
		switch {
		case c.sigma > 0:
			sum += math.Erfc((c.mean-y)/(c.sigma*math.Sqrt2)) / 2
		case y >= c.mean:
			sum++
		}
	}
	return sum / float64(len(components))
}

// quantile returns the mixture's quantile at p, which lies between the least and the largest of the components',
// z standard deviations above their means.
func quantile(components []component, p, z float64) float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, c := range components {
		q := c.mean + z*c.sigma
		lo, hi = min(lo, q), max(hi, q)
	}
	for range 60 {
		if middle := lo + (hi-lo)/2; cdf(components, middle) < p {
			lo = middle
		} else {
			hi = middle
		}
	}
	return hi
}

func normalLogProb(y, mean, sigma float64) float64 {
	z := (y - mean) / sigma
	return -z*z/2 - math.Log(sigma) - math.Log(2*math.Pi)/2
}
