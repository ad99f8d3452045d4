package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	inf = math.Inf(1)
	nan = math.NaN()
)

// unaryRow is a function with its definition in float64 and its error in float32.
type unaryRow struct {
	name   string
	single func(dst, x []float32)
	double func(dst, x []float64)
	truth  func(float64) float64
	bound  float64
}

// read returns x as the function sees it: those that move or set bits see denormals.
func (r unaryRow) read(x float32) float64 {
	switch r.name {
	case "Copy", "Neg", "Abs":
		return float64(x)
	}
	return float64(flush(x, minNormal))
}

func relu64(x float64) float64 { return max(x, 0) }

func sign64(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func step64(x float64) float64 {
	if x != x {
		return x
	}
	return max(0, sign64(x))
}

func leaky64(x float64) float64 { return max(x, 0.25*x) }

func elu64(x float64) float64 { return max(x, 0) + 1.5*math.Expm1(min(x, 0)) }

func clamp64(x float64) float64 { return min(max(x, -1), 2) }

var unaryRows = []unaryRow{
	{"Copy", Copy[float32], Copy[float64], func(x float64) float64 { return x }, 0},
	{"Neg", Neg[float32], Neg[float64], func(x float64) float64 { return -x }, 0},
	{"Abs", Abs[float32], Abs[float64], math.Abs, 0},
	{"Sign", Sign[float32], Sign[float64], sign64, 0},
	{"Step", Step[float32], Step[float64], step64, 0},
	{"Square", Square[float32], Square[float64], func(x float64) float64 { return x * x }, 0.5},
	{"Sqrt", Sqrt[float32], Sqrt[float64], math.Sqrt, 0.5},
	{"Reciprocal", Reciprocal[float32], Reciprocal[float64], func(x float64) float64 { return 1 / x }, 0.5},
	{"ReLU", ReLU[float32], ReLU[float64], relu64, 0},
	{"Exp", Exp[float32], Exp[float64], math.Exp, 1},
	{"Expm1", Expm1[float32], Expm1[float64], math.Expm1, 2},
	{"Log", Log[float32], Log[float64], math.Log, 1.5},
	{"Log1p", Log1p[float32], Log1p[float64], math.Log1p, 2},
	{"Sin", Sin[float32], Sin[float64], math.Sin, 1.5},
	{"Cos", Cos[float32], Cos[float64], math.Cos, 1.5},
	{"Tanh", Tanh[float32], Tanh[float64], math.Tanh, 3},
	{"Sigmoid", Sigmoid[float32], Sigmoid[float64], sigmoid64, 2.5},
	{"LogSigmoid", LogSigmoid[float32], LogSigmoid[float64], logSigmoid64, 2.5},
	{"Softplus", Softplus[float32], Softplus[float64], softplus64, 2.5},
	{"Erf", Erf[float32], Erf[float64], math.Erf, 0.5},
	{"GELU", GELU[float32], GELU[float64], gelu64, 0.5},
	{"Map", Map[float32](math.Cbrt), Map[float64](math.Cbrt), math.Cbrt, 0.5},
	{"LeakyReLU", func(dst, x []float32) { LeakyReLU(dst, x, 0.25) }, func(dst, x []float64) { LeakyReLU(dst, x, 0.25) }, leaky64, 0},
	{"ELU", func(dst, x []float32) { ELU(dst, x, 1.5) }, func(dst, x []float64) { ELU(dst, x, 1.5) }, elu64, 3},
	{"Clamp", func(dst, x []float32) { Clamp(dst, x, -1, 2) }, func(dst, x []float64) { Clamp(dst, x, -1, 2) }, clamp64, 0},
}

func TestUnary(t *testing.T) {
	inputs := []float64{0, math.Copysign(0, -1), 1e-45, -1e-45, 1e-20, 0.5, -0.5, 1, -1, 2, -2, 3.7, -3.7, 12, -12, 100, -100, 1e30, -1e30, inf, -inf, nan}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		inputs = append(inputs, rng.NormFloat64()*4)
	}
	for _, row := range unaryRows {
		t.Run(row.name, func(t *testing.T) {
			x32, x64 := make([]float32, len(inputs)), make([]float64, len(inputs))
			for i, v := range inputs {
				x32[i] = float32(v)
				x64[i] = v
			}
			got32, got64 := make([]float32, len(inputs)), make([]float64, len(inputs))
			row.single(got32, x32)
			row.double(got64, x64)
			for i := range inputs {
				require.LessOrEqual(t, ulps(got32[i], row.truth(row.read(x32[i]))), row.bound, "%s(%g) = %g", row.name, x32[i], got32[i])
				same(t, row.truth(x64[i]), got64[i], "%s(%g)", row.name, x64[i])
			}
			row.single(x32, x32)
			row.double(x64, x64)
			for i := range inputs {
				same(t, float64(got32[i]), float64(x32[i]), "in place")
				same(t, got64[i], x64[i], "in place")
			}
			require.Zero(t, testing.AllocsPerRun(10, func() { row.single(x32, x32); row.double(x64, x64) }))
		})
	}
}

// same requires equality in which NaN equals NaN.
func same(t *testing.T, want, got float64, message ...any) {
	t.Helper()
	if want != got && !(want != want && got != got) {
		require.Equal(t, want, got, message...)
	}
}

// TestUnaryAtExtremes holds the float64 helpers to digits found by other means.
func TestUnaryAtExtremes(t *testing.T) {
	for _, row := range []struct {
		name string
		f    func(float64) float64
		x    float64
		want float64
	}{
		{"softplus", softplus64, 100, 100},
		{"softplus", softplus64, -100, 3.720075976020836e-44},
		{"softplus", softplus64, 0, math.Ln2},
		{"softplus", softplus64, inf, inf},
		{"softplus", softplus64, -inf, 0},
		{"log-sigmoid", logSigmoid64, -1000, -1000},
		{"log-sigmoid", logSigmoid64, 100, -3.720075976020836e-44},
		{"log-sigmoid", logSigmoid64, -inf, -inf},
		{"sigmoid", sigmoid64, -1000, 0},
		{"sigmoid", sigmoid64, -700, 9.859676543759770e-305},
		{"sigmoid", sigmoid64, 1000, 1},
		{"gelu", gelu64, -10, -7.619853024160525e-23},
		{"gelu", gelu64, -inf, 0},
		{"gelu", gelu64, inf, inf},
	} {
		got := row.f(row.x)
		if row.want != got {
			require.InEpsilon(t, row.want, got, 1e-14, "%s(%g)", row.name, row.x)
		}
	}
	require.Positive(t, single(Softplus[float32])(-87.3))
	require.Equal(t, float32(100), single(Softplus[float32])(100))
	require.True(t, math.Signbit(float64(tanh32(float32(math.Copysign(0, -1))))))
}

func BenchmarkUnary(b *testing.B) {
	x, y := make([]float32, 1024), make([]float32, 1024)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	for _, row := range unaryRows {
		b.Run(row.name, func(b *testing.B) {
			for b.Loop() {
				row.single(y, x)
			}
			perElement(b, len(x))
		})
	}
}

func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
}
