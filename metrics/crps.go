package metrics

import (
	"fmt"
	"math"
	"slices"
)

// CRPS returns the mean over targets [n] of the continuous ranked probability score of the empirical distribution of
// the draws that predict it, in the targets' unit and at least 0: E|X-y| - E|X-X'|/2 with X and X' from the distribution
// (Gneiting and Raftery 2007, https://doi.org/10.1198/016214506000001437, equation 21). Of one draw it is the
// absolute error. draws are [n, size] in row-major order. Other lengths, none, and numbers that are not finite are
// errors.
func CRPS(draws []float64, size int, targets []float64) (float64, error) {
	return mean(PerExampleCRPS(draws, size, targets))
}

// FairCRPS returns the mean score of the distribution that the draws come from, without bias: it divides the draws'
// differences by the number of pairs, size·(size-1), of which there is at least one, and may be negative (Ferro 2014,
// https://doi.org/10.1002/qj.2270). Arguments and errors are otherwise those of [CRPS].
func FairCRPS(draws []float64, size int, targets []float64) (float64, error) {
	return mean(PerExampleFairCRPS(draws, size, targets))
}

// NormalCRPS returns the mean score of the predictions N(mu, sigma²), [n] each, in closed form (Gneiting and Raftery
// 2007, section 4.2). A sigma of 0 is a point, whose score is the absolute error; a negative one is an error, as are
// other lengths, none, and numbers that are not finite.
func NormalCRPS(mu, sigma, targets []float64) (float64, error) {
	return mean(PerExampleNormalCRPS(mu, sigma, targets))
}

// PerExampleCRPS returns each target's term of [CRPS].
func PerExampleCRPS(draws []float64, size int, targets []float64) ([]float64, error) {
	return perEnsemble("CRPS", draws, size, targets, float64(size))
}

// PerExampleFairCRPS returns each target's term of [FairCRPS].
func PerExampleFairCRPS(draws []float64, size int, targets []float64) ([]float64, error) {
	if size < 2 {
		return nil, fmt.Errorf("metrics: fair CRPS of %d draws, want at least 2", size)
	}
	return perEnsemble("fair CRPS", draws, size, targets, float64(size-1))
}

// PerExampleNormalCRPS returns each target's term of [NormalCRPS].
func PerExampleNormalCRPS(mu, sigma, targets []float64) ([]float64, error) {
	scores, err := differences("CRPS", targets, mu)
	if err != nil {
		return nil, err
	}
	if err := checkDeviations("CRPS", sigma, len(mu)); err != nil {
		return nil, err
	}
	for i, d := range scores {
		if s := sigma[i]; s == 0 {
			scores[i] = math.Abs(d)
		} else {
			z := d / s
			density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
			scores[i] = s * (z*math.Erf(z/math.Sqrt2) + 2*density - 1/math.SqrtPi)
		}
	}
	return scores, nil
}

// perEnsemble returns mean|x-y| - Σ|xᵢ-xⱼ| / (2·size·others) of each row of draws. Sorted, the i-th of the draws
// is above i of the others and below the rest, which makes the sum over pairs one over draws.
func perEnsemble(what string, draws []float64, size int, targets []float64, others float64) ([]float64, error) {
	if err := checkDraws(what, draws, size, targets); err != nil {
		return nil, err
	}
	scores, n := make([]float64, len(targets)), float64(size)
	for k, y := range targets {
		x := slices.Clone(row(draws, size, k))
		slices.Sort(x)
		away, spread := 0.0, 0.0
		for i, v := range x {
			away += math.Abs(v - y)
			spread += float64(2*i+1-size) * (v - y) // y cancels, and an offset common to all with it
		}
		scores[k] = away/n - spread/(n*others)
	}
	return scores, nil
}

// checkDraws returns an error unless draws are [len(targets), size], and all numbers finite.
func checkDraws(what string, draws []float64, size int, targets []float64) error {
	if size < 1 || len(targets) == 0 || len(draws)%size != 0 || len(draws)/size != len(targets) {
		return fmt.Errorf("metrics: %s of %d draws for %d targets with %d each: want at least 1, and as many for each",
			what, len(draws), len(targets), size)
	}
	if err := checkFinite(what, draws); err != nil {
		return err
	}
	return checkFinite(what, targets)
}

// checkDeviations returns an error unless there are n standard deviations, finite and not negative.
func checkDeviations(what string, sigma []float64, n int) error {
	if len(sigma) != n {
		return fmt.Errorf("metrics: %s with %d standard deviations for %d means", what, len(sigma), n)
	}
	for i, s := range sigma {
		if !(s >= 0) || math.IsInf(s, 1) {
			return fmt.Errorf("metrics: %s: standard deviation %d is %g, want a finite one, at least 0", what, i, s)
		}
	}
	return nil
}
