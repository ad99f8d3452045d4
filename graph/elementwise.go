package graph

import (
	"strconv"
	"strings"

	"credence/graph/internal/kernel"
)

// elementwise is a function of one to three numbers, applied to each element of its broadcast
// operands. Each is one literal, in the method of Node that users know it by.
type elementwise struct {
	label string
	attr  []float64
	f32   mapper[float32]
	f64   mapper[float64]
	// d returns the gradient with respect to each operand in the shape of the result; nil for none.
	d func(in []*Node, out, dy *Node) []*Node
}

// mapper applies a function to a stretch of elements: each operand is as long as dst, or a single
// element for all.
type mapper[T kernel.Float] func(dst []T, in *[3][]T)

// of1, of2 and of3 take the kernels of a function of one, two and three operands.
func of1[T kernel.Float](f func(dst, x []T)) mapper[T] {
	return func(dst []T, in *[3][]T) { f(dst, in[0]) }
}

func of2[T kernel.Float](f func(dst, a, b []T)) mapper[T] {
	return func(dst []T, in *[3][]T) { f(dst, in[0], in[1]) }
}

func of3[T kernel.Float](f func(dst, a, b, c []T)) mapper[T] {
	return func(dst []T, in *[3][]T) { f(dst, in[0], in[1], in[2]) }
}

func (f elementwise) name() string { return f.label }
func (f elementwise) inPlace()     {}

func (f elementwise) String() string {
	if len(f.attr) == 0 {
		return f.label
	}
	s := make([]string, len(f.attr))
	for i, a := range f.attr {
		s[i] = strconv.FormatFloat(a, 'g', -1, 64)
	}
	return f.label + "(" + strings.Join(s, ", ") + ")"
}

func (f elementwise) infer(in []Shape) (Shape, error) { return broadcast(in...) }

func (f elementwise) loops(in []Shape, out Shape) loops {
	return loops{mapLoop(f.f32, in, out), mapLoop(f.f64, in, out)}
}

func (f elementwise) grad(in []*Node, out, dy *Node) []*Node {
	if f.d == nil {
		return make([]*Node, len(in))
	}
	ds := f.d(in, out, dy)
	for i, d := range ds {
		if d != nil {
			ds[i] = d.sumTo(in[i].shape)
		}
	}
	return ds
}

// on applies the function to operands of one graph.
func (f elementwise) on(operands ...*Node) *Node { return operands[0].g.apply(f, operands...) }

// mapLoop applies f over the broadcast operands. Where no operand repeats, or a scalar does, the
// whole array is one row; else the rows are the longest stretches along which each operand either
// advances element by element or stands still.
func mapLoop[T kernel.Float](f mapper[T], in []Shape, out Shape) loop[T] {
	rows := rowsOf(in, out)
	if rows.outer == 1 {
		return split(rows.inner, 1, func(c *call[T], lo, hi int) error {
			for i, s := range rows.step {
				c.part[i] = c.in[i][lo*s : (hi-1)*s+1]
			}
			f(c.dst[lo:hi], &c.part)
			return nil
		})
	}
	return split(rows.outer, rows.inner, func(c *call[T], lo, hi int) error {
		for r := lo; r < hi; r++ {
			for i, s := range rows.step {
				off := rows.offset(i, r)
				c.part[i] = c.in[i][off : off+(rows.inner-1)*s+1]
			}
			f(c.dst[r*rows.inner:(r+1)*rows.inner], &c.part)
		}
		return nil
	})
}

// rowPlan says how operands are read along the rows of a result.
type rowPlan struct {
	outer, inner int
	dims         []int   // the axes that count the rows
	strides      [][]int // of each operand, along dims
	step         []int   // of each operand within a row: 1 or 0
}

func rowsOf(in []Shape, out Shape) *rowPlan {
	p := &rowPlan{inner: 1, step: make([]int, len(in)), strides: make([][]int, len(in))}
	all := make([][]int, len(in))
	for i, s := range in {
		all[i] = s.stridesIn(out)
	}
	axis := len(out)
	for axis > 0 && (out[axis-1] == 1 || p.extends(all, axis-1)) {
		axis--
		if out[axis] > 1 {
			p.inner *= out[axis]
		}
	}
	p.dims, p.outer = out[:axis], out[:axis].Size()
	for i := range in {
		p.strides[i] = all[i][:axis]
	}
	return p
}

// extends reports whether the row can take in this axis too, and fixes the steps at the first.
func (p *rowPlan) extends(strides [][]int, axis int) bool {
	for i, st := range strides {
		if p.inner > 1 && st[axis] != p.step[i]*p.inner {
			return false
		}
	}
	if p.inner == 1 {
		for i, st := range strides {
			p.step[i] = st[axis]
		}
	}
	return true
}

// offset returns where row r of operand i begins.
func (p *rowPlan) offset(i, r int) int {
	off := 0
	for a := len(p.dims) - 1; a >= 0; a-- {
		off += r % p.dims[a] * p.strides[i][a]
		r /= p.dims[a]
	}
	return off
}

// sumTo undoes broadcasting: it sums x over the axes along which an array of the given shape was repeated.
func (x *Node) sumTo(shape Shape) *Node {
	pad := len(x.shape) - len(shape)
	if pad < 0 {
		return x
	}
	var repeated []int
	for i, d := range x.shape {
		if i < pad || shape[i-pad] == 1 && d != 1 {
			repeated = append(repeated, i)
		}
	}
	if len(repeated) > 0 {
		x = x.Sum(repeated...)
	}
	return x.Reshape(shape...)
}
