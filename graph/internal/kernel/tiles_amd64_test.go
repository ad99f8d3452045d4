//go:build !purego

package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	tileLength = 128
	tileCount  = 3
)

// tiled returns numbers for all tiles, and a copy.
func tiled(seed uint64) (x, same []float32) {
	rng := rand.New(rand.NewPCG(seed, 1))
	x = make([]float32, tileLength*tileCount)
	for i := range x {
		x[i] = float32(rng.ExpFloat64()) + 0.1
	}
	return x, append([]float32{}, x...)
}

func array(x []float32) Argument { return Argument{At: &x[0]} }

// Every kernel does tile by tile what it does to the whole arrays.
func TestRunTilesIsTheKernelsOneAfterTheOther(t *testing.T) {
	if level == plain {
		_, ok := NewCall("Add")
		require.False(t, ok)
		return
	}
	for _, name := range kernelNames {
		f, ok := direct[name]
		if !ok {
			continue // tested below
		}
		operands := map[bool]int{f.of1[0] != nil: 1, f.of2[0] != nil: 2, f.of3[0] != nil: 3}[true]
		for single := range operands + 1 { // which operand is a single element; the last time none
			if operands == 1 && single == 0 {
				continue
			}
			call, ok := NewCall(name)
			require.True(t, ok)
			got, want := make([]float32, tileLength*tileCount), make([]float32, tileLength*tileCount)
			arrays, in := []Argument{array(got)}, [3][]float32{}
			for i := range operands {
				in[i], _ = tiled(uint64(i + 7))
				a := array(in[i])
				if i == single {
					in[i], a.Single = in[i][:1], true
				}
				arrays = append(arrays, a)
			}
			call.Elementwise(tileLength, operands > 1, arrays...)
			before := mxcsr()
			RunTiles([]Call{call}, tileCount)
			require.Equal(t, before, mxcsr())
			Direct(name)(want, in[0], in[1], in[2])
			require.Equal(t, want, got, "%s, operand %d single", name, single)
		}
	}
}

// An operand that repeats is read from wherever in it a tile begins.
func TestRunTilesOfOperandsThatRepeat(t *testing.T) {
	if level == plain {
		return
	}
	for _, period := range []int{1, 3, 64, tileLength, 200} {
		for _, first := range []int{0, period / 2} {
			once, _ := tiled(uint64(period))
			once = once[:period]
			repeated, whole := make([]float32, tileLength+period), make([]float32, tileLength*tileCount)
			for i := range repeated {
				repeated[i] = once[i%period]
			}
			for i := range whole {
				whole[i] = once[(first+i)%period]
			}
			x, _ := tiled(7)
			got, want := make([]float32, len(x)), make([]float32, len(x))
			call, ok := NewCall("Mul")
			require.True(t, ok)
			call.Elementwise(tileLength, true, array(got), array(x), Argument{At: &repeated[first], Start: &repeated[0], Period: period})
			RunTiles([]Call{call}, tileCount)
			Mul(want, x, whole)
			require.Equal(t, want, got, "period %d from %d", period, first)
		}
	}
}

func TestRunTilesOfKernelsWithNumbers(t *testing.T) {
	if level == plain {
		return
	}
	for name, f := range map[string]func(dst, x []float32){
		"Clamp":     func(dst, x []float32) { Clamp(dst, x, 0.5, 1.25) },
		"LeakyReLU": func(dst, x []float32) { LeakyReLU(dst, x, 0.1) },
		"ELU":       func(dst, x []float32) { ELU(dst, x, 0.7) },
	} {
		x, _ := tiled(3)
		for i := range x {
			x[i] -= 1
		}
		got, want := make([]float32, len(x)), make([]float32, len(x))
		call, ok := NewCall(name)
		require.True(t, ok)
		call.Elementwise(tileLength, false, array(got), array(x))
		call.Numbers(map[string][]float64{"Clamp": {0.5, 1.25}, "LeakyReLU": {0.1}, "ELU": {0.7}}[name]...)
		RunTiles([]Call{call}, tileCount)
		f(want, x)
		require.Equal(t, want, got, name)
	}
}

func TestRunTilesGoesThroughAllCallsForEachTile(t *testing.T) {
	if level == plain {
		return
	}
	call := func(name string) Call {
		c, ok := NewCall(name)
		require.True(t, ok, name)
		return c
	}
	const n = tileLength * tileCount
	p, p2 := tiled(1)
	m, m2 := tiled(2)
	v, v2 := tiled(3)
	Square(v, v)
	Square(v2, v2)
	noise, noise2 := make([]float32, n), make([]float32, n)
	scratch, scratch2 := make([]float32, tileLength), make([]float32, n)
	sigma, slope, sigma2, slope2 := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	sums := make([]float64, tileCount)
	k := [6]float32{0.9, 0.1, 0.999, 0.001, 0.01, 1e-8}
	const first = 640

	calls := []Call{call("Normal"), call("Mul"), call("SoftplusSigmoid"), call("Adam"), call("Sum")}
	calls[0].Noise(tileLength, array(noise), first, 5, 6, 7)
	calls[1].Elementwise(tileLength, true, Argument{At: &scratch[0], Fixed: true}, array(noise), array(p))
	calls[2].Elementwise(tileLength, false, array(sigma), array(slope), Argument{At: &scratch[0], Fixed: true})
	calls[3].Adam(tileLength, k, array(p), array(m), array(v), array(p), array(m), array(v), array(sigma))
	calls[4].Sum(tileLength, array(slope), &sums[0])
	RunTiles(calls, tileCount)

	Normal(noise2, first, 5, 6, 7)
	Mul(scratch2, noise2, p2)
	SoftplusSigmoid(sigma2, slope2, scratch2)
	Adam(p2, m2, v2, p2, m2, v2, sigma2, &k)
	require.Equal(t, noise2, noise)
	require.Equal(t, sigma2, sigma)
	require.Equal(t, slope2, slope)
	require.Equal(t, p2, p)
	require.Equal(t, m2, m)
	require.Equal(t, v2, v)
	for i, sum := range sums {
		require.Equal(t, SumFloat64(slope2[i*tileLength:(i+1)*tileLength]), sum)
	}
}
