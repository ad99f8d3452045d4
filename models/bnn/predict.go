package bnn

import (
	"fmt"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/layers"
)

const (
	// predictBatch is how many examples a prediction program takes; the last batch is padded.
	predictBatch = 500
	// predictUnits bounds the activations of a layer in a program, and so how many draws it takes at once.
	predictUnits = 8 << 20
	// predictSteps is where the steps of predictions begin: noise that no training has seen.
	predictSteps = 1 << 62
)

// predict hands over, batch by batch of the set's examples in order, what head makes of the outputs
// under each draw, [n, ...] each. No draws means the mean network; fewer are an error. Each program computes many
// draws, and what they have in common once.
func (n *network) predict(set data.Set, draws int, head func(outputs *graph.Node) *graph.Node, use func(draws [][]float64) error) error {
	if draws < 0 {
		return fmt.Errorf("bnn: predicting: %d draws, want 0 for the mean network, or more", draws)
	}
	p, err := newPredictor(n, set, draws, head)
	if err != nil {
		return fmt.Errorf("bnn: predicting: %w", err)
	}
	for at := 0; at < set.Len(); at += p.batch {
		outputs, err := p.run(at, max(draws, 1))
		if err == nil {
			err = use(outputs)
		}
		if err != nil {
			return fmt.Errorf("bnn: predicting: %w", err)
		}
	}
	return nil
}

// predictor is a program for a batch of examples and a number of draws.
type predictor struct {
	prog         *graph.Program
	set          data.Set
	batch, draws int
	rows         []int
	x, y         []float64
	feed         graph.Feed
	step         uint64
}

func newPredictor(n *network, set data.Set, draws int, head func(*graph.Node) *graph.Node) (*predictor, error) {
	p := &predictor{set: set, batch: min(predictBatch, set.Len()), step: predictSteps}
	p.draws = max(1, min(draws, predictUnits/(p.batch*slices.Max(n.config.Widths))))
	g := graph.New(n.params, graph.Predict)
	x := g.Input("x", slices.Concat([]int{p.batch}, set.XShape())...)
	h := x.Flatten()
	h = h.Broadcast(p.draws, p.batch, h.Dim(1))
	if draws == 0 {
		h = n.forward(h, meanLayer)
	} else {
		h = n.forward(h, n.drawnLayer)
	}
	prog, err := g.Compile(head(h))
	p.prog, p.rows = prog, make([]int, p.batch)
	p.x, p.y = make([]float64, p.batch*product(set.XShape())), make([]float64, p.batch*product(set.YShape()))
	p.feed = graph.Feed{x: p.x}
	return p, err
}

// drawnLayer samples the layer's outputs for each example and draw by itself.
func (n *network) drawnLayer(l layers.Layer, i int, x *graph.Node) *graph.Node {
	if b, ok := l.(*layers.BayesDense); ok {
		return b.ForwardLocal(x)
	}
	return n.trainedLayer(l, i, x)
}

// run predicts the batch that begins at an example. Each run has noise of its own.
func (p *predictor) run(at, draws int) ([][]float64, error) {
	n := min(p.batch, p.set.Len()-at)
	for i := range p.rows {
		p.rows[i] = at + min(i, n-1)
	}
	p.set.Batch(p.rows, p.x, p.y)
	var outputs [][]float64
	for len(outputs) < draws {
		out, err := p.prog.Run(p.step, p.feed)
		if err != nil {
			return nil, err
		}
		p.step++
		all := out[0].Float64s()
		size := len(all) / p.draws
		for d := range min(p.draws, draws-len(outputs)) {
			outputs = append(outputs, all[d*size:d*size+size/p.batch*n])
		}
	}
	return outputs, nil
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
