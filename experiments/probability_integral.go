package experiments

import (
	"math"
	"slices"
)

// integrals are expectations by integration or, of whole numbers, by summation. What diverges is NaN.
type integrals struct {
	total, mean, variance float64
	fourth                float64   // E(x-mean)⁴
	entropy, surprise2    float64   // E(-log p) and E(log p)²
	reached, below        []float64 // the probability of values up to each quantile, and of those below it
}

func (d listedDistribution) integrate(quantiles []float64) (integrals, error) {
	x, weight := d.nodes(quantiles)
	log, err := d.logProb(x)
	if err != nil {
		return integrals{}, err
	}
	expect := func(f func(x, log float64) float64) float64 {
		sum := 0.0
		for i, l := range log {
			if p := weight[i] * math.Exp(l); p > 0 {
				sum += p * f(x[i], l)
			}
		}
		return sum
	}
	in := integrals{
		total:     expect(func(_, _ float64) float64 { return 1 }),
		entropy:   expect(func(_, l float64) float64 { return -l }),
		surprise2: expect(func(_, l float64) float64 { return l * l }),
		mean:      expect(func(x, _ float64) float64 { return x }),
	}
	in.variance = expect(func(x, _ float64) float64 { return (x - in.mean) * (x - in.mean) })
	in.fourth = expect(func(x, _ float64) float64 { return math.Pow(x-in.mean, 4) })
	share := func(holds bool) float64 {
		if holds {
			return 1
		}
		return 0
	}
	for _, q := range quantiles {
		in.reached = append(in.reached, expect(func(x, _ float64) float64 { return share(x <= q) }))
		in.below = append(in.below, expect(func(x, _ float64) float64 { return share(x < q) }))
	}
	return in, nil
}

// nodes returns where the distribution is looked at, and the weight of each point in an integral: pieces
// between the ends, the peak and the quantiles, so that every kink and every bound is at the end of one.
func (d listedDistribution) nodes(quantiles []float64) (x, weight []float64) {
	if d.whole {
		x = wholeNumbers(d.low, d.high)
		return x, slices.Repeat([]float64{1}, len(x))
	}
	breaks := append([]float64{d.low, d.peak, d.high}, quantiles...)
	slices.Sort(breaks)
	breaks = slices.Compact(breaks)
	for i, low := range breaks[:len(breaks)-1] {
		at, w := doubleExponential(low, breaks[i+1])
		x, weight = append(x, at...), append(weight, w...)
	}
	return x, weight
}

func wholeNumbers(low, high float64) []float64 {
	return linspace(low, high, int(high-low)+1)
}

// doubleExponential returns the points and weights of the rule of Takahasi and Mori (1974,
// https://doi.org/10.2977/prims/1195192451) between low and high, of which one may be infinite. It is exact
// to rounding for analytic functions, whatever they do at the ends. Points that round to an end, whose
// weight is below rounding, are left out.
func doubleExponential(low, high float64) (x, weight []float64) {
	const step, limit = 1. / 64, 4.3
	for t := -limit; t <= limit; t += step {
		var at, slope float64
		switch reach := math.Exp(math.Pi / 2 * math.Sinh(t)); {
		case math.IsInf(low, -1):
			at, slope = high-reach, reach*math.Pi/2*math.Cosh(t)
		case math.IsInf(high, 1):
			at, slope = low+reach, reach*math.Pi/2*math.Cosh(t)
		default:
			share := sigmoid(math.Pi * math.Sinh(t))
			at, slope = low+(high-low)*share, (high-low)*share*sigmoid(-math.Pi*math.Sinh(t))*math.Pi*math.Cosh(t)
		}
		if at > low && at < high {
			x, weight = append(x, at), append(weight, step*slope)
		}
	}
	return x, weight
}
