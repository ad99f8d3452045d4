package graph

import (
	"errors"
	"slices"

	"credence/graph/internal/kernel"
)

// solveLower solves L·X = B or, transposed, Lᵀ·X = B, of equally many matrices.
type solveLower struct{ transposed bool }

func (o solveLower) name() string {
	if o.transposed {
		return "TSolveLower"
	}
	return "SolveLower"
}
func (o solveLower) String() string { return o.name() }

func (solveLower) infer(in []Shape) (Shape, error) {
	l, b := in[0], in[1]
	if err := solvable(l, b); err != nil {
		return nil, err
	}
	if !slices.Equal(l[:len(l)-2], b[:len(b)-2]) {
		return nil, errors.New("batch shapes do not broadcast")
	}
	return b, nil
}

// solvable checks the matrices, not the batches of them.
func solvable(l, b Shape) error {
	n, err := l.square()
	if err == nil && (len(b) < 2 || b[len(b)-2] != n) {
		err = errors.New("the right side has not as many rows as the triangle")
	}
	return err
}

func (o solveLower) loops(in []Shape, _ Shape) loops {
	return loops{solveLoop[float32](o, in[1]), solveLoop[float64](o, in[1])}
}

// solveLoop cuts the columns of wide right sides into blocks of their own.
func solveLoop[T kernel.Float](o solveLower, b Shape) loop[T] {
	n, k := b[len(b)-2], b[len(b)-1]
	batch := b[:len(b)-2].Size()
	width := min(k, max(leastColumns, 2*blockSize/(n*n)))
	across := (k + width - 1) / width
	var room [][]float64
	l := split(batch*across, n*n*width/2, func(c *call[T], lo, hi int) error {
		for i := lo; i < hi; i++ {
			m, first := i/across, i%across*width
			kernel.SolveLower(c.dst[m*n*k:(m+1)*n*k], c.in[0][m*n*n:(m+1)*n*n], c.in[1][m*n*k:(m+1)*n*k],
				n, k, first, min(first+width, k), o.transposed, room[c.block])
		}
		return nil
	})
	room = float64Room[T](l.blocks, n*width)
	return l
}

// leastColumns of a right side are worth reading the triangle for.
const leastColumns = 32

func (o solveLower) grad(in []*Node, out, dy *Node) []*Node {
	db := dy.g.apply(solveLower{!o.transposed}, in[0], dy)
	if o.transposed {
		return []*Node{out.MatMulT(db).Tril().Neg(), db}
	}
	return []*Node{db.MatMulT(out).Tril().Neg(), db}
}

// SolveLower returns the X [..., n, k] with L·X = b, for the lower triangular matrices L = x
// [..., n, n] and b [..., n, k]. Leading axes are a batch and broadcast. What lies above the diagonal
// of x is not read; a 0 on it divides as numbers do. It is computed in float64, whatever the
// precision of the graph.
func (x *Node) SolveLower(b *Node) *Node { return solveLower{}.on(x, b) }

// TSolveLower returns the X [..., n, k] with Lᵀ·X = b, for the lower triangular matrices L = x
// [..., n, n] and b [..., n, k], as SolveLower does.
func (x *Node) TSolveLower(b *Node) *Node { return solveLower{transposed: true}.on(x, b) }

// on applies the solution to operands that broadcast. One triangle takes all right sides as columns of
// one.
func (o solveLower) on(l, b *Node) *Node {
	if l.g != b.g || solvable(l.shape, b.shape) != nil {
		return l.g.apply(o, l, b)
	}
	if len(l.shape) == 2 && len(b.shape) > 2 {
		front := b.rowsFirst()
		x := l.g.apply(o, l, front.Reshape(front.Dim(0), -1))
		return x.Reshape(front.shape...).rowsBack()
	}
	batch, err := broadcast(l.shape[:len(l.shape)-2], b.shape[:len(b.shape)-2])
	if err != nil {
		return l.g.apply(o, l, b)
	}
	full := func(x *Node) *Node { return x.Broadcast(slices.Concat(batch, x.shape[len(x.shape)-2:])...) }
	return l.g.apply(o, full(l), full(b))
}

// rowsFirst moves the last axis but one to the front, and rowsBack the first to the last but one.
func (x *Node) rowsFirst() *Node {
	last := len(x.shape) - 1
	return x.Transpose(slices.Insert(slices.Delete(identity(last+1), last-1, last), 0, last-1)...)
}

func (x *Node) rowsBack() *Node {
	last := len(x.shape) - 1
	return x.Transpose(slices.Insert(identity(last + 1)[1:], last-1, 0)...)
}
