package conjugate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// BetaBernoulli is a coin whose unknown probability of heads has the density Beta(A, B), A and B positive.
//
// It is a belief: the prior at first, and after Update the posterior. The zero value is not a
// distribution; methods that return an error refuse it, the others return NaN or an infinity.
type BetaBernoulli struct {
	A float64 // heads seen, real or imagined
	B float64 // tails
}

func (b BetaBernoulli) check() error {
	if err := checkPositive("A", b.A); err != nil {
		return err
	}
	return checkPositive("B", b.B)
}

// Update returns the belief after these further counts of heads and tails, neither of them negative.
func (b BetaBernoulli) Update(heads, tails int) (BetaBernoulli, error) {
	if heads < 0 || tails < 0 {
		return BetaBernoulli{}, fmt.Errorf("conjugate: updating a coin: %d heads, %d tails: want counts of at least 0", heads, tails)
	}
	if err := b.check(); err != nil {
		return BetaBernoulli{}, fmt.Errorf("conjugate: updating a coin: %w", err)
	}
	return BetaBernoulli{A: b.A + float64(heads), B: b.B + float64(tails)}, nil
}

// Mean returns the expected probability of heads.
func (b BetaBernoulli) Mean() float64 { return b.A / (b.A + b.B) }

// Predictive returns the probability that the next flip is heads: the mean.
func (b BetaBernoulli) Predictive() float64 { return b.Mean() }

// Variance returns the variance of the probability of heads.
func (b BetaBernoulli) Variance() float64 {
	n := b.A + b.B
	return b.A / n * (b.B / n) / (n + 1)
}

// Mode returns the most probable probability of heads, which may be the end 0 or 1. There is none, and ok
// is false, when the density is flat, A = B = 1, or has a peak at both ends, A and B below 1.
func (b BetaBernoulli) Mode() (mode float64, ok bool) {
	switch {
	case b.check() != nil, b.A == 1 && b.B == 1, b.A < 1 && b.B < 1:
		return math.NaN(), false
	case b.A <= 1 && b.B >= 1:
		return 0, true
	case b.B <= 1:
		return 1, true
	}
	return (b.A - 1) / (b.A + b.B - 2), true
}

// LogDensity returns the log-density in nats at a probability of heads theta; −Inf outside [0, 1].
func (b BetaBernoulli) LogDensity(theta float64) float64 {
	if theta < 0 || theta > 1 {
		return math.Inf(-1)
	}
	return xlogy(b.A-1, theta) + xlog1py(b.B-1, -theta) - mathext.Lbeta(b.A, b.B)
}

// Quantile returns the probability of heads below which lies the mass p in [0, 1]. It bisects over the
// floating-point numbers themselves, so the result is as good as the incomplete beta function;
// mathext.InvRegIncBeta can stop far from the solution when A is large.
func (b BetaBernoulli) Quantile(p float64) (float64, error) {
	if err := b.check(); err != nil {
		return 0, fmt.Errorf("conjugate: quantile of a Beta: %w", err)
	}
	if !(p >= 0 && p <= 1) {
		return 0, fmt.Errorf("conjugate: quantile of a Beta: mass is %v, want 0 to 1", p)
	}
	if p == 0 || p == 1 {
		return p, nil
	}
	low, high := uint64(0), math.Float64bits(1)
	for high-low > 1 {
		middle := low + (high-low)/2
		if mathext.RegIncBeta(b.A, b.B, math.Float64frombits(middle)) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Float64frombits(high), nil
}

// CredibleInterval returns the interval that holds this mass, from 0 to 1, and leaves half of the rest
// on each side.
func (b BetaBernoulli) CredibleInterval(mass float64) (low, high float64, err error) {
	if !(mass >= 0 && mass <= 1) {
		return 0, 0, fmt.Errorf("conjugate: credible interval: mass is %v, want 0 to 1", mass)
	}
	if low, err = b.Quantile((1 - mass) / 2); err != nil {
		return 0, 0, err
	}
	high, err = b.Quantile((1 + mass) / 2)
	return low, high, err
}

// LogEvidence returns the log-probability in nats of one particular sequence with these further counts,
// with the coin integrated out: without the binomial coefficient.
func (b BetaBernoulli) LogEvidence(heads, tails int) (float64, error) {
	next, err := b.Update(heads, tails)
	if err != nil {
		return 0, err
	}
	return mathext.Lbeta(next.A, next.B) - mathext.Lbeta(b.A, b.B), nil
}

// Entropy returns the differential entropy in nats, at most 0.
func (b BetaBernoulli) Entropy() float64 {
	return mathext.Lbeta(b.A, b.B) - (b.A-1)*mathext.Digamma(b.A) - (b.B-1)*mathext.Digamma(b.B) +
		(b.A+b.B-2)*mathext.Digamma(b.A+b.B)
}

// KL returns KL(b‖p) in nats.
func (b BetaBernoulli) KL(p BetaBernoulli) (float64, error) {
	for _, d := range []BetaBernoulli{b, p} {
		if err := d.check(); err != nil {
			return 0, fmt.Errorf("conjugate: KL of Betas: %w", err)
		}
	}
	kl := mathext.Lbeta(p.A, p.B) - mathext.Lbeta(b.A, b.B) +
		(b.A-p.A)*mathext.Digamma(b.A) + (b.B-p.B)*mathext.Digamma(b.B) +
		(p.A-b.A+p.B-b.B)*mathext.Digamma(b.A+b.B)
	return max(0, kl), nil
}

// xlogy returns x log y, with 0 log 0 = 0.
func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

// xlog1py returns x log(1+y), with 0 log 0 = 0.
func xlog1py(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log1p(y)
}
