package kernel

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Ndtr returns the standard normal distribution function.
func Ndtr(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// LogNdtr returns the logarithm of Ndtr.
func LogNdtr(x float64) float64 {
	switch {
	case x > 0:
		return math.Log1p(-Ndtr(-x))
	case x > -mills:
		return math.Log(Ndtr(x))
	}
	return -x*x/2 - halfLog2Pi - math.Log(NormalHazard(x))
}

// mills is from where the asymptotic series of the Mills ratio is good to the last bit.
const mills = 10

// NormalHazard returns the density of the standard normal over its distribution function: the
// derivative of LogNdtr.
func NormalHazard(x float64) float64 {
	if x > -mills {
		return math.Exp(-x*x/2-halfLog2Pi) / Ndtr(x)
	}
	sum, term, square := 0.0, 1.0, x*x
	for n := 1.0; math.Abs(term) > 1e-18; n += 2 {
		sum += term
		term *= -n / square
	}
	return -x / sum
}

// NdtrInv returns the x whose Ndtr is p.
func NdtrInv(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	return mathext.NormalQuantile(p)
}

// NdtrInvExp returns the x whose LogNdtr is logp.
func NdtrInvExp(logp float64) float64 {
	switch {
	case !(logp <= 0):
		return math.NaN()
	case logp > -math.Ln2:
		return -NdtrInv(-math.Expm1(logp))
	case logp > -100:
		return NdtrInv(math.Exp(logp))
	case math.IsInf(logp, -1):
		return logp
	}
	x := -math.Sqrt(-2 * logp)
	for range 6 {
		x -= (LogNdtr(x) - logp) / NormalHazard(x)
	}
	return x
}

// ErfInv returns the inverse of the error function.
func ErfInv(x float64) float64 { return math.Erfinv(x) }
