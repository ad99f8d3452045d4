package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

var bands = Bands{
	Title: "bands", DataX: []float64{0, 1}, DataY: []float64{0, 1}, GridX: []float64{0, 1, 2}, Truth: []float64{0, 1, 9}, YRange: [2]float64{-2, 2},
	Methods: []BandsOf{
		{"wide", []float64{0, 0, 0}, []float64{0.4, 0.4, 0.4}, []float64{0.8, 0.8, 5}},
		{"narrow", []float64{0, 0, 0}, []float64{0.1, 0.1, 0.1}, []float64{0.8, 0.8, 0.8}},
	},
}

func TestBandsShareTheirAxes(t *testing.T) {
	img := drawn(t, bands)
	first, err := PNG(bands)
	require.NoError(t, err)
	again, err := PNG(bands)
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, again))

	width := img.Bounds().Dx()
	wide, narrow := column(img, width*3/8, fade(blue, 0.5)), column(img, width*7/8, fade(blue, 0.5))
	require.Positive(t, narrow)
	require.Greater(t, wide, 3*narrow, "0.4 against 0.1 on the same scale")
	cut, whole := column(img, width*15/32, fade(blue, 0.22)), column(img, width*31/32, fade(blue, 0.22))
	require.Greater(t, cut, whole, "what is beyond the range is cut off")
}

func TestBandsThatCannotBeDrawn(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Bands)
		want   string
	}{
		"no methods":   {func(b *Bands) { b.Methods = nil }, `report: bands "bands": 0 methods, range [-2 2], 2 data x, 2 data y, grid 3, truth 3`},
		"empty range":  {func(b *Bands) { b.YRange = [2]float64{1, 1} }, `report: bands "bands": 2 methods, range [1 1], 2 data x, 2 data y, grid 3, truth 3`},
		"data":         {func(b *Bands) { b.DataY = nil }, `report: bands "bands": 2 methods, range [-2 2], 2 data x, 0 data y, grid 3, truth 3`},
		"short sigmas": {func(b *Bands) { b.Methods = []BandsOf{{Name: "a", Mean: b.Truth, Epistemic: b.Truth}} }, `report: bands "bands": a: grid 3, mean 3, epistemic 3, sigma 0: lengths differ`},
	} {
		t.Run(name, func(t *testing.T) {
			b := bands
			c.change(&b)
			_, err := PNG(b)
			require.EqualError(t, err, c.want)
		})
	}
}
