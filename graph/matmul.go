package graph

import (
	"errors"
	"math"
	"slices"

	"credence/graph/internal/kernel"
)

// matmul multiplies matrices, or equally many of them, either of which may be read transposed.
type matmul struct{ transA, transB bool }

func (m matmul) name() string { return "MatMul" }

func (m matmul) String() string {
	return "MatMul(" + map[bool]string{false: "A", true: "Aᵀ"}[m.transA] + "·" + map[bool]string{false: "B", true: "Bᵀ"}[m.transB] + ")"
}

// dims returns the sizes of the product of one pair: C [m, n] = op(A) [m, k] · op(B) [k, n].
func (m matmul) dims(a, b Shape) (rows, cols, inner, innerB int) {
	rows, inner = a[len(a)-2], a[len(a)-1]
	if m.transA {
		rows, inner = inner, rows
	}
	innerB, cols = b[len(b)-2], b[len(b)-1]
	if m.transB {
		innerB, cols = cols, innerB
	}
	return rows, cols, inner, innerB
}

func (m matmul) infer(in []Shape) (Shape, error) {
	a, b := in[0], in[1]
	rows, cols, inner, innerB := m.dims(a, b)
	if inner != innerB {
		return nil, errors.New("inner dimensions differ")
	}
	if !slices.Equal(a[:len(a)-2], b[:len(b)-2]) {
		return nil, errors.New("batch dimensions differ")
	}
	return slices.Concat(a[:len(a)-2], Shape{rows, cols}), nil
}

func (m matmul) loops(in []Shape, _ Shape) loops {
	return loops{gemmLoop[float32](m, in[0], in[1]), gemmLoop[float64](m, in[0], in[1])}
}

// gemmLoop cuts each product into blocks of rows and columns.
func gemmLoop[T kernel.Float](o matmul, a, b Shape) loop[T] {
	m, n, k, _ := o.dims(a, b)
	batch := a[:len(a)-2].Size()
	height, width := gemmBlock(m, n, k)
	down, across := max(1, (m+height-1)/height), max(1, (n+width-1)/width)
	return loop[T]{
		blocks: batch * down * across,
		buffer: kernel.GemmBuffer(min(m, height), min(n, width), k),
		run: func(c *call[T]) error {
			i, row, col := c.block/(down*across), c.block/across%down*height, c.block%across*width
			left, right := orient(o, c.in[0][i*m*k:(i+1)*m*k], c.in[1][i*k*n:(i+1)*k*n], m, n, k)
			kernel.Gemm(kernel.Dense(c.dst[i*m*n:(i+1)*m*n], n).From(row, col), left.From(row, 0), right.From(0, col),
				min(height, m-row), min(width, n-col), k, false, c.buf)
			return nil
		},
	}
}

// orient returns the operands as the product reads them, [m, k] and [k, n].
func orient[T kernel.Float](o matmul, a, b []T, m, n, k int) (left, right kernel.Matrix[T]) {
	left, right = kernel.Dense(a, k), kernel.Dense(b, n)
	if o.transA {
		left = kernel.Dense(a, m).Transpose()
	}
	if o.transB {
		right = kernel.Dense(b, k).Transpose()
	}
	return left, right
}

// gemmBlock returns how many rows and columns of a product a block computes: those of the most blocks, up
// to 16, that are worth handing to another core, where the operands, which every block in their row or
// column reads again, are read least. Reading one that the second-level cache does not hold counts more.
func gemmBlock(m, n, k int) (height, width int) {
	const most, worth = 16, 1 << 20 // blocks; multiply-adds
	wanted := min(most, m*n*k/worth)
	height, width = m, n
	least := math.MaxInt
	for down := 1; down <= wanted; down++ {
		across := (wanted + down - 1) / down
		if read := down*n*distance(k*n) + across*m*distance(m*k); read < least {
			height, width, least = (m+down-1)/down, (n+across-1)/across, read
		}
	}
	return ceil(max(1, height), kernel.GemmRows), ceil(max(1, width), kernel.GemmCols)
}

// distance is how long reading an operand of so many elements takes, in comparison.
func distance(size int) int {
	if size > largestOperand {
		return 4
	}
	return 1
}

func ceil(x, unit int) int { return (x + unit - 1) / unit * unit }

func (m matmul) grad(in []*Node, _, dy *Node) []*Node {
	a, b := in[0], in[1]
	product := func(x, y *Node, tx, ty bool) *Node { return x.g.apply(matmul{tx, ty}, x, y) }
	switch m {
	case matmul{false, false}:
		return []*Node{product(dy, b, false, true), product(a, dy, true, false)}
	case matmul{true, false}:
		return []*Node{product(b, dy, false, true), product(a, dy, false, false)}
	default: // A·Bᵀ; nothing multiplies Aᵀ·Bᵀ
		return []*Node{product(dy, b, false, false), product(dy, a, true, false)}
	}
}

// MatMul returns the matrix product x·y of [..., m, k] and [..., k, n]. Leading axes are a batch and
// broadcast; a vector is taken as a row on the left and a column on the right, and the axis dropped again.
func (x *Node) MatMul(y *Node) *Node { return x.matmul(y, false, false) }

// MatMulT returns x·yᵀ of [..., m, k] and [..., n, k].
func (x *Node) MatMulT(y *Node) *Node { return x.matmul(y, false, true) }

// TMatMul returns xᵀ·y of [..., k, m] and [..., k, n].
func (x *Node) TMatMul(y *Node) *Node { return x.matmul(y, true, false) }

func (x *Node) matmul(y *Node, transA, transB bool) *Node {
	o := matmul{transA, transB}
	if x.g != y.g {
		panic("graph: MatMul mixes the nodes of two graphs")
	}
	if x.g.err != nil {
		return x
	}
	if len(x.shape) == 0 || len(y.shape) == 0 {
		return x.badPair(y, "a scalar has no matrix product")
	}
	a, b := x, y
	if len(x.shape) == 1 {
		a = x.Reshape(vectorShape(transA)...)
	}
	if len(y.shape) == 1 {
		b = y.Reshape(vectorShape(!transB)...)
	}
	if _, _, inner, innerB := o.dims(a.shape, b.shape); inner != innerB {
		return x.badPair(y, "inner dimensions differ")
	}
	batch, err := broadcast(a.shape[:len(a.shape)-2], b.shape[:len(b.shape)-2])
	if err != nil {
		return x.badPair(y, "batch "+err.Error())
	}
	var out *Node
	if len(b.shape) == 2 && !transA && len(a.shape) > 2 {
		rows := a.shape[:len(a.shape)-1]
		out = x.g.apply(o, a.Reshape(-1, a.Dim(-1)), b)
		out = out.Reshape(slices.Concat(rows, Shape{out.Dim(-1)})...)
	} else {
		full := func(n *Node) *Node {
			return n.Broadcast(slices.Concat(batch, n.shape[len(n.shape)-2:])...)
		}
		out = x.g.apply(o, full(a), full(b))
	}
	shape := slices.Clone(out.shape)
	if len(y.shape) == 1 {
		shape = shape[:len(shape)-1]
	}
	if len(x.shape) == 1 {
		at := len(shape) - 1
		if len(y.shape) > 1 {
			at--
		}
		shape = slices.Delete(shape, at, at+1)
	}
	return out.Reshape(shape...)
}

// vectorShape is that of a vector as a matrix of one row or one column.
func vectorShape(column bool) []int {
	if column {
		return []int{-1, 1}
	}
	return []int{1, -1}
}

func (x *Node) badPair(y *Node, reason string) *Node {
	return x.g.fail(&ShapeError{Pos: here().String(), Op: "MatMul", Operands: []string{x.describe(), y.describe()}, Reason: reason})
}
