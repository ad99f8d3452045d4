package graph

import (
	"fmt"
	"slices"

	"credence/graph/internal/kernel"
)

// reshape gives its operand's memory another shape.
type reshape struct{ shape Shape }

func (r reshape) name() string                 { return "Reshape" }
func (r reshape) String() string               { return fmt.Sprintf("Reshape%v", r.shape) }
func (r reshape) infer([]Shape) (Shape, error) { return r.shape, nil }
func (r reshape) loops(_ []Shape, out Shape) loops {
	return loops{copyLoop[float32](out), copyLoop[float64](out)}
}
func (r reshape) grad(in []*Node, _, dy *Node) []*Node {
	return []*Node{dy.Reshape(in[0].shape...)}
}

func copyLoop[T kernel.Float](s Shape) loop[T] {
	return split(s.Size(), 1, func(c *call[T], lo, hi int) error {
		copy(c.dst[lo:hi], c.in[0][lo:hi])
		return nil
	})
}

// Reshape returns the same elements, in row-major order, under another shape. One length may be -1,
// for whatever is left.
func (x *Node) Reshape(shape ...int) *Node {
	if x.g.err != nil {
		return x
	}
	s, rest, known := Shape(slices.Clone(shape)), -1, 1
	for i, d := range s {
		if d == -1 && rest < 0 {
			rest = i
		} else {
			known *= d
		}
	}
	if rest >= 0 && known > 0 {
		s[rest] = x.shape.Size() / known
	}
	if s.Size() != x.shape.Size() {
		return x.bad("Reshape", fmt.Errorf("cannot become %v", shape))
	}
	if slices.Equal(s, x.shape) {
		return x
	}
	s.check()
	return x.g.apply(reshape{s}, x)
}

// ExpandDims inserts an axis of length 1 before the axis given, -1 meaning at the end.
func (x *Node) ExpandDims(axis int) *Node {
	if axis < 0 {
		axis += len(x.shape) + 1
	}
	if axis < 0 || axis > len(x.shape) {
		return x.bad("ExpandDims", fmt.Errorf("no axis %d", axis))
	}
	return x.Reshape(slices.Insert(slices.Clone(x.shape), axis, 1)...)
}

// Flatten keeps the first axis and folds the others into one.
func (x *Node) Flatten() *Node { return x.Reshape(x.Dim(0), -1) }

// stopGradient is the identity that gradients do not pass.
type stopGradient struct{ reshape }

func (stopGradient) name() string   { return "StopGradient" }
func (stopGradient) String() string { return "StopGradient" }
func (s stopGradient) infer(in []Shape) (Shape, error) {
	return in[0], nil
}
func (stopGradient) grad([]*Node, *Node, *Node) []*Node { return []*Node{nil} }

// StopGradient returns x as a value that no gradient flows through.
func (x *Node) StopGradient() *Node { return x.g.apply(stopGradient{}, x) }

// transpose permutes axes: axis i of the result is axis perm[i] of the operand.
type transpose struct{ perm []int }

func (t transpose) name() string   { return "Transpose" }
func (t transpose) String() string { return fmt.Sprintf("Transpose%v", t.perm) }

func (t transpose) infer(in []Shape) (Shape, error) {
	out, seen := make(Shape, len(t.perm)), map[int]bool{}
	for i, p := range t.perm {
		a, err := in[0].axis(p)
		if err != nil || seen[a] || len(t.perm) != len(in[0]) {
			return nil, fmt.Errorf("%v does not permute its axes", t.perm)
		}
		seen[a] = true
		out[i] = in[0][a]
	}
	return out, nil
}

func (t transpose) loops(in []Shape, out Shape) loops {
	own, st := in[0].strides(), make([]int, len(out))
	for i, p := range t.perm {
		st[i] = own[p]
	}
	return loops{stridedLoop[float32](out, st), stridedLoop[float64](out, st)}
}

func stridedLoop[T kernel.Float](out Shape, strides []int) loop[T] {
	return single(func(c *call[T]) error {
		kernel.CopyStrided(c.dst, c.in[0], out, strides)
		return nil
	})
}

func (t transpose) grad(_ []*Node, _, dy *Node) []*Node {
	inverse := make([]int, len(t.perm))
	for i, p := range t.perm {
		inverse[p] = i
	}
	return []*Node{dy.Transpose(inverse...)}
}

// Transpose permutes the axes: axis i of the result is axis perm[i] of x. Without arguments it
// reverses them.
func (x *Node) Transpose(perm ...int) *Node {
	p := make([]int, len(perm), max(len(perm), len(x.shape)))
	for i, a := range perm {
		p[i] = a
		if a < 0 {
			p[i] += len(x.shape)
		}
	}
	if len(perm) == 0 {
		for i := range x.shape {
			p = append(p, len(x.shape)-1-i)
		}
	}
	if len(p) == len(x.shape) && slices.Equal(p, identity(len(p))) {
		return x
	}
	return x.g.apply(transpose{p}, x)
}

func identity(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}

// repeat broadcasts its operand to a shape.
type repeat struct{ shape Shape }

func (r repeat) name() string   { return "Broadcast" }
func (r repeat) String() string { return fmt.Sprintf("Broadcast%v", r.shape) }

func (r repeat) infer(in []Shape) (Shape, error) {
	if s, err := broadcast(in[0], r.shape); err != nil || !slices.Equal(s, r.shape) {
		return nil, fmt.Errorf("does not broadcast to %v", r.shape)
	}
	return r.shape, nil
}

func (r repeat) loops(in []Shape, out Shape) loops {
	st := in[0].stridesIn(out)
	return loops{stridedLoop[float32](out, st), stridedLoop[float64](out, st)}
}

func (r repeat) grad(in []*Node, _, dy *Node) []*Node { return []*Node{dy.sumTo(in[0].shape)} }

// Broadcast repeats x to the given shape by NumPy's rule.
func (x *Node) Broadcast(shape ...int) *Node {
	s := Shape(slices.Clone(shape))
	s.check()
	if slices.Equal(s, x.shape) {
		return x
	}
	return x.g.apply(repeat{s}, x)
}

// zeros returns an array of x's shape without x's value.
func (x *Node) zeros() *Node { return x.g.Const(0).Broadcast(x.shape...) }
