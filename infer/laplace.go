package infer

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Laplace is the Gaussian approximation of a posterior of weights w around its mode: the inverse of its covariance
// is H + 1/Sigma², with the curvature H of the negative log-likelihood and a prior N(0, Sigma²) of each weight
// (MacKay 1992, https://doi.org/10.1162/neco.1992.4.3.448; Daxberger et al. 2021, https://arxiv.org/abs/2106.14806).
// Where the posterior is Gaussian it is exact. It does not change, and is safe for concurrent use.
type Laplace struct {
	mode      []float64
	curvature *Curvature
	logLik    float64
	sigma     float64
}

// NewLaplace returns the approximation at mode, which it keeps, for a likelihood with that curvature and whose
// logarithm at the mode, summed over the data, is logLik, in nats. Numbers that are not finite, other than as many
// weights as the curvature has, and a sigma that is not positive are errors.
func NewLaplace(mode []float64, c *Curvature, logLik, sigma float64) (*Laplace, error) {
	if len(mode) != c.Dim() {
		return nil, fmt.Errorf("infer: Laplace approximation: %d weights, and the curvature of %d", len(mode), c.Dim())
	}
	if sum := floats.Sum(mode) + logLik; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("infer: Laplace approximation: the mode or the log-likelihood there, %v, is not finite", logLik)
	}
	if !(sigma > 0) || math.IsInf(sigma, 1) {
		return nil, fmt.Errorf("infer: Laplace approximation: a prior with standard deviation %v, want a positive number", sigma)
	}
	return &Laplace{mode, c, logLik, sigma}, nil
}

// Sigma returns the prior's standard deviation.
func (l *Laplace) Sigma() float64 { return l.sigma }

// Mode returns a copy of the weights at the mode.
func (l *Laplace) Mode() []float64 { return append([]float64(nil), l.mode...) }

// WithSigma returns the approximation under a prior of another standard deviation, around the same weights. Errors
// are those of NewLaplace.
func (l *Laplace) WithSigma(sigma float64) (*Laplace, error) {
	return NewLaplace(l.mode, l.curvature, l.logLik, sigma)
}

// Draw returns a draw of the weights.
func (l *Laplace) Draw(rng *rand.Rand) []float64 {
	w := l.curvature.draw(l.precision(), rng)
	floats.Add(w, l.mode)
	return w
}

// Covariance returns the covariance of the weights, [n, n].
func (l *Laplace) Covariance() *mat.SymDense { return l.curvature.covariance(l.precision()) }

// LogEvidence returns the approximation of log p(data), the integral over the weights, in nats (MacKay 1992,
// equation 2.5): it compares priors, and networks.
func (l *Laplace) LogEvidence() float64 {
	tau, n := l.precision(), float64(len(l.mode))
	return l.logLik - tau/2*floats.Dot(l.mode, l.mode) + (n*math.Log(tau)-l.curvature.logDet(tau))/2
}

// Determined returns how many of the weights the data determine rather than the prior, in [0, n]: MacKay's gamma.
func (l *Laplace) Determined() float64 { return l.curvature.determined(l.precision()) }

// Tuned returns the approximation under the prior of the highest evidence for these weights. Weights that are all
// 0, and data that tell nothing about them, have none: an error.
func (l *Laplace) Tuned() (*Laplace, error) {
	square := floats.Dot(l.mode, l.mode)
	// The evidence is concave in log tau: half of this is its derivative.
	slope := func(logTau float64) float64 {
		tau := math.Exp(logTau)
		return l.curvature.determined(tau) - tau*square
	}
	low, high := -60.0, 60.0
	if !(slope(low) > 0 && slope(high) < 0) {
		return nil, errors.New("infer: Laplace approximation: the evidence has no maximum over the prior's standard deviation")
	}
	for range 60 {
		if middle := (low + high) / 2; slope(middle) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return l.WithSigma(math.Exp(-low / 2))
}

// precision returns that of the prior.
func (l *Laplace) precision() float64 { return 1 / (l.sigma * l.sigma) }
