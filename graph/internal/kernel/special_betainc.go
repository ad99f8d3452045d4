package kernel

import "math"

// betaTail is the distribution of s = log(t/(1-t)), t ~ Beta(a, b), seen from that of x: as u, the
// difference, it has the density at 0 times exp(-E(u)), E(u) = (a+b) log(1+x(eᵘ-1)) - a·u. See gammaTail.
// Seen from the other end it is the same with a and b, x and y exchanged.
type betaTail struct {
	a, b float64
	x, y float64 // y = 1-x
}

func newBetaTail(x, a, b float64) betaTail {
	return betaTail{max(a, tiniest), max(b, tiniest), x, 1 - x}
}

func (t betaTail) mirrored() betaTail { return betaTail{t.b, t.a, t.y, t.x} }

// energy returns E(-v), v >= 0.
func (t betaTail) energy(v float64) float64 {
	switch {
	case v <= 1:
		linear := (t.a*t.y - t.b*t.x) * v
		z := t.x
		v = -v
		if t.y < t.x {
			z, v = t.y, -v
		}
		return linear + (t.a+t.b)*(log1pMinusX(z*math.Expm1(v))+z*expm1MinusX(v))
	case t.x > 0.5:
		_, high := t.logs(v)
		return (t.a+t.b)*high - t.b*v
	}
	low, _ := t.logs(v)
	return (t.a+t.b)*low + t.a*v
}

// logs returns log(y + x·e⁻ᵛ) and log(x + y·eᵛ): for z, which is -v from x, log y/(1-z) and log x/z.
func (t betaTail) logs(v float64) (low, high float64) {
	if t.x > 0.5 {
		high = math.Log1p(t.y * math.Expm1(v))
		if v > 700 { // eᵛ may not be a number
			high = softplus64(v + math.Log(t.y))
		}
		return high - v, high
	}
	low = math.Log1p(t.x * math.Expm1(-v))
	return low, low + v
}

// below returns what lies below x, over the density at log(x/y).
func (t betaTail) below() float64 {
	if t.short() {
		return t.series(1, func(float64) float64 { return 0 })
	}
	return t.downwards(func(v float64) float64 { return math.Exp(-t.energy(v)) })
}

// slope returns the integral below x of the density times c + log x/z.
func (t betaTail) slope(c float64) float64 {
	if t.short() {
		return t.series(c+1/t.a, func(n float64) float64 { return 1/(t.a+n+1) - 1/(t.a+t.b+n) })
	}
	return t.downwards(func(v float64) float64 {
		_, high := t.logs(v)
		return math.Exp(-t.energy(v)) * (c + high)
	})
}

// rise returns the integral below x of the density times c + log (1-z)/y.
func (t betaTail) rise(c float64) float64 {
	if t.short() {
		return t.series(c, func(n float64) float64 { return 1 / (t.a + t.b + n) })
	}
	return t.downwards(func(v float64) float64 {
		low, _ := t.logs(v)
		return math.Exp(-t.energy(v)) * (c - low)
	})
}

// short reports whether the series takes less time than the integral.
func (t betaTail) short() bool { return t.x < 0.7 && t.a < manyTerms }

// series sums weight times (a+b)ₙ xⁿ/(a)ₙ₊₁, where step is how much the weight of n+1 is above that of n.
func (t betaTail) series(weight float64, step func(n float64) float64) float64 {
	sum, term := 0.0, 1/t.a
	for n := 0.0; ; n++ {
		more := term * weight
		sum += more
		if !(more > 1e-17*sum) && n > 0 {
			return sum
		}
		term *= t.x * (t.a + t.b + n) / (t.a + n + 1)
		weight += step(n)
	}
}

// downwards returns the integral of f from 0 on. On a scale of 1 f changes its slope where y is small
// between 0 and log(x/y), and else about 0; where a is small it falls slowly from there.
func (t betaTail) downwards(f func(v float64) float64) float64 {
	end := t.reach()
	if end < 3 {
		return gauss(f, 0, end)
	}
	straight := max(0, math.Log(t.x)-math.Log(t.y)) + 36
	if straight < end {
		return adaptive(f, 0, straight) + gauss(f, straight, end)
	}
	return adaptive(f, 0, end)
}

// reach returns about how far down the density is not negligible.
func (t betaTail) reach() float64 {
	v := (negligible - (t.a+t.b)*math.Log(t.y)) / t.a
	for range 12 {
		w := t.x * math.Exp(-v)
		v -= (t.energy(v) - negligible) / (t.a - (t.a+t.b)*w/(t.y+w))
	}
	return v
}

// logBetaScale returns the logarithm of xᵃyᵇ/B(a, b), the density of log(t/(1-t)) at x.
func logBetaScale(a, b, x, y float64) float64 {
	n := a + b
	return math.Log(a) + math.Log(b/n) + FactorialExcess(n) - FactorialExcess(a) - FactorialExcess(b) - Deviance(a, n*x) - Deviance(b, n*y)
}

// BetaDensity returns the density of Beta(a, b) at x.
func BetaDensity(x, a, b float64) float64 {
	switch {
	case !(a > 0 && b > 0 && x >= 0 && x <= 1):
		return math.NaN()
	case x == 0:
		return edgeDensity(a, b)
	case x == 1:
		return edgeDensity(b, a)
	}
	return math.Exp(logBetaScale(a, b, x, 1-x)-math.Log1p(-x)) / x
}

// edgeDensity returns the density of Beta(a, b) at 0.
func edgeDensity(a, b float64) float64 {
	switch {
	case a < 1:
		return math.Inf(1)
	case a > 1:
		return 0
	}
	return b
}

// BetaInc returns the regularised incomplete beta function I_x(a, b).
func BetaInc(x, a, b float64) float64 {
	if p, ok := betaEdge(x, a, b); ok {
		return p
	}
	below, _ := betaSplit(newBetaTail(x, a, b))
	return below
}

// betaEdge returns I_x(a, b) where it is the same for all parameters nearby.
func betaEdge(x, a, b float64) (p float64, ok bool) {
	switch {
	case !(a >= 0 && b >= 0 && x >= 0 && x <= 1) || a == 0 && b == 0 || math.IsInf(a, 1) && math.IsInf(b, 1):
		return math.NaN(), true
	case x == 1 || a == 0 || math.IsInf(b, 1) && x > 0:
		return 1, true
	case x == 0 || b == 0 || math.IsInf(a, 1):
		return 0, true
	}
	return 0, false
}

// betaSplit returns what is below x and what is above.
func betaSplit(t betaTail) (below, above float64) {
	scale := math.Exp(logBetaScale(t.a, t.b, t.x, t.y))
	if math.Log(t.x)-math.Log(t.y) <= Digamma(t.a)-Digamma(t.b) {
		if scale > 0 {
			below = min(scale*t.below(), 1)
		}
		return below, 1 - below
	}
	if scale > 0 {
		above = min(scale*t.mirrored().below(), 1)
	}
	return 1 - above, above
}

// BetaIncSlopeA returns the derivative of I_x(a, b) with respect to a.
func BetaIncSlopeA(x, a, b float64) float64 {
	if p, ok := betaEdge(x, a, b); ok {
		return 0 * p
	}
	return betaSlope(newBetaTail(x, a, b))
}

// BetaIncSlopeB returns the derivative of I_x(a, b) with respect to b.
func BetaIncSlopeB(x, a, b float64) float64 {
	if p, ok := betaEdge(x, a, b); ok {
		return 0 * p
	}
	return -betaSlope(newBetaTail(x, a, b).mirrored())
}

// betaSlope returns the derivative with respect to a of what lies below x.
func betaSlope(t betaTail) float64 {
	scale := math.Exp(logBetaScale(t.a, t.b, t.x, t.y))
	if scale == 0 {
		return 0
	}
	c := math.Log(t.x) - DigammaDrop(t.a, t.b)
	if c <= 0 {
		return -scale * t.slope(-c)
	}
	return -scale * t.mirrored().rise(c)
}

// BetaIncInv returns the x whose I_x(a, b) is p.
func BetaIncInv(p, a, b float64) float64 {
	switch {
	case !(a > 0 && b > 0 && p >= 0 && p <= 1):
		return math.NaN()
	case p == 0 || p == 1:
		return p
	}
	a, b = max(a, tiniest), max(b, tiniest)
	logp, logq := math.Log(p), math.Log1p(-p)
	// Near 0 I_x(a, b) is xᵃ/(a·B(a, b)), but for about b·x of it, and near 1 it is the same from there.
	size := LogBeta(a, b)
	if s := (logp + math.Log(a) + size) / a; s+math.Log1p(b) < -40 {
		return math.Exp(s)
	}
	if s := (logq + math.Log(b) + size) / b; s+math.Log1p(a) < -40 {
		return 1
	}
	start := math.Log(a) - math.Log(b) + NdtrInv(p)*math.Sqrt(1/a+1/b)
	s := concaveRoot(start, func(s float64) (gap, slope float64) {
		t := betaTail{a, b, 1 / (1 + math.Exp(-s)), 1 / (1 + math.Exp(s))}
		below, above := betaSplit(t)
		scale := math.Exp(logBetaScale(a, b, t.x, t.y))
		if p < 0.5 {
			return math.Log(below) - logp, scale / below
		}
		return logq - math.Log(above), scale / above
	})
	return 1 / (1 + math.Exp(-s))
}
