package report

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// six are images of 2 by 1 pixels, three in a row, of which the last but one is half grey.
var six = Grid{Title: "six", Note: "two rows", Rows: 2, Cols: 1, Across: 3, Zoom: 4, Pixels: []float64{0, 1, 0, 0, 0, 0, 0, 0, 0.5, 0, 0, 7}}

func TestGridIsTheSameBytesEachTime(t *testing.T) {
	f := six
	f.RowNames, f.ColumnNames = []string{"first", "second row"}, []string{"a", "b", "c"}
	first, err := PNG(f)
	require.NoError(t, err)
	again, err := PNG(f)
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, again))
}

// inkOf are the places of ink without text: the picture has neither title nor names.
func inkOf(t *testing.T, f Grid, c color.RGBA) (image.Rectangle, int) {
	t.Helper()
	f.Title, f.Note = "", ""
	return where(drawn(t, f), c)
}

func TestGridPutsPixelsInTheirPlaces(t *testing.T) {
	for name, row := range map[string]struct {
		joined       bool
		across, down int // dots from an image to the next
	}{
		"apart":  {false, 4 + 2, 8 + 2},
		"joined": {true, 4, 8},
	} {
		t.Run(name, func(t *testing.T) {
			f := six
			f.Joined = row.joined
			box, n := inkOf(t, f, ink)
			require.Equal(t, 2*16, n, "one dark pixel in the first image and a cut one in the last")
			require.Equal(t, image.Pt(2*row.across+4, row.down+4), box.Size())
			grey, n := inkOf(t, f, mix(paper, ink, 0.5))
			require.Equal(t, 16, n)
			require.Equal(t, image.Pt(row.across, row.down-4), grey.Min.Sub(box.Min), "upper pixel of the second image of the second row")
		})
	}
}

// Everything lies within the page, whatever the title and the names need.
func TestGridHasRoomForItsText(t *testing.T) {
	const half = 14 * dpi / 72 / 2 // of the margin, in dots
	f := six
	f.Title, f.Note = "a long title over few images", "and a note that is longer than the title is"
	f.RowNames, f.ColumnNames = []string{"first", "second row"}, []string{"a", "b", "c"}
	img := drawn(t, f)
	box, _ := where(img, ink)
	require.True(t, box.In(img.Bounds().Inset(half)), "%v in %v", box, img.Bounds())
}

func TestWhatIsNoGrid(t *testing.T) {
	with := func(change func(*Grid)) Grid {
		f := six
		change(&f)
		return f
	}
	for _, row := range []struct {
		name string
		f    Grid
		want string
	}{
		{"nothing", Grid{Title: "six"}, `report: grid "six": images of 0 by 0 pixels, 0 in a row`},
		{"no images", with(func(f *Grid) { f.Pixels = nil }), `report: grid "six": 0 pixels, want 6 a row`},
		{"part of a row", with(func(f *Grid) { f.Pixels = f.Pixels[:8] }), `report: grid "six": 8 pixels, want 6 a row`},
		{"a name too many", with(func(f *Grid) { f.RowNames = []string{"a", "b", "c"} }), `report: grid "six": 3 names of 2 rows, 0 of 3 columns`},
		{"a name too few", with(func(f *Grid) { f.ColumnNames = []string{"a"} }), `report: grid "six": 0 names of 2 rows, 1 of 3 columns`},
		{"NaN", with(func(f *Grid) { f.Pixels = []float64{0, 0, 0, math.NaN(), 0, 0} }), `report: grid "six": pixel 1 of image 1 is NaN`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := row.f.Draw()
			require.EqualError(t, err, row.want)
		})
	}
}

// Colours are light, not ink.
func TestGridInColor(t *testing.T) {
	g := Grid{Title: "t", Rows: 1, Cols: 2, Across: 1, Zoom: 1, Color: true, Pixels: []float64{1, 0.2, 0, 0, 0, 2}}
	im, err := g.Draw()
	require.NoError(t, err)
	seen := map[[3]uint32]bool{}
	for y := range im.Bounds().Dy() {
		for x := range im.Bounds().Dx() {
			r, gr, b, _ := im.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, gr >> 8, b >> 8}] = true
		}
	}
	require.True(t, seen[[3]uint32{255, 51, 0}])
	require.True(t, seen[[3]uint32{0, 0, 255}])
	g.Pixels = g.Pixels[:5]
	_, err = g.Draw()
	require.ErrorContains(t, err, "5 pixels, want 6 a row")
}
