package graph

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"

	"credence/graph/internal/kernel"
)

// BLAS returns an implementation of gonum's BLAS interfaces whose Sgemm and Dgemm are the matrix product
// of programs, on all cores, and whose other functions are gonum's own. It makes Gorgonia's machines and
// tensors multiply faster:
//
//	gorgonia.Use(graph.BLAS())
//
// Arguments and panics are those of gonum. Denormal numbers are taken as zeros, and an infinity or NaN in
// one operand meets the zeros in the other, which gonum skips. The results do not depend on the number of
// cores. It is safe for concurrent use.
func BLAS() gorgonia.BLAS { return &multiplier{} }

type multiplier struct {
	gonum.Implementation
	single, double sync.Pool // scratch
}

func (b *multiplier) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, x []float32, ldx int, beta float32, c []float32, ldc int) {
	b.Implementation.Sgemm(tA, tB, m, n, k, 0, a, lda, x, ldx, 1, c, ldc) // checks its arguments and does nothing
	gemm(&b.single, scaled[float32]{alpha, strided(a, lda, tA)}, strided(x, ldx, tB), scaled[float32]{beta, kernel.Dense(c, ldc)}, m, n, k)
}

func (b *multiplier) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, x []float64, ldx int, beta float64, c []float64, ldc int) {
	b.Implementation.Dgemm(tA, tB, m, n, k, 0, a, lda, x, ldx, 1, c, ldc)
	gemm(&b.double, scaled[float64]{alpha, strided(a, lda, tA)}, strided(x, ldx, tB), scaled[float64]{beta, kernel.Dense(c, ldc)}, m, n, k)
}

// scaled is a multiple of a matrix.
type scaled[T kernel.Float] struct {
	by T
	kernel.Matrix[T]
}

func strided[T kernel.Float](data []T, ld int, t blas.Transpose) kernel.Matrix[T] {
	x := kernel.Dense(data, ld)
	if t != blas.NoTrans {
		return x.Transpose()
	}
	return x
}

// gemm sets C, [m, n], to a b + c, where a is [m, k] and b is [k, n].
func gemm[T kernel.Float](pool *sync.Pool, a scaled[T], b kernel.Matrix[T], c scaled[T], m, n, k int) {
	if m == 0 || n == 0 {
		return
	}
	c.scale(m, n)
	if a.by == 0 || k == 0 {
		return
	}
	left := a.Matrix
	if a.by != 1 {
		left = a.copied(m, k)
	}
	height, width := gemmBlock(m, n, k)
	across := (n + width - 1) / width
	size := kernel.GemmBuffer(min(m, height), min(n, width), k)
	j := job{run: func(_, block int) {
		buf := borrow[T](pool, size)
		defer pool.Put(buf)
		row, col := block/across*height, block%across*width
		kernel.Gemm(c.From(row, col), left.From(row, 0), b.From(0, col), min(height, m-row), min(width, n-col), k, c.by != 0, *buf)
	}}
	j.do((m + height - 1) / height * across)
}

// scale multiplies the elements of the matrix, [m, n], in place; a zero replaces whatever they are.
func (x scaled[T]) scale(m, n int) {
	for i := range m {
		row := x.Data[i*x.Row:][:n]
		switch x.by {
		case 0:
			clear(row)
		case 1:
			return
		default:
			for j := range row {
				row[j] *= x.by
			}
		}
	}
}

// copied returns the multiple as a matrix of its own, [m, n].
func (x scaled[T]) copied(m, n int) kernel.Matrix[T] {
	y := kernel.Dense(make([]T, m*n), n)
	for i := range m {
		for j := range n {
			y.Data[i*n+j] = x.by * x.Data[i*x.Row+j*x.Col]
		}
	}
	return y
}

// borrow takes scratch from the pool, of at least n elements.
func borrow[T kernel.Float](pool *sync.Pool, n int) *[]T {
	if buf, ok := pool.Get().(*[]T); ok && len(*buf) >= n {
		return buf
	}
	buf := aligned[T](n)
	return &buf
}
