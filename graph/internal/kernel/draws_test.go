package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

const (
	drawsEach = 100_000
	falseFail = 1e-6 // of a test of a distribution
)

// TestUniformsOfAStreamHaveTheDocumentedLayout computes them from Philox as the specification says.
func TestUniformsOfAStreamHaveTheDocumentedLayout(t *testing.T) {
	const element, node = 0xfedcba98, 0x54321
	s := newStream(element, testSeed, node, testStep)
	for block := range uint32(5) {
		w := Philox([4]uint32{element, node + (block+1)<<20, 0x76543210, 0xfedcba98}, [2]uint32{0x89abcdef, 0x01234567})
		for half := range 2 {
			b := uint64(w[2*half])<<20 | uint64(w[2*half+1])>>12
			require.Equal(t, float64(2*b+1)/(1<<53), s.uniform(), "block %d, half %d", block, half)
		}
	}
}

// law is a distribution to draw from and its distribution function.
type law struct {
	name string
	fill func(dst []float64, first int, step uint64)
	cdf  func(x float64) float64
	// Of a discrete one, all but a negligible mass is on the whole numbers from lo up to hi.
	discrete bool
	lo, hi   float64
}

func gammaLaw(alpha float64) law {
	return law{
		name: fmt.Sprintf("log gamma %g", alpha),
		fill: func(dst []float64, first int, step uint64) {
			LogGamma(dst, slices.Repeat([]float64{alpha}, len(dst)), first, testSeed, 3, step)
		},
		cdf: func(logZ float64) float64 {
			switch gamma, _ := math.Lgamma(alpha + 1); {
			case alpha > 1e9: // normal, up to a skewness of 1/√alpha
				return distuv.UnitNormal.CDF((logZ - math.Log(alpha)) * math.Sqrt(alpha))
			case logZ < -30: // the first term of the series
				return math.Exp(alpha*logZ - gamma)
			}
			return mathext.GammaIncReg(alpha, math.Exp(logZ))
		},
	}
}

func poissonLaw(rate float64) law {
	return law{
		name: fmt.Sprintf("Poisson %g", rate),
		fill: func(dst []float64, first int, step uint64) {
			Poisson(dst, slices.Repeat([]float64{rate}, len(dst)), first, testSeed, 3, step)
		},
	}.withRatios(rate, rate, func(k float64) float64 { return rate / k })
}

func binomialLaw(n, p float64) law {
	return law{
		name: fmt.Sprintf("binomial %g %g", n, p),
		fill: func(dst []float64, first int, step uint64) {
			Binomial(dst, slices.Repeat([]float64{n}, len(dst)), slices.Repeat([]float64{p}, len(dst)), first, testSeed, 3, step)
		},
	}.withRatios(n*p, n*p*(1-p), func(k float64) float64 { return max(0, n-k+1) / k * p / (1 - p) })
}

// withRatios makes the distribution function, up to 12 standard deviations from the mean, of the ratios
// of the mass at k to that at k-1. Where those are too many it takes the normal approximation, which is
// then wrong by less than a thousandth of what a test can see.
func (l law) withRatios(mean, variance float64, ratio func(k float64) float64) law {
	sd := math.Sqrt(variance)
	l.discrete, l.lo, l.hi = true, math.Max(0, math.Floor(mean-12*sd)), math.Ceil(mean+12*sd+30)
	if variance > 1e8 {
		l.cdf = func(x float64) float64 { return distuv.UnitNormal.CDF((math.Floor(x) + 0.5 - mean) / sd) }
		return l
	}
	mode := int(math.Floor(mean) - l.lo)
	sums := make([]float64, int(l.hi-l.lo)+1)
	sums[mode] = 1
	for i := mode; i > 0; i-- {
		sums[i-1] = sums[i] / ratio(l.lo+float64(i))
	}
	for i := mode + 1; i < len(sums); i++ {
		sums[i] = sums[i-1] * ratio(l.lo+float64(i))
	}
	for i := range sums[1:] {
		sums[i+1] += sums[i]
	}
	l.cdf = func(x float64) float64 {
		if x < l.lo {
			return 0
		}
		return sums[int(min(math.Floor(x), l.hi)-l.lo)] / sums[len(sums)-1]
	}
	return l
}

// laws reach from the smallest to huge parameters, and come close to where the algorithms change: shape 1,
// mean 10, and the ends of the range of p.
func laws() (ls []law) {
	for _, alpha := range []float64{1e-6, 1e-4, 0.01, 0.3, 0.999, 1, 1.001, 2.5, 40, 1e4, 1e7, 1e12, 1e16} {
		ls = append(ls, gammaLaw(alpha))
	}
	for _, rate := range []float64{1e-5, 0.01, 0.7, 3, 9.999, 10, 10.5, 15, 30, 100, 1e4, 1e7, 1e10, 1e14} {
		ls = append(ls, poissonLaw(rate))
	}
	for _, c := range [][2]float64{
		{1, 0.3}, {2, 0.5}, {7, 0.999}, {10, 1e-4}, {19, 0.5}, {20, 0.5}, {21, 0.5}, {40, 0.249}, {40, 0.25}, {40, 0.26}, {40, 0.74}, {40, 0.76},
		{1000, 0.009}, {1000, 0.0101}, {1000, 0.3}, {1000, 0.9}, {1e6, 9e-6}, {1e6, 2e-5}, {1e7, 0.5}, {1e12, 1e-11}, {1e12, 0.4}, {1e15, 0.9},
	} {
		ls = append(ls, binomialLaw(c[0], c[1]))
	}
	return ls
}

func TestDrawsHaveTheirDistributions(t *testing.T) {
	for _, l := range laws() {
		t.Run(l.name, func(t *testing.T) {
			x := make([]float64, drawsEach)
			l.fill(x, 0, 5)
			distance, limit := l.kolmogorov(x)
			require.Less(t, distance, limit, "by the bound of Dvoretzky, Kiefer and Wolfowitz")
			statistic, limit := l.chiSquared(x)
			require.LessOrEqual(t, statistic, limit, "χ²")
		})
	}
}

// TestTheTestsOfDistributionsHavePower draws from one distribution and tests for another that is close.
func TestTheTestsOfDistributionsHavePower(t *testing.T) {
	for _, c := range []struct{ drawn, tested law }{
		{gammaLaw(1), gammaLaw(1.03)}, {gammaLaw(0.01), gammaLaw(0.0103)}, {poissonLaw(9.9), poissonLaw(10)},
		{poissonLaw(1e7), poissonLaw(1e7 + 200)}, {binomialLaw(40, 0.25), binomialLaw(50, 0.2)}, {binomialLaw(100, 0.5), binomialLaw(101, 0.5)},
	} {
		x := make([]float64, drawsEach)
		c.drawn.fill(x, 0, 5)
		statistic, limit := c.tested.chiSquared(x)
		require.Greater(t, statistic, limit, "%s for %s", c.drawn.name, c.tested.name)
	}
}

// kolmogorov returns the largest distance of x from the distribution function, and its limit.
func (l law) kolmogorov(x []float64) (distance, limit float64) {
	sorted := slices.Sorted(slices.Values(x))
	n := float64(len(sorted))
	for i, v := range sorted {
		f := l.cdf(v)
		if i+1 == len(sorted) || sorted[i+1] != v {
			distance = max(distance, math.Abs(f-float64(i+1)/n))
		}
		if !l.discrete {
			distance = max(distance, math.Abs(f-float64(i)/n))
		}
	}
	return distance, math.Sqrt(math.Log(2/falseFail) / (2 * n))
}

// chiSquared returns Pearson's statistic over cells that at least ten draws are expected in, and its limit.
func (l law) chiSquared(x []float64) (statistic, limit float64) {
	edges := l.edges()
	counts := make([]float64, len(edges)+1)
	for _, v := range x {
		i, _ := slices.BinarySearch(edges, v)
		counts[i]++
	}
	n, below := float64(len(x)), 0.0
	for i, count := range counts {
		to := 1.0
		if i < len(edges) {
			to = l.cdf(edges[i])
		}
		expected := n * (to - below)
		statistic += (count - expected) * (count - expected) / expected
		below = to
	}
	if len(edges) == 0 {
		return 0, 0
	}
	return statistic, distuv.ChiSquared{K: float64(len(edges))}.Quantile(1 - falseFail)
}

// edges are the largest elements of the cells but the last.
func (l law) edges() (edges []float64) {
	const cells = 100
	if !l.discrete {
		for i := range cells - 1 {
			edges = append(edges, l.quantile(float64(i+1)/cells))
		}
		return edges
	}
	below := 0.0
	for k := l.lo; k < l.hi; k += max(1, math.Floor((l.hi-l.lo)/(4*cells))) {
		if f := l.cdf(k); f-below >= 10.0/drawsEach && 1-f >= 10.0/drawsEach {
			edges, below = append(edges, k), f
		}
	}
	return edges
}

// quantile bisects the distribution function of a log gamma.
func (l law) quantile(p float64) float64 {
	lo, hi := -1e9, 100.0
	for range 200 {
		if mid := (lo + hi) / 2; l.cdf(mid) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}

// TestDrawsAreIndependent correlates draws with those that differ in one argument, and with themselves
// moved by an element.
func TestDrawsAreIndependent(t *testing.T) {
	const n = 1 << 16
	for _, law := range []struct {
		name string
		draw func(dst []float64, first int, seed uint64, node uint32, step uint64)
	}{
		{"log gamma", func(dst []float64, first int, seed uint64, node uint32, step uint64) {
			LogGamma(dst, slices.Repeat([]float64{0.7}, n), first, seed, node, step)
		}},
		{"Poisson", func(dst []float64, first int, seed uint64, node uint32, step uint64) {
			Poisson(dst, slices.Repeat([]float64{50}, n), first, seed, node, step)
		}},
		{"binomial", func(dst []float64, first int, seed uint64, node uint32, step uint64) {
			Binomial(dst, slices.Repeat([]float64{9}, n), slices.Repeat([]float64{0.4}, n), first, seed, node, step)
		}},
	} {
		draw := func(first int, seed uint64, node uint32, step uint64) []float64 {
			x := make([]float64, n)
			law.draw(x, first, seed, node, step)
			return x
		}
		base := draw(0, 1, 2, 3)
		normals, uniforms := make([]float64, n), make([]float64, n)
		Normal(normals, 0, 1, 2, 3)
		Uniform(uniforms, 0, 1, 2, 3)
		for _, row := range []struct {
			name string
			x    []float64
		}{
			{"seed", draw(0, 2, 2, 3)},
			{"high half of seed", draw(0, 1|1<<32, 2, 3)},
			{"node", draw(0, 1, 3, 3)},
			{"step", draw(0, 1, 2, 4)},
			{"high half of step", draw(0, 1, 2, 3|1<<32)},
			{"next element", draw(1, 1, 2, 3)},
			{"normal", normals},
			{"uniform", uniforms},
		} {
			t.Run(law.name+"/"+row.name, func(t *testing.T) {
				require.InDelta(t, 0, correlation(base, row.x), 4/math.Sqrt(n))
			})
		}
	}
}

func correlation(x, y []float64) float64 {
	mx, my := moment(x, 1), moment(y, 1)
	xy, xx, yy := 0.0, 0.0, 0.0
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xy, xx, yy = xy+dx*dy, xx+dx*dx, yy+dy*dy
	}
	return xy / math.Sqrt(xx*yy)
}

func TestDrawsAreTheSameHoweverTheyAreSplit(t *testing.T) {
	const n = 203
	for _, l := range []law{gammaLaw(0.4), gammaLaw(3), poissonLaw(4), poissonLaw(40), binomialLaw(30, 0.2), binomialLaw(300, 0.7)} {
		whole, parts := make([]float64, n), make([]float64, n)
		l.fill(whole, 0, 1)
		for _, size := range []int{1, 7, 100} {
			for lo := 0; lo < n; lo += size {
				l.fill(parts[lo:min(lo+size, n)], lo, 1)
			}
			require.Equal(t, whole, parts, "%s in parts of %d", l.name, size)
		}
	}
}

func TestDrawsInFloat32AreThoseOfFloat64Rounded(t *testing.T) {
	alpha32, alpha := []float32{0.25, 1, 3, 1e-30, 100}, []float64{0.25, 1, 3, float64(float32(1e-30)), 100}
	single, double := make([]float32, 5), make([]float64, 5)
	for name, draw := range map[string]func(){
		"log gamma": func() { LogGamma(single, alpha32, 4, 1, 2, 3); LogGamma(double, alpha, 4, 1, 2, 3) },
		"Poisson":   func() { Poisson(single, alpha32, 4, 1, 2, 3); Poisson(double, alpha, 4, 1, 2, 3) },
		"binomial": func() {
			Binomial(single, []float32{5, 50, 500, 1 << 20, 0}, alpha32[:5], 4, 1, 2, 3)
			Binomial(double, []float64{5, 50, 500, 1 << 20, 0}, alpha, 4, 1, 2, 3)
		},
	} {
		draw()
		for i, v := range single {
			require.Equal(t, math.Float32bits(float32(double[i])), math.Float32bits(v), "%s, element %d", name, i)
		}
	}
}

func TestDrawsOfExtremeAndBadParameters(t *testing.T) {
	const tiny, huge = 5e-324, math.MaxFloat64
	for _, c := range []struct {
		name string
		draw func(dst []float64)
		want func(v float64) bool
	}{
		{"gamma 0", func(dst []float64) { LogGamma(dst, []float64{0}, 0, 1, 2, 3) }, math.IsNaN},
		{"gamma -1", func(dst []float64) { LogGamma(dst, []float64{-1}, 0, 1, 2, 3) }, math.IsNaN},
		{"gamma NaN", func(dst []float64) { LogGamma(dst, []float64{nan}, 0, 1, 2, 3) }, math.IsNaN},
		{"gamma Inf", func(dst []float64) { LogGamma(dst, []float64{inf}, 0, 1, 2, 3) }, math.IsNaN},
		{"gamma 1e-300", func(dst []float64) { LogGamma(dst, []float64{1e-300}, 0, 1, 2, 3) }, func(v float64) bool { return v < -1e295 && v > -huge }},
		{"gamma huge", func(dst []float64) { LogGamma(dst, []float64{huge}, 0, 1, 2, 3) }, func(v float64) bool { return math.Abs(v-math.Log(huge)) < 1e-9 }},
		{"Poisson -1", func(dst []float64) { Poisson(dst, []float64{-1}, 0, 1, 2, 3) }, math.IsNaN},
		{"Poisson NaN", func(dst []float64) { Poisson(dst, []float64{nan}, 0, 1, 2, 3) }, math.IsNaN},
		{"Poisson Inf", func(dst []float64) { Poisson(dst, []float64{inf}, 0, 1, 2, 3) }, math.IsNaN},
		{"Poisson 0", func(dst []float64) { Poisson(dst, []float64{0}, 0, 1, 2, 3) }, func(v float64) bool { return v == 0 }},
		{"Poisson tiny", func(dst []float64) { Poisson(dst, []float64{tiny}, 0, 1, 2, 3) }, func(v float64) bool { return v == 0 }},
		{"Poisson huge", func(dst []float64) { Poisson(dst, []float64{1e300}, 0, 1, 2, 3) }, func(v float64) bool { return math.Abs(v/1e300-1) < 1e-12 }},
		{"binomial of 2.5", func(dst []float64) { Binomial(dst, []float64{2.5}, []float64{0.5}, 0, 1, 2, 3) }, math.IsNaN},
		{"binomial of -1", func(dst []float64) { Binomial(dst, []float64{-1}, []float64{0.5}, 0, 1, 2, 3) }, math.IsNaN},
		{"binomial of NaN", func(dst []float64) { Binomial(dst, []float64{nan}, []float64{0.5}, 0, 1, 2, 3) }, math.IsNaN},
		{"binomial of Inf", func(dst []float64) { Binomial(dst, []float64{inf}, []float64{0.5}, 0, 1, 2, 3) }, math.IsNaN},
		{"binomial p < 0", func(dst []float64) { Binomial(dst, []float64{5}, []float64{-0.1}, 0, 1, 2, 3) }, math.IsNaN},
		{"binomial p > 1", func(dst []float64) { Binomial(dst, []float64{5}, []float64{1.1}, 0, 1, 2, 3) }, math.IsNaN},
		{"binomial p NaN", func(dst []float64) { Binomial(dst, []float64{5}, []float64{nan}, 0, 1, 2, 3) }, math.IsNaN},
		{"binomial of 0", func(dst []float64) { Binomial(dst, []float64{0}, []float64{0.5}, 0, 1, 2, 3) }, func(v float64) bool { return v == 0 }},
		{"binomial p = 0", func(dst []float64) { Binomial(dst, []float64{1e9}, []float64{0}, 0, 1, 2, 3) }, func(v float64) bool { return v == 0 }},
		{"binomial p = 1", func(dst []float64) { Binomial(dst, []float64{1e9}, []float64{1}, 0, 1, 2, 3) }, func(v float64) bool { return v == 1e9 }},
		{"binomial of many", func(dst []float64) { Binomial(dst, []float64{1e300}, []float64{0.5}, 0, 1, 2, 3) }, func(v float64) bool { return math.Abs(v/5e299-1) < 1e-12 }},
	} {
		var dst [1]float64
		c.draw(dst[:])
		require.True(t, c.want(dst[0]), "%s: %v", c.name, dst[0])
	}
}

func TestDrawsOutsideTheirElementsPanic(t *testing.T) {
	one := []float64{1}
	require.Panics(t, func() { LogGamma(make([]float64, 1), one, -1, 0, 0, 0) })
	require.Panics(t, func() { Poisson(make([]float64, 1), one, drawEnd, 0, 0, 0) })
	require.Panics(t, func() { Binomial(make([]float64, 1), one, one, 0, 0, DrawNodes, 0) })
	require.NotPanics(t, func() { Poisson(make([]float64, 1), one, drawEnd-1, 0, DrawNodes-1, 0) })
}

func TestDrawsAllocateNothing(t *testing.T) {
	x := make([]float64, 50)
	small, large := slices.Repeat([]float64{0.5}, 50), slices.Repeat([]float64{100}, 50)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		LogGamma(x, small, 3, 1, 2, 3)
		LogGamma(x, large, 3, 1, 2, 3)
		Poisson(x, small, 3, 1, 2, 3)
		Poisson(x, large, 3, 1, 2, 3)
		Binomial(x, large, small, 3, 1, 2, 3)
	}))
}

// TestStirling compares with the logs of factorials that float64 holds.
func TestStirling(t *testing.T) {
	for k := float64(stirlingFrom); k < 20; k++ {
		factorial, _ := math.Lgamma(k + 1)
		require.InDelta(t, factorial-(k+0.5)*math.Log(k)+k-0.5*math.Log(2*math.Pi), stirling(k), 1e-14)
	}
	require.InDelta(t, logPoisson(stirlingFrom-1, 12)+math.Log(12.0/stirlingFrom), logPoisson(stirlingFrom, 12), 1e-14)
}
