package data

import "slices"

// labelled are images' pixels, a slice each, and their labels.
type labelled struct {
	pixels [][]byte
	labels []int
}

// newLabelled cuts pixels into images of so many bytes.
func newLabelled(pixels []byte, size int, labels []int) labelled {
	return labelled{slices.AppendSeq(make([][]byte, 0, len(labels)), slices.Chunk(pixels, size)), slices.Clone(labels)}
}

// pick returns the images at rows, sharing pixels with l.
func (l labelled) pick(rows []int) (some labelled, err error) {
	if some.pixels, err = pick(l.pixels, rows); err != nil {
		return labelled{}, err
	}
	some.labels, err = pick(l.labels, rows)
	return some, err
}

// split returns the first n images and the rest, sharing pixels with l.
func (l labelled) split(n int) (first, rest labelled, err error) {
	if err := checkSplit(n, len(l.labels)); err != nil {
		return labelled{}, labelled{}, err
	}
	return labelled{l.pixels[:n:n], l.labels[:n:n]}, labelled{l.pixels[n:], l.labels[n:]}, nil
}
