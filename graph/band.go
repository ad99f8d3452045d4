package graph

import "credence/graph/internal/kernel"

// bandMatmul is a product that a loop computes some rows at a time, into scratch that stays in the
// second-level cache.
type bandMatmul struct {
	matmul
	m, n, k     int
	left, right int // the loop's operands
}

const (
	maxMatmuls = 4       // of a loop
	bandSize   = 1 << 16 // elements at a time, about, of all of a loop's products
)

func newBandMatmul(o matmul, a, b Shape, left, right int) bandMatmul {
	m, n, k, _ := o.dims(a, b)
	return bandMatmul{o, m, n, k, left, right}
}

// bandRows returns how many rows a block of the loop has: an even number of blocks shares them well.
func (b *body) bandRows() int {
	p := b.matmuls[0]
	blocks := (p.m*p.n*len(b.matmuls)/bandSize + 2) / 2 * 2
	return ceil((p.m+blocks-1)/blocks, kernel.GemmRows)
}

// bandLoop is the loop over bands of rows of the products.
func bandLoop[T kernel.Float](b *body, each stretch[T], finish func(c *call[T])) loop[T] {
	m, n, rows := b.matmuls[0].m, b.matmuls[0].n, b.bandRows()
	used, gemm := b.buffer(), 0
	for _, p := range b.matmuls {
		gemm = max(gemm, kernel.GemmBuffer(rows, n, p.k))
	}
	return loop[T]{
		blocks: (m + rows - 1) / rows,
		buffer: used + len(b.matmuls)*rows*n + gemm,
		calls:  len(b.moves),
		run: func(c *call[T]) error {
			lo, hi := c.block*rows, min((c.block+1)*rows, m)
			c.first = lo * n
			for i, p := range b.matmuls {
				c.rows[i] = c.buf[used+i*rows*n:][:(hi-lo)*n]
				left, right := orient(p.matmul, c.in[p.left], c.in[p.right], p.m, p.n, p.k)
				kernel.Gemm(kernel.Dense(c.rows[i], n), left.From(lo, 0), right, hi-lo, n, p.k, false, c.buf[used+len(b.matmuls)*rows*n:])
			}
			each(c, lo*n, hi*n)
			return nil
		},
		finish: finish,
	}
}
