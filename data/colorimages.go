package data

import (
	"fmt"
	"math"
	"slices"
)

// ColorImages is a set of labelled images of one size and several channels, an example being pixels and a class.
// Inputs are XShape [height, width, channels], from the top, a pixel's channels side by side; targets are scalar
// labels, YShape []. A pixel enters a batch divided by 255, hence in [0, 1], unless [ColorImages.Standardized]
// says otherwise. A ColorImages never changes and is safe for concurrent use.
type ColorImages struct {
	width, height, channels, classes int
	labelled                         // an image's pixels are [height, width, channels]
	standardized                     bool
}

var _ Labeled = (*ColorImages)(nil)

// NewColorImages returns the images whose pixels lie one after the other in pixels,
// [len(labels), height, width, channels]. It keeps pixels, which must not change afterwards. A length that does
// not fit the labels and a label outside 0..classes-1 are errors.
func NewColorImages(pixels []byte, width, height, channels int, labels []int, classes int) (*ColorImages, error) {
	s, err := newColorImages(pixels, width, height, channels, labels, classes)
	if err != nil {
		return nil, fmt.Errorf("data: images: %w", err)
	}
	return s, nil
}

func newColorImages(pixels []byte, width, height, channels int, labels []int, classes int) (*ColorImages, error) {
	size, ok := product([]int{max(width, 0), max(height, 0), max(channels, 0)})
	if !ok || size == 0 || classes < 1 {
		return nil, fmt.Errorf("%d x %d pixels, %d channels and %d classes: want at least 1 of each, and no more than memory can address",
			width, height, channels, classes)
	}
	if len(pixels)%size != 0 || len(pixels)/size != len(labels) {
		return nil, fmt.Errorf("%d bytes for %d labels, want %d x %d x %d a label", len(pixels), len(labels), width, height, channels)
	}
	if err := checkLabels(labels, classes); err != nil {
		return nil, err
	}
	return &ColorImages{
		width: width, height: height, channels: channels, classes: classes,
		labelled: newLabelled(pixels, size, labels),
	}, nil
}

// Standardized returns the same images where each, when it enters a batch, is less its own mean and divided by
// its own standard deviation, both over all its n = height·width·channels values in [0, 1]. A deviation below 1/√n
// counts as 1/√n, so that an image of one colour becomes zeros. TensorFlow's per_image_standardization does the
// same (https://www.tensorflow.org/api_docs/python/tf/image/per_image_standardization).
func (s *ColorImages) Standardized() *ColorImages {
	standardized := *s
	standardized.standardized = true
	return &standardized
}

// Len returns the number of images.
func (s *ColorImages) Len() int { return len(s.labels) }

// XShape returns [height, width, channels].
func (s *ColorImages) XShape() []int { return []int{s.height, s.width, s.channels} }

// YShape returns [], a scalar label.
func (s *ColorImages) YShape() []int { return []int{} }

// Classes returns the number of classes.
func (s *ColorImages) Classes() int { return s.classes }

// Labels returns a new slice of the labels of all images.
func (s *ColorImages) Labels() []int { return slices.Clone(s.labels) }

// At returns a copy of the pixels of image i, [height, width, channels] in 0..255, and its label.
// It panics when i is out of range.
func (s *ColorImages) At(i int) (pixels []byte, label int) {
	return slices.Clone(s.pixels[i]), s.labels[i]
}

// Batch writes images to x [len(rows), height, width, channels] and labels to y [len(rows)]; see [Set].
func (s *ColorImages) Batch(rows []int, x, y []float64) {
	size := s.size()
	checkBuffers(len(rows), x, size, y, 1)
	for i, row := range rows {
		y[i] = float64(s.labels[row])
		s.write(row, view{}, x[i*size:(i+1)*size])
	}
}

// size returns the number of values of an image.
func (s *ColorImages) size() int { return s.height * s.width * s.channels }

// view is what is seen of an image in a plane of zeros: a window of the image's size, its corner down and right of
// the image's, maybe mirrored left to right. The zero view is the image.
type view struct {
	down, right int
	mirrored    bool
}

// write writes a view of image row to x [height, width, channels].
func (s *ColorImages) write(row int, v view, x []float64) {
	image := s.pixels[row]
	for i := range s.height * s.width {
		out := x[i*s.channels : (i+1)*s.channels]
		r, c := i/s.width, i%s.width
		if v.mirrored {
			c = s.width - 1 - c
		}
		r, c = r+v.down, c+v.right
		if r < 0 || r >= s.height || c < 0 || c >= s.width {
			clear(out)
			continue
		}
		pixel := image[(r*s.width+c)*s.channels:]
		for k := range out {
			out[k] = float64(pixel[k]) / 255
		}
	}
	if s.standardized {
		standardize(x)
	}
}

// standardize gives x the mean 0 and, unless it was below 1/√len(x), the standard deviation 1.
func standardize(x []float64) {
	n := float64(len(x))
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	mean := sum / n
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	deviation := max(math.Sqrt(squares/n), 1/math.Sqrt(n))
	for i, v := range x {
		x[i] = (v - mean) / deviation
	}
}

// Subset returns the images at rows, in that order, sharing pixels with s. A row may be repeated;
// one out of range is an error.
func (s *ColorImages) Subset(rows []int) (*ColorImages, error) {
	subset := *s
	var err error
	if subset.labelled, err = s.pick(rows); err != nil {
		return nil, err
	}
	return &subset, nil
}

// Split returns the first n images and the rest, sharing pixels with s. An n outside 0..Len is an error.
func (s *ColorImages) Split(n int) (first, rest *ColorImages, err error) {
	a, b := *s, *s
	if a.labelled, b.labelled, err = s.split(n); err != nil {
		return nil, nil, err
	}
	return &a, &b, nil
}
