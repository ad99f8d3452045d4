package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// ulps returns |got - want| in units of the gap between float32 neighbours at want.
func ulps(got float32, want float64) float64 {
	rounded := float32(want)
	if got == rounded || got != got && want != want {
		return 0
	}
	if math.IsInf(float64(rounded), 0) || math.IsInf(float64(got), 0) || got != got || want != want {
		// One step beyond the largest number is Inf.
		if math.Abs(want) >= math.MaxFloat32 && math.Abs(float64(got)) >= math.MaxFloat32 && want*float64(got) > 0 {
			return 1
		}
		return math.Inf(1)
	}
	_, exponent := math.Frexp(want)
	gap := math.Ldexp(1, max(exponent-24, -149))
	return math.Abs(float64(got)-want) / gap
}

var float32Functions = []struct {
	name  string
	f     func(float32) float32
	truth func(float64) float64
	bound float64
}{
	{"exp", exp32, math.Exp, 1.5},
	{"expm1", expm1_32, math.Expm1, 2},
	{"log", log32, math.Log, 1},
	{"log1p", log1p32, math.Log1p, 1.5},
	{"sin", sin32, math.Sin, 2},
	{"cos", cos32, math.Cos, 2},
	{"tanh", tanh32, math.Tanh, 3},
	{"sigmoid", sigmoid32, sigmoid64, 2.5},
	{"logSigmoid", single(LogSigmoid[float32]), logSigmoid64, 2.5},
	{"softplus", single(Softplus[float32]), softplus64, 2.5},
}

// single makes a function of one number out of a loop.
func single(loop func(dst, x []float32)) func(float32) float32 {
	return func(x float32) float32 {
		v := [1]float32{x}
		loop(v[:], v[:])
		return v[0]
	}
}

func TestFloat32FunctionsAreWithinTheirBound(t *testing.T) {
	for _, row := range float32Functions {
		t.Run(row.name, func(t *testing.T) {
			worst, at := 0.0, float32(0)
			check := func(x float32) {
				if e := ulps(row.f(x), row.truth(float64(x))); e > worst {
					worst, at = e, x
				}
			}
			for b := uint64(0); b < 1<<32; b += 8191 { // every sign and exponent, denormals, NaNs
				check(math.Float32frombits(uint32(b)))
			}
			for x := float32(-20); x < 20; x += 1.0 / 8192 { // where values change
				check(x)
			}
			for x := float32(-105); x < 90; x += 1.0 / 512 {
				check(x)
			}
			for _, x := range []float32{0, 1, -1, 88.72283, 88.72284, -87.33654, -103.97, -103.98, 1<<20 - 1, 1 << 20,
				math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, inf32, -inf32, float32(math.NaN())} {
				check(x)
				check(math.Nextafter32(x, inf32))
				check(math.Nextafter32(x, -inf32))
			}
			t.Logf("%.3f ulp at %g", worst, at)
			require.LessOrEqual(t, worst, row.bound, "at %g: %g, want %g", at, row.f(at), row.truth(float64(at)))
		})
	}
}
