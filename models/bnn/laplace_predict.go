package bnn

import (
	"fmt"
	"math/rand/v2"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
)

// aroundMode is a network of points whose layers from the first on are drawn around them. Weights that are drawn are
// in one list: for each layer [in+1, out], the last row being the bias.
type aroundMode struct {
	net   *network
	first int
}

// mode returns the network's own weights.
func (a *aroundMode) mode() []float64 {
	var w []float64
	for _, l := range a.net.layers[a.first:] {
		d := l.(*layers.Dense) // as Point makes them
		w = d.B.Value().AppendTo(d.W.Value().AppendTo(w))
	}
	return w
}

// predict draws the weights for one program after the other, each of which goes through the whole set.
func (a *aroundMode) predict(posterior *infer.Laplace, set data.Set, draws int, head func(*graph.Node) *graph.Node, use predictions) error {
	if draws <= 0 {
		return a.net.predict(set, draws, head, use)
	}
	var inputs []*graph.Node // weights, biases, weights, ...
	p, err := newPredictor(a.net, set, draws, func(l layers.Layer, i int, x *graph.Node) *graph.Node {
		if i < a.first {
			return l.Forward(x)
		}
		w, b := a.declare(x, i)
		inputs = append(inputs, w, b)
		return x.MatMul(w).Add(b)
	}, head)
	rng := rand.New(rand.NewPCG(a.net.params.Seed(), infer.PredictSteps))
	for done := 0; err == nil && done < draws; done += p.draws {
		p.weights = a.draw(posterior, inputs, p.draws, rng)
		err = p.all(set, func(batch int, x []float64, taken int) error {
			outputs, err := p.run(x, taken, min(p.draws, draws-done))
			if err != nil {
				return err
			}
			return use(batch, done, outputs)
		})
	}
	if err != nil {
		return fmt.Errorf("bnn: predicting: %w", err)
	}
	return nil
}

// declare returns the inputs of layer i's drawn weights [draws, in, out] and biases [draws, 1, out].
func (a *aroundMode) declare(x *graph.Node, i int) (w, b *graph.Node) {
	g, draws, in, out := x.Graph(), x.Dim(0), a.net.config.Widths[i], a.net.config.Widths[i+1]
	return g.Input(fmt.Sprintf("fc%d/w drawn", i), draws, in, out), g.Input(fmt.Sprintf("fc%d/b drawn", i), draws, 1, out)
}

// draw fills the inputs.
func (a *aroundMode) draw(posterior *infer.Laplace, inputs []*graph.Node, draws int, rng *rand.Rand) graph.Feed {
	values := make([][]float64, len(inputs))
	for range draws {
		w := posterior.Draw(rng)
		for i, n := range inputs {
			part := size(n) / draws
			values[i], w = append(values[i], w[:part]...), w[part:]
		}
	}
	feed := graph.Feed{}
	for i, n := range inputs {
		feed[n] = values[i]
	}
	return feed
}
