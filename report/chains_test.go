package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestScatterShadesTheDensityAndMarksPoints(t *testing.T) {
	s := Scatter{
		X: "x", Y: "y", XRange: [2]float64{-3, 3}, YRange: [2]float64{-3, 3},
		Points: [][2]float64{{0, 0}, {9, 9}, {math.NaN(), 0}}, Marked: [][2]float64{{1, 1}}, Mark: "diverged",
	}
	plain := drawn(t, s)
	_, red1 := where(plain, red)
	s.Marked = nil
	_, red0 := where(drawn(t, s), red)
	require.Greater(t, red1, red0)
	s.LogDensity = func(x, y float64) float64 { return -(x*x + y*y) / 2 }
	shaded := drawn(t, s)
	// Within half a nat of the peak is a disc of radius 1 in a square of 6; the whole of it is within 16 nats.
	inner, _ := where(shaded, fade(sky, 0.8))
	whole := inner
	for i := range shades {
		box, _ := where(shaded, fade(sky, 0.8*(1-float64(i)/float64(len(shades)))))
		whole = whole.Union(box)
	}
	require.InDelta(t, 1.0/3, float64(inner.Dx())/float64(whole.Dx()), 0.01)
	require.InDelta(t, 1.0/3, float64(inner.Dy())/float64(whole.Dy()), 0.01)
	_, n := where(plain, fade(sky, 0.8))
	require.Zero(t, n)
	s.XRange = [2]float64{1, 1}
	_, err := s.Draw()
	require.EqualError(t, err, `report: scatter "": empty range [1 1]`)
}

func TestTracesMarkDrawsAtTheFoot(t *testing.T) {
	f := Traces{Title: "tau", Y: "tau", Chains: [][]float64{{1, 2, math.NaN(), 3}, {2, 1}}}
	_, before := where(drawn(t, f), ink)
	f.Marked = [][]int{{0, 1, 3}}
	_, after := where(drawn(t, f), ink)
	require.Greater(t, after, before)
	f.Marked = [][]int{nil, {2}}
	_, err := f.Draw()
	require.EqualError(t, err, `report: traces "tau": draw 2 of chain 1 is marked, of 2`)
	f.Marked = [][]int{nil, nil, nil}
	_, err = f.Draw()
	require.EqualError(t, err, `report: traces "tau": draws of 3 chains are marked, of 2`)
	_, err = Traces{Title: "tau", Chains: [][]float64{{math.NaN()}}}.Draw()
	require.EqualError(t, err, `report: traces "tau": 1 chains without a finite value`)
}

func TestRanks(t *testing.T) {
	sorted := []float64{1, 2, 2, 2, 5}
	for v, want := range map[float64]int{1: 0, 2: 2, 5: 4} {
		require.Equal(t, want, rankOf(v, sorted), "%v", v)
	}
	require.Equal(t, Line{X: []float64{0, 5, 5, 10}, Y: []float64{3, 3, 1, 1}}, stairs([]float64{3, 1}, 10))
	drawn(t, Ranks{Title: "x", Chains: [][]float64{{1, 2, 3}, {4, 5, 6}}, Bins: 2})
	for want, f := range map[string]Ranks{
		`report: ranks "": 0 chains in 20 bins: want at least 1 draw and 1 bin`: {},
		`report: ranks "": chain 1 has 1 draws, chain 0 2`:                      {Chains: [][]float64{{1, 2}, {1}}},
		`report: ranks "": draw 1 of chain 0 is NaN`:                            {Chains: [][]float64{{1, math.NaN()}}},
	} {
		_, err := f.Draw()
		require.EqualError(t, err, want)
	}
}
