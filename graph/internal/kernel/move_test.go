package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// iota64 returns 0, 1, ..., n-1.
func iota64(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	return x
}

// stridedReference walks every index the slow way.
func stridedReference(x []float64, shape, strides []int) []float64 {
	at := []int{0}
	for a, d := range shape {
		var next []int
		for _, base := range at {
			for i := range d {
				next = append(next, base+i*strides[a])
			}
		}
		at = next
	}
	out := make([]float64, len(at))
	for i, j := range at {
		out[i] = x[j]
	}
	return out
}

func TestCopyStrided(t *testing.T) {
	cases := []struct {
		name           string
		shape, strides []int
	}{
		{"scalar", []int{}, []int{}},
		{"vector", []int{7}, []int{1}},
		{"repeat", []int{7}, []int{0}},
		{"step", []int{7}, []int{3}},
		{"transpose", []int{5, 37}, []int{1, 5}},
		{"square transpose", []int{33, 33}, []int{1, 33}},
		{"rows", []int{4, 6}, []int{0, 1}},
		{"columns", []int{4, 6}, []int{1, 0}},
		{"ones", []int{1, 4, 1, 6, 1}, []int{9, 6, 9, 1, 9}},
		{"empty", []int{3, 0, 2}, []int{2, 2, 1}},
		{"swap inner", []int{3, 5, 4}, []int{20, 1, 5}},
		{"rotate", []int{4, 3, 5}, []int{1, 20, 4}},
		{"rank 8", []int{2, 3, 2, 1, 2, 3, 2, 2}, []int{1, 2, 6, 12, 12, 24, 0, 72}},
		{"rank 9", []int{2, 2, 2, 2, 2, 2, 2, 2, 2}, []int{1, 4, 2, 16, 8, 64, 32, 256, 128}},
	}
	rng := rand.New(rand.NewPCG(11, 12))
	for range 30 {
		shape := make([]int, 1+rng.IntN(5))
		strides := make([]int, len(shape))
		step := 1
		for _, a := range rng.Perm(len(shape)) {
			shape[a] = 1 + rng.IntN(6)
			strides[a] = step
			step *= shape[a]
			if rng.IntN(5) == 0 {
				strides[a] = 0
			}
		}
		cases = append(cases, struct {
			name           string
			shape, strides []int
		}{fmt.Sprint("random ", shape, strides), shape, strides})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			x := iota64(4000)
			want := stridedReference(x, c.shape, c.strides)
			got := make([]float64, len(want)+1)
			got[len(want)] = 7
			CopyStrided(got[:len(want)], x, c.shape, c.strides)
			require.Equal(t, want, got[:len(want)])
			require.Equal(t, 7.0, got[len(want)])
			if len(c.shape) <= 8 {
				require.Zero(t, testing.AllocsPerRun(5, func() { CopyStrided(got[:len(want)], x, c.shape, c.strides) }))
			}
		})
	}
}

func TestSliceAxis(t *testing.T) {
	dst := make([]float64, 8)
	SliceAxis(dst, iota64(24), 2, 6, 2, 1, 3)
	require.Equal(t, []float64{2, 3, 4, 5, 14, 15, 16, 17}, dst)
	SliceAxis(dst[:0], iota64(24), 2, 6, 2, 3, 3)
}

func TestPadAxisIsTheAdjointOfSliceAxis(t *testing.T) {
	dst := []float64{9, 9, 9, 9, 9, 9, 9, 9}
	PadAxis(dst, []float64{1, 2, 3, 4}, 2, 4, 1, 1, 3)
	require.Equal(t, []float64{0, 1, 2, 0, 0, 3, 4, 0}, dst)
	back := make([]float64, 4)
	SliceAxis(back, dst, 2, 4, 1, 1, 3)
	require.Equal(t, []float64{1, 2, 3, 4}, back)
}

func TestConcatAxis(t *testing.T) {
	dst := make([]float64, 10)
	ConcatAxis(dst, []float64{1, 2, 3, 4}, 2, 5, 1, 0, 2)
	ConcatAxis(dst, []float64{5, 6, 7, 8, 9, 10}, 2, 5, 1, 2, 3)
	require.Equal(t, []float64{1, 2, 5, 6, 7, 3, 4, 8, 9, 10}, dst)
}

func BenchmarkTranspose(b *testing.B) {
	x, y := make([]float32, 784*400), make([]float32, 784*400)
	for b.Loop() {
		CopyStrided(y, x, []int{400, 784}, []int{1, 400})
	}
	perElement(b, len(x))
}
