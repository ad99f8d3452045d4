package kernel

import "fmt"

// IndexError reports an element of an index operand that is not an integer in [0, N).
type IndexError struct {
	Value    float64
	Position int // in the index operand
	N        int // the length of the indexed axis
}

func (e *IndexError) Error() string {
	return fmt.Sprintf("index %v at position %d is not an integer in [0, %d)", e.Value, e.Position, e.N)
}

// checkIndices returns an *IndexError for the first element that is not an integer in [0, n).
func checkIndices[T Float](idx []T, n int) error {
	for p, v := range idx {
		// The conversion to int is safe only where the comparisons before it hold.
		if !(v >= 0 && float64(v) < float64(n) && T(int(v)) == v) {
			return &IndexError{Value: float64(v), Position: p, N: n}
		}
	}
	return nil
}

// Gather picks along the middle axis: x [outer, n, inner], dst [outer, len(idx), inner].
// An idx that is not an integer in [0, n) is an *IndexError, and dst is then untouched.
func Gather[T Float](dst, x, idx []T, outer, n, inner int) error {
	if err := checkIndices(idx, n); err != nil {
		return err
	}
	for o := range outer {
		slab := x[o*n*inner : (o+1)*n*inner]
		for p, v := range idx {
			copy(dst[(o*len(idx)+p)*inner:][:inner], slab[int(v)*inner:][:inner])
		}
	}
	return nil
}

// ScatterAdd is the gradient of Gather: dst [outer, n, inner] is 0, and then gets each of
// dy [outer, len(idx), inner] added at its index, in the order of idx. Errors are those of Gather.
func ScatterAdd[T Float](dst, dy, idx []T, outer, n, inner int) error {
	if err := checkIndices(idx, n); err != nil {
		return err
	}
	clear(dst[:outer*n*inner])
	for o := range outer {
		slab := dst[o*n*inner : (o+1)*n*inner]
		for p, v := range idx {
			row := slab[int(v)*inner:][:inner]
			binary(opAdd, row, row, dy[(o*len(idx)+p)*inner:][:inner])
		}
	}
	return nil
}

// Pick sets dst[r] = x[r, idx[r]] for x [rows, k]. An idx that is not an integer in [0, k) is an
// *IndexError, and dst is then untouched.
func Pick[T Float](dst, x, idx []T, rows, k int) error {
	if err := checkIndices(idx[:rows], k); err != nil {
		return err
	}
	for r := range dst[:rows] {
		dst[r] = x[r*k+int(idx[r])]
	}
	return nil
}

// OneHot sets dst [len(idx), k] to 1 at each row's index and 0 elsewhere. An idx that is not an
// integer in [0, k) is an *IndexError, and dst is then untouched.
func OneHot[T Float](dst, idx []T, k int) error {
	if err := checkIndices(idx, k); err != nil {
		return err
	}
	clear(dst[:len(idx)*k])
	for r, v := range idx {
		dst[r*k+int(v)] = 1
	}
	return nil
}
