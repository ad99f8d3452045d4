package graph

import "credence/graph/internal/kernel"

// op is one operation with its attributes. Two ops with one String, on the same operands, are the
// same value: the String tells every attribute exactly.
type op interface {
	// name is the method that users know the operation by.
	name() string
	String() string
	// infer returns the shape of the result, or why the operands do not fit.
	infer(in []Shape) (Shape, error)
	// loops returns the evaluation on operands of these shapes.
	loops(in []Shape, out Shape) loops
	// grad returns the gradient with respect to each operand, in the shape of the operand, given
	// dy, that with respect to the result; nil where there is none.
	grad(in []*Node, out, dy *Node) []*Node
}

// loops is an evaluation in both precisions; a Program keeps the one that it runs.
type loops struct {
	f32 loop[float32]
	f64 loop[float64]
}

// loop is an evaluation cut into independent blocks. Their number depends on shapes only, never on
// the machine, so that results do not either.
type loop[T kernel.Float] struct {
	blocks int
	buffer int // elements of scratch that a worker needs
	calls  int // of vector kernels that it makes at once
	run    func(c *call[T]) error
	finish func(c *call[T]) // once all blocks are done, or nil
}

// call is what one run of a block gets.
type call[T kernel.Float] struct {
	block int
	in    [][]T
	out   [][]T
	dst   []T // the first of out
	buf   []T
	args  [maxStretches][]T // of an op with several results
	rows  [maxMatmuls][]T   // of the products that a loop computes
	first int               // the element that those begin with

	calls     []kernel.Call
	arguments [maxStretches]kernel.Argument
	state     runState
}

// do runs all of the loop's blocks, one after the other.
func (l loop[T]) do(c *call[T]) error {
	c.dst, c.buf, c.calls = c.out[0], make([]T, l.buffer), make([]kernel.Call, l.calls)
	for c.block = range l.blocks {
		if err := l.run(c); err != nil {
			return err
		}
	}
	if l.finish != nil {
		l.finish(c)
	}
	return nil
}

// single is a loop of one block.
func single[T kernel.Float](run func(c *call[T]) error) loop[T] { return loop[T]{blocks: 1, run: run} }

// split is a loop over n items of the given cost in elements each, cut into blocks of about
// blockSize elements; run gets the range of items that is its share.
func split[T kernel.Float](n, cost int, run func(c *call[T], lo, hi int) error) loop[T] {
	per := max(1, blockSize/max(1, cost))
	return loop[T]{
		blocks: (n + per - 1) / per,
		run: func(c *call[T]) error {
			lo := c.block * per
			return run(c, lo, min(lo+per, n))
		},
	}
}

// blockSize is how many elements a block has, about: enough to outweigh handing it to another core.
const blockSize = 8192

// fallible is an op whose evaluation can fail: no parameter may be written before it.
type fallible interface{ fallible() }

// draw is an op whose result is random: another at every step of a run.
type draw interface{ draws() }
