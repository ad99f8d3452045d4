package data

import "iter"

// InOrder goes through the examples of a set in their order, in batches of one size, as a program takes
// them: it yields the inputs of a batch, row-major, and how many of its examples are the set's. The last
// batch is filled up with its last example. The inputs are valid until the next batch; targets are not given.
func InOrder(set Set, size int) iter.Seq2[[]float64, int] {
	return func(yield func(x []float64, taken int) bool) {
		rows := make([]int, size)
		x, y := make([]float64, size*elements(set.XShape())), make([]float64, size*elements(set.YShape()))
		for at := 0; at < set.Len(); at += size {
			taken := min(size, set.Len()-at)
			for i := range rows {
				rows[i] = at + min(i, taken-1)
			}
			set.Batch(rows, x, y)
			if !yield(x, taken) {
				return
			}
		}
	}
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
