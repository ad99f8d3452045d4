package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// reductions are defined here over one gathered slice.
var reductions = []struct {
	name   string
	single func(dst, x []float32, outer, n, inner int)
	double func(dst, x []float64, outer, n, inner int)
	truth  func(x []float64) float64
	tol    float64
}{
	{"Sum", Sum[float32], Sum[float64], sum64, 1e-6},
	{"Variance", Variance[float32], Variance[float64], variance64, 1e-6},
	{"Max", Max[float32], Max[float64], func(x []float64) float64 { return fold(x, -inf, maximum64) }, 0},
	{"Min", Min[float32], Min[float64], func(x []float64) float64 { return fold(x, inf, minimum64) }, 0},
	{"LogSumExp", LogSumExp[float32], LogSumExp[float64], logSumExp64, 1e-6},
	{"ArgMax", ArgMax[float32], ArgMax[float64], argMax64, 0},
}

func fold(x []float64, acc float64, f func(a, b float64) float64) float64 {
	for _, v := range x {
		acc = f(acc, v)
	}
	return acc
}

func sum64(x []float64) float64 {
	return fold(x, 0, func(a, b float64) float64 { return a + b })
}

func variance64(x []float64) float64 {
	mean := sum64(x) / float64(len(x))
	return fold(x, 0, func(acc, v float64) float64 { return acc + (v-mean)*(v-mean)/float64(len(x)) })
}

func logSumExp64(x []float64) float64 {
	m := fold(x, -inf, maximum64)
	if math.IsInf(m, 0) {
		return m
	}
	return m + math.Log(fold(x, 0, func(a, v float64) float64 { return a + math.Exp(v-m) }))
}

func argMax64(x []float64) float64 {
	at := 0
	for i, v := range x {
		if v != v {
			return float64(i)
		}
		if v > x[at] {
			at = i
		}
	}
	return float64(at)
}

// along returns the n elements of x [outer, n, inner] at (o, :, j).
func along(x []float64, o, j, n, inner int) []float64 {
	row := make([]float64, n)
	for i := range row {
		row[i] = x[(o*n+i)*inner+j]
	}
	return row
}

var reduceShapes = [][3]int{{1, 1, 1}, {1, 7, 1}, {3, 9, 1}, {5, 64, 1}, {2, 65, 1}, {2, 130, 1}, {1, 17, 3}, {2, 5, 63}, {2, 4, 64}, {1, 3, 65}, {2, 3, 130}, {2, 0, 1}, {2, 0, 3}, {0, 4, 3}, {3, 4, 0}}

// reduceInput has small distinct values, ties, and in some rows infinities and NaN.
func reduceInput(rng *rand.Rand, n int, special bool) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(rng.IntN(64)) / 8
		if special && rng.IntN(4) == 0 {
			x[i] = []float64{inf, -inf, nan, 1000, -1000}[rng.IntN(5)]
		}
	}
	return x
}

func TestReductions(t *testing.T) {
	for _, row := range reductions {
		for _, s := range reduceShapes {
			for _, special := range []bool{false, true} {
				t.Run(fmt.Sprint(row.name, s, special), func(t *testing.T) {
					outer, n, inner := s[0], s[1], s[2]
					x := reduceInput(rand.New(rand.NewPCG(7, 8)), outer*n*inner, special)
					got32, got64 := make([]float32, outer*inner+1), make([]float64, outer*inner+1)
					got32[outer*inner], got64[outer*inner] = 7, 7
					row.single(got32[:outer*inner], to32(x), outer, n, inner)
					row.double(got64[:outer*inner], x, outer, n, inner)
					require.Equal(t, [2]float64{7, 7}, [2]float64{float64(got32[outer*inner]), got64[outer*inner]}, "guard")
					for o := range outer {
						for j := range inner {
							want := row.truth(along(x, o, j, n, inner))
							near(t, want, got64[o*inner+j], row.tol*1e-7)
							near(t, want, float64(got32[o*inner+j]), row.tol)
						}
					}
				})
			}
		}
		x, y := make([]float32, 300), make([]float32, 100)
		require.Zero(t, testing.AllocsPerRun(10, func() { row.single(y, x, 100, 3, 1); row.single(y, x, 1, 3, 100) }))
	}
}

// near requires want within tol relative to max(1, |want|); NaN and Inf exactly.
func near(t *testing.T, want, got, tol float64) {
	t.Helper()
	if math.IsNaN(want) || math.IsInf(want, 0) || tol == 0 {
		same(t, want, got)
		return
	}
	require.InDelta(t, want, got, tol*max(1, math.Abs(want)))
}

func TestLogSumExpOfInfinities(t *testing.T) {
	dst := make([]float32, 4)
	i32 := float32(inf)
	LogSumExp(dst, []float32{-i32, -i32, i32, -i32, i32, i32, 0, -i32}, 4, 2, 1)
	require.Equal(t, []float32{-i32, i32, i32, 0}, dst)
	LogSumExp(dst[:2], []float32{-i32, i32, -i32, 5}, 1, 2, 2)
	require.Equal(t, []float32{-i32, i32}, dst[:2])
}

func TestSumOfManyKeepsItsDigits(t *testing.T) {
	x := make([]float32, 1<<20)
	fill(x, []float32{0.1})
	want := float32(float64(float32(0.1)) * (1 << 20))
	dst := make([]float32, 1)
	Sum(dst, x, 1, len(x), 1)
	require.Equal(t, want, dst[0])
	dst = make([]float32, 2)
	Sum(dst, x, 1, len(x)/2, 2)
	require.Equal(t, []float32{want / 2, want / 2}, dst)
}

func TestSoftmax(t *testing.T) {
	for _, s := range reduceShapes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			outer, n, inner := s[0], s[1], s[2]
			x := reduceInput(rand.New(rand.NewPCG(9, 10)), outer*n*inner, false)
			for i := range x {
				x[i] = x[i]*20 - 300 // differences beyond the range of e^x in float32, far from 0
			}
			soft, logSoft := make([]float64, len(x)), make([]float64, len(x))
			soft32, logSoft32 := make([]float32, len(x)), to32(x)
			Softmax(soft, x, outer, n, inner)
			LogSoftmax(logSoft, x, outer, n, inner)
			Softmax(soft32, to32(x), outer, n, inner)
			LogSoftmax(logSoft32, logSoft32, outer, n, inner)
			for o := range outer {
				for j := range inner {
					lse := logSumExp64(along(x, o, j, n, inner))
					for i := range n {
						at := (o*n+i)*inner + j
						near(t, x[at]-lse, logSoft[at], 1e-13)
						near(t, x[at]-lse, float64(logSoft32[at]), 1e-6)
						require.InDelta(t, math.Exp(x[at]-lse), soft[at], 1e-13)
						require.InDelta(t, math.Exp(x[at]-lse), float64(soft32[at]), 3e-7)
					}
				}
			}
		})
	}
	x := make([]float32, 300)
	require.Zero(t, testing.AllocsPerRun(10, func() { Softmax(x, x, 100, 3, 1); LogSoftmax(x, x, 1, 3, 100) }))
}

func TestSoftmaxOfAMaskedElementIsZero(t *testing.T) {
	dst := make([]float64, 3)
	Softmax(dst, []float64{1, -inf, 1}, 1, 3, 1)
	require.Equal(t, []float64{0.5, 0, 0.5}, dst)
	LogSoftmax(dst, []float64{-inf, -inf, -inf}, 1, 3, 1)
	for _, v := range dst {
		require.True(t, math.IsNaN(v))
	}
}

func BenchmarkReduce(b *testing.B) {
	x, y := make([]float32, 1<<16), make([]float32, 1<<16)
	for _, row := range reductions {
		b.Run(row.name+"/rows", func(b *testing.B) {
			for b.Loop() {
				row.single(y, x, 64, 1024, 1)
			}
			perElement(b, len(x))
		})
		b.Run(row.name+"/columns", func(b *testing.B) {
			for b.Loop() {
				row.single(y, x, 1, 64, 1024)
			}
			perElement(b, len(x))
		})
	}
	b.Run("Softmax/10", func(b *testing.B) {
		for b.Loop() {
			Softmax(y[:1000], x[:1000], 100, 10, 1)
		}
		perElement(b, 1000)
	})
}
