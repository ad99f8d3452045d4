package kernel

import "math"

// betaTail is the distribution of s = log(t/(1-t)), t ~ Beta(a, b), seen from that of x: as u, the
// difference, it has the density at 0 times exp(-E(u)), E(u) = (a+b) log(1+x(eᵘ-1)) - a·u. See gammaTail.
// Seen from the other end it is the same with a and b, x and y exchanged.
type betaTail struct {
	a, b float64
	x, y float64 // y = 1-x
}

func (t betaTail) mirrored() betaTail { return betaTail{t.b, t.a, t.y, t.x} }

// energy returns E(-v), v >= 0.
func (t betaTail) energy(v float64) float64 {
	if v > 1 {
		return (t.a+t.b)*math.Log1p(t.x*math.Expm1(-v)) + t.a*v
	}
	linear := (t.a*t.y - t.b*t.x) * v
	z := t.x
	v = -v
	if t.y < t.x {
		z, v = t.y, -v
	}
	return linear + (t.a+t.b)*(log1pMinusX(z*math.Expm1(v))+z*expm1MinusX(v))
}

// below returns what lies below x, over the density at log(x/y).
func (t betaTail) below() float64 {
	if t.short() {
		return t.series(func(float64) float64 { return 1 })
	}
	return t.downwards(func(v float64) float64 { return math.Exp(-t.energy(v)) })
}

// slope returns the integral below x of the density times log z/x - c.
func (t betaTail) slope(c float64) float64 {
	return t.downwards(func(v float64) float64 {
		return math.Exp(-t.energy(v)) * (c + v + math.Log1p(t.x*math.Expm1(-v)))
	})
}

// rise returns the integral below x of the density times log (1-z)/y + c.
func (t betaTail) rise(c float64) float64 {
	return t.downwards(func(v float64) float64 {
		return math.Exp(-t.energy(v)) * (c - math.Log1p(t.x*math.Expm1(-v)))
	})
}

// short reports whether the series converges quickly.
func (t betaTail) short() bool { return t.x < 0.7 && t.a+t.b < manyTerms }

func (t betaTail) series(weight func(n float64) float64) float64 {
	sum, term := 0.0, 1/t.a
	for n := 0.0; term > 1e-17*sum; n++ {
		sum += term * weight(n)
		term *= t.x * (t.a + t.b + n) / (t.a + n + 1)
	}
	return sum
}

// downwards returns the integral of f from 0 on. Where y is small f is flat at first, and falls at about 1/y;
// where a is small it falls slowly in the end.
func (t betaTail) downwards(f func(v float64) float64) float64 {
	end := t.reach()
	mid := max(0, math.Log(t.x)-math.Log(t.y)) + 20
	if mid < end {
		return integral(f, 0, mid) + integral(f, mid, end)
	}
	return integral(f, 0, end)
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
	below, _ := betaSplit(betaTail{a, b, x, 1 - x})
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
	return betaSlope(betaTail{a, b, x, 1 - x})
}

// BetaIncSlopeB returns the derivative of I_x(a, b) with respect to b.
func BetaIncSlopeB(x, a, b float64) float64 {
	if p, ok := betaEdge(x, a, b); ok {
		return 0 * p
	}
	return -betaSlope(betaTail{a, b, x, 1 - x}.mirrored())
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
	logp, logq := math.Log(p), math.Log1p(-p)
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
