package graph

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"credence/graph/internal/kernel"
)

// layout moves the elements of each matrix, or of what a matrix is made of: the last axes of the
// operand, of shape from, become those of the result, of shape to.
type layout struct {
	label    string
	n        int // rows of the matrix
	from, to Shape
	f32      mover[float32]
	f64      mover[float64]
	back     func(dy *Node) *Node // the gradient
}

// mover fills dst from x, one of which is an [n, n] matrix.
type mover[T kernel.Float] func(dst, x []T, n int)

func (l layout) name() string   { return l.label }
func (l layout) String() string { return l.label }

func (l layout) infer(in []Shape) (Shape, error) {
	return slices.Concat(in[0][:len(in[0])-len(l.from)], l.to), nil
}

func (l layout) loops(in []Shape, _ Shape) loops {
	batch := in[0].Size() / l.from.Size()
	return loops{layoutLoop(l, l.f32, batch), layoutLoop(l, l.f64, batch)}
}

func layoutLoop[T kernel.Float](l layout, f mover[T], batch int) loop[T] {
	from, to := l.from.Size(), l.to.Size()
	return split(batch, max(from, to), func(c *call[T], lo, hi int) error {
		for i := lo; i < hi; i++ {
			f(c.dst[i*to:(i+1)*to], c.in[0][i*from:(i+1)*from], l.n)
		}
		return nil
	})
}

func (l layout) grad(_ []*Node, _, dy *Node) []*Node { return []*Node{l.back(dy)} }

// square returns the number of rows of the square matrices that the last two axes hold.
func (s Shape) square() (n int, err error) {
	if len(s) < 2 || s[len(s)-1] != s[len(s)-2] {
		return 0, errors.New("the last two axes are no square matrix")
	}
	return s[len(s)-1], nil
}

// Diagonal returns the diagonals [..., n] of matrices [..., n, n].
func (x *Node) Diagonal() *Node {
	n, err := x.shape.square()
	if err != nil {
		return x.bad("Diagonal", err)
	}
	return x.g.apply(layout{
		label: "Diagonal", n: n, from: Shape{n, n}, to: Shape{n},
		f32: kernel.Diagonal[float32], f64: kernel.Diagonal[float64], back: (*Node).Diag,
	}, x)
}

// Diag returns the matrices [..., n, n] that have x [..., n] for their diagonals and are 0 elsewhere.
func (x *Node) Diag() *Node {
	if len(x.shape) == 0 {
		return x.bad("Diag", errors.New("a scalar is no diagonal"))
	}
	n := x.Dim(-1)
	return x.g.apply(layout{
		label: "Diag", n: n, from: Shape{n}, to: Shape{n, n},
		f32: kernel.Diag[float32], f64: kernel.Diag[float64], back: (*Node).Diagonal,
	}, x)
}

// Tril returns the lower triangles of matrices [..., n, n], the diagonal with them, and 0 above.
func (x *Node) Tril() *Node {
	n, err := x.shape.square()
	if err != nil {
		return x.bad("Tril", err)
	}
	return x.g.apply(layout{
		label: "Tril", n: n, from: Shape{n, n}, to: Shape{n, n},
		f32: kernel.Tril[float32], f64: kernel.Tril[float64], back: (*Node).Tril,
	}, x)
}

// FillTril returns the lower triangular matrices [..., n, n] whose elements, row by row, are x
// [..., n(n+1)/2]: x₀, then x₁ and x₂, and so on.
func (x *Node) FillTril() *Node {
	if len(x.shape) == 0 {
		return x.bad("FillTril", errors.New("a scalar is no triangle"))
	}
	size := x.Dim(-1)
	n := int(math.Sqrt(float64(2 * size)))
	if n*(n+1)/2 != size {
		return x.bad("FillTril", fmt.Errorf("no lower triangle has %d elements", size))
	}
	return x.g.apply(layout{
		label: "FillTril", n: n, from: Shape{size}, to: Shape{n, n},
		f32: kernel.FillTril[float32], f64: kernel.FillTril[float64], back: (*Node).packTril,
	}, x)
}

// packTril undoes FillTril; what lies above the diagonal is lost.
func (x *Node) packTril() *Node {
	n := x.Dim(-1)
	return x.g.apply(layout{
		label: "PackTril", n: n, from: Shape{n, n}, to: Shape{n * (n + 1) / 2},
		f32: kernel.PackTril[float32], f64: kernel.PackTril[float64], back: (*Node).FillTril,
	}, x)
}

// transposeLast exchanges the last two axes.
func (x *Node) transposeLast() *Node {
	p := identity(len(x.shape))
	if last := len(p) - 1; last > 0 {
		p[last-1], p[last] = p[last], p[last-1]
	}
	return x.Transpose(p...)
}
