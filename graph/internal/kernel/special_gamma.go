package kernel

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

const (
	halfLog2Pi = 0.91893853320467274178
	// asymptotic is from where the series in 1/x² that follow are good to the last bit.
	asymptotic = 10
)

// stirlingSeries are the coefficients of 1/x, 1/x³, ... in the Stirling error (DLMF 5.11.1).
var stirlingSeries = [...]float64{1. / 12, -1. / 360, 1. / 1260, -1. / 1680, 1. / 1188, -691. / 360360, 1. / 156, -3617. / 122400}

// Lgamma returns log Γ(x) for x >= 0.
func Lgamma(x float64) float64 {
	if x < 0 {
		return math.NaN()
	}
	v, _ := math.Lgamma(x)
	return v
}

// Digamma returns the derivative of Lgamma.
func Digamma(x float64) float64 {
	switch {
	case !(x >= 0):
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case math.IsInf(x, 1):
		return x
	}
	shift := 0.0
	for ; x < asymptotic; x++ {
		shift += 1 / x
	}
	return math.Log(x) - 0.5/x + StirlingSlope(x) - shift
}

// Polygamma returns the derivative of Digamma of order n.
func Polygamma(n int, x float64) float64 {
	switch {
	case n == 0:
		return Digamma(x)
	case !(x >= 0):
		return math.NaN()
	case x == 0:
		return math.Inf(1 - 2*(1-n%2))
	case math.IsInf(x, 1):
		return 0
	}
	v := math.Gamma(float64(n+1)) * mathext.Zeta(float64(n+1), x)
	if n%2 == 0 {
		return -v
	}
	return v
}

// StirlingError returns log Γ(x+1) - (x+1/2) log x + x - log(2π)/2, and 0 in place of +Inf at 0
// (Loader 2000).
func StirlingError(x float64) float64 {
	if x == 0 {
		return 0
	}
	if x < 1 {
		return Lgamma(x+1) - (x+0.5)*math.Log(x) + x - halfLog2Pi
	}
	sum := 0.0
	for ; x < asymptotic; x++ {
		sum += atanhExcess(1 / (2*x + 1))
	}
	return sum + oddSeries(1/x)
}

// oddSeries sums the series of the Stirling error.
func oddSeries(r float64) float64 {
	sum := 0.0
	for i := len(stirlingSeries) - 1; i >= 0; i-- {
		sum = sum*r*r + stirlingSeries[i]
	}
	return sum * r
}

// StirlingSlope returns the derivative of StirlingError, and 0 at 0.
func StirlingSlope(x float64) float64 {
	if x == 0 {
		return 0
	}
	if x < 1 {
		return Digamma(x+1) - math.Log(x) - 0.5/x
	}
	sum := 0.0
	for ; x < asymptotic; x++ {
		u := 1 / (2*x + 1)
		sum += 2 * u * (atanhExcess(u) - u*u/(1-u*u))
	}
	r, series := 1/x, 0.0
	for i := len(stirlingSeries) - 1; i >= 0; i-- {
		series = series*r*r - float64(2*i+1)*stirlingSeries[i]
	}
	return sum + series*r*r
}

// FactorialExcess returns log Γ(x+1) - x log x + x, which is 0 at 0.
func FactorialExcess(x float64) float64 {
	if x < 1 {
		return lgamma1p(x) - xLogY(x, x, math.Log) + x
	}
	return StirlingError(x) + halfLog2Pi + 0.5*math.Log(x)
}

// FactorialExcessSlope returns the derivative of FactorialExcess.
func FactorialExcessSlope(x float64) float64 {
	if x < 1 {
		return Digamma(x+1) - math.Log(x)
	}
	return StirlingSlope(x) + 0.5/x
}

// lgamma1p returns log Γ(1 + x), without the rounding of 1 + x.
func lgamma1p(x float64) float64 {
	y := 1 + x
	return Lgamma(y) + (x-(y-1))*Digamma(y)
}

// Deviance returns x log(x/m) + m - x, accurate near x = m (Loader's bd0, by the series in
// (x-m)/(x+m)), for x, m >= 0.
func Deviance(x, m float64) float64 {
	switch {
	case !(x >= 0 && m >= 0):
		return math.NaN()
	case x == 0:
		return m
	case m == 0 || math.IsInf(x, 1) != math.IsInf(m, 1):
		return math.Inf(1)
	}
	if v := (x - m) / (x + m); math.Abs(v) < 0.3 {
		return v * (x - m + 2*x*atanhExcess(v))
	}
	return x*LogRatio(x, m) + m - x
}

// LogRatio returns log(x/m), accurate near x = m, for x, m > 0.
func LogRatio(x, m float64) float64 {
	r := x / m
	switch {
	case 0.5 < r && r < 2:
		return math.Log1p((x - m) / m)
	case r > 0x1p-1022 && r <= math.MaxFloat64:
		return math.Log(r)
	}
	return math.Log(x) - math.Log(m)
}

// DevianceSlope returns the derivative of Deviance with respect to m.
func DevianceSlope(x, m float64) float64 {
	if x == 0 {
		return 1
	}
	return (m - x) / m
}

// LogBeta returns log B(a, b) for a, b >= 0, without cancellation for large ones.
func LogBeta(a, b float64) float64 {
	a, b = min(a, b), max(a, b)
	switch {
	case !(a >= 0):
		return math.NaN()
	case a == 0:
		return math.Inf(1)
	case math.IsInf(b, 1):
		return math.Inf(-1)
	case b < asymptotic:
		return Lgamma(a) - (Lgamma(a+b) - Lgamma(b))
	case a < asymptotic:
		return Lgamma(a) + StirlingError(b) - StirlingError(a+b) + a - a*math.Log(a+b) + (b-0.5)*math.Log1p(-a/(a+b))
	}
	rest := StirlingError(a) + StirlingError(b) - StirlingError(a+b) + halfLog2Pi - 0.5*math.Log(b)
	return (a-0.5)*LogRatio(a, a+b) + b*math.Log1p(-a/(a+b)) + rest
}

// DigammaDrop returns Digamma(a) - Digamma(a+b) for a, b > 0, without cancellation where b is small.
func DigammaDrop(a, b float64) float64 {
	if math.IsInf(b, 1) {
		return math.Inf(-1)
	}
	if b < 1e-4*a {
		mid := a + b/2
		return -b * (Polygamma(1, mid) + b*b/24*Polygamma(3, mid))
	}
	sum := 0.0
	for ; a < asymptotic; a++ {
		sum -= b / (a + b) / a
	}
	return sum - math.Log1p(b/a) - 0.5*b/(a+b)/a + (StirlingSlope(a) - StirlingSlope(a+b))
}
