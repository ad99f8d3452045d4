package data_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

func TestRotateByRightAngles(t *testing.T) {
	image := []byte{
		1, 2, 3,
		4, 5, 6,
		7, 8, 9,
	}
	for _, c := range []struct {
		name    string
		degrees float64
		want    []byte
	}{
		{"none", 0, image},
		{"quarter turn counter-clockwise", 90, []byte{3, 6, 9, 2, 5, 8, 1, 4, 7}},
		{"half turn", 180, []byte{9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{"quarter turn clockwise", -90, []byte{7, 4, 1, 8, 5, 2, 9, 6, 3}},
		{"full turn", 360, image},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, data.Rotate(image, 3, 3, c.degrees))
		})
	}
}

// A quarter turn of a wide image about its centre leaves the middle column; the rest falls outside, or comes from there.
func TestRotateWideImage(t *testing.T) {
	require.Equal(t, []byte{0, 2, 0}, data.Rotate([]byte{1, 2, 3}, 3, 1, 90))
	require.Equal(t, []byte{
		0, 3, 7, 0,
		0, 2, 6, 0,
	}, data.Rotate([]byte{
		1, 2, 3, 4,
		5, 6, 7, 8,
	}, 4, 2, 90))
}

// At 45 degrees a corner of a 3 x 3 image looks back to sqrt(2) from the centre along an axis: 0.414 pixels beyond
// the edge's middle pixel, whose weight is then 1 - 0.414.
func TestRotateInterpolates(t *testing.T) {
	got := data.Rotate([]byte{
		0, 100, 0,
		0, 200, 0,
		0, 0, 0,
	}, 3, 3, 45)
	require.Equal(t, byte(200), got[4])
	require.Equal(t, byte(59), got[0], "the top goes to the top left")
	require.Equal(t, []byte{0, 0, 0}, []byte{got[2], got[6], got[8]})
}

func TestRotateMisuse(t *testing.T) {
	require.Panics(t, func() { data.Rotate(make([]byte, 5), 2, 3, 10) })
	require.Panics(t, func() { data.Rotate(make([]byte, 6), -2, -3, 10) })
}
