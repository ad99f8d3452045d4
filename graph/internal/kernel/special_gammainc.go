package kernel

import "math"

// gammaTail is the distribution of log z, z ~ Gamma(a, 1), seen from log x: as u = log z - log x it has
// the density at 0 times exp(-E(u)), E(u) = x(eᵘ-1) - a·u. What is below x, above it, and the
// derivatives of both with respect to a are integrals of that; the side is chosen on which the
// integrands have one sign, so that nothing cancels.
type gammaTail struct {
	a, x float64
	c    float64 // log x - Digamma(a): above the mean or below
}

const (
	// negligible is the E from which on a density is left out.
	negligible = 38
	// manyTerms is the shape from which on integrals take less time than series.
	manyTerms = 30
	// tiniest stands for positive shapes below it, whose reciprocals are not numbers.
	tiniest = 1e-300
)

func newGammaTail(a, x float64) gammaTail {
	return gammaTail{a, x, LogRatio(x, a) - StirlingSlope(a) + 0.5/a}
}

// energy returns E(u).
func (g gammaTail) energy(u float64) float64 { return (g.x-g.a)*u + g.x*expm1MinusX(u) }

// below returns what lies below x, over the density at log x.
func (g gammaTail) below() float64 {
	if g.a >= manyTerms {
		return gauss(func(v float64) float64 { return math.Exp(-g.energy(-v)) }, 0, g.reach(-1))
	}
	sum, term := 0.0, 1/g.a
	for n := 1.0; term > 1e-17*sum; n++ {
		sum += term
		term *= g.x / (g.a + n)
	}
	return sum
}

// above returns what lies above x, over the density at log x.
func (g gammaTail) above() float64 {
	return g.upwards(func(u float64) float64 { return math.Exp(-g.energy(u)) })
}

// slope returns the derivative of log x with respect to a at a fixed quantile.
func (g gammaTail) slope(logx float64) float64 {
	switch {
	case g.a < manyTerms && g.c <= 1/g.a:
		return g.slopeSeries(logx)
	case g.c <= 0:
		return gauss(func(v float64) float64 { return math.Exp(-g.energy(-v)) * (v - g.c) }, 0, g.reach(-1))
	}
	return g.upwards(func(u float64) float64 { return math.Exp(-g.energy(u)) * (u + g.c) })
}

func (g gammaTail) slopeSeries(logx float64) float64 {
	sum, term, psi := 0.0, 1/g.a, Digamma(g.a+1)
	for n := 1.0; ; n++ {
		more := term * (psi - logx)
		sum += more
		if !(more > 1e-17*sum) && n > 1 {
			return sum
		}
		term *= g.x / (g.a + n)
		psi += 1 / (g.a + n)
	}
}

// upwards returns the integral of f from 0 up. Where x is small f is flat at first, and falls at about 1/x.
func (g gammaTail) upwards(f func(u float64) float64) float64 {
	if g.x > 0.01 {
		return gauss(f, 0, g.reach(1))
	}
	return adaptive(f, 0, g.reach(1))
}

// reach returns about how far up (sign 1) or down (-1) the density is not negligible.
func (g gammaTail) reach(sign float64) float64 {
	d := sign * (g.x - g.a)
	v := 2 * negligible / (d + math.Sqrt(d*d+2*negligible*g.x))
	if sign > 0 && g.x < 1 {
		v = math.Log1p((negligible + g.a*math.Log1p(1e3/g.x)) / g.x)
	}
	for range 6 {
		v -= (g.energy(sign*v) - negligible) / (d + sign*g.x*math.Expm1(sign*v))
	}
	return v
}

// gammaScale returns the density of log z at log x: x times GammaDensity.
func gammaScale(a, x float64) float64 { return a * math.Exp(-Deviance(a, x)-FactorialExcess(a)) }

// GammaDensity returns the density of Gamma(a, 1) at x.
func GammaDensity(a, x float64) float64 {
	switch {
	case !(a >= 0 && x >= 0):
		return math.NaN()
	case x == 0 && a == 1:
		return 1
	case x == 0 && a < 1:
		return math.Inf(1)
	case x == 0 || math.IsInf(x, 1) || math.IsInf(a, 1):
		return 0
	}
	return gammaScale(a, x) / x
}

// gammaSplit returns GammaP and GammaQ.
func gammaSplit(a, x float64) (p, q float64) {
	switch {
	case !(a >= 0 && x >= 0) || math.IsInf(a, 1) && math.IsInf(x, 1):
		return math.NaN(), math.NaN()
	case a == 0 || math.IsInf(x, 1):
		return 1, 0
	case x == 0 || math.IsInf(a, 1):
		return 0, 1
	}
	a = max(a, tiniest)
	if x < 1e-17 { // P(a, x) = xᵃ/Γ(a+1) (1 - O(x))
		s := a*math.Log(x) - lgamma1p(a)
		return math.Exp(s), -math.Expm1(s)
	}
	g, scale := newGammaTail(a, x), gammaScale(a, x)
	if g.c <= 0 {
		p = min(scale*g.below(), 1)
		return p, 1 - p
	}
	if scale == 0 {
		return 1, 0
	}
	q = min(scale*g.above(), 1)
	return 1 - q, q
}

// GammaP returns the regularised lower incomplete gamma function P(a, x), a and x >= 0.
func GammaP(a, x float64) float64 { p, _ := gammaSplit(a, x); return p }

// GammaQ returns the regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x).
func GammaQ(a, x float64) float64 { _, q := gammaSplit(a, x); return q }

// GammaPSlope returns the derivative of P(a, x) with respect to a.
func GammaPSlope(a, x float64) float64 {
	switch {
	case !(a > 0 && x >= 0):
		return math.NaN()
	case x == 0 || math.IsInf(x, 1) || math.IsInf(a, 1):
		return 0
	}
	a = max(a, tiniest)
	scale := gammaScale(a, x)
	if scale == 0 {
		return 0
	}
	return -scale * newGammaTail(a, x).slope(math.Log(x))
}

// LogGammaDrawSlope is one element of LogGammaDrawGrad.
func LogGammaDrawSlope(alpha, logz float64) float64 {
	z := math.Exp(logz)
	switch {
	case !(alpha > 0) || math.IsNaN(logz):
		return math.NaN()
	case math.IsInf(logz, -1):
		return math.Inf(1)
	case math.IsInf(z, 1):
		return 0
	}
	alpha = max(alpha, tiniest)
	return gammaTail{alpha, z, logz - Digamma(alpha)}.slope(logz)
}

// GammaPInv returns the x whose P(a, x) is p.
func GammaPInv(a, p float64) float64 {
	switch {
	case !(a >= 0 && p >= 0 && p <= 1):
		return math.NaN()
	case p == 0 || a == 0:
		return 0
	case p == 1:
		return math.Inf(1)
	}
	a = max(a, tiniest)
	logp, logq := math.Log(p), math.Log1p(-p)
	start := (logp + lgamma1p(a)) / a // P(a, x) = xᵃ/Γ(a+1) (1 - O(x))
	if start < -40 {
		return math.Exp(start)
	}
	if a > 1 {
		start = max(start, math.Log(a)+NdtrInv(p)/math.Sqrt(a))
	}
	x := math.Exp(concaveRoot(start, func(s float64) (gap, slope float64) {
		below, above, scale := logGammaSplit(a, s)
		if p < 0.5 {
			return below - logp, math.Exp(scale - below)
		}
		return logq - above, math.Exp(scale - above)
	}))
	// The logarithm of a large x is not as fine as x itself.
	if scale := gammaScale(a, x); scale > 0 && a > 1 {
		below, above := gammaSplit(a, x)
		gap := below - p
		if p >= 0.5 {
			gap = (1 - p) - above
		}
		x -= x * gap / scale
	}
	return x
}

// logGammaSplit returns the logarithms of P(a, eˢ), Q(a, eˢ) and the density of log z at s.
func logGammaSplit(a, s float64) (below, above, scale float64) {
	g := gammaTail{a, math.Exp(s), s - Digamma(a)}
	if math.IsInf(g.x, 1) {
		return 0, math.Inf(-1), math.Inf(-1)
	}
	scale = math.Log(a) - FactorialExcess(a)
	if g.x > 0 {
		scale -= Deviance(a, g.x)
	} else {
		scale -= a*(math.Log(a)-s) - a
	}
	if g.c <= 0 || s < -40 {
		below = min(scale+math.Log(g.below()), 0)
		return below, Log1mExp(below), scale
	}
	above = min(scale+math.Log(g.above()), 0)
	return Log1mExp(above), above, scale
}

// concaveRoot returns where a rising gap is 0, in [-800, 800]: by Newton's method from a start, and by halving
// where that leaves the bracket. The gap is concave, so that from below the root Newton's steps stay below.
func concaveRoot(s float64, f func(s float64) (gap, slope float64)) float64 {
	lo, hi := -800.0, 800.0
	s = min(max(s, -700), 700)
	for range 100 {
		gap, slope := f(s)
		if gap < 0 {
			lo = s
		} else {
			hi = s
		}
		next := s - gap/slope
		if math.Abs(next-s) <= 4e-16*max(1, math.Abs(s)) {
			return next
		}
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
		}
		s = next
	}
	return s
}
