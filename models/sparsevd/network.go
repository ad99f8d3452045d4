package sparsevd

import (
	"context"
	"fmt"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/prob"
	"credence/train"
)

// Config describes a network.
type Config struct {
	Widths    []int // inputs, units of each hidden layer, classes; at least two
	Layers    layers.SparseOptions
	Precision graph.Precision // Float32
	Seed      uint64          // of initial values and noise
}

// Network is a classifier of sparse layers with rectified units between them. It is not safe for
// concurrent use.
type Network struct {
	config Config
	params *graph.Params
	layers []*layers.SparseVD
}

// New returns a network with initial weights: fc0, fc1, and so on. It panics on fewer than two widths.
func New(c Config) *Network {
	if len(c.Widths) < 2 {
		panic(fmt.Sprintf("sparsevd: widths %v: want inputs and outputs at least", c.Widths))
	}
	n := &Network{config: c, params: graph.NewParams(c.Precision, c.Seed)}
	for i, out := range c.Widths[1:] {
		n.layers = append(n.layers, layers.NewSparseVD(n.params, fmt.Sprintf("fc%d", i), c.Widths[i], out, c.Layers))
	}
	return n
}

// Params returns the network's parameters.
func (n *Network) Params() *graph.Params { return n.params }

// SetThreshold changes the log alpha from which weights count as 0, of all layers.
func (n *Network) SetThreshold(logAlpha float64) {
	for _, l := range n.layers {
		l.Threshold = logAlpha
	}
}

// Layers returns the network's layers, from inputs to outputs.
func (n *Network) Layers() []*layers.SparseVD { return n.layers }

// Forward maps x [batch, ...] to the logits [batch, classes] of one draw of the weights.
func (n *Network) Forward(x *graph.Node) *graph.Node { return n.forward(x, (*layers.SparseVD).Forward) }

// ForwardMean is Forward with each weight that is not pruned at its mean.
func (n *Network) ForwardMean(x *graph.Node) *graph.Node {
	return n.forward(x, (*layers.SparseVD).ForwardMean)
}

func (n *Network) forward(x *graph.Node, apply func(*layers.SparseVD, *graph.Node) *graph.Node) *graph.Node {
	h := x.Flatten()
	for i, l := range n.layers {
		if h = apply(l, h); i < len(n.layers)-1 {
			h = h.ReLU()
		}
	}
	return h
}

// Terms returns log p(y|x, w) of each example [batch] for labels y [batch], under one draw of the
// weights, and the divergence from the improper prior. See train.Model.
func (n *Network) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	g := x.Graph()
	complexity = g.Const(0)
	for _, l := range n.layers {
		complexity = complexity.Add(l.KL(g))
	}
	return prob.Categorical{Logits: n.Forward(x)}.LogProb(y), complexity
}

// Fit trains the network on a set whose targets are class labels. See train.Fit.
func (n *Network) Fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	return train.Fit(ctx, n, set, s)
}

// Sparsity returns the fraction of each layer's weights that are pruned.
func (n *Network) Sparsity() []float64 {
	all := make([]float64, len(n.layers))
	for i, l := range n.layers {
		kept, total := count(l)
		all[i] = 1 - float64(kept)/float64(total)
	}
	return all
}

// Compression returns the number of the network's weights over that of those which are not pruned.
// Biases count as neither.
func (n *Network) Compression() float64 {
	kept, total := 0, 0
	for _, l := range n.layers {
		k, t := count(l)
		kept, total = kept+k, total+t
	}
	return float64(total) / float64(kept)
}

func count(l *layers.SparseVD) (kept, total int) {
	all := l.Kept()
	for _, k := range all {
		if k {
			kept++
		}
	}
	return kept, len(all)
}
