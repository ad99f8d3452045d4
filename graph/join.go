package graph

import (
	"fmt"
	"slices"

	"credence/graph/internal/kernel"
)

// section takes or, in its gradient pad, places the stretch [lo, hi) of an axis.
type section struct{ axis, lo, hi int }

func (s section) name() string { return "Slice" }
func (s section) String() string {
	return fmt.Sprintf("Slice[%d, %d:%d]", s.axis, s.lo, s.hi)
}

func (s section) infer(in []Shape) (Shape, error) {
	if s.lo < 0 || s.hi > in[0][s.axis] || s.lo >= s.hi {
		return nil, fmt.Errorf("axis %d has no stretch [%d, %d)", s.axis, s.lo, s.hi)
	}
	out := slices.Clone(in[0])
	out[s.axis] = s.hi - s.lo
	return out, nil
}

func (s section) loops(in []Shape, _ Shape) loops {
	outer, n, inner := in[0].fold(s.axis, s.axis+1)
	return loops{sliceLoop[float32](s, outer, n, inner), sliceLoop[float64](s, outer, n, inner)}
}

func sliceLoop[T kernel.Float](s section, outer, n, inner int) loop[T] {
	return single(func(c *call[T]) error {
		kernel.SliceAxis(c.dst, c.in[0], outer, n, inner, s.lo, s.hi)
		return nil
	})
}

func (s section) grad(in []*Node, _, dy *Node) []*Node {
	return []*Node{dy.g.apply(pad{s, in[0].shape[s.axis]}, dy)}
}

// Slice returns the elements from lo up to hi along the axis.
func (x *Node) Slice(axis, lo, hi int) *Node {
	a, err := x.shape.axis(axis)
	if err != nil {
		return x.bad("Slice", err)
	}
	return x.g.apply(section{a, lo, hi}, x)
}

// pad is zero along an axis of length n but for the stretch of section, which is its operand.
type pad struct {
	section
	n int
}

func (p pad) name() string { return "Pad" }
func (p pad) String() string {
	return fmt.Sprintf("Pad[%d, %d:%d of %d]", p.axis, p.lo, p.hi, p.n)
}

func (p pad) infer(in []Shape) (Shape, error) {
	out := slices.Clone(in[0])
	out[p.axis] = p.n
	return out, nil
}

func (p pad) loops(_ []Shape, out Shape) loops {
	outer, n, inner := out.fold(p.axis, p.axis+1)
	return loops{padLoop[float32](p, outer, n, inner), padLoop[float64](p, outer, n, inner)}
}

func padLoop[T kernel.Float](p pad, outer, n, inner int) loop[T] {
	return single(func(c *call[T]) error {
		kernel.PadAxis(c.dst, c.in[0], outer, n, inner, p.lo, p.hi)
		return nil
	})
}

func (p pad) grad(_ []*Node, _, dy *Node) []*Node {
	return []*Node{dy.Slice(p.axis, p.lo, p.hi)}
}

// concat joins its operands along an axis.
type concat struct{ axis int }

func (c concat) name() string   { return "Concat" }
func (c concat) String() string { return fmt.Sprintf("Concat[%d]", c.axis) }

func (c concat) infer(in []Shape) (Shape, error) {
	out := slices.Clone(in[0])
	for _, s := range in[1:] {
		if len(s) != len(out) {
			return nil, fmt.Errorf("ranks differ")
		}
		for i := range s {
			switch {
			case i == c.axis:
				out[i] += s[i]
			case s[i] != out[i]:
				return nil, fmt.Errorf("lengths of axis %d differ", i)
			}
		}
	}
	return out, nil
}

func (c concat) loops(in []Shape, out Shape) loops {
	return loops{concatLoop[float32](c.axis, in, out), concatLoop[float64](c.axis, in, out)}
}

func concatLoop[T kernel.Float](axis int, in []Shape, out Shape) loop[T] {
	outer, total, inner := out.fold(axis, axis+1)
	return single(func(c *call[T]) error {
		at := 0
		for i, s := range in {
			kernel.ConcatAxis(c.dst, c.in[i], outer, total, inner, at, s[axis])
			at += s[axis]
		}
		return nil
	})
}

func (c concat) grad(in []*Node, _, dy *Node) []*Node {
	ds, at := make([]*Node, len(in)), 0
	for i, x := range in {
		ds[i] = dy.Slice(c.axis, at, at+x.shape[c.axis])
		at += x.shape[c.axis]
	}
	return ds
}

// Concat joins nodes, which agree in all other axes, along an axis. It panics without nodes.
func Concat(axis int, nodes ...*Node) *Node {
	if len(nodes) == 0 {
		panic("graph: Concat of nothing")
	}
	x := nodes[0]
	a, err := x.shape.axis(axis)
	if err != nil {
		return x.bad("Concat", err)
	}
	if len(nodes) == 1 {
		return x
	}
	return x.g.apply(concat{a}, nodes...)
}

// Stack joins nodes of one shape along a new axis. It panics without nodes.
func Stack(axis int, nodes ...*Node) *Node {
	expanded := make([]*Node, len(nodes))
	for i, n := range nodes {
		expanded[i] = n.ExpandDims(axis)
	}
	if axis < 0 {
		axis += len(expanded[0].shape)
	}
	return Concat(axis, expanded...)
}

// flip reverses an axis.
type flip struct{ axis int }

func (f flip) name() string                    { return "Flip" }
func (f flip) String() string                  { return fmt.Sprintf("Flip[%d]", f.axis) }
func (f flip) infer(in []Shape) (Shape, error) { return in[0], nil }

func (f flip) loops(in []Shape, _ Shape) loops {
	outer, n, inner := in[0].fold(f.axis, f.axis+1)
	return loops{flipLoop[float32](outer, n, inner), flipLoop[float64](outer, n, inner)}
}

func flipLoop[T kernel.Float](outer, n, inner int) loop[T] {
	return single(func(c *call[T]) error {
		kernel.FlipAxis(c.dst, c.in[0], outer, n, inner)
		return nil
	})
}

func (f flip) grad(_ []*Node, _, dy *Node) []*Node { return []*Node{dy.Flip(f.axis)} }

// Flip reverses the order along the axes, or along all.
func (x *Node) Flip(axes ...int) *Node {
	named, err := x.shape.axes(axes)
	if err != nil {
		return x.bad("Flip", err)
	}
	for _, a := range named {
		x = x.g.apply(flip{a}, x)
	}
	return x
}
