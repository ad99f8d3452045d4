// Package data holds data sets and cuts them into minibatches: MNIST (embedded), images in IDX files, and tables of numbers.
//
// A [Set] gathers any choice of its rows into buffers that the caller owns, as float64, so that a training
// loop allocates nothing and nothing here depends on the precision a graph runs in.
package data

import "fmt"

// Set is a sequence of examples, each an input x and a target y of fixed shapes.
type Set interface {
	// Len returns the number of examples.
	Len() int
	// XShape returns the shape of one input; a batch of n has shape [n, XShape...].
	XShape() []int
	// YShape returns the shape of one target, []int{} for a scalar such as a class label.
	YShape() []int
	// Batch writes the inputs and targets of rows, in that order, to x and y, row-major. It panics unless
	// x and y hold exactly len(rows) inputs and targets, and when a row is out of range. It does not allocate,
	// but for goroutines that share its work.
	Batch(rows []int, x, y []float64)
}

// Labeled is a Set that may have class labels for targets.
type Labeled interface {
	Set
	// Classes returns the number of classes: a label is an exact integer in 0..Classes()-1.
	// It is 0 when the targets are real numbers.
	Classes() int
	// Labels returns a new slice of every example's label, nil when Classes is 0.
	Labels() []int
}

// Varying is a Set whose inputs are others in each epoch, as those of [Augmented] images are. Training takes epoch e,
// from 0, from InEpoch(e); a set made of others passes the question on.
type Varying interface {
	Set
	// InEpoch returns the set of epoch e: with as many examples of the same shapes, their contents a function
	// of e and the row only, so that training that is resumed sees what it would have seen.
	InEpoch(e int) Set
}

// InEpoch returns a set as epoch e has it: the set itself unless it is Varying.
func InEpoch(s Set, e int) Set {
	if v, ok := s.(Varying); ok {
		return v.InEpoch(e)
	}
	return s
}

// pick returns the elements of list at rows, or an error when a row is out of range.
func pick[T any](list []T, rows []int) ([]T, error) {
	out := make([]T, len(rows))
	for i, row := range rows {
		if row < 0 || row >= len(list) {
			return nil, fmt.Errorf("data: taking a subset: rows[%d] is %d, want 0..%d", i, row, len(list)-1)
		}
		out[i] = list[row]
	}
	return out, nil
}

// checkSplit returns an error unless a set of length rows has n first rows.
func checkSplit(n, length int) error {
	if n < 0 || n > length {
		return fmt.Errorf("data: splitting off the first %d rows: the set has %d", n, length)
	}
	return nil
}

// checkBuffers panics unless x and y have room for exactly n inputs and targets of the given sizes.
func checkBuffers(n int, x []float64, xSize int, y []float64, ySize int) {
	if len(x) != n*xSize || len(y) != n*ySize {
		panic(fmt.Sprintf("data: Batch of %d rows: buffers of %d and %d, want %d and %d",
			n, len(x), len(y), n*xSize, n*ySize))
	}
}
