package bnn

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
)

// curvatureUnits bounds what the curvature of a batch takes: how many numbers its largest array has.
const curvatureUnits = 4 << 20

// likelihood is that of a network's outputs [batch, out].
type likelihood interface {
	logLik(outputs, y *graph.Node) *graph.Node // [batch]
	roots(outputs *graph.Node) *graph.Node     // [k, batch, out]: see infer.CategoricalRoots
}

// laplace approximates the posterior of a network's weights around their values.
func laplace(ctx context.Context, n *network, of likelihood, set data.Set, o LaplaceOptions) (*infer.Laplace, *aroundMode, error) {
	fail := func(err error) (*infer.Laplace, *aroundMode, error) {
		return nil, nil, fmt.Errorf("bnn: Laplace approximation: %w", err)
	}
	if _, points := n.config.Posterior.(Point); !points {
		return fail(fmt.Errorf("the weights' posterior is %T, want Point: the values to approximate around", n.config.Posterior))
	}
	around := &aroundMode{net: newNetwork(n.config)}
	if err := around.net.params.CopyFrom(n.params); err != nil {
		return fail(err)
	}
	if !o.AllLayers {
		around.first = len(n.layers) - 1
	}
	sums, err := sumCurvature(ctx, n, of, set, o.Structure, around.first)
	if err != nil {
		return fail(err)
	}
	curvature, err := sums.curvature(n, o.Structure, around.first, set.Len())
	if err != nil {
		return fail(err)
	}
	sigma := cmp.Or(o.Sigma, n.priorSigma())
	l, err := infer.NewLaplace(around.mode(), curvature, sums.logLik, cmp.Or(sigma, 1))
	if err == nil && sigma == 0 {
		l, err = l.Tuned()
	}
	if err != nil {
		return fail(err)
	}
	return l, around, nil
}

// curvatureSums are sums over a set: of the log-likelihood, and of the terms of each layer's curvature.
type curvatureSums struct {
	logLik float64
	terms  [][]float64
}

// sumCurvature goes through the set. The examples that fill up the last batch count nothing.
func sumCurvature(ctx context.Context, n *network, of likelihood, set data.Set, s infer.Structure, first int) (*curvatureSums, error) {
	batch := curvatureBatch(n, set, s, first)
	g := graph.New(n.params, graph.Predict)
	x := g.Input("x", slices.Concat([]int{batch}, set.XShape())...)
	y := g.Input("y", slices.Concat([]int{batch}, set.YShape())...)
	counts := g.Input("counts", batch, 1)
	logLik, terms := curvatureTerms(n, of, x, y, counts, s, first)
	prog, err := g.Compile(append([]*graph.Node{logLik}, terms...)...)
	if err != nil {
		return nil, err
	}
	sums := &curvatureSums{terms: make([][]float64, len(terms))}
	rows, xs, ys, counted := make([]int, batch), make([]float64, size(x)), make([]float64, size(y)), make([]float64, batch)
	for at := 0; at < set.Len(); at += batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range rows {
			rows[i], counted[i] = min(at+i, set.Len()-1), 1
			if at+i >= set.Len() {
				counted[i] = 0
			}
		}
		set.Batch(rows, xs, ys)
		out, err := prog.Run(infer.PredictSteps, graph.Feed{x: xs, y: ys, counts: counted})
		if err != nil {
			return nil, err
		}
		sums.logLik += out[0].Item()
		for i := range terms {
			if term := out[i+1].Float64s(); sums.terms[i] == nil {
				sums.terms[i] = term
			} else {
				floats.Add(sums.terms[i], term)
			}
		}
	}
	return sums, nil
}

// curvatureTerms returns the log-likelihood of a batch and the terms of the curvature of each layer from the first on.
func curvatureTerms(n *network, of likelihood, x, y, counts *graph.Node, s infer.Structure, first int) (logLik *graph.Node, terms []*graph.Node) {
	var inputs, outputs []*graph.Node
	out := n.forward(x.Flatten(), func(l layers.Layer, i int, h *graph.Node) *graph.Node {
		z := l.Forward(h)
		if i >= first {
			inputs, outputs = append(inputs, graph.Concat(1, h.Mul(counts), counts)), append(outputs, z)
		}
		return z
	})
	for i, delta := range infer.BackpropagateRoots(out, of.roots(out), outputs...) {
		terms = append(terms, s.Terms(inputs[i], delta.Mul(counts))...)
	}
	return of.logLik(out, y).Mul(counts.Reshape(-1)).Sum(), terms
}

// curvatureBatch returns how many examples a program takes.
func curvatureBatch(n *network, set data.Set, s infer.Structure, first int) int {
	most := n.outputs() * slices.Max(n.config.Widths)
	if s == infer.Full {
		for _, in := range n.config.Widths[first : len(n.config.Widths)-1] {
			most = max(most, (in+1)*(in+1))
		}
	}
	return min(predictBatch, set.Len(), max(1, curvatureUnits/most))
}

// curvature returns that of all weights from layer first on, from sums over n examples.
func (c *curvatureSums) curvature(net *network, s infer.Structure, first, n int) (*infer.Curvature, error) {
	widths, each := net.config.Widths[first:], len(c.terms)/(len(net.layers)-first)
	var parts []*infer.Curvature
	for i, in := range widths[:len(widths)-1] {
		part, err := s.Curvature(c.terms[i*each:(i+1)*each], in+1, widths[i+1], n)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", first+i, err)
		}
		parts = append(parts, part)
	}
	return infer.JoinCurvatures(parts...), nil
}

func size(n *graph.Node) int {
	s := 1
	for _, d := range n.Shape() {
		s *= d
	}
	return s
}
