package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = 0xffffffff
	for _, row := range []struct {
		name string
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{"zeros", [4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{"ones", [4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{"pi", [4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		t.Run(row.name, func(t *testing.T) { require.Equal(t, row.want, Philox(row.ctr, row.key)) })
	}
}

const (
	testSeed = 0x0123456789abcdef
	testStep = 0xfedcba9876543210
)

// TestNoiseLayout computes elements one by one, as the specification says.
func TestNoiseLayout(t *testing.T) {
	const node = 5
	for _, first := range []int{0, 64, 1 << 20, noiseEnd - 256} {
		uniform, normal := make([]float64, 256), make([]float64, 256)
		Uniform(uniform, first, testSeed, node, testStep)
		Normal(normal, first, testSeed, node, testStep)
		for i := range uniform {
			e := first + i
			word, lane := e%64/16, e%16
			w := Philox([4]uint32{uint32(16*(e/64) + lane), node, 0x76543210, 0xfedcba98}, [2]uint32{0x89abcdef, 0x01234567})
			require.Equal(t, (float64(w[word]>>9)+0.5)/(1<<23), uniform[i], "element %d", e)

			u, turn := (float64(w[word&^1])+1)/(1<<32), 2*math.Pi*float64(w[word|1])/(1<<32)
			want := math.Sqrt(-2*math.Log(u)) * []float64{math.Cos(turn), math.Sin(turn)}[word%2]
			require.InDelta(t, want, normal[i], 1e-14, "element %d", e)
		}
	}
}

func TestNoisePrecisionsAgree(t *testing.T) {
	const n = 1 << 18
	single, double := make([]float32, n), make([]float64, n)
	Uniform(single, 0, testSeed, 1, 2)
	Uniform(double, 0, testSeed, 1, 2)
	for i, v := range single {
		require.Equal(t, double[i], float64(v))
	}
	Normal(single, 0, testSeed, 1, 2)
	Normal(double, 0, testSeed, 1, 2)
	worst := 0.0
	for i, v := range single {
		worst = max(worst, ulps(v, double[i]))
	}
	t.Logf("%.2f ulp", worst)
	require.LessOrEqual(t, worst, 5.0)
}

func TestNormalPairAtTheEndsOfItsWords(t *testing.T) {
	words := []uint32{0, 1, 2, 1<<24 - 1, 1 << 24, 1<<29 - 1, 1 << 29, 1<<30 - 1, 1 << 30, 1<<30 + 1, 1<<31 - 1, 1 << 31, 3 << 30, 0xb504f333, 0xb504f334, 0xe0000000, 0xffffff00, 0xfffffffe, 0xffffffff}
	for _, v := range words {
		for _, w := range words {
			a32, b32 := normalPair32(v, w)
			a, b := normalPair64(v, w)
			require.LessOrEqual(t, ulps(a32, a), 5.0, "%#x %#x: %g, want %g", v, w, a32, a)
			require.LessOrEqual(t, ulps(b32, b), 5.0, "%#x %#x: %g, want %g", v, w, b32, b)
			require.LessOrEqual(t, math.Hypot(a, b), 6.67)
		}
	}
	a, b := normalPair64(0, 0)
	require.InDelta(t, math.Sqrt(64*math.Ln2), a, 1e-14, "the longest radius")
	require.Zero(t, b)
}

func TestNoiseIsTheSameHoweverItIsSplit(t *testing.T) {
	const n = 517
	for _, fill := range []func(dst []float32, first int){
		func(dst []float32, first int) { Uniform(dst, first, testSeed, 3, testStep) },
		func(dst []float32, first int) { Normal(dst, first, testSeed, 3, testStep) },
	} {
		whole := make([]float32, n)
		fill(whole, 0)
		for _, size := range []int{1, 3, 16, 63, 64, 65, 100, 128, 500} {
			parts := make([]float32, n+1)
			parts[n] = 7
			for lo := 0; lo < n; lo += size {
				fill(parts[lo:min(lo+size, n)], lo)
			}
			require.Equal(t, whole, parts[:n], "parts of %d", size)
			require.Equal(t, float32(7), parts[n], "guard")
		}
	}
}

func TestNoiseOutsideItsElementsPanics(t *testing.T) {
	require.Panics(t, func() { Uniform(make([]float32, 1), -1, 0, 0, 0) })
	require.Panics(t, func() { Normal(make([]float32, 2), noiseEnd-1, 0, 0, 0) })
	require.NotPanics(t, func() { Normal(make([]float32, 1), noiseEnd-1, 0, 0, 0) })
}

func TestUniformMoments(t *testing.T) {
	const n = 1 << 18
	x := make([]float64, n)
	Uniform(x, 0, 1, 2, 3)
	require.Greater(t, slices.Min(x), 0.0)
	require.Less(t, slices.Max(x), 1.0)
	require.InDelta(t, 0.5, moment(x, 1), 4*math.Sqrt(1.0/12/n))
	require.InDelta(t, 1.0/3, moment(x, 2), 4*math.Sqrt(4.0/45/n))
	require.Less(t, kolmogorov(x, func(v float64) float64 { return v }), 1.95/math.Sqrt(n))
}

func TestNormalMomentsTailsAndDistribution(t *testing.T) {
	const n = 1 << 18
	x := make([]float64, n)
	Normal(x, 0, 1, 2, 3)
	for k, want := range []float64{1, 0, 1, 0, 3, 0, 15} {
		variance := []float64{0, 1, 2, 15, 96, 945, 10170}[k]
		require.InDelta(t, want, moment(x, k), 4*math.Sqrt(variance/n), "moment %d", k)
	}
	cdf := func(v float64) float64 { return 0.5 * math.Erfc(-v/math.Sqrt2) }
	for _, z := range []float64{2, 3, 4} {
		beyond := 0.0
		for _, v := range x {
			beyond += truth[float64](math.Abs(v) > z)
		}
		want := 2 * n * cdf(-z)
		require.InDelta(t, want, beyond, 4*math.Sqrt(want), "beyond %g", z)
	}
	require.Less(t, kolmogorov(x, cdf), 1.95/math.Sqrt(n))
}

// TestNoiseStreamsAreIndependent correlates each stream with one that differs in a single argument, and
// with itself moved by a few elements.
func TestNoiseStreamsAreIndependent(t *testing.T) {
	const n = 1 << 16
	draw := func(first int, seed uint64, node uint32, step uint64) []float64 {
		x := make([]float64, n)
		Normal(x, first, seed, node, step)
		return x
	}
	base := draw(0, 1, 2, 3)
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
		{"next word", draw(16, 1, 2, 3)},
		{"next group", draw(64, 1, 2, 3)},
	} {
		t.Run(row.name, func(t *testing.T) {
			product, squares := 0.0, 0.0
			for i, v := range base {
				product += v * row.x[i]
				squares += (v*v - 1) * (row.x[i]*row.x[i] - 1)
			}
			require.InDelta(t, 0, product/n, 4/math.Sqrt(n))
			require.InDelta(t, 0, squares/n, 4*2/math.Sqrt(n))
		})
	}
}

func TestNoiseAllocatesNothing(t *testing.T) {
	x, y := make([]float32, 100), make([]float64, 100)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		Uniform(x, 3, 1, 2, 3)
		Normal(x, 3, 1, 2, 3)
		Uniform(y, 3, 1, 2, 3)
		Normal(y, 3, 1, 2, 3)
	}))
}

func moment(x []float64, k int) float64 {
	s := 0.0
	for _, v := range x {
		s += math.Pow(v, float64(k))
	}
	return s / float64(len(x))
}

// kolmogorov returns the largest distance between the empirical cdf of x and cdf.
func kolmogorov(x []float64, cdf func(float64) float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	d := 0.0
	for i, v := range sorted {
		p := cdf(v)
		d = max(d, p-float64(i)/float64(len(x)), float64(i+1)/float64(len(x))-p)
	}
	return d
}

func BenchmarkNoise(b *testing.B) {
	x := make([]float32, 4096)
	b.Run("Uniform", func(b *testing.B) {
		for b.Loop() {
			Uniform(x, 0, 1, 2, 3)
		}
		perElement(b, len(x))
	})
	b.Run("Normal", func(b *testing.B) {
		for b.Loop() {
			Normal(x, 0, 1, 2, 3)
		}
		perElement(b, len(x))
	})
	y := make([]float64, 4096)
	b.Run("Normal/float64", func(b *testing.B) {
		for b.Loop() {
			Normal(y, 0, 1, 2, 3)
		}
		perElement(b, len(x))
	})
}
