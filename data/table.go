package data

import (
	"fmt"
	"math"
	"slices"
)

// Table is a set of rows of numbers with real targets, for regression, or class labels.
// XShape is [columns]; YShape is [targets], or [] for labels.
// A Table never changes and is safe for concurrent use.
type Table struct {
	x, y    [][]float64
	in, out int
	classes int // 0 for real targets
}

var _ Labeled = (*Table)(nil)

// NewTable returns a table of inputs x and real targets y, a row an example; it copies both. An empty table,
// rows of different lengths, and NaN or infinite numbers are errors that name the row and column, from 0.
func NewTable(x, y [][]float64) (*Table, error) {
	if len(x) == 0 || len(x) != len(y) {
		return nil, fmt.Errorf("data: a table of %d rows of x and %d of y: want the same number, at least 1", len(x), len(y))
	}
	t := &Table{in: len(x[0]), out: len(y[0])}
	var err error
	if t.x, err = denseCopy("x", x); err != nil {
		return nil, err
	}
	if t.y, err = denseCopy("y", y); err != nil {
		return nil, err
	}
	return t, nil
}

// NewLabeledTable returns a table of inputs x and labels in 0..classes-1; errors are those of [NewTable] and
// a label out of range.
func NewLabeledTable(x [][]float64, labels []int, classes int) (*Table, error) {
	y := make([][]float64, len(labels))
	for i, label := range labels {
		if label < 0 || label >= classes {
			return nil, fmt.Errorf("data: label of row %d is %d, want 0..%d", i, label, classes-1)
		}
		y[i] = []float64{float64(label)}
	}
	t, err := NewTable(x, y)
	if err != nil {
		return nil, err
	}
	t.classes = classes
	return t, nil
}

// denseCopy copies rows, all as long as the first and finite, into one piece of memory.
func denseCopy(name string, rows [][]float64) ([][]float64, error) {
	columns := len(rows[0])
	if columns == 0 {
		return nil, fmt.Errorf("data: table: %s has no columns", name)
	}
	flat := make([]float64, 0, len(rows)*columns)
	for i, row := range rows {
		if len(row) != columns {
			return nil, fmt.Errorf("data: table: %s row %d has %d columns, want %d as in row 0", name, i, len(row), columns)
		}
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("data: table: %s row %d, column %d is %g, want a finite number", name, i, j, v)
			}
		}
		flat = append(flat, row...)
	}
	return slices.Collect(slices.Chunk(flat, columns)), nil
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.x) }

// XShape returns [columns].
func (t *Table) XShape() []int { return []int{t.in} }

// YShape returns [targets], or [] when the targets are labels.
func (t *Table) YShape() []int {
	if t.classes > 0 {
		return []int{}
	}
	return []int{t.out}
}

// Classes returns the number of classes, 0 when the targets are real numbers.
func (t *Table) Classes() int { return t.classes }

// Labels returns a new slice of every row's label, nil when the targets are real numbers.
func (t *Table) Labels() []int {
	if t.classes == 0 {
		return nil
	}
	labels := make([]int, len(t.y))
	for i, y := range t.y {
		labels[i] = int(y[0])
	}
	return labels
}

// At returns copies of the inputs and targets of row i. It panics when i is out of range.
func (t *Table) At(i int) (x, y []float64) {
	return slices.Clone(t.x[i]), slices.Clone(t.y[i])
}

// Batch writes inputs to x [len(rows), columns] and targets to y [len(rows), targets]; see [Set].
func (t *Table) Batch(rows []int, x, y []float64) {
	checkBuffers(len(rows), x, t.in, y, t.out)
	for i, row := range rows {
		copy(x[i*t.in:], t.x[row])
		copy(y[i*t.out:], t.y[row])
	}
}

// Subset returns the rows at rows, in that order, sharing numbers with t. A row may be repeated;
// one out of range is an error.
func (t *Table) Subset(rows []int) (*Table, error) {
	x, err := pick(t.x, rows)
	if err != nil {
		return nil, err
	}
	y, err := pick(t.y, rows)
	if err != nil {
		return nil, err
	}
	return &Table{x: x, y: y, in: t.in, out: t.out, classes: t.classes}, nil
}

// Split returns the first n rows and the rest. An n outside 0..Len is an error.
func (t *Table) Split(n int) (first, rest *Table, err error) {
	if err := checkSplit(n, t.Len()); err != nil {
		return nil, nil, err
	}
	first, rest = new(Table), new(Table)
	*first, *rest = *t, *t
	first.x, rest.x = t.x[:n:n], t.x[n:]
	first.y, rest.y = t.y[:n:n], t.y[n:]
	return first, rest, nil
}
