package graph

import (
	"fmt"

	"credence/graph/internal/kernel"
)

// cumSum adds up along an axis, from its beginning or from its end.
type cumSum struct {
	axis    int
	reverse bool
}

func (o cumSum) name() string                    { return "CumSum" }
func (o cumSum) infer(in []Shape) (Shape, error) { return in[0], nil }

func (o cumSum) String() string {
	if o.reverse {
		return fmt.Sprintf("CumSum[%d reversed]", o.axis)
	}
	return fmt.Sprintf("CumSum[%d]", o.axis)
}

func (o cumSum) loops(in []Shape, _ Shape) loops {
	return loops{cumSumLoop[float32](o, in[0]), cumSumLoop[float64](o, in[0])}
}

func cumSumLoop[T kernel.Float](o cumSum, s Shape) loop[T] {
	outer, n, inner := s.fold(o.axis, o.axis+1)
	slab := n * inner
	return split(outer, slab, func(c *call[T], lo, hi int) error {
		kernel.CumSum(c.dst[lo*slab:hi*slab], c.in[0][lo*slab:hi*slab], hi-lo, n, inner, o.reverse)
		return nil
	})
}

func (o cumSum) grad(_ []*Node, _, dy *Node) []*Node {
	return []*Node{dy.g.apply(cumSum{o.axis, !o.reverse}, dy)}
}

// CumSum returns the sums of the elements along the axis up to and with each one, accumulated in
// float64.
func (x *Node) CumSum(axis int) *Node {
	a, err := x.shape.axis(axis)
	if err != nil {
		return x.bad("CumSum", err)
	}
	return x.g.apply(cumSum{axis: a}, x)
}
