package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGather(t *testing.T) {
	dst := make([]float64, 12)
	require.NoError(t, Gather(dst, iota64(12), []float64{2, 0, 2}, 2, 3, 2))
	require.Equal(t, []float64{4, 5, 0, 1, 4, 5, 10, 11, 6, 7, 10, 11}, dst)
}

func TestScatterAddIsTheAdjointOfGather(t *testing.T) {
	idx := []float64{2, 0, 2}
	dst := []float64{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}
	require.NoError(t, ScatterAdd(dst, iota64(12), idx, 2, 3, 2))
	require.Equal(t, []float64{2, 3, 0, 0, 4, 6, 8, 9, 0, 0, 16, 18}, dst)

	x, picked := []float64{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8}, make([]float64, 12)
	require.NoError(t, Gather(picked, x, idx, 2, 3, 2))
	dot := func(a, b []float64) (s float64) {
		for i := range a {
			s += a[i] * b[i]
		}
		return s
	}
	require.Equal(t, dot(picked, iota64(12)), dot(x, dst))
}

func TestPick(t *testing.T) {
	dst := make([]float32, 2)
	require.NoError(t, Pick(dst, []float32{1, 2, 3, 4, 5, 6}, []float32{2, 0}, 2, 3))
	require.Equal(t, []float32{3, 4}, dst)
}

func TestOneHot(t *testing.T) {
	dst := []float32{9, 9, 9, 9, 9, 9}
	require.NoError(t, OneHot(dst, []float32{2, 0}, 3))
	require.Equal(t, []float32{0, 0, 1, 1, 0, 0}, dst)
}

func TestIndicesThatAreNoIntegersInRange(t *testing.T) {
	for _, row := range []struct {
		name  string
		value float64
		want  string
	}{
		{"fraction", 12.5, "index 12.5 at position 7 is not an integer in [0, 10)"},
		{"small fraction", 0.5, "index 0.5 at position 7 is not an integer in [0, 10)"},
		{"end", 10, "index 10 at position 7 is not an integer in [0, 10)"},
		{"negative", -1, "index -1 at position 7 is not an integer in [0, 10)"},
		{"NaN", nan, "index NaN at position 7 is not an integer in [0, 10)"},
		{"Inf", inf, "index +Inf at position 7 is not an integer in [0, 10)"},
		{"huge", 1e300, "index 1e+300 at position 7 is not an integer in [0, 10)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			idx := []float64{0, 1, 2, 3, 4, 5, 9, row.value, nan}
			dst := iota64(90)
			for _, err := range []error{
				Gather(dst, iota64(10), idx, 1, 10, 1),
				ScatterAdd(dst, iota64(9), idx, 1, 10, 1),
				Pick(dst, iota64(90), idx, 9, 10),
				OneHot(dst, idx, 10),
			} {
				var wrong *IndexError
				require.ErrorAs(t, err, &wrong)
				require.EqualError(t, err, row.want)
				require.Equal(t, 7, wrong.Position)
			}
			require.Equal(t, iota64(90), dst, "dst is untouched")
		})
	}
}

func TestIndexingAllocatesNothing(t *testing.T) {
	x, idx := make([]float32, 30), []float32{2, 0, 1}
	require.Zero(t, testing.AllocsPerRun(10, func() {
		_ = Gather(x[:9], x[9:], idx, 1, 3, 3)
		_ = ScatterAdd(x[:9], x[9:], idx, 1, 3, 3)
		_ = Pick(x[:3], x, idx, 3, 3)
		_ = OneHot(x[:9], idx, 3)
	}))
}
