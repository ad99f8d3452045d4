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
// element for all. Operands that the function does not take are nil.
type mapper[T kernel.Float] func(dst, a, b, c []T)

// mapperOf returns the function in one precision.
func mapperOf[T kernel.Float](f elementwise) mapper[T] {
	if direct := kernel.Direct(f.label); direct != nil {
		if m, ok := any(mapper[float32](direct)).(mapper[T]); ok {
			return m
		}
	}
	if m, ok := any(f.f32).(mapper[T]); ok {
		return m
	}
	return any(f.f64).(mapper[T])
}

// of1, of2 and of3 take the kernels of a function of one, two and three operands.
func of1[T kernel.Float](f func(dst, x []T)) mapper[T] {
	return func(dst, a, _, _ []T) { f(dst, a) }
}

func of2[T kernel.Float](f func(dst, a, b []T)) mapper[T] {
	return func(dst, a, b, _ []T) { f(dst, a, b) }
}

func of3[T kernel.Float](f func(dst, a, b, c []T)) mapper[T] { return f }

func (f elementwise) name() string { return f.label }

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

func (f elementwise) loops(in []Shape, out Shape) loops { return loopOver(f, out.Size(), in, out) }

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
