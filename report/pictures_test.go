package report

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// where returns the smallest rectangle that holds every dot of exactly the colour c, and how many there are.
func where(img image.Image, c color.RGBA) (box image.Rectangle, n int) {
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) == c {
				box = box.Union(image.Rect(x, y, x+1, y+1))
				n++
			}
		}
	}
	return box, n
}

// column returns how many dots of colour c stand in the column x.
func column(img image.Image, x int, c color.RGBA) int {
	_, n := where(img.(*image.RGBA).SubImage(image.Rect(x, 0, x+1, img.Bounds().Max.Y)), c)
	return n
}

func drawn(t *testing.T, p Picture) *image.RGBA {
	t.Helper()
	img, err := p.Draw()
	require.NoError(t, err)
	return img.(*image.RGBA)
}

var (
	digit     = Digit{Pixels: []float32{0, 0, 0.5, 0}, Probs: []float64{0.25, 0.75}, Err: []float64{0.1, 0.1}, Truth: 1}
	narrowing = Narrowing{
		Title: "posterior", WRange: [2]float64{-1, 1}, XRange: [2]float64{-1, 1}, YRange: [2]float64{-2, 2},
		Truth: &[2]float64{-0.5, 0.5},
		Stages: []Stage{
			{Caption: "before", Cov: [2][2]float64{{1, 0}, {0, 1}}, Draws: [][2]float64{{0, 1}, {9, 9}}},
			{Caption: "after", Mean: [2]float64{0.5, -0.5}, Cov: [2][2]float64{{0.01, 0.005}, {0.005, 0.01}}, X: []float64{0.5}, Y: []float64{1}},
		},
	}
	samples = map[string]Picture{
		"curves": Curves{Title: "NLL", Note: "seed 1", X: "epoch", Y: "nats", LogY: true, Levels: []Level{{"paper", 0.5}}, Lines: []Line{
			{Name: "train", X: []float64{1, 2, 3}, Y: []float64{1, 0.1, 0.01}, Err: []float64{0.1, 0.2, math.NaN()}},
			{Name: "test", X: []float64{1, 2, 3}, Y: []float64{0, math.NaN(), math.Inf(1)}, Dashed: true, Dots: true},
		}},
		"histogram":   Histogram{Title: "weights", Values: []float64{1, 2, 2, math.NaN(), math.Inf(1)}, Marks: []Mark{{"cut", 1.5}, {"nowhere", math.NaN()}}},
		"reliability": Reliability{Title: "net", Bins: []Bin{{Low: 0, High: 0.5}, {0.5, 1, 0.9, 0.7, 10}}},
		"digits":      Digits{Title: "digits", Rows: 2, Cols: 2, Items: []Digit{digit, digit}, Classes: []string{"cat", "dog"}},
		"regression":  Regression{Title: "fit", DataX: []float64{0, 1}, DataY: []float64{0, math.NaN()}, GridX: []float64{0, 1, 2}, Mean: []float64{0, 1, 2}, Sigma: []float64{1, 1, 1}, Epistemic: []float64{0.1, 0.2, 0.9}, Truth: []float64{0, 1, 1}},
		"narrowing":   narrowing,
		"pruning":     Pruning{Title: "pruning", Y: "error, %", Lines: []Line{{Name: "ours", X: []float64{0, 75, 98}, Y: []float64{1.5, 1.6, 3}}}, Levels: []Level{{"paper", 1.34}}},
		"panels":      Panels{Title: "two", Note: "side by side", Pictures: []Picture{Curves{}, Curves{Width: 3, Height: 2}, Curves{}}},
		"empty":       Curves{},
	}
)

func TestPicturesAreTheSameBytesEachTime(t *testing.T) {
	for name, p := range samples {
		t.Run(name, func(t *testing.T) {
			first, err := PNG(p)
			require.NoError(t, err)
			again, err := PNG(p)
			require.NoError(t, err)
			require.True(t, bytes.Equal(first, again))
			_, err = png.Decode(bytes.NewReader(first))
			require.NoError(t, err)
		})
	}
}

func TestWhatCannotBeDrawn(t *testing.T) {
	two := []float64{1, 2}
	with := func(change func(*Narrowing)) Picture {
		f := narrowing
		change(&f)
		return f
	}
	for _, row := range []struct {
		name string
		p    Picture
		want string
	}{
		{"curves of two lengths", Curves{Title: "a", Lines: []Line{{Name: "l", X: two, Y: two[:1]}}}, `report: curves "a": line "l": 2 x, 1 y, 0 err: lengths differ`},
		{"band of another length", Curves{Title: "a", Lines: []Line{{Name: "l", X: two, Y: two, Err: two[:1]}}}, `report: curves "a": line "l": 2 x, 2 y, 1 err: lengths differ`},
		{"histogram of nothing", Histogram{Title: "a", Values: []float64{math.NaN()}}, `report: histogram "a": 1 values in 60 bins, none finite`},
		{"negative bins", Histogram{Title: "a", Values: two, Bins: -1}, `report: histogram "a": needs a positive number of bins, not -1`},
		{"reliability of nothing", Reliability{Title: "a", Bins: []Bin{{}}}, `report: reliability "a": no examples in 1 bins`},
		{"no digits", Digits{Title: "a"}, `report: digits "a": no items`},
		{"digit of another size", Digits{Title: "a", Rows: 3, Cols: 2, Items: []Digit{digit}}, `report: digits "a": item 0: 4 pixels for 3 by 2`},
		{"class names missing", Digits{Title: "a", Rows: 2, Cols: 2, Classes: []string{"cat"}, Items: []Digit{digit}}, `report: digits "a": item 0: 2 probabilities, 1 class names, 2 err: lengths differ`},
		{"no probability", Digits{Title: "a", Rows: 2, Cols: 2, Items: []Digit{{Pixels: digit.Pixels, Probs: []float64{math.NaN()}}}}, `report: digits "a": item 0: probability of class 0 is NaN, outside [0, 1]`},
		{"regression of two lengths", Regression{Title: "a", GridX: two, Mean: two}, `report: regression "a": 0 data x, 0 data y; grid 2, mean 2, sigma 0, epistemic 0, truth 0: lengths differ`},
		{"empty range", with(func(f *Narrowing) { f.WRange[1] = -1 }), `report: narrowing "posterior": empty range [-1 -1]`},
		{"no stages", with(func(f *Narrowing) { f.Stages = nil }), `report: narrowing "posterior": no stages`},
		{"indefinite covariance", with(func(f *Narrowing) { f.Stages = []Stage{{Caption: "s", Cov: [2][2]float64{{1, 2}, {2, 1}}}} }), `report: narrowing "posterior": stage "s": covariance [[1 2] [2 1]] with determinant -3, 0 x, 0 y`},
		{"pruning everything", Pruning{Title: "a", Lines: []Line{{Name: "l", X: []float64{100}, Y: []float64{1}}}}, `report: pruning "a": line "l" removes 100 %, outside [0, 100)`},
		{"pruning lengths", Pruning{Title: "a", Lines: []Line{{Name: "l", X: two}}}, `report: pruning "a": line "l": 2 x, 0 y, 0 err: lengths differ`},
		{"no panels", Panels{Title: "a"}, `report: panels "a": no pictures`},
		{"bad panel", Panels{Pictures: []Picture{Digits{Title: "b"}}}, `report: digits "b": no items`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := PNG(row.p)
			require.EqualError(t, err, row.want)
		})
	}
}

func TestCurvesLeaveAGapWhereTheyAreNotFinite(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4}
	whole := drawn(t, Curves{Lines: []Line{{X: x, Y: []float64{1, 1, 1, 1, 1}}}})
	broken := drawn(t, Curves{Lines: []Line{{X: x, Y: []float64{1, 1, math.NaN(), 1, 1}}}})
	box, _ := where(whole, blue)
	middle := (box.Min.X + box.Max.X) / 2
	require.Positive(t, column(whole, middle, blue))
	require.Zero(t, column(broken, middle, blue))
	require.Positive(t, column(broken, box.Min.X+box.Dx()/8, blue))
	require.Positive(t, column(broken, box.Max.X-box.Dx()/8, blue))
}

func TestHistogramBarsAreAsHighAsTheirCounts(t *testing.T) {
	img := drawn(t, Histogram{Bins: 2, Values: []float64{0, 0, 1, 1, 1, 1, 0.999, math.NaN()}})
	bar := fade(blue, 0.85)
	box, _ := where(img, bar)
	low := column(img, box.Min.X+box.Dx()/4, bar)
	high := column(img, box.Min.X+3*box.Dx()/4, bar)
	require.InDelta(t, 2.0/5, float64(low)/float64(high), 0.02)
}

func TestReliabilityBarsAndGaps(t *testing.T) {
	img := drawn(t, Reliability{Bins: []Bin{{0, 0.5, 0.4, 0.2, 10}, {0.5, 1, 0.6, 0.8, 30}}})
	plot := img.SubImage(image.Rect(0, img.Bounds().Dy()/5, img.Bounds().Dx(), img.Bounds().Dy())) // below the legend
	sure, _ := where(plot, tooSure)
	doubtful, _ := where(plot, tooDoubtful)
	require.InDelta(t, sure.Dy(), doubtful.Dy(), 3, "both gaps are 0.2")
	require.Less(t, sure.Max.X, doubtful.Min.X+3)
	require.Greater(t, sure.Min.Y, doubtful.Max.Y, "the surer bin is higher")
}

func TestReliabilityECE(t *testing.T) {
	require.InDelta(t, 0.25*0.2+0.75*0.1, Reliability{Bins: []Bin{{Confidence: 0.4, Accuracy: 0.2, Count: 10}, {Confidence: 0.7, Accuracy: 0.8, Count: 30}, {Confidence: math.NaN()}}}.ECE(), 1e-15)
	require.True(t, math.IsNaN(Reliability{}.ECE()))
}

func TestDigitsAreUpright(t *testing.T) {
	img := drawn(t, Digits{Rows: 2, Cols: 2, Items: []Digit{digit}})
	all, _ := where(img, rule) // the frame, and the lines of the bars beside it
	picture := image.Rect(all.Min.X, all.Min.Y, all.Min.X+all.Dy(), all.Max.Y)
	grey, n := where(img.SubImage(picture), mix(paper, ink, 0.5))
	require.Greater(t, n, 500)
	require.Less(t, grey.Min.X, picture.Min.X+5, "third of four pixels: on the left")
	require.Greater(t, grey.Max.Y, picture.Max.Y-5, "and below")
	require.InDelta(t, grey.Dx(), grey.Dy(), 4)
}

func TestNarrowingPutsThePeakOnTheMean(t *testing.T) {
	f := narrowing
	f.Truth = nil
	f.Stages = []Stage{{Mean: [2]float64{0.5, -0.5}, Cov: [2][2]float64{{0.01, 0}, {0, 0.04}}}}
	img := drawn(t, f)
	axes, _ := where(img, axis)
	half := img.SubImage(image.Rect(0, img.Bounds().Dy()/5, img.Bounds().Dx(), img.Bounds().Dy()*3/5))
	peak, n := where(half, blue)
	require.Positive(t, n)
	across := float64(peak.Min.X+peak.Max.X)/2 - float64(axes.Min.X)
	require.InDelta(t, 0.75, across/float64(axes.Dx()), 0.03)
	require.Less(t, peak.Dx(), peak.Dy(), "w1 is less certain than w0")
}

func TestPruningStretchesTowardsEverything(t *testing.T) {
	require.InDelta(t, halvings(75)-halvings(50), halvings(50), 1e-12)
	require.InDelta(t, 1, halvings(99)-halvings(98), 1e-12)
}

func TestPanelsStandInRows(t *testing.T) {
	one, two := drawn(t, Curves{}).Bounds(), drawn(t, Curves{Width: 3, Height: 2}).Bounds()
	all := drawn(t, Panels{Across: 2, Pictures: []Picture{Curves{}, Curves{Width: 3, Height: 2}, Curves{Width: 3, Height: 2}}}).Bounds()
	require.Equal(t, one.Dx()+two.Dx(), all.Dx())
	require.Equal(t, one.Dy()+two.Dy(), all.Dy())
}
