package data_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// threeColored returns three images, 2 pixels wide, 2 high, of 3 channels and of classes 2, 0 and 1: the first with
// bytes 0, 23, 46, ..., 253, the second all 200, the third of little contrast.
func threeColored(t *testing.T) *data.ColorImages {
	t.Helper()
	pixels := make([]byte, 3*12)
	for i := range 12 {
		pixels[i], pixels[12+i], pixels[24+i] = byte(23*i), 200, byte(100+i%2)
	}
	s, err := data.NewColorImages(pixels, 2, 2, 3, []int{2, 0, 1}, 3)
	require.NoError(t, err)
	return s
}

// moments returns the mean and the standard deviation of x.
func moments(x []float64) (mean, deviation float64) {
	var sum, squares float64
	for _, v := range x {
		sum += v
		squares += v * v
	}
	mean = sum / float64(len(x))
	return mean, math.Sqrt(max(squares/float64(len(x))-mean*mean, 0))
}

func TestColorImages(t *testing.T) {
	s, err := data.NewColorImages([]byte{1, 2, 3, 4, 5, 6, 0, 51, 102, 153, 204, 255}, 3, 1, 2, []int{1, 0}, 2)
	require.NoError(t, err)
	require.Equal(t, 2, s.Len())
	require.Equal(t, []int{1, 3, 2}, s.XShape())
	require.Equal(t, []int{}, s.YShape())
	require.Equal(t, 2, s.Classes())
	require.Equal(t, []int{1, 0}, s.Labels())

	x, y := make([]float64, 12), make([]float64, 2)
	s.Batch([]int{1, 0}, x, y)
	require.Equal(t, []float64{0, 51. / 255, 102. / 255, 153. / 255, 204. / 255, 1}, x[:6])
	require.Equal(t, []float64{1. / 255, 2. / 255, 3. / 255, 4. / 255, 5. / 255, 6. / 255}, x[6:])
	require.Equal(t, []float64{0, 1}, y)
	require.Zero(t, testing.AllocsPerRun(100, func() { s.Batch([]int{1, 0}, x, y) }))
}

func TestColorImagesCannotBeChangedFromOutside(t *testing.T) {
	s := threeColored(t)
	pixels, label := s.At(1)
	require.Equal(t, byte(200), pixels[0])
	require.Equal(t, 0, label)
	pixels[0] = 9
	s.Labels()[1] = 9
	pixels, label = s.At(1)
	require.Equal(t, byte(200), pixels[0])
	require.Equal(t, 0, label)
}

func TestNewColorImagesErrors(t *testing.T) {
	for _, c := range []struct {
		name                             string
		bytes                            int
		width, height, channels, classes int
		labels                           []int
		want                             string
	}{
		{"too few bytes", 17, 2, 1, 3, 3, []int{0, 1, 2}, "data: images: 17 bytes for 3 labels, want 2 x 1 x 3 a label"},
		{"an image too many", 24, 2, 1, 3, 3, []int{0, 1, 2}, "data: images: 24 bytes for 3 labels, want 2 x 1 x 3 a label"},
		{"label too large", 18, 2, 1, 3, 3, []int{0, 3, 2}, "data: images: label of image 1 is 3, want 0..2"},
		{"negative label", 18, 2, 1, 3, 3, []int{0, 1, -1}, "data: images: label of image 2 is -1, want 0..2"},
		{"no channels", 0, 2, 1, 0, 3, nil, "data: images: 2 x 1 pixels, 0 channels and 3 classes: want at least 1 of each, and no more than memory can address"},
		{"negative sides", 18, -2, -1, 3, 3, []int{0, 1, 2}, "data: images: -2 x -1 pixels, 3 channels and 3 classes: want at least 1 of each, and no more than memory can address"},
		{"no classes", 0, 2, 1, 3, 0, nil, "data: images: 2 x 1 pixels, 3 channels and 0 classes: want at least 1 of each, and no more than memory can address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.NewColorImages(make([]byte, c.bytes), c.width, c.height, c.channels, c.labels, c.classes)
			require.EqualError(t, err, c.want)
		})
	}
	_, err := data.NewColorImages(nil, math.MaxInt, 1, 2, nil, 1)
	require.ErrorContains(t, err, "memory")
}

func TestStandardized(t *testing.T) {
	plain := threeColored(t)
	s := plain.Standardized()
	x, y := make([]float64, 36), make([]float64, 3)
	s.Batch([]int{0, 1, 2}, x, y)
	require.Equal(t, []float64{2, 0, 1}, y)

	mean, deviation := moments(x[:12])
	require.InDelta(t, 0, mean, 1e-12)
	require.InDelta(t, 1, deviation, 1e-12)
	// The deviation of 0..11 is √(143/12).
	require.InDelta(t, -5.5/math.Sqrt(143./12), x[0], 1e-12)

	for _, v := range x[12:24] {
		require.InDelta(t, 0, v, 1e-12, "one colour")
	}
	for i, v := range x[24:] {
		require.InDelta(t, (float64(i%2)-0.5)/255*math.Sqrt(12), v, 1e-12, "little contrast")
	}

	plain.Batch([]int{0, 1, 2}, x, y)
	require.Equal(t, 23./255, x[1], "the images themselves are as they were")
}

func TestColorSubsetAndSplit(t *testing.T) {
	s := threeColored(t)
	some, err := s.Standardized().Subset([]int{2, 2, 0})
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 2}, some.Labels())
	x, y := make([]float64, 12), make([]float64, 1)
	some.Batch([]int{2}, x, y)
	mean, _ := moments(x)
	require.InDelta(t, 0, mean, 1e-12, "a subset stays standardized")

	for _, n := range []int{0, 1, 3} {
		first, rest, err := s.Split(n)
		require.NoError(t, err)
		require.Equal(t, []int{n, 3 - n}, []int{first.Len(), rest.Len()})
		require.Equal(t, s.Labels(), append(first.Labels(), rest.Labels()...))
	}
	_, rest, err := s.Split(1)
	require.NoError(t, err)
	pixels, label := rest.At(0)
	require.Equal(t, byte(200), pixels[0])
	require.Equal(t, 0, label)

	_, err = s.Subset([]int{0, 3})
	require.EqualError(t, err, "data: taking a subset: rows[1] is 3, want 0..2")
	_, _, err = s.Split(4)
	require.ErrorContains(t, err, "the set has 3")
}
