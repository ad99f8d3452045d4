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
	Network   Architecture
	Layers    layers.SparseOptions
	Precision graph.Precision // Float32
	Seed      uint64          // of initial values and noise
}

// Network is a classifier of sparse layers. It is not safe for concurrent use.
type Network struct {
	config Config
	params *graph.Params
	body   layers.Sequential
	sparse []*layers.SparseWeights
}

// New returns a network with initial weights. It panics on an architecture without sparse layers.
func New(c Config) *Network {
	n := &Network{config: c, params: graph.NewParams(c.Precision, c.Seed)}
	n.body = c.Network.Layers(n.params, c.Layers)
	for _, l := range n.body {
		if s, ok := l.(interface{ Sparse() *layers.SparseWeights }); ok {
			n.sparse = append(n.sparse, s.Sparse())
		}
	}
	if len(n.sparse) == 0 {
		panic(fmt.Sprintf("sparsevd: %T has no sparse layers", c.Network))
	}
	return n
}

// Params returns the network's parameters.
func (n *Network) Params() *graph.Params { return n.params }

// SetThreshold changes the log alpha from which weights count as 0, of all layers.
func (n *Network) SetThreshold(logAlpha float64) {
	for _, l := range n.sparse {
		l.Threshold = logAlpha
	}
}

// Layers returns the weights of the network's sparse layers, from inputs to outputs.
func (n *Network) Layers() []*layers.SparseWeights { return n.sparse }

// classes returns the number of outputs.
func (n *Network) classes() int { return n.sparse[len(n.sparse)-1].B.Shape()[0] }

// Forward maps x [batch, ...] to the logits [batch, classes] of one draw of the weights.
func (n *Network) Forward(x *graph.Node) *graph.Node { return n.body.Forward(x) }

// ForwardMean is Forward with each weight that is not pruned at its mean.
func (n *Network) ForwardMean(x *graph.Node) *graph.Node {
	for _, l := range n.body {
		if m, ok := l.(interface{ ForwardMean(*graph.Node) *graph.Node }); ok {
			x = m.ForwardMean(x)
		} else {
			x = l.Forward(x)
		}
	}
	return x
}

// Terms returns log p(y|x, w) of each example [batch] for labels y [batch], under one draw of the
// weights, and the divergence from the improper prior. See train.Model.
func (n *Network) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	complexity = n.body.KL(x.Graph())
	return prob.Categorical{Logits: n.Forward(x)}.LogProb(y), complexity
}

// Fit trains the network on a set whose targets are class labels. See train.Fit.
func (n *Network) Fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	return train.Fit(ctx, n, set, s)
}

// Sparsity returns the fraction of each layer's weights that are pruned.
func (n *Network) Sparsity() []float64 {
	all := make([]float64, len(n.sparse))
	for i, l := range n.sparse {
		kept, total := count(l)
		all[i] = 1 - float64(kept)/float64(total)
	}
	return all
}

// Compression returns the number of the network's weights over that of those which are not pruned.
// Biases count as neither.
func (n *Network) Compression() float64 {
	kept, total := 0, 0
	for _, l := range n.sparse {
		k, t := count(l)
		kept, total = kept+k, total+t
	}
	return float64(total) / float64(kept)
}

func count(l *layers.SparseWeights) (kept, total int) {
	all := l.Kept()
	for _, k := range all {
		if k {
			kept++
		}
	}
	return kept, len(all)
}
