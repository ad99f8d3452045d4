package bnn

import (
	"fmt"
	"maps"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
)

const (
	// predictBatch is how many examples a prediction program takes; the last batch is padded.
	predictBatch = 500
	// predictUnits bounds the activations of a layer in a program, and so how many draws it takes at once.
	predictUnits = 8 << 20
)

// drawn is what predictions are averaged over: the networks of a posterior.
type drawn interface {
	// predict hands over what head makes of the outputs of the set's examples, [n, ...] for each draw: batch by
	// batch, in order, and maybe again from the first batch on for further draws. No draws means the mean network;
	// fewer are an error. The set's targets are not read.
	predict(set data.Set, draws int, head func(outputs *graph.Node) *graph.Node, use predictions) error
}

// predictions takes those of a batch by some of the draws, the first of which is the given one.
type predictions func(batch, draw int, outputs [][]float64) error

// predict draws in programs that each compute many draws, and what they have in common once.
func (n *network) predict(set data.Set, draws int, head func(outputs *graph.Node) *graph.Node, use predictions) error {
	if draws < 0 {
		return fmt.Errorf("bnn: predicting: %d draws, want 0 for the mean network, or more", draws)
	}
	apply := n.drawnLayer
	if draws == 0 {
		apply = meanLayer
	}
	p, err := newPredictor(n, set, draws, apply, head)
	if err == nil {
		err = p.all(set, func(batch int, x []float64, taken int) error {
			outputs, err := p.run(x, taken, max(draws, 1))
			if err != nil {
				return err
			}
			return use(batch, 0, outputs)
		})
	}
	if err != nil {
		return fmt.Errorf("bnn: predicting: %w", err)
	}
	return nil
}

// predictor is a program for a batch of examples and a number of draws.
type predictor struct {
	prog         *graph.Program
	x            *graph.Node
	weights      graph.Feed // of a Laplace approximation
	batch, draws int
	step         uint64
}

func newPredictor(n *network, set data.Set, draws int, apply applied, head func(*graph.Node) *graph.Node) (*predictor, error) {
	p := &predictor{batch: min(predictBatch, set.Len()), step: infer.PredictSteps}
	p.draws = max(1, min(draws, predictUnits/(p.batch*slices.Max(n.config.Widths))))
	g := graph.New(n.params, graph.Predict)
	p.x = g.Input("x", slices.Concat([]int{p.batch}, set.XShape())...)
	h := p.x.Flatten()
	h = n.forward(h.Broadcast(p.draws, p.batch, h.Dim(1)), apply)
	var err error
	p.prog, err = g.Compile(head(h))
	return p, err
}

// drawnLayer samples the layer's outputs for each example and draw by itself.
func (n *network) drawnLayer(l layers.Layer, i int, x *graph.Node) *graph.Node {
	if b, ok := l.(*layers.BayesDense); ok {
		return b.ForwardLocal(x)
	}
	return n.trainedLayer(l, i, x)
}

// all goes through the set's batches.
func (p *predictor) all(set data.Set, each func(batch int, x []float64, taken int) error) error {
	batch := 0
	for x, taken := range data.InOrder(set, p.batch) {
		if err := each(batch, x, taken); err != nil {
			return err
		}
		batch++
	}
	return nil
}

// run predicts the first examples of a batch. Each run has noise of its own.
func (p *predictor) run(x []float64, taken, draws int) ([][]float64, error) {
	feed := graph.Feed{p.x: x}
	maps.Copy(feed, p.weights)
	var outputs [][]float64
	for len(outputs) < draws {
		out, err := p.prog.Run(p.step, feed)
		if err != nil {
			return nil, err
		}
		p.step++
		all := out[0].Float64s()
		size := len(all) / p.draws
		for d := range min(p.draws, draws-len(outputs)) {
			outputs = append(outputs, all[d*size:d*size+size/p.batch*taken])
		}
	}
	return outputs, nil
}
