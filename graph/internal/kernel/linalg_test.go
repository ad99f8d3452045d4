package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTriangles(t *testing.T) {
	x, dst := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, make([]float64, 9)
	Tril(dst, x, 3)
	require.Equal(t, []float64{1, 0, 0, 4, 5, 0, 7, 8, 9}, dst)
	PackTril(dst, x, 3)
	require.Equal(t, []float64{1, 4, 5, 7, 8, 9}, dst[:6])
	FillTril(dst, []float64{1, 2, 3, 4, 5, 6}, 3)
	require.Equal(t, []float64{1, 0, 0, 2, 3, 0, 4, 5, 6}, dst)
	Diagonal(dst, x, 3)
	require.Equal(t, []float64{1, 5, 9}, dst[:3])
	Diag(dst, []float64{1, 2, 3}, 3)
	require.Equal(t, []float64{1, 0, 0, 0, 2, 0, 0, 0, 3}, dst)
}

func TestCumSumAgreesWithAdding(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, shape := range [][3]int{{1, 1, 1}, {2, 5, 1}, {3, 4, 2}, {2, 3, columns}, {1, 7, 2*columns + 5}} {
		outer, n, inner := shape[0], shape[1], shape[2]
		x, up, down := make([]float64, outer*n*inner), make([]float64, outer*n*inner), make([]float64, outer*n*inner)
		for i := range x {
			x[i] = float64(rng.IntN(100))
		}
		CumSum(up, x, outer, n, inner, false)
		CumSum(down, x, outer, n, inner, true)
		for at := range x {
			before, after := 0.0, 0.0
			for k := range n {
				i, j := at/inner%n, at/inner/n*n*inner+k*inner+at%inner
				if k <= i {
					before += x[j]
				}
				if k >= i {
					after += x[j]
				}
			}
			require.Equal(t, before, up[at], "%v, element %d", shape, at)
			require.Equal(t, after, down[at], "%v reversed, element %d", shape, at)
		}
	}
}

// TestCumSumInFloat32 adds what float32 sums would lose.
func TestCumSumInFloat32(t *testing.T) {
	x := []float32{1 << 24, 1, 1, 0x1p-127}
	CumSum(x, x, 1, 4, 1, false)
	require.Equal(t, []float32{1 << 24, 1 << 24, 1<<24 + 2, 1<<24 + 2}, x)
	CumSum(x, []float32{0x1p-127, 0x1p-127, 0, 0}, 1, 4, 1, false)
	require.Equal(t, []float32{0, 0, 0, 0}, x, "denormals are zeros")
}

// positiveDefinite returns a matrix G·Gᵀ + I and, above the diagonal, what is not to be read.
func positiveDefinite(n int, rng *rand.Rand) []float64 {
	g, a := make([]float64, n*n), make([]float64, n*n)
	for i := range g {
		g[i] = rng.NormFloat64()
	}
	for i := range n {
		for j := range n {
			a[i*n+j] = truth[float64](i == j)
			for k := range n {
				a[i*n+j] += g[i*n+k] * g[j*n+k]
			}
			if j > i {
				a[i*n+j] = nan
			}
		}
	}
	return a
}

func TestCholeskyTimesItsTransposeIsTheMatrix(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 40 {
		a, l := positiveDefinite(n, rng), make([]float64, n*n)
		place, _ := Cholesky(l, a, n, nil)
		require.Equal(t, n, place)
		for i := range n {
			require.Positive(t, l[i*n+i])
			for j := range n {
				if j > i {
					require.Zero(t, l[i*n+j])
					continue
				}
				s := 0.0
				for k := range j + 1 {
					s += l[i*n+k] * l[j*n+k]
				}
				require.InDelta(t, a[i*n+j], s, 1e-14*float64(n)*math.Sqrt(a[i*n+i]*a[j*n+j]), "%d: %d, %d", n, i, j)
			}
		}
	}
}

func TestCholeskyStopsAtThePivot(t *testing.T) {
	for _, c := range []struct {
		name  string
		a     []float64
		place int
		pivot float64
	}{
		{"negative", []float64{-2, 0, 0, 1}, 0, -2},
		{"zero", []float64{4, 0, 2, 1}, 1, 0},
		{"indefinite", []float64{1, 0, 2, 1}, 1, -3},
		{"NaN", []float64{1, 0, nan, 1}, 1, nan},
		{"infinite", []float64{1, 0, 0, inf}, 1, inf},
	} {
		place, pivot := Cholesky(make([]float64, 4), c.a, 2, nil)
		require.Equal(t, c.place, place, c.name)
		require.Equal(t, math.Float64bits(c.pivot), math.Float64bits(pivot), c.name)
	}
}

func TestSolveLowerUndoesTheProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, shape := range [][2]int{{1, 1}, {1, 5}, {2, 1}, {7, 3}, {20, 9}, {33, 1}} {
		n, k := shape[0], shape[1]
		l, x := make([]float64, n*n), make([]float64, n*k)
		Cholesky(l, positiveDefinite(n, rng), n, nil)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		for _, transposed := range []bool{false, true} {
			b, got := make([]float64, n*k), make([]float64, n*k)
			for i := range n {
				for j := range n {
					v := l[i*n+j]
					if transposed {
						v = l[j*n+i]
					}
					for c := range k {
						b[i*k+c] += v * x[j*k+c]
					}
				}
			}
			SolveLower(got, withJunkAbove(l, n), b, n, k, 0, k, transposed, nil)
			for i := range x {
				require.InDelta(t, x[i], got[i], 1e-11, "%v, transposed %v, element %d", shape, transposed, i)
			}
			parts := make([]float64, n*k)
			for c := range k {
				SolveLower(parts, l, b, n, k, c, c+1, transposed, nil)
			}
			require.Equal(t, got, parts, "columns are solved for one by one")
		}
	}
}

func withJunkAbove(l []float64, n int) []float64 {
	junk := make([]float64, n*n)
	for i := range junk {
		junk[i] = l[i]
		if i%n > i/n {
			junk[i] = nan
		}
	}
	return junk
}

// TestFactorsInFloat32AreThoseOfFloat64Rounded takes a matrix whose last pivot float32 would lose.
func TestFactorsInFloat32AreThoseOfFloat64Rounded(t *testing.T) {
	third := float32(1) / 3
	a, b := []float32{3, 0, 1, third}, []float32{1, -1, 2, third}
	wideA, wideB := []float64{3, 0, 1, float64(third)}, []float64{1, -1, 2, float64(third)}
	l, x, buf := make([]float32, 4), make([]float32, 4), make([]float64, 4)
	wideL, wideX := make([]float64, 4), make([]float64, 4)
	place, _ := Cholesky(l, a, 2, buf)
	require.Equal(t, 2, place)
	Cholesky(wideL, wideA, 2, nil)
	for _, transposed := range []bool{false, true} {
		for i, v := range l {
			require.Equal(t, float32(wideL[i]), v)
		}
		SolveLower(x, l, b, 2, 2, 0, 1, transposed, buf[:2])
		SolveLower(x, l, b, 2, 2, 1, 2, transposed, buf[:2])
		SolveLower(wideX, []float64{float64(l[0]), 0, float64(l[2]), float64(l[3])}, wideB, 2, 2, 0, 2, transposed, nil)
		for i, v := range x {
			require.Equal(t, float32(wideX[i]), v)
		}
	}
	_, pivot := Cholesky(l, []float32{0x1p-127, 0, 0, 1}, 2, buf)
	require.Zero(t, pivot, "a denormal is a zero")
}

func TestLinearAlgebraAllocatesNothing(t *testing.T) {
	a, b, x, l := []float32{4, 0, 1, 3}, []float32{1, 2}, make([]float32, 2), make([]float32, 4)
	buf := make([]float64, 4)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		Cholesky(l, a, 2, buf)
		SolveLower(x, l, b, 2, 1, 0, 1, false, buf)
		SolveLower(x, l, b, 2, 1, 0, 1, true, buf)
		CumSum(x, b, 1, 2, 1, true)
		FillTril(l, a[:3], 2)
	}))
}
