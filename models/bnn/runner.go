package bnn

import (
	"slices"

	"credence/data"
	"credence/graph"
)

// predictBatch is how many examples a prediction program takes; the last batch is padded.
const predictBatch = 500

// predictSteps is where the steps of predictions begin: noise that no training has seen.
const predictSteps = 1 << 62

// runner runs a prediction program over a set, batch by batch.
type runner struct {
	prog *graph.Program
	feed graph.Feed
	set  data.Set
	rows []int
	x, y []float64
	size int
}

func newRunner(ps *graph.Params, set data.Set, build func(x *graph.Node) []*graph.Node) (*runner, error) {
	size := min(predictBatch, set.Len())
	g := graph.New(ps, graph.Predict)
	x := g.Input("x", slices.Concat([]int{size}, set.XShape())...)
	prog, err := g.Compile(build(x)...)
	if err != nil {
		return nil, err
	}
	r := &runner{prog: prog, set: set, size: size, rows: make([]int, size)}
	r.x = make([]float64, size*product(set.XShape()))
	r.y = make([]float64, size*product(set.YShape()))
	r.feed = graph.Feed{x: r.x}
	return r, nil
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// pass runs one draw over all examples in order, and hands over the outputs of each batch, of which
// the first n examples count.
//
// The step, which noise depends on, is that of the draw, so that a draw of weights is the same for
// all batches; draws made example by example differ within a batch only.
func (r *runner) pass(draw int, each func(out []*graph.Array, n int)) error {
	for at := 0; at < r.set.Len(); at += r.size {
		n := min(r.size, r.set.Len()-at)
		for i := range r.rows {
			r.rows[i] = at + min(i, n-1)
		}
		r.set.Batch(r.rows, r.x, r.y)
		out, err := r.prog.Run(predictSteps+uint64(draw), r.feed)
		if err != nil {
			return err
		}
		each(out, n)
	}
	return nil
}
