package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var ternaryRows = []struct {
	name    string
	fused   func(dst, a, b, c []float32)
	double  func(dst, a, b, c []float64)
	compose func(dst, product, c []float32)
	truth   func(a, b, c float64) float64
}{
	{"MulAdd", MulAdd[float32], MulAdd[float64], Add[float32], func(a, b, c float64) float64 { return float64(a*b) + c }},
	{"MulSub", MulSub[float32], MulSub[float64], Sub[float32], func(a, b, c float64) float64 { return float64(a*b) - c }},
	{"SubMul", SubMul[float32], SubMul[float64], func(dst, product, c []float32) { Sub(dst, c, product) }, func(a, b, c float64) float64 { return c - float64(a*b) }},
}

func TestTernaryIsItsComposition(t *testing.T) {
	for _, row := range ternaryRows {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(31, 32))
			for n := range 258 {
				for mask := range 8 {
					x := [3][]float32{}
					for i := range x {
						x[i] = everyMagnitude(rng, []int{n, 1}[mask>>i&1])
					}
					want, product := make([]float32, n), make([]float32, n)
					under(plain, func() {
						Mul(product, x[0], x[1])
						row.compose(want, product, x[2])
					})
					got, whole := guarded[float32](n)
					row.fused(got, x[0], x[1], x[2])
					sameBits(t, want, whole, mask)
					for i := range x {
						if mask>>i&1 == 0 {
							in := x
							in[i] = got
							copy(got, x[i])
							row.fused(got, in[0], in[1], in[2])
							sameBits(t, want, whole, "in place")
						}
					}
				}
			}
			got := make([]float64, 2)
			row.double(got, []float64{3, 0.1}, []float64{7}, []float64{0.25, 5})
			require.Equal(t, []float64{row.truth(3, 7, 0.25), row.truth(0.1, 7, 5)}, got)
			y, one := make([]float32, 100), []float32{2}
			require.Zero(t, testing.AllocsPerRun(10, func() { row.fused(y, y, one, y) }))
			require.Panics(t, func() { row.fused(y, y[:99:99], y, y) })
		})
	}
}

func TestSoftplusSigmoidIsBoth(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	for n := range 258 {
		x := everyMagnitude(rng, n)
		wantSoftplus, wantSigmoid := make([]float32, n), make([]float32, n)
		under(plain, func() {
			Softplus(wantSoftplus, x)
			Sigmoid(wantSigmoid, x)
		})
		softplus, wholeSoftplus := guarded[float32](n)
		sigmoid, wholeSigmoid := guarded[float32](n)
		for _, in := range [][]float32{x, softplus, sigmoid} {
			copy(in, x)
			SoftplusSigmoid(softplus, sigmoid, in)
			sameBits(t, wantSoftplus, wholeSoftplus)
			sameBits(t, wantSigmoid, wholeSigmoid)
		}
	}
	a, b := make([]float64, 1), make([]float64, 1)
	SoftplusSigmoid(a, b, []float64{0.5})
	require.Equal(t, [2]float64{softplus64(0.5), sigmoid64(0.5)}, [2]float64{a[0], b[0]})
}

// adamSteps is Adam by the functions of one operation.
func adamSteps[T Float](dstP, dstM, dstV, p, m, v, g []T, k *[6]T) {
	n := len(g)
	step, scale := make([]T, n), make([]T, n)
	Mul(step, g, k[1:2])
	Mul(scale, m, k[:1])
	Add(dstM, scale, step)
	Mul(step, g, g)
	Mul(step, step, k[3:4])
	Mul(scale, v, k[2:3])
	Add(dstV, scale, step)
	Mul(step, dstM, k[4:5])
	Sqrt(scale, dstV)
	Add(scale, scale, k[5:6])
	Div(step, step, scale)
	Sub(dstP, p, step)
}

func TestAdamIsItsComposition(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 36))
	k := [6]float32{0.9, 0.1, 0.999, 0.001, 1e-3, 1e-8}
	for n := range 258 {
		for _, draw := range []func(*rand.Rand, int) []float32{randoms[float32], everyMagnitude} {
			p, m, v, g := draw(rng, n), draw(rng, n), draw(rng, n), draw(rng, n)
			var want [3][]float32
			for i := range want {
				want[i] = make([]float32, n)
			}
			under(plain, func() { adamSteps(want[0], want[1], want[2], p, m, v, g, &k) })
			var dst, whole [3][]float32
			for i := range dst {
				dst[i], whole[i] = guarded[float32](n)
			}
			check := func() {
				for i := range dst {
					sameBits(t, want[i], whole[i], i)
				}
			}
			Adam(dst[0], dst[1], dst[2], p, m, v, g, &k)
			check()
			copy(dst[0], p)
			copy(dst[1], m)
			copy(dst[2], v)
			Adam(dst[0], dst[1], dst[2], dst[0], dst[1], dst[2], g, &k)
			check()
		}
	}
	k64 := [6]float64{0.9, 0.1, 0.999, 0.001, 1e-3, 1e-8}
	x := randoms[float64](rng, 7)
	want, got := [3][7]float64{}, [3][7]float64{}
	adamSteps(want[0][:], want[1][:], want[2][:], x, x, x, x, &k64)
	Adam(got[0][:], got[1][:], got[2][:], x, x, x, x, &k64)
	for i := range want {
		for j := range want[i] {
			same(t, want[i][j], got[i][j], i)
		}
	}
	y := randoms[float32](rng, 100)
	require.Zero(t, testing.AllocsPerRun(10, func() { Adam(y, y, y, y, y, y, y, &k) }))
	require.Panics(t, func() { Adam(y, y, y, y, y, y, y[:99:99], &k) })
}

func TestSumFloat64IsWhatSumRounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(37, 38))
	for n := range 258 {
		x, got := randoms[float32](rng, n), []float32{0}
		Sum(got, x, 1, n, 1)
		require.Equal(t, got[0], float32(SumFloat64(x)))
		sum := SumFloat64(x)
		under(plain, func() { require.Equal(t, sum, SumFloat64(x)) })
	}
}

func BenchmarkFused(b *testing.B) {
	x := make([][]float32, 7)
	for i := range x {
		x[i] = make([]float32, 512)
		fill(x[i], []float32{0.5})
	}
	k := [6]float32{0.9, 0.1, 0.999, 0.001, 1e-3, 1e-8}
	for _, row := range []struct {
		name string
		run  func()
	}{
		{"MulAdd", func() { MulAdd(x[0], x[1], x[2], x[3]) }},
		{"MulAdd/scalar", func() { MulAdd(x[0], x[1], x[2][:1], x[3]) }},
		{"SoftplusSigmoid", func() { SoftplusSigmoid(x[0], x[1], x[2]) }},
		{"Adam", func() { Adam(x[0], x[1], x[2], x[0], x[1], x[2], x[3], &k) }},
		{"SumFloat64", func() { SumFloat64(x[0]) }},
	} {
		b.Run(row.name, func(b *testing.B) {
			for b.Loop() {
				row.run()
			}
			perElement(b, 512)
		})
	}
}
