package layers

import "math"

// SignalToNoise returns |mu|/sigma of each weight of the posterior, [..., in, out] in row-major order: how
// sure the posterior is that the weight is not zero (Blundell et al. 2015, section 5.1, who plot it
// in decibels, 20·log10).
func (l *GaussianWeights) SignalToNoise() []float64 {
	ratio := l.Sigma()
	for i, sigma := range ratio {
		ratio[i] = math.Abs(l.Mu.Value().At(i)) / sigma
	}
	return ratio
}

// Sigma returns the posterior's standard deviation of each weight, [..., in, out] in row-major order.
func (l *GaussianWeights) Sigma() []float64 {
	sigma := l.Rho.Value().Float64s()
	for i, rho := range sigma {
		sigma[i] = softplus(rho)
	}
	return sigma
}

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// prunedRho is the Rho of a removed weight: a standard deviation of 1e-13, whose square float32 still
// holds.
const prunedRho = -30

// Prune removes the weights whose signal-to-noise ratio is below the threshold, from Forward and
// ForwardMean alike: it sets their means to 0 and their standard deviations to 1e-13. It returns how
// many of the layer's weights are below the threshold, those removed before among them. It is meant
// for prediction: the divergence of a pruned posterior is finite but says nothing.
func (l *GaussianWeights) Prune(threshold float64) int {
	removed := 0
	for i, ratio := range l.SignalToNoise() {
		if ratio < threshold {
			l.Mu.Value().Set(i, 0)
			l.Rho.Value().Set(i, prunedRho)
			removed++
		}
	}
	return removed
}
