package graph

import (
	"errors"
	"fmt"
	"slices"

	"credence/graph/internal/kernel"
)

// gather takes the entries of an axis that its second operand names.
type gather struct{ axis int }

func (o gather) name() string   { return "Gather" }
func (o gather) String() string { return fmt.Sprintf("Gather[%d]", o.axis) }
func (gather) fallible()        {}

func (o gather) infer(in []Shape) (Shape, error) {
	x, idx := in[0], in[1]
	return slices.Concat(x[:o.axis], idx, x[o.axis+1:]), nil
}

func (o gather) loops(in []Shape, _ Shape) loops {
	outer, n, inner := in[0].fold(o.axis, o.axis+1)
	return loops{
		single(func(c *call[float32]) error { return kernel.Gather(c.dst, c.in[0], c.in[1], outer, n, inner) }),
		single(func(c *call[float64]) error { return kernel.Gather(c.dst, c.in[0], c.in[1], outer, n, inner) }),
	}
}

func (o gather) grad(in []*Node, _, dy *Node) []*Node {
	return []*Node{dy.g.apply(scatter{o.axis, in[0].shape[o.axis]}, dy, in[1]), nil}
}

// Gather returns the entries of x along the axis that idx names: the axis is replaced by those of
// idx. Indices are whole numbers in [0, n); a run that meets another fails.
func (x *Node) Gather(axis int, idx *Node) *Node {
	a, err := x.shape.axis(axis)
	if err != nil {
		return x.bad("Gather", err)
	}
	return x.g.apply(gather{a}, x, idx)
}

// scatter adds the entries of its first operand up at the places, of n along an axis, that the
// second names: the gradient of gather.
type scatter struct{ axis, n int }

func (o scatter) name() string   { return "ScatterAdd" }
func (o scatter) String() string { return fmt.Sprintf("ScatterAdd[%d of %d]", o.axis, o.n) }
func (scatter) fallible()        {}

func (o scatter) infer(in []Shape) (Shape, error) {
	dy, idx := in[0], in[1]
	return slices.Concat(dy[:o.axis], Shape{o.n}, dy[o.axis+len(idx):]), nil
}

func (o scatter) loops(_ []Shape, out Shape) loops {
	outer, n, inner := out.fold(o.axis, o.axis+1)
	return loops{
		single(func(c *call[float32]) error { return kernel.ScatterAdd(c.dst, c.in[0], c.in[1], outer, n, inner) }),
		single(func(c *call[float64]) error { return kernel.ScatterAdd(c.dst, c.in[0], c.in[1], outer, n, inner) }),
	}
}

func (o scatter) grad(in []*Node, _, dy *Node) []*Node {
	return []*Node{dy.Gather(o.axis, in[1]), nil}
}

// pick takes one element of each row.
type pick struct{}

func (pick) name() string   { return "Pick" }
func (pick) String() string { return "Pick" }
func (pick) fallible()      {}

func (pick) infer(in []Shape) (Shape, error) {
	x, idx := in[0], in[1]
	if len(x) == 0 || !slices.Equal(x[:len(x)-1], idx) {
		return nil, errors.New("the indices are not one for each row")
	}
	return idx, nil
}

func (pick) loops(in []Shape, _ Shape) loops {
	rows, k := in[1].Size(), in[0][len(in[0])-1]
	return loops{
		single(func(c *call[float32]) error { return kernel.Pick(c.dst, c.in[0], c.in[1], rows, k) }),
		single(func(c *call[float64]) error { return kernel.Pick(c.dst, c.in[0], c.in[1], rows, k) }),
	}
}

func (pick) grad(in []*Node, _, dy *Node) []*Node {
	return []*Node{in[1].OneHot(in[0].Dim(-1)).Mul(dy.ExpandDims(-1)), nil}
}

// Pick returns, of each row of x [..., k], the element that idx [...] names: x[i, idx[i]].
func (x *Node) Pick(idx *Node) *Node { return x.g.apply(pick{}, x, idx) }

// oneHot turns an index into a row that is 1 there and 0 elsewhere.
type oneHot struct{ k int }

func (o oneHot) name() string   { return "OneHot" }
func (o oneHot) String() string { return fmt.Sprintf("OneHot[%d]", o.k) }
func (oneHot) fallible()        {}

func (o oneHot) infer(in []Shape) (Shape, error) {
	if o.k < 1 {
		return nil, fmt.Errorf("no row has length %d", o.k)
	}
	return slices.Concat(in[0], Shape{o.k}), nil
}

func (o oneHot) loops([]Shape, Shape) loops {
	return loops{
		single(func(c *call[float32]) error { return kernel.OneHot(c.dst, c.in[0], o.k) }),
		single(func(c *call[float64]) error { return kernel.OneHot(c.dst, c.in[0], o.k) }),
	}
}

func (oneHot) grad([]*Node, *Node, *Node) []*Node { return []*Node{nil} }

// OneHot appends an axis of length k, along which an element is 1 at the index that x holds and 0
// elsewhere. Indices are whole numbers in [0, k); a run that meets another fails.
func (x *Node) OneHot(k int) *Node { return x.g.apply(oneHot{k}, x) }
