package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var transposes = [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}}

func randoms[T Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.NormFloat64())
	}
	return x
}

// gemmReference returns op(A) op(B) in float64, and the sum of the magnitudes of the products.
func gemmReference[T Float](a, b []T, m, n, k int, transA, transB bool) (c, magnitude []float64) {
	c, magnitude = make([]float64, m*n), make([]float64, m*n)
	for i := range m {
		for j := range n {
			for p := range k {
				at, bt := i*k+p, p*n+j
				if transA {
					at = p*m + i
				}
				if transB {
					bt = j*k + p
				}
				v := float64(a[at]) * float64(b[bt])
				c[i*n+j] += v
				magnitude[i*n+j] += math.Abs(v)
			}
		}
	}
	return c, magnitude
}

func testGemm[T Float](t *testing.T, m, n, k int, eps float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(m*n), uint64(k)))
	for _, trans := range transposes {
		a, b := randoms[T](rng, m*k), randoms[T](rng, k*n)
		want, magnitude := gemmReference(a, b, m, n, k, trans[0], trans[1])
		buf := randoms[T](rng, GemmBuffer(m, n, k, trans[0], trans[1])) // whatever was left there
		got := make([]T, m*n+2)
		for i := range got {
			got[i] = -77
		}
		c := got[1 : 1+m*n]
		Gemm(c, a, b, m, n, k, trans[0], trans[1], 0, m, buf)
		require.Equal(t, [2]T{-77, -77}, [2]T{got[0], got[m*n+1]}, "guards")
		for i := range c {
			if !(math.Abs(float64(c[i])-want[i]) <= eps*float64(k+1)*magnitude[i]) {
				require.Failf(t, "wrong element", "%dx%dx%d %v, element %d: %g, want %g", m, n, k, trans, i, c[i], want[i])
			}
		}

		split := make([]T, m*n)
		for lo := 0; lo < m; lo += GemmRows {
			hi := min(lo+GemmRows, m)
			fill(split[lo*n:hi*n], []T{-77})
			Gemm(split, a, b, m, n, k, trans[0], trans[1], lo, hi, buf)
			require.False(t, slices.ContainsFunc(split[hi*n:], func(v T) bool { return v != 0 }), "rows past hi")
		}
		require.Equal(t, c, split, "split by rows")
	}
}

func TestGemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	sizes := [][3]int{{1, 1, 1}, {1, 1, 0}, {0, 3, 2}, {3, 0, 2}, {2, 4, 4}, {33, 5, 256}, {3, 129, 257}, {65, 127, 3}, {5, 260, 515}, {30, 70, 1024}, {200, 33, 16}, {29, 1024, 9}}
	for range 20 {
		sizes = append(sizes, [3]int{1 + rng.IntN(70), 1 + rng.IntN(70), 1 + rng.IntN(300)})
	}
	for _, s := range sizes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			testGemm[float32](t, s[0], s[1], s[2], 0x1p-24)
			testGemm[float64](t, s[0], s[1], s[2], 0x1p-52)
		})
	}
}

// TestGemmSumsInOrder computes each element as the doc comment says, rounding where it says.
func TestGemmSumsInOrder(t *testing.T) {
	const m, n, k = 17, 39, 600
	rng := rand.New(rand.NewPCG(15, 16))
	a, b := randoms[float32](rng, m*k), randoms[float32](rng, k*n)
	want := make([]float32, m*n)
	for i := range want {
		for p := range k {
			x, y := a[i/n*k+p], b[p*n+i%n]
			if level == plain {
				want[i] += float32(x * y)
				continue
			}
			sum, product := big.NewFloat(float64(want[i])), big.NewFloat(float64(x)*float64(y))
			want[i], _ = new(big.Float).SetPrec(24).Add(sum, product).Float32()
		}
	}
	got := make([]float32, m*n)
	Gemm(got, a, b, m, n, k, false, false, 0, m, make([]float32, GemmBuffer(m, n, k, false, false)))
	require.Equal(t, want, got)
}

func TestGemmOfInfinitiesStaysInItsRowAndColumn(t *testing.T) {
	a, b := []float32{float32(inf), 1, 1, 1, 1, 1}, []float32{1, 1, 1, 1, 1, 1, 1, 1, 1, float32(nan)}
	got := make([]float32, 15)
	Gemm(got, a, b, 3, 5, 2, false, false, 0, 3, make([]float32, GemmBuffer(3, 5, 2, false, false)))
	for i, v := range got {
		switch {
		case i%5 == 4:
			require.True(t, v != v)
		case i < 5:
			require.Equal(t, float32(inf), v)
		default:
			require.Equal(t, float32(2), v)
		}
	}
}

func TestGemmAllocatesNothing(t *testing.T) {
	x, c := make([]float32, 400), make([]float32, 400)
	buf := make([]float32, GemmBuffer(20, 20, 20, false, true))
	require.Zero(t, testing.AllocsPerRun(10, func() { Gemm(c, x, x, 20, 20, 20, false, true, 0, 20, buf) }))
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range []struct {
		m, k, n        int
		transA, transB bool
	}{
		{100, 784, 400, false, false}, {100, 400, 400, false, false}, {128, 784, 1200, false, false}, {784, 100, 400, true, false},
		{100, 400, 784, false, true}, {100, 400, 10, false, false}, {97, 131, 61, false, false}, {33, 1000, 10, false, false},
		{1024, 1024, 1024, false, false},
	} {
		b.Run(fmt.Sprintf("%dx%dx%d/%v%v", s.m, s.k, s.n, s.transA, s.transB), func(b *testing.B) {
			benchmarkGemm[float32](b, s.m, s.n, s.k, s.transA, s.transB)
		})
		b.Run(fmt.Sprintf("%dx%dx%d/%v%v/float64", s.m, s.k, s.n, s.transA, s.transB), func(b *testing.B) {
			benchmarkGemm[float64](b, s.m, s.n, s.k, s.transA, s.transB)
		})
	}
}

func benchmarkGemm[T Float](b *testing.B, m, n, k int, transA, transB bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y, c := randoms[T](rng, m*k), randoms[T](rng, k*n), make([]T, m*n)
	buf := make([]T, GemmBuffer(m, n, k, transA, transB))
	for b.Loop() {
		Gemm(c, x, y, m, n, k, transA, transB, 0, m, buf)
	}
	b.ReportMetric(2*float64(m*n*k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}
