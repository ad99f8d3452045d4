package metrics

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/stat/distuv"
)

// The functions of this file say how far the draws of Markov chains can be trusted (Vehtari, Gelman, Simpson,
// Carpenter and Bürkner 2021, https://arxiv.org/abs/1903.08008). Each takes the draws of one quantity, one row a
// chain, as many in each; a chain is split into halves, so that one that drifts disagrees with itself. No chains,
// fewer than 12 draws, different lengths and numbers that are not finite are errors. Where all draws are equal
// nothing can be said, and the result is NaN.

// RHat returns the rank-normalised split R-hat, the larger of that of the draws and that of their distances from
// the median (equations 3, 4 and 14 and section 3.2): 1 where chains agree in place and in spread, and above 1.01 where they
// should not be used.
func RHat(chains [][]float64) (float64, error) {
	if err := checkChains("R-hat", chains); err != nil {
		return 0, err
	}
	halves := split(chains)
	place := rHat(normalScores(halves))
	if spread := rHat(normalScores(folded(halves))); spread > place {
		return spread, nil
	}
	return place, nil
}

// ESS returns the effective sample size for the mean: how many independent draws would estimate it as well. It
// can be larger than the number of draws, where they alternate about the mean.
func ESS(chains [][]float64) (float64, error) {
	if err := checkChains("effective sample size", chains); err != nil {
		return 0, err
	}
	return ess(split(chains)), nil
}

// ESSBulk returns the effective sample size of the rank-normalised draws, which exists where the mean does not:
// how well the middle of the distribution is explored. It should be at least 100 a chain.
func ESSBulk(chains [][]float64) (float64, error) {
	if err := checkChains("bulk effective sample size", chains); err != nil {
		return 0, err
	}
	return ess(normalScores(split(chains))), nil
}

// ESSTail returns the smaller of the effective sample sizes of the 5% and 95% quantiles: how well the tails are
// explored. It should be at least 100 a chain.
func ESSTail(chains [][]float64) (float64, error) {
	if err := checkChains("tail effective sample size", chains); err != nil {
		return 0, err
	}
	all := slices.Concat(chains...)
	slices.Sort(all)
	below := func(p float64) [][]float64 {
		q := quantile(all, p)
		return mapped(chains, func(x float64) float64 {
			if x <= q {
				return 1
			}
			return 0
		})
	}
	return min(ess(split(below(0.05))), ess(split(below(0.95)))), nil
}

// MCSE returns the Monte Carlo standard error of the mean of the draws, in their unit: their standard deviation
// over the root of [ESS].
func MCSE(chains [][]float64) (float64, error) {
	if err := checkChains("Monte Carlo standard error", chains); err != nil {
		return 0, err
	}
	_, variance := moments(slices.Concat(chains...))
	return math.Sqrt(variance / ess(split(chains))), nil
}

// MCSEStdDev returns the Monte Carlo standard error of the standard deviation of the draws, in their unit: that of
// the mean of (x - mean)², carried over by the derivative of the root.
func MCSEStdDev(chains [][]float64) (float64, error) {
	if err := checkChains("Monte Carlo standard error", chains); err != nil {
		return 0, err
	}
	center, _ := moments(slices.Concat(chains...))
	squares := mapped(chains, func(x float64) float64 { return (x - center) * (x - center) })
	variance, spread := moments(slices.Concat(squares...))
	return math.Sqrt(spread/ess(split(squares))/variance) / 2, nil
}

// minDraws is how many draws a chain needs: halves of 6 have the two pairs of lags that ess looks at.
const minDraws = 12

func checkChains(what string, chains [][]float64) error {
	if len(chains) == 0 {
		return fmt.Errorf("metrics: %s of no chains", what)
	}
	for i, c := range chains {
		if len(c) != len(chains[0]) || len(c) < minDraws {
			return fmt.Errorf("metrics: %s: chain %d has %d draws and chain 0 has %d: want as many, at least %d",
				what, i, len(c), len(chains[0]), minDraws)
		}
		if err := checkFinite(fmt.Sprintf("%s: chain %d", what, i), c); err != nil {
			return err
		}
	}
	return nil
}

// split returns the halves of each chain, without the middle draw where their number is odd.
func split(chains [][]float64) [][]float64 {
	var halves [][]float64
	for _, c := range chains {
		half := len(c) / 2
		halves = append(halves, c[:half], c[len(c)-half:])
	}
	return halves
}

// mapped returns f of every draw.
func mapped(chains [][]float64, f func(float64) float64) [][]float64 {
	out := make([][]float64, len(chains))
	for i, c := range chains {
		for _, x := range c {
			out[i] = append(out[i], f(x))
		}
	}
	return out
}

// folded returns the distances of the draws from their median.
func folded(chains [][]float64) [][]float64 {
	all := slices.Concat(chains...)
	slices.Sort(all)
	median := quantile(all, 0.5)
	return mapped(chains, func(x float64) float64 { return math.Abs(x - median) })
}

// normalScores replaces the draws by normal quantiles of their ranks among all (equation 14); equal draws share
// the average of their ranks.
func normalScores(chains [][]float64) [][]float64 {
	sorted := slices.Concat(chains...)
	slices.Sort(sorted)
	n := float64(len(sorted))
	return mapped(chains, func(x float64) float64 {
		first, _ := slices.BinarySearch(sorted, x)
		after, _ := slices.BinarySearch(sorted, math.Nextafter(x, math.Inf(1)))
		rank := float64(first+1+after) / 2
		return distuv.UnitNormal.Quantile((rank - 3.0/8) / (n + 1.0/4))
	})
}

// quantile interpolates between the order statistics (Hyndman and Fan's definition 7).
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	lo := int(at)
	hi := min(lo+1, len(sorted)-1)
	return sorted[lo] + (at-float64(lo))*(sorted[hi]-sorted[lo])
}

// moments returns the mean and the variance, dividing by n - 1, which is exactly 0 if all are equal.
func moments(x []float64) (mean, variance float64) {
	mean = x[0]
	for _, v := range x {
		mean += (v - x[0]) / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, variance
}

// pooled returns the mean of the chains' variances and the estimate of the target's variance from within and
// between chains, which is too large until the chains have met (equations 2 and 3).
func pooled(chains [][]float64) (within, target float64) {
	means := make([]float64, len(chains))
	for i, c := range chains {
		mean, variance := moments(c)
		means[i] = mean
		within += variance / float64(len(chains))
	}
	_, between := moments(means)
	n := float64(len(chains[0]))
	return within, within*(n-1)/n + between
}

func rHat(chains [][]float64) float64 {
	within, target := pooled(chains)
	return math.Sqrt(target / within)
}

// ess sums the autocorrelations of all chains (equation 10) in pairs, which decrease and are positive for a
// reversible chain, as long as the estimates are: Geyer's initial monotone sequence (1992, section 3.3). The number of
// draws is multiplied by log10 of it at most.
func ess(chains [][]float64) float64 {
	n := len(chains[0])
	within, target := pooled(chains)
	covariance := make([]float64, n) // by lag, the mean over chains
	fft := newAutocovariance(n)
	for _, c := range chains {
		fft.add(covariance, c, 1/float64(len(chains)))
	}
	covariance[0] = within // without bias, so that the autocorrelation is 1
	rho := func(lag int) float64 { return 1 - (within-covariance[lag])/target }
	tau, pair := -1.0, math.Inf(1)
	lag := 0
	for ; lag < n-5 && rho(lag)+rho(lag+1) > 0; lag += 2 {
		pair = min(pair, rho(lag)+rho(lag+1))
		tau += 2 * pair
	}
	tau += max(rho(lag), 0)
	draws := float64(len(chains) * n)
	return draws / max(tau, 1/math.Log10(draws))
}

// autocovariance computes autocovariances of n numbers at all lags by a Fourier transform.
type autocovariance struct {
	fft    *fourier.FFT
	padded []float64 // with at least n zeros, so that the ends do not meet
	coeff  []complex128
}

func newAutocovariance(n int) *autocovariance {
	size := 1
	for size < 2*n {
		size *= 2
	}
	return &autocovariance{fourier.NewFFT(size), make([]float64, size), make([]complex128, size/2+1)}
}

// add adds weight times the autocovariances of x, divided by its length at every lag.
func (a *autocovariance) add(sum, x []float64, weight float64) {
	mean, _ := moments(x)
	clear(a.padded)
	for i, v := range x {
		a.padded[i] = v - mean
	}
	a.fft.Coefficients(a.coeff, a.padded)
	for i, c := range a.coeff {
		a.coeff[i] = complex(real(c)*real(c)+imag(c)*imag(c), 0)
	}
	a.fft.Sequence(a.padded, a.coeff)
	for lag := range sum {
		sum[lag] += weight * a.padded[lag] / float64(len(a.padded)*len(x))
	}
}
