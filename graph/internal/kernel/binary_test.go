package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var binaryRows = []struct {
	name   string
	single func(dst, a, b []float32)
	double func(dst, a, b []float64)
	truth  func(a, b float64) float64
	bound  float64
}{
	{"Add", Add[float32], Add[float64], func(a, b float64) float64 { return a + b }, 0.5},
	{"Sub", Sub[float32], Sub[float64], func(a, b float64) float64 { return a - b }, 0.5},
	{"Mul", Mul[float32], Mul[float64], func(a, b float64) float64 { return a * b }, 0.5},
	{"Div", Div[float32], Div[float64], func(a, b float64) float64 { return a / b }, 0.5},
	{"Minimum", Minimum[float32], Minimum[float64], minimum64, 0},
	{"Maximum", Maximum[float32], Maximum[float64], maximum64, 0},
	{"Pow", Pow[float32], Pow[float64], math.Pow, 0.5},
	{"XLogY", XLogY[float32], XLogY[float64], xLogY64, 2},
	{"Less", Less[float32], Less[float64], func(a, b float64) float64 { return truth[float64](a < b) }, 0},
	{"LessEqual", LessEqual[float32], LessEqual[float64], func(a, b float64) float64 { return truth[float64](a <= b) }, 0},
	{"Greater", Greater[float32], Greater[float64], func(a, b float64) float64 { return truth[float64](a > b) }, 0},
	{"GreaterEqual", GreaterEqual[float32], GreaterEqual[float64], func(a, b float64) float64 { return truth[float64](a >= b) }, 0},
	{"Equal", Equal[float32], Equal[float64], func(a, b float64) float64 { return truth[float64](a == b) }, 0},
	{"NotEqual", NotEqual[float32], NotEqual[float64], func(a, b float64) float64 { return truth[float64](a != b) }, 0},
	{"Map2", Map2[float32](math.Hypot), Map2[float64](math.Hypot), math.Hypot, 0.5},
}

// minimum64 and maximum64 differ from math.Min and math.Max for an infinity and NaN.
func minimum64(a, b float64) float64 {
	if a != a || b != b {
		return nan
	}
	return math.Min(a, b)
}

func maximum64(a, b float64) float64 { return -minimum64(-a, -b) }

func xLogY64(a, b float64) float64 {
	if a == 0 && b == b {
		return 0
	}
	return a * math.Log(b)
}

// operands returns n elements with the special ones among them.
func operands(rng *rand.Rand, n int) []float64 {
	special := []float64{0, 1, -1, 2, inf, -inf, nan, 0.5}
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(float32(rng.NormFloat64()))
		if rng.IntN(3) == 0 {
			x[i] = special[rng.IntN(len(special))]
		}
	}
	return x
}

func to32(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func TestBinary(t *testing.T) {
	for _, row := range binaryRows {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			for _, n := range []int{0, 1, 2, 127, 128, 129, 300} {
				for _, lens := range [][2]int{{n, n}, {1, n}, {n, 1}, {1, 1}} {
					a, b := operands(rng, lens[0]), operands(rng, lens[1])
					got32, got64 := make([]float32, n+1), make([]float64, n+1)
					got32[n], got64[n] = 7, 7
					row.single(got32[:n], to32(a), to32(b))
					row.double(got64[:n], a, b)
					require.Equal(t, [2]float64{7, 7}, [2]float64{float64(got32[n]), got64[n]}, "guard")
					for i := range n {
						want := row.truth(a[i%len(a)], b[i%len(b)])
						same(t, want, got64[i], "%v: element %d of %d", lens, i, n)
						require.LessOrEqual(t, ulps(got32[i], want), row.bound, "%v: element %d: %g, want %g", lens, i, got32[i], want)
					}
					if len(a) == n {
						row.double(a, a, b)
						for i := range a {
							same(t, got64[i], a[i], "in place")
						}
					}
				}
			}
			x, one := make([]float32, 300), []float32{2}
			require.Zero(t, testing.AllocsPerRun(10, func() { row.single(x, x, one); row.single(x, x, x) }))
		})
	}
}

func TestWhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, lens := range [][3]int{{9, 9, 9}, {1, 9, 9}, {9, 1, 9}, {9, 9, 1}, {9, 1, 1}, {1, 1, 9}, {1, 9, 1}, {1, 1, 1}} {
		t.Run(fmt.Sprint(lens), func(t *testing.T) {
			for range 4 {
				cond, a, b := operands(rng, lens[0]), operands(rng, lens[1]), operands(rng, lens[2])
				got := make([]float64, 9)
				Where(got, cond, a, b)
				for i, v := range got {
					want := b[i%len(b)]
					if cond[i%len(cond)] != 0 {
						want = a[i%len(a)]
					}
					same(t, want, v)
				}
			}
		})
	}
}

func TestOperandOfAnotherLengthPanics(t *testing.T) {
	require.Panics(t, func() { Add(make([]float64, 5), make([]float64, 4), make([]float64, 5)) })
	require.Panics(t, func() { Add(make([]float64, 5), make([]float64, 1), make([]float64, 4)) })
}

func BenchmarkBinary(b *testing.B) {
	x, y, one := make([]float32, 1024), make([]float32, 1024), []float32{1.5}
	for i := range x {
		x[i] = float32(i%7) + 0.5
	}
	for _, row := range binaryRows {
		b.Run(row.name, func(b *testing.B) {
			for b.Loop() {
				row.single(y, x, x)
			}
			perElement(b, len(x))
		})
		b.Run(row.name+"/scalar", func(b *testing.B) {
			for b.Loop() {
				row.single(y, x, one)
			}
			perElement(b, len(x))
		})
	}
}
