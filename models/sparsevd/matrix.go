package sparsevd

// matrix is a sparse affine map in compressed rows: one row for each output, which holds the inputs that
// it reads, in order, and their weights.
type matrix struct {
	in, out int
	start   []int32   // of each row in column and value, and the end: [out + 1]
	column  []int32   // the inputs
	value   []float32 // their weights
	bias    []float32 // [out]
}

// apply sets y [out] to the map of x [in].
func (m *matrix) apply(y, x []float32) {
	for o := range y {
		sum := m.bias[o]
		lo, hi := m.start[o], m.start[o+1]
		columns, values := m.column[lo:hi], m.value[lo:hi]
		values = values[:len(columns)]
		for k, c := range columns {
			sum += values[k] * x[c]
		}
		y[o] = sum
	}
}

// applyAll sets y [out, n] to the map of n examples, x [in, n]: element by element of a weight, so that
// each weight is read once for all of them.
func (m *matrix) applyAll(y, x []float32, n int) {
	for o := range m.out {
		row := y[o*n : (o+1)*n]
		for i := range row {
			row[i] = m.bias[o]
		}
		for k := m.start[o]; k < m.start[o+1]; k++ {
			addScaled(row, x[int(m.column[k])*n:][:n], m.value[k])
		}
	}
}

// addScaled sets y += a·x.
func addScaled(y, x []float32, a float32) {
	x = x[:len(y)]
	for len(y) >= 4 && len(x) >= 4 {
		y[0] += a * x[0]
		y[1] += a * x[1]
		y[2] += a * x[2]
		y[3] += a * x[3]
		y, x = y[4:], x[4:]
	}
	for i, v := range x {
		y[i] += a * v
	}
}
