package report

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// canvas is a picture that is drawn already.
type canvas struct{ image.Image }

func (c canvas) Draw() (image.Image, error) { return c.Image, nil }

// spots is a white image with a 2 by 2 spot of each colour, from left to right.
func spots(width int, colours ...color.RGBA) canvas {
	img := image.NewRGBA(image.Rect(0, 0, width, 2))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for i, c := range colours {
		for dot := range 4 {
			img.SetRGBA(2*i+dot%2, dot/2, c)
		}
	}
	return canvas{img}
}

// played returns what a viewer sees of each frame.
func played(t *testing.T, content []byte) []*image.RGBA {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(content))
	require.NoError(t, err)
	screen := image.NewRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
	var seen []*image.RGBA
	for _, frame := range g.Image {
		for y := range g.Config.Height {
			for x := range g.Config.Width {
				if c := frame.At(x, y); !transparent(c) {
					screen.Set(x, y, c)
				}
			}
		}
		copied := *screen
		copied.Pix = bytes.Clone(screen.Pix)
		seen = append(seen, &copied)
	}
	return seen
}

func transparent(c color.Color) bool {
	_, _, _, a := c.RGBA()
	return a == 0
}

func TestGIFShowsEachFrame(t *testing.T) {
	black, white, reddish := color.RGBA{A: 0xff}, color.RGBA{0xff, 0xff, 0xff, 0xff}, color.RGBA{0xff, 0x10, 0, 0xff}
	content, err := GIF(Animation{
		Frames: []Picture{spots(8, black, reddish), spots(8, black, white, black), spots(8, black, white, black)},
		Delay:  100 * time.Millisecond, Hold: 3 * time.Second,
	})
	require.NoError(t, err)
	seen := played(t, content)
	require.Len(t, seen, 3)
	for i, want := range [][]color.RGBA{{black, reddish, white, white}, {black, white, black, white}, {black, white, black, white}} {
		require.Equal(t, image.Rect(0, 0, 4, 1), seen[i].Rect, "half the resolution")
		for x, c := range want {
			require.Equal(t, c, seen[i].RGBAAt(x, 0), "frame %d, dot %d", i, x)
		}
	}
	g, err := gif.DecodeAll(bytes.NewReader(content))
	require.NoError(t, err)
	require.Equal(t, []int{10, 10, 300}, g.Delay)
	require.Zero(t, g.LoopCount, "it goes on for ever")
}

// With more colours than a GIF has, each dot has one near its own.
func TestGIFHasFewColours(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var colours []color.RGBA
	for range 2000 {
		colours = append(colours, color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)), 0x80, 0xff})
	}
	content, err := GIF(Animation{Frames: []Picture{spots(4000, colours...)}})
	require.NoError(t, err)
	seen := played(t, content)[0]
	for x, c := range colours {
		got := seen.RGBAAt(x, 0)
		require.InDelta(t, c.R, got.R, 48)
		require.InDelta(t, c.G, got.G, 48)
	}
}

func TestGIFIsTheSameEachTime(t *testing.T) {
	a := Animation{Frames: []Picture{samples["curves"], samples["curves"]}}
	one, err := GIF(a)
	require.NoError(t, err)
	two, err := GIF(a)
	require.NoError(t, err)
	require.Equal(t, one, two)
}

func TestGIFMistakes(t *testing.T) {
	for name, row := range map[string]struct {
		frames []Picture
		want   string
	}{
		"no frames": {nil, "report: animation: no frames"},
		"sizes":     {[]Picture{spots(8), spots(6)}, "report: animation: frame 1 is (3,1) dots, the first (4,1)"},
		"picture":   {[]Picture{spots(8), Bins{Title: "b"}}, `report: animation: frame 1: report: bins "b": 0 from 0 to 0, up to 0`},
	} {
		_, err := GIF(Animation{Frames: row.frames})
		require.EqualError(t, err, row.want, name)
	}
}

// A bar is as high as its share of the top, and cut there.
func TestBinsStandOnOneScale(t *testing.T) {
	height := func(heights ...float64) int {
		_, n := where(drawn(t, Bins{Low: -1, High: 1, Heights: heights, Top: 10}), fade(blue, 0.85))
		return n
	}
	one := height(5, 0)
	require.NotZero(t, one)
	require.InEpsilon(t, 2*one, height(10, 0), 0.02)
	require.Equal(t, height(10, 0), height(99, 0))
	require.InEpsilon(t, height(10, 0), height(0, 10), 0.02)
	require.InEpsilon(t, 2*one, height(5, 5), 0.02)
	for _, wrong := range []Bins{{Low: 0, High: 1, Top: 1}, {Low: 1, High: 1, Top: 1, Heights: []float64{1}}, {High: 1, Heights: []float64{1}}} {
		_, err := wrong.Draw()
		require.ErrorContains(t, err, "report: bins")
	}
}
