package data

import (
	"fmt"
	"math"
	"slices"
)

// Images is a set of labelled greyscale images of one size, an example being pixels and a class.
// Inputs are flat, XShape [height·width], row by row from the top; targets are scalar labels, YShape [].
// A pixel enters a batch divided by 255, hence in [0, 1], unless [Images.Scaled] says otherwise.
// An Images never changes and is safe for concurrent use.
type Images struct {
	width, height, classes int
	labelled
	value *[256]float64 // what a pixel's byte becomes in a batch
}

var _ Labeled = (*Images)(nil)

// NewImages returns the images whose pixels lie one after the other in pixels, [len(labels), height, width].
// It keeps pixels, which must not change afterwards. A length that does not fit the labels
// and a label outside 0..classes-1 are errors.
func NewImages(pixels []byte, width, height int, labels []int, classes int) (*Images, error) {
	s, err := newImages(pixels, width, height, labels, classes)
	if err != nil {
		return nil, fmt.Errorf("data: images: %w", err)
	}
	return s, nil
}

func newImages(pixels []byte, width, height int, labels []int, classes int) (*Images, error) {
	size, ok := product([]int{max(width, 0), max(height, 0)})
	if !ok || size == 0 || classes < 1 {
		return nil, fmt.Errorf("%d x %d pixels and %d classes: want at least 1 of each, and no more than memory can address",
			width, height, classes)
	}
	if len(pixels)%size != 0 || len(pixels)/size != len(labels) {
		return nil, fmt.Errorf("%d pixels for %d labels, want %d x %d a label", len(pixels), len(labels), width, height)
	}
	if err := checkLabels(labels, classes); err != nil {
		return nil, err
	}
	return &Images{
		width: width, height: height, classes: classes,
		labelled: newLabelled(pixels, size, labels),
		value:    pixelValues(255),
	}, nil
}

func checkLabels(labels []int, classes int) error {
	for i, label := range labels {
		if label < 0 || label >= classes {
			return fmt.Errorf("label of image %d is %d, want 0..%d", i, label, classes-1)
		}
	}
	return nil
}

// Scaled returns the same images with pixels divided by divisor in a batch: 255 puts them in [0, 1],
// and 126 is the choice of Blundell et al. 2015, section 5.1 (https://arxiv.org/abs/1505.05424).
// It panics unless divisor is positive and finite.
func (s *Images) Scaled(divisor float64) *Images {
	if !(divisor > 0) || math.IsInf(divisor, 1) {
		panic(fmt.Sprintf("data: Images.Scaled(%g): the divisor must be positive and finite", divisor))
	}
	scaled := *s
	scaled.value = pixelValues(divisor)
	return &scaled
}

func pixelValues(divisor float64) *[256]float64 {
	var value [256]float64
	for i := range value {
		value[i] = float64(i) / divisor
	}
	return &value
}

// Len returns the number of images.
func (s *Images) Len() int { return len(s.labels) }

// XShape returns [height·width].
func (s *Images) XShape() []int { return []int{s.height * s.width} }

// YShape returns [], a scalar label.
func (s *Images) YShape() []int { return []int{} }

// Classes returns the number of classes.
func (s *Images) Classes() int { return s.classes }

// Width returns an image's width in pixels.
func (s *Images) Width() int { return s.width }

// Height returns an image's height in pixels.
func (s *Images) Height() int { return s.height }

// Labels returns a new slice of the labels of all images.
func (s *Images) Labels() []int { return slices.Clone(s.labels) }

// At returns a copy of the pixels of image i, [height, width], 0 being MNIST's background, and its label.
// It panics when i is out of range.
func (s *Images) At(i int) (pixels []byte, label int) {
	return slices.Clone(s.pixels[i]), s.labels[i]
}

// Batch writes images, scaled, to x [len(rows), height·width] and labels to y [len(rows)]; see [Set].
func (s *Images) Batch(rows []int, x, y []float64) {
	size := s.width * s.height
	checkBuffers(len(rows), x, size, y, 1)
	for i, row := range rows {
		y[i] = float64(s.labels[row])
		image := s.pixels[row]
		for j, p := range image {
			x[i*size+j] = s.value[p]
		}
	}
}

// Subset returns the images at rows, in that order, sharing pixels with s. A row may be repeated;
// one out of range is an error.
func (s *Images) Subset(rows []int) (*Images, error) {
	subset := *s
	var err error
	if subset.labelled, err = s.pick(rows); err != nil {
		return nil, err
	}
	return &subset, nil
}

// Split returns the first n images and the rest, sharing pixels with s. MNIST's 60,000 training images
// are usually split 50,000 to train and 10,000 to validate. An n outside 0..Len is an error.
func (s *Images) Split(n int) (first, rest *Images, err error) {
	a, b := *s, *s
	if a.labelled, b.labelled, err = s.split(n); err != nil {
		return nil, nil, err
	}
	return &a, &b, nil
}
