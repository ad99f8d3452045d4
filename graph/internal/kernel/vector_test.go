package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain runs these tests for every level; each holds it to the bits of the specification.

// under runs f with the level set to v.
func under(v variant, f func()) {
	before := level
	defer func() { level = before }()
	level = v
	f()
}

// sameBits requires equal bits, but any NaN for a NaN, in got[1:len-1], and guards of -77 about it.
func sameBits[T Float](t *testing.T, want, got []T, message ...any) {
	t.Helper()
	last := len(got) - 1
	require.Equal(t, [2]T{-77, -77}, [2]T{got[0], got[last]}, "guards")
	for i, w := range want {
		g := got[i+1]
		if math.Float64bits(float64(w)) != math.Float64bits(float64(g)) && (w == w || g == g) {
			require.Failf(t, "bits differ", "element %d of %d: %g, want %g: %v", i, len(want), g, w, message)
		}
	}
}

// guarded returns n elements and the slice about them whose ends are -77.
func guarded[T Float](n int) (x, whole []T) {
	whole = make([]T, n+2)
	fill(whole, []T{-77})
	return whole[1 : n+1], whole
}

// everyMagnitude returns n numbers of all signs and exponents, with zeros, denormals, infinities and NaN.
func everyMagnitude(rng *rand.Rand, n int) []float32 {
	special := []float32{0, float32(math.Copysign(0, -1)), 1, -1, inf32, -inf32, float32(math.NaN()), 1e-45, -1e-45,
		math.MaxFloat32, -math.MaxFloat32, 0x1p-126, -0x1p-126, 0x1.fffffcp-127, 0x1.8p-126, 0x1.fffffcp-64, 0x1.000002p-63, 89, -104, 88.8, -18, 10, -10, 104, 1 << 20}
	x := make([]float32, n)
	for i := range x {
		switch rng.IntN(4) {
		case 0:
			x[i] = special[rng.IntN(len(special))]
		case 1:
			x[i] = math.Float32frombits(rng.Uint32())
		default:
			x[i] = float32(rng.NormFloat64() * 10)
		}
	}
	return x
}

func TestUnaryVariantsHaveTheSameBits(t *testing.T) {
	for _, row := range unaryRows {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(21, 22))
			for n := range 258 {
				x, want := everyMagnitude(rng, n), make([]float32, n)
				under(plain, func() { row.single(want, x) })
				got, whole := guarded[float32](n)
				row.single(got, x)
				sameBits(t, want, whole, row.name)
				copy(got, x)
				row.single(got, got)
				sameBits(t, want, whole, "in place")
			}
			const n = 1 << 18 // numbers in a row, from every exponent
			x, want := make([]float32, n), make([]float32, n)
			for i := range x {
				x[i] = math.Float32frombits(uint32(i) << 14)
			}
			under(plain, func() { row.single(want, x) })
			got, whole := guarded[float32](n)
			row.single(got, x)
			sameBits(t, want, whole)
		})
	}
}

func TestNoiseVariantsHaveTheSameBits(t *testing.T) {
	for _, row := range []struct {
		name string
		fill func(dst []float32, first int)
	}{
		{"Uniform", func(dst []float32, first int) { Uniform(dst, first, testSeed, 5, testStep) }},
		{"Normal", func(dst []float32, first int) { Normal(dst, first, testSeed, 5, testStep) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			check := func(n, first int) {
				want := make([]float32, n)
				under(plain, func() { row.fill(want, first) })
				got, whole := guarded[float32](n)
				row.fill(got, first)
				sameBits(t, want, whole, first)
			}
			for n := range 258 {
				check(n, 7*n)
			}
			check(1<<20, 0)
			check(1<<12, noiseEnd-1<<12)
		})
	}
}

func TestBinaryVariantsHaveTheSameBits(t *testing.T) {
	for _, row := range binaryRows {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(23, 24))
			for n := range 258 {
				for _, lens := range [][2]int{{n, n}, {1, n}, {n, 1}, {1, 1}} {
					a, b := everyMagnitude(rng, lens[0]), everyMagnitude(rng, lens[1])
					for i := range min(len(a), len(b)) {
						if rng.IntN(4) == 0 {
							b[i] = a[i]
						}
					}
					want := make([]float32, n)
					under(plain, func() { row.single(want, a, b) })
					got, whole := guarded[float32](n)
					row.single(got, a, b)
					sameBits(t, want, whole, lens)
					if lens[0] == n {
						copy(got, a)
						row.single(got, got, b)
						sameBits(t, want, whole, "in place")
					}
				}
			}
		})
	}
}

func TestWhereVariantsHaveTheSameBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	for n := range 258 {
		for mask := range 8 {
			x := [3][]float32{}
			for i := range x {
				x[i] = everyMagnitude(rng, n)
				if mask>>i&1 != 0 {
					x[i] = everyMagnitude(rng, 1)
				}
			}
			want := make([]float32, n)
			under(plain, func() { Where(want, x[0], x[1], x[2]) })
			got, whole := guarded[float32](n)
			Where(got, x[0], x[1], x[2])
			sameBits(t, want, whole, mask)
		}
	}
}

func TestReduceVariantsHaveTheSameBits(t *testing.T) {
	type row struct {
		name  string
		loop  func(dst, x []float32, outer, n, inner int)
		keeps bool // dst has the shape of x
	}
	rows := []row{{"Softmax", Softmax[float32], true}, {"LogSoftmax", LogSoftmax[float32], true}}
	for _, r := range reductions {
		rows = append(rows, row{r.name, r.single, false})
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(27, 28))
			for n := range 258 {
				for _, s := range [][3]int{{1, n, 1}, {2, n, 1}, {1, 7, n}, {2, 3, n}, {1, n, 17}} {
					x := randoms[float32](rng, s[0]*s[1]*s[2])
					if n%3 == 0 {
						x = everyMagnitude(rng, len(x))
					}
					size := s[0] * s[2]
					if row.keeps {
						size = len(x)
					}
					want := make([]float32, size)
					under(plain, func() { row.loop(want, x, s[0], s[1], s[2]) })
					got, whole := guarded[float32](size)
					row.loop(got, x, s[0], s[1], s[2])
					sameBits(t, want, whole, s)
				}
			}
		})
	}
}
