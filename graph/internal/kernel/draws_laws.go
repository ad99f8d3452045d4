package kernel

import "math"

// logGamma returns the log of a gamma draw (Marsaglia and Tsang 2000, "A simple method for generating
// gamma variables"): d·v, v = (1 + c·x)³, of a normal x that is accepted by comparing logs. Below
// shape 1 it is a draw of shape alpha+1 times u^(1/alpha), in logs, where small shapes have no
// underflow.
func logGamma(s *stream, alpha float64) float64 {
	switch {
	case !(alpha > 0 && alpha <= math.MaxFloat64):
		return math.NaN()
	case alpha < 1:
		return math.Log(s.uniform())/alpha + logGamma(s, alpha+1)
	}
	d := alpha - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.normal()
		u, cx := s.uniform(), c*x
		if cx <= -1 {
			continue
		}
		logV := 3 * math.Log1p(cx)
		growth := cx * (3 + cx*(3+cx)) // v - 1
		if u < 1-0.0331*(x*x)*(x*x) || math.Log(u) < 0.5*x*x+d*(logV-growth) {
			return math.Log(d) + logV
		}
	}
}

// transformed is the mean from which on counts are drawn by transformed rejection, whose constants
// hold from there.
const transformed = 10

// poisson returns a Poisson draw: by inversion, or for large rates by PTRS (Hörmann 1993, "The
// transformed rejection method for generating Poisson random variables").
func poisson(s *stream, rate float64) float64 {
	switch {
	case !(rate >= 0 && rate <= math.MaxFloat64):
		return math.NaN()
	case rate < transformed:
		return invert(s.uniform(), math.Exp(-rate), func(k float64) float64 { return rate / k })
	}
	b := 0.931 + 2.53*math.Sqrt(rate)
	a := -0.059 + 0.02483*b
	h := hat{
		a: a, b: b, center: rate + 0.43, last: math.Inf(1),
		quick: 0.9277 - 3.6224/(b-2), scale: math.Log(1.1239 + 1.1328/(b-3.4)),
	}
	return h.draw(s, func(k float64) float64 { return logPoisson(k, rate) })
}

// binomial returns a binomial draw: by inversion, or where the mean is large by BTRS (Hörmann 1993,
// "The generation of binomial random variates").
func binomial(s *stream, n, p float64) float64 {
	switch {
	case !(n >= 0 && n <= math.MaxFloat64 && n == math.Floor(n) && p >= 0 && p <= 1):
		return math.NaN()
	case p > 0.5:
		return n - binomial(s, n, 1-p)
	}
	q := 1 - p
	mean := n * p
	if mean < transformed {
		return invert(s.uniform(), math.Exp(n*math.Log1p(-p)), func(k float64) float64 { return (n - k + 1) / k * (p / q) })
	}
	sigma := math.Sqrt(mean * q)
	b := 1.15 + 2.53*sigma
	logMass := func(k float64) float64 { return logPoisson(k, mean) + logPoisson(n-k, n-mean) }
	h := hat{
		a: -0.0873 + 0.0248*b + 0.01*p, b: b, center: mean + 0.5, last: n,
		quick: 0.92 - 4.2/b, scale: math.Log((2.83+5.1/b)*sigma) + logMass(math.Floor((n+1)*p)),
	}
	return h.draw(s, logMass)
}

// invert returns the least k whose distribution function is at least u, given the mass at 0 and the
// ratio of that at k to that at k-1, for means so small that the mass at 0 does not vanish. It ends where
// the mass left is lost in rounding.
func invert(u, mass float64, ratio func(k float64) float64) float64 {
	sum := mass
	for k := 0.0; ; k++ {
		next := mass * ratio(k+1)
		if u <= sum || sum+next == sum {
			return k
		}
		mass, sum = next, sum+next
	}
}

// hat is a transformed rejection: with u and v uniform, k = ⌊(2a/(½-|u|) + b)·u + center⌋ is accepted
// if v·e^scale·(a/(½-|u|)² + b)⁻¹ is at most the mass of k; at once in the middle where v <= quick.
type hat struct{ a, b, center, last, quick, scale float64 }

func (h hat) draw(s *stream, logMass func(k float64) float64) float64 {
	for {
		u, v := s.uniform()-0.5, s.uniform()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*h.a/us+h.b)*u + h.center)
		if us >= 0.07 && v <= h.quick {
			return k
		}
		if 0 <= k && k <= h.last && math.Log(v)+h.scale-math.Log(h.a/(us*us)+h.b) <= logMass(k) {
			return k
		}
	}
}

// logPoisson returns the log of the Poisson mass at k, without cancellation at large rates: Stirling's
// formula takes the factorial apart (Loader 2000).
func logPoisson(k, rate float64) float64 {
	if k < stirlingFrom {
		factorial, _ := math.Lgamma(k + 1)
		return k*math.Log(rate) - rate - factorial
	}
	e := (k - rate) / rate
	return -0.5*math.Log(2*math.Pi*k) - stirling(k) - rate*((1+e)*math.Log1p(e)-e)
}

const stirlingFrom = 16

// stirling returns log k! - (k + ½) log k + k - ½ log 2π, within 1e-15 from stirlingFrom on.
func stirling(k float64) float64 {
	r := 1 / (k * k)
	return (1.0/12 - r*(1.0/360-r*(1.0/1260-r*(1.0/1680-r/1188)))) / k
}
