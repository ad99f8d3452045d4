package graph_test

import (
	"math/rand/v2"
	"slices"
)

// array is an operand as the definitions read it.
type array struct {
	shape []int
	v     []float64
}

func (a array) at(index ...int) float64 {
	flat := 0
	for i, d := range a.shape {
		flat = flat*d + index[i]
	}
	return a.v[flat]
}

// broadcastAt reads the element that stands at an index of a result by NumPy's rule.
func (a array) broadcastAt(at []int) float64 {
	own := slices.Clone(at[len(at)-len(a.shape):])
	for i, d := range a.shape {
		if d == 1 {
			own[i] = 0
		}
	}
	return a.at(own...)
}

func indexOf(flat int, shape []int) []int {
	at := make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		at[i] = flat % shape[i]
		flat /= shape[i]
	}
	return at
}

// randomShapes returns shapes of n operands that broadcast with each other: fixed ones with scalars
// and axes of length 1 among them, random ones, and one that takes several blocks.
func randomShapes(n int, seed uint64) [][][]int {
	rng := rand.New(rand.NewPCG(seed, 0))
	cases := [][][]int{slices.Repeat([][]int{{}}, n), slices.Repeat([][]int{{1}}, n), slices.Repeat([][]int{{2, 4300}}, n)}
	if n > 1 {
		cases = append(cases, slices.Repeat([][]int{{3, 1}, {1, 4}}, n)[:n], slices.Repeat([][]int{{}, {2, 3}}, n)[:n],
			slices.Repeat([][]int{{2, 1, 3}, {4, 1}}, n)[:n], slices.Repeat([][]int{{6, 2000}, {2000}}, n)[:n])
	}
	for range 4 {
		full := make([]int, 1+rng.IntN(4))
		for i := range full {
			full[i] = 1 + rng.IntN(4)
		}
		operands := make([][]int, n)
		for i := range operands {
			operands[i] = slices.Clone(full[rng.IntN(len(full)+1):])
			for j := range operands[i] {
				if rng.IntN(3) == 0 {
					operands[i][j] = 1
				}
			}
		}
		operands[rng.IntN(n)] = full
		cases = append(cases, operands)
	}
	return cases
}
