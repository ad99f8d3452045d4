package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot"
)

func labels(ticks []plot.Tick) string {
	var all []string
	for _, t := range ticks {
		if t.Label != "" {
			all = append(all, t.Label)
		}
	}
	return strings.Join(all, " ")
}

func TestLinearTicks(t *testing.T) {
	for _, row := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0, 60, "0 10 20 30 40 50 60"},
		{-1, 1, "−1.0 −0.5 0.0 0.5 1.0"},
		{0, 62000, "0 10,000 20,000 30,000 40,000 50,000 60,000"},
		{-0.3, 3, "0.0 0.5 1.0 1.5 2.0 2.5 3.0"},
		{1.31, 1.39, "1.32 1.34 1.36 1.38"},
		{0, 1e-6, "0 2e−07 4e−07 6e−07 8e−07 1e−06"},
		{0, 3e9, "0 5e+08 1e+09 1.5e+09 2e+09 2.5e+09 3e+09"},
	} {
		t.Run(fmt.Sprintf("%g to %g", row.lo, row.hi), func(t *testing.T) {
			require.Equal(t, row.want, labels(linearTicks(row.lo, row.hi)))
		})
	}
}

func TestTicksAreFewForAnyRange(t *testing.T) {
	for _, row := range [][2]float64{
		{1, math.Nextafter(1, 2)}, {1e16, 1e16 + 4}, {-math.MaxFloat64, math.MaxFloat64}, {0, 5e-324}, {1, 1},
	} {
		require.LessOrEqual(t, len(linearTicks(row[0], row[1])), 12, "%v", row)
	}
	require.LessOrEqual(t, len(strings.Fields(labels(logTicks(1e-300, 1e300)))), 12)
}

func TestLogTicks(t *testing.T) {
	require.Equal(t, "0.05 0.1 0.2 0.5 1", labels(logTicks(0.04, 1)))
	require.Equal(t, "100 1,000 10,000", labels(logTicks(50, 60000)))
	require.Equal(t, "1e−05 0.0001 0.001 0.01 0.1 1", labels(logTicks(1e-5, 1)))
}

func TestSpan(t *testing.T) {
	for _, row := range []struct {
		name   string
		log    bool
		values []float64
		lo, hi float64
	}{
		{"nothing", false, nil, 0, 1},
		{"nothing on a log axis", true, []float64{0, -1}, 0.1, 10},
		{"not finite", false, []float64{math.NaN(), math.Inf(1), 1, 3}, 0.8, 3.2},
		{"never negative stays so", false, []float64{0, 10}, 0, 11},
		{"negative", false, []float64{-10, 0}, -11, 1},
		{"one value", false, []float64{4}, 2, 6},
		{"zero", false, []float64{0}, 0, 0.5},
		{"log", true, []float64{-1, 1, 1024}, 0.5, 2048},
		{"one value on a log axis", true, []float64{4}, 2, 8},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSpan(row.log)
			s.add(row.values...)
			lo, hi := s.padded(0.1)
			require.InDelta(t, row.lo, lo, 1e-12)
			require.InDelta(t, row.hi, hi, 1e-9)
		})
	}
}

func TestWrap(t *testing.T) {
	require.Equal(t, []string{"a short title"}, wrap("a short title", titleStyle, 400))
	lines := wrap("a title that is rather long\nand has two parts", titleStyle, 90)
	require.Equal(t, "a title that is rather long and has two parts", strings.Join(lines, " "))
	for _, line := range lines {
		require.LessOrEqual(t, float64(titleStyle.Width(line)), 90.0, line)
	}
	require.Equal(t, []string{"first line", "second line"}, wrap("first line\nsecond line", titleStyle, 400))
}
