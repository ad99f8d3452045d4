package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// ulps returns |got - want| in units of the gap between float32 neighbours at want, where 0 is the
// neighbour of the smallest normal number.
func ulps(got float32, want float64) float64 {
	rounded := round32(want)
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
	if got == 0 {
		return (math.Abs(want)-minNormal)/0x1p-149 + 1
	}
	_, exponent := math.Frexp(want)
	gap := math.Ldexp(1, max(exponent-24, -149))
	return math.Abs(float64(got)-want) / gap
}

// transcendental are the rows of unaryRows whose bound in ulp is not that of one rounding.
func transcendental() (rows []unaryRow) {
	for _, row := range unaryRows {
		if row.bound > 0.5 && row.name != "ELU" {
			rows = append(rows, row)
		}
	}
	return rows
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
	var inputs []float32
	step := uint64(4099)
	if testing.Short() {
		step = 65521
	}
	for b := uint64(0); b < 1<<32; b += step { // every sign and exponent, denormals, NaNs
		inputs = append(inputs, math.Float32frombits(uint32(b)))
	}
	for x := float32(-20); x < 20; x += 1.0 / 8192 { // where values change
		inputs = append(inputs, x)
	}
	for x := float32(-105); x < 90; x += 1.0 / 512 {
		inputs = append(inputs, x)
	}
	for _, x := range []float32{0, 1, -1, 88.72283, 88.72284, -87.33654, -103.97, -103.98, minNormal, -minNormal, 1<<20 - 1, 1 << 20,
		math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, inf32, -inf32, float32(math.NaN())} {
		inputs = append(inputs, x, math.Nextafter32(x, inf32), math.Nextafter32(x, -inf32))
	}
	got := make([]float32, len(inputs))
	for _, row := range transcendental() {
		t.Run(row.name, func(t *testing.T) {
			row.single(got, inputs)
			worst, at := 0.0, 0
			for i, x := range inputs {
				if e := ulps(got[i], row.truth(row.read(x))); e > worst {
					worst, at = e, i
				}
			}
			x := inputs[at]
			t.Logf("%.3f ulp at %g", worst, x)
			require.LessOrEqual(t, worst, row.bound, "at %g: %g, want %g", x, got[at], row.truth(row.read(x)))
		})
	}
}
