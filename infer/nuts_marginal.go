package infer

import (
	"fmt"
	"math"
	"slices"

	"credence/metrics"
)

// Marginal is the draws of one number, one row a chain.
type Marginal [][]float64

// Mean returns the mean of all draws.
func (m Marginal) Mean() float64 {
	sum, n := 0.0, 0
	for _, c := range m {
		for _, x := range c {
			sum += x
		}
		n += len(c)
	}
	return sum / float64(n)
}

// StdDev returns the standard deviation of all draws, dividing by their number less one.
func (m Marginal) StdDev() float64 {
	mean, squares, n := m.Mean(), 0.0, 0
	for _, c := range m {
		for _, x := range c {
			squares += (x - mean) * (x - mean)
		}
		n += len(c)
	}
	return math.Sqrt(squares / float64(n-1))
}

// Quantile returns the p-quantile of all draws, p in [0, 1], interpolating between draws. It panics for another p.
func (m Marginal) Quantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("infer: the %v-quantile", p))
	}
	all := slices.Concat(m...)
	slices.Sort(all)
	at := p * float64(len(all)-1)
	lo := int(at)
	hi := min(lo+1, len(all)-1)
	return all[lo] + (at-float64(lo))*(all[hi]-all[lo])
}

// The statistics of package metrics of the draws. They are NaN where they do not exist: fewer than 12 draws a chain,
// draws that are not finite, all draws equal.

// RHat returns the rank-normalised split R-hat; see [metrics.RHat].
func (m Marginal) RHat() float64 { return orNaN(metrics.RHat(m)) }

// ESSBulk returns the effective sample size of the bulk; see [metrics.ESSBulk].
func (m Marginal) ESSBulk() float64 { return orNaN(metrics.ESSBulk(m)) }

// ESSTail returns the effective sample size of the tails; see [metrics.ESSTail].
func (m Marginal) ESSTail() float64 { return orNaN(metrics.ESSTail(m)) }

// MCSE returns the Monte Carlo standard error of Mean; see [metrics.MCSE].
func (m Marginal) MCSE() float64 { return orNaN(metrics.MCSE(m)) }

// MCSEStdDev returns the Monte Carlo standard error of StdDev; see [metrics.MCSEStdDev].
func (m Marginal) MCSEStdDev() float64 { return orNaN(metrics.MCSEStdDev(m)) }

func orNaN(v float64, err error) float64 {
	if err != nil {
		return math.NaN()
	}
	return v
}
