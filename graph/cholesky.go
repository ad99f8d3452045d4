package graph

import (
	"fmt"

	"credence/graph/internal/kernel"
)

// NotPositiveDefiniteError reports a matrix without a Cholesky factor.
type NotPositiveDefiniteError struct {
	Matrix int     // flat index in the batch, 0 for a single matrix
	Place  int     // row and column of the first pivot that is not positive and finite
	Pivot  float64 // what is left of the diagonal element there
}

func (e *NotPositiveDefiniteError) Error() string {
	return fmt.Sprintf("not positive definite: matrix %d has the pivot %v at row %d", e.Matrix, e.Pivot, e.Place)
}

// cholesky factorises positive definite matrices.
type cholesky struct{}

func (cholesky) name() string   { return "Cholesky" }
func (cholesky) String() string { return "Cholesky" }
func (cholesky) fallible()      {}

func (cholesky) infer(in []Shape) (Shape, error) {
	_, err := in[0].square()
	return in[0], err
}

func (cholesky) loops(in []Shape, _ Shape) loops {
	n := in[0][len(in[0])-1]
	batch := in[0].Size() / (n * n)
	return loops{choleskyLoop[float32](batch, n), choleskyLoop[float64](batch, n)}
}

func choleskyLoop[T kernel.Float](batch, n int) loop[T] {
	var room [][]float64
	size := n * n
	l := split(batch, n*size/3, func(c *call[T], lo, hi int) error {
		for i := lo; i < hi; i++ {
			place, pivot := kernel.Cholesky(c.dst[i*size:(i+1)*size], c.in[0][i*size:(i+1)*size], n, room[c.block])
			if place < n {
				return &NotPositiveDefiniteError{Matrix: i, Place: place, Pivot: pivot}
			}
		}
		return nil
	})
	room = float64Room[T](l.blocks, size)
	return l
}

// float64Room returns n float64 to compute in for each block of a loop of float32. A loop of float64
// computes in its result.
func float64Room[T kernel.Float](blocks, n int) [][]float64 {
	room := make([][]float64, blocks)
	var x T
	if _, single := any(x).(float32); single {
		for i := range room {
			room[i] = make([]float64, n)
		}
	}
	return room
}

// grad is L⁻ᵀ·Φ(Lᵀ·dL)·L⁻¹, where Φ takes the lower triangle and half of the diagonal (Murray 2016,
// equation 8), made symmetric.
func (cholesky) grad(_ []*Node, out, dy *Node) []*Node {
	product := out.TMatMul(dy)
	phi := product.Tril().Sub(product.Diagonal().Scale(0.5).Diag())
	half := out.TSolveLower(phi).transposeLast()
	s := out.TSolveLower(half)
	return []*Node{s.Add(s.transposeLast()).Scale(0.5)}
}

// Cholesky returns the lower triangular L with L·Lᵀ = x, of symmetric positive definite matrices x
// [..., n, n], with a positive diagonal. Only the lower triangle of x is read; the gradient is that
// of a function of symmetric matrices and symmetric itself (Murray 2016,
// https://arxiv.org/abs/1602.07527). It is computed in float64, whatever the precision of the graph.
// A run that meets a matrix that is not positive definite fails with a *NotPositiveDefiniteError.
func (x *Node) Cholesky() *Node { return x.g.apply(cholesky{}, x) }
