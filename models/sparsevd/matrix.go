package sparsevd

import "gonum.org/v1/gonum/blas/gonum"

// matrix is a sparse affine map in compressed rows: one row for each output, which holds the inputs that
// it reads, in order, and their weights.
type matrix struct {
	in, out int
	start   []int32   // of each row in column and value, and the end: [out + 1]
	column  []uint16  // the inputs
	value   []float32 // their weights
	bias    []float32 // [out]
}

// maxInputs is how many inputs a column can name.
const maxInputs = 1 << 16

// apply sets y [out] to the map of x [in], by two sums for each output that do not wait for one another.
func (m *matrix) apply(y, x []float32) {
	k := 0
	for o := range y {
		end := int(m.start[o+1])
		columns, values := m.column[:end], m.value[:end]
		even, odd := m.bias[o], float32(0)
		for ; k+1 < len(columns) && k+1 < len(values); k += 2 {
			even += values[k] * x[columns[k]]
			odd += values[k+1] * x[columns[k+1]]
		}
		if k < end {
			even += values[k] * x[columns[k]]
			k++
		}
		y[o] = even + odd
	}
}

// applyAll sets y [out, n] to the map of n examples, x [in, n]: weight by weight, so that each is read
// once for all of them.
func (m *matrix) applyAll(y, x []float32, n int) {
	for o := range m.out {
		row := y[o*n : (o+1)*n]
		for i := range row {
			row[i] = m.bias[o]
		}
		for k := m.start[o]; k < m.start[o+1]; k++ {
			vectors.Saxpy(n, m.value[k], x[int(m.column[k])*n:], 1, row, 1)
		}
	}
}

var vectors gonum.Implementation
