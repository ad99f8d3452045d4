package report

import (
	"bytes"
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

var joint = Joint{
	Title: "two", X: "x", Y: "y", XRange: [2]float64{-2, 2}, YRange: [2]float64{-1, 3}, Mean: [2]float64{1, 2}, Cov: [2][2]float64{{0.1, 0.05}, {0.05, 0.1}},
	Above: []Line{{Name: "marginal", X: []float64{-2, 1, 2}, Y: []float64{0, 1, 0}}}, Side: []Line{{X: []float64{-1, 2, 3}, Y: []float64{0, 1, 0}}},
	Given: &Level{Name: "y = 2", Y: 2}, DrawsX: []float64{0, 9, math.NaN()}, DrawsY: []float64{0, 0, 0},
}

func TestDensitiesAreTheSameBytesEachTime(t *testing.T) {
	for name, p := range map[string]Picture{
		"density": Density{Title: "a", X: "x", Range: [2]float64{0, 1}, Draws: []float64{0.1, 2, math.NaN()}, At: []float64{0, 1}, P: []float64{1, math.Inf(1)}, Marks: []Mark{{X: 0.5}, {X: 7}}},
		"empty":   Density{Range: [2]float64{0, 1}},
		"joint":   joint,
	} {
		t.Run(name, func(t *testing.T) {
			first, err := PNG(p)
			require.NoError(t, err)
			again, err := PNG(p)
			require.NoError(t, err)
			require.True(t, bytes.Equal(first, again))
		})
	}
}

func TestWhatIsNoDensity(t *testing.T) {
	with := func(change func(*Joint)) Joint {
		f := joint
		change(&f)
		return f
	}
	for name, row := range map[string]struct {
		p    Picture
		want string
	}{
		"empty range":           {Density{Title: "a"}, `report: density "a": range [0 0], 0 points, 0 densities`},
		"two lengths":           {Density{Title: "a", Range: [2]float64{0, 1}, At: []float64{1}}, `report: density "a": range [0 1], 1 points, 0 densities`},
		"indefinite covariance": {with(func(f *Joint) { f.Cov[0][1] = 1 }), `report: joint "two": ranges [-2 2] and [-1 3], covariance [[0.1 1] [0.05 0.1]], 3 x, 3 y`},
		"draws of two lengths":  {with(func(f *Joint) { f.DrawsX = nil }), `report: joint "two": ranges [-2 2] and [-1 3], covariance [[0.1 0.05] [0.05 0.1]], 0 x, 3 y`},
		"line of two lengths":   {with(func(f *Joint) { f.Side = []Line{{Name: "l", X: []float64{1}}} }), `report: joint "two": line "l": 1 x, 0 y, 0 err: lengths differ`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := PNG(row.p)
			require.EqualError(t, err, row.want)
		})
	}
}

// The bars are a density of all draws, also of those that are not shown.
func TestDensityBarsAreAsHighAsTheLine(t *testing.T) {
	bar := fade(sky, 0.55)
	height := func(draws ...float64) int {
		img := drawn(t, Density{Range: [2]float64{-0.5, 1.5}, Whole: true, Draws: draws, At: []float64{0}, P: []float64{1}})
		box, _ := where(img, bar)
		return column(img, box.Min.X+1, bar)
	}
	require.InDelta(t, 0.5, float64(height(0, 1))/float64(height(0, 0)), 0.05)
	require.InDelta(t, 0.25, float64(height(0, 7, -7, 1e300))/float64(height(0, 0)), 0.05)
}

func TestJointDrawsTheEllipseAtTheMean(t *testing.T) {
	ellipse := func(x, y float64) image.Rectangle {
		img := drawn(t, Joint{XRange: joint.XRange, YRange: joint.YRange, Mean: [2]float64{x, y}, Cov: [2][2]float64{{0.1, 0}, {0, 0.05}}})
		box, n := where(img.SubImage(image.Rect(0, img.Bounds().Dy()/5, img.Bounds().Dx(), img.Bounds().Dy())), blue) // below the legend
		require.Positive(t, n)
		return box
	}
	first, second := ellipse(0, 1), ellipse(1, 2)
	right, up := float64(second.Min.X-first.Min.X), float64(first.Min.Y-second.Min.Y) // one unit each
	require.InDelta(t, 4*math.Sqrt(0.1), float64(first.Dx())/right, 0.03, "two standard deviations to both sides")
	require.InDelta(t, 4*math.Sqrt(0.05), float64(first.Dy())/up, 0.03)
}
