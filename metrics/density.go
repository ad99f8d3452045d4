package metrics

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// LogPredictiveDensity returns the mean over targets [n] of log 1/S Σₛ N(y; muₛ, sigmaₛ²) in nats: the log-density of
// the mixture of S = size normals that draws from a posterior predict, computed without leaving the logarithm. mu
// and sigma are [n, size] in row-major order; a size of 1 makes it minus the NLL of a normal prediction. Other
// lengths, none, a sigma that is not positive, and numbers that are not finite are errors.
func LogPredictiveDensity(mu, sigma []float64, size int, targets []float64) (float64, error) {
	return mean(PerExampleLogPredictiveDensity(mu, sigma, size, targets))
}

// PerExampleLogPredictiveDensity returns each target's term of [LogPredictiveDensity], in nats.
func PerExampleLogPredictiveDensity(mu, sigma []float64, size int, targets []float64) ([]float64, error) {
	const what = "log predictive density"
	if err := checkDraws(what, mu, size, targets); err != nil {
		return nil, err
	}
	if err := checkDeviations(what, sigma, len(mu)); err != nil {
		return nil, err
	}
	for i, s := range sigma {
		if s == 0 {
			return nil, fmt.Errorf("metrics: %s: standard deviation %d is 0, want a positive one", what, i)
		}
	}
	density, terms := make([]float64, len(targets)), make([]float64, size)
	for k, y := range targets {
		m, s := row(mu, size, k), row(sigma, size, k)
		for i := range terms {
			z := (y - m[i]) / s[i]
			terms[i] = -z*z/2 - math.Log(s[i])
		}
		density[k] = floats.LogSumExp(terms) - math.Log(float64(size)) - math.Log(2*math.Pi)/2
	}
	return density, nil
}
