package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const denormal = 0x1.8p-130

var minusZero = float32(math.Copysign(0, -1))

// TestFlush holds every variant to numbers about the smallest normal one.
func TestFlush(t *testing.T) {
	type loop = func(dst, a, b []float32)
	unary := func(f func(dst, x []float32)) loop { return func(dst, a, _ []float32) { f(dst, a) } }
	sumRow := func(dst, a, b []float32) { Sum(dst[:1], []float32{a[0], b[0]}, 1, 2, 1); fill(dst, dst[:1]) }
	sumColumns := func(dst, a, b []float32) {
		Sum(dst, append(append([]float32{}, a[:len(dst)]...), b[:len(dst)]...), 1, 2, len(dst))
	}
	maxRow := func(dst, a, _ []float32) { Max(dst[:1], a, 1, len(a), 1); fill(dst, dst[:1]) }
	for _, row := range []struct {
		name       string
		loop       loop
		a, b, want float32
	}{
		{"a product that is tiny", Mul[float32], 0x1.fffffep-64, 0x1p-63, 0},
		{"a negative one", Mul[float32], -0x1.fffffep-64, 0x1p-63, minusZero},
		{"a product that rounds up to minNormal", Mul[float32], 0x1.000002p-63, 0x1.fffffcp-64, minNormal},
		{"its negative", Mul[float32], 0x1.000002p-63, -0x1.fffffcp-64, -minNormal},
		{"a product that rounds down", Mul[float32], 0x1.000002p-63, 0x1.fffffap-64, 0},
		{"a product with a denormal", Mul[float32], denormal, 0x1p100, 0},
		{"with infinity", Mul[float32], denormal, inf32, float32(nan)},
		{"a sum of denormals", Add[float32], denormal, denormal, 0},
		{"a sum with a denormal", Add[float32], minNormal, denormal, minNormal},
		{"a sum that is tiny", Add[float32], 0x1.8p-126, -0x1p-126, 0},
		{"a difference that is tiny", Sub[float32], 0x1p-126, 0x1.8p-126, minusZero},
		{"a quotient that is tiny", Div[float32], 0x1.fffffep-64, 0x1p63, 0},
		{"a denormal over itself", Div[float32], denormal, denormal, float32(nan)},
		{"a reciprocal that is tiny", unary(Reciprocal[float32]), -math.MaxFloat32, 0, minusZero},
		{"the reciprocal of a denormal", unary(Reciprocal[float32]), -denormal, 0, -inf32},
		{"the square root of a denormal", unary(Sqrt[float32]), -denormal, 0, minusZero},
		{"the logarithm of a denormal", unary(Log[float32]), denormal, 0, -inf32},
		{"of minNormal", unary(Log[float32]), minNormal, 0, -87.33655},
		{"an exponential that is tiny", unary(Exp[float32]), -87.33656, 0, 0},
		{"one that is not", unary(Exp[float32]), -87.33654, 0, 1.1754997e-38},
		{"the sine of a denormal", unary(Sin[float32]), -denormal, 0, minusZero},
		{"of minNormal", unary(Sin[float32]), -minNormal, 0, -minNormal},
		{"the least of expm1", unary(Expm1[float32]), -minNormal, 0, -minNormal},
		{"the least of tanh", unary(Tanh[float32]), -minNormal, 0, -minNormal},
		{"the least of log1p", unary(Log1p[float32]), -minNormal, 0, -minNormal},
		{"a denormal less than another", Less[float32], -denormal, denormal, 0},
		{"a denormal equal to zero", Equal[float32], denormal, 0, 1},
		{"the greater of denormals", Maximum[float32], -denormal, -denormal, minusZero},
		{"the lesser of a denormal", Minimum[float32], denormal, 1, 0},
		{"the sign of a denormal", unary(Sign[float32]), denormal, 0, 0},
		{"ReLU of a denormal", unary(ReLU[float32]), denormal, 0, 0},
		{"a condition that is denormal", func(dst, a, b []float32) { Where(dst, a, a, b) }, denormal, 2, 2},
		{"a choice that is denormal", func(dst, a, b []float32) { Where(dst, b, a, b) }, denormal, 2, denormal},
		{"the negative of a denormal", unary(Neg[float32]), denormal, 0, -denormal},
		{"the magnitude of a denormal", unary(Abs[float32]), -denormal, 0, denormal},
		{"a copy of a denormal", unary(Copy[float32]), denormal, 0, denormal},
		{"the maximum of a row of denormals", maxRow, denormal, 0, 0},
		{"the sum of a row of denormals", sumRow, denormal, denormal, 0},
		{"the tiny sum of a row", sumRow, -0x1.8p-126, 0x1p-126, minusZero},
		{"the tiny sum of columns", sumColumns, -0x1.8p-126, 0x1p-126, minusZero},
		{"a float64 that is tiny", unary(Map[float32](func(float64) float64 { return tiny * (1 - 0x1p-52) })), 1, 0, 0},
		{"a float64 that rounds up to minNormal", unary(Map[float32](func(float64) float64 { return tiny })), 1, 0, minNormal},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, n := range []int{1, 8, 16, 33} {
				a, b, want := make([]float32, n), make([]float32, n), make([]float32, n)
				fill(a, []float32{row.a})
				fill(b, []float32{row.b})
				fill(want, []float32{row.want})
				got, whole := guarded[float32](n)
				row.loop(got, a, b)
				sameBits(t, want, whole)
			}
		})
	}
}

func TestFloat64RoundsGradually(t *testing.T) {
	dst := []float64{0}
	Mul(dst, []float64{0x1p-600}, []float64{0x1p-450})
	require.Equal(t, 0x1p-1050, dst[0])
	Add(dst, dst, []float64{denormal})
	require.Equal(t, denormal+0x1p-1050, dst[0])
}

// TestFMARoundsOnce compares with sums of any precision, on operands whose sums are often half way between
// two float32, or a hair beside.
func TestFMARoundsOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	for range 200000 {
		x := float32(1 + float64(rng.IntN(1<<12))*0x1p-12)
		y := float32(1 + float64(rng.IntN(1<<12))*0x1p-12)
		z := float32(math.Ldexp(float64(rng.IntN(3)-1), rng.IntN(120)-60))
		if rng.IntN(2) == 0 {
			x, z = x*(1+0x1p-12)*0x1p-30, float32(1+float64(rng.IntN(1<<23))*0x1p-23)
		}
		sum := new(big.Float).SetPrec(500).SetFloat64(float64(x) * float64(y))
		want, _ := sum.Add(sum, big.NewFloat(float64(z))).Float32()
		require.Equal(t, want, fma(x, y, z), "%g*%g + %g", x, y, z)
	}
}

func BenchmarkDenormals(b *testing.B) {
	x, y := make([]float32, 512), make([]float32, 512)
	fill(x, []float32{denormal})
	for b.Loop() {
		MulAdd(y, x, x[:1], x)
	}
	perElement(b, len(x))
}
