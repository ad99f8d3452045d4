package resnet

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
	Depth       int               // layers with weights, 6n + 2: 8, 14, 20, 32, ...
	Image       [3]int            // height, width and channels; 32, 32, 3
	Classes     int               // 10
	Width       int               // channels of the first stage, doubled in each further one; 16
	Activation  layers.Activation // rectified units
	WeightPrior prob.Prior        // of the filters and the last layer's weights, which are points; none
	Precision   graph.Precision   // Float32
	Seed        uint64            // of initial values and noise
}

func (c Config) withDefaults() Config {
	if c.Image == [3]int{} {
		c.Image = [3]int{32, 32, 3}
	}
	if c.Classes == 0 {
		c.Classes = 10
	}
	if c.Width == 0 {
		c.Width = 16
	}
	if c.Activation == nil {
		c.Activation = (*graph.Node).ReLU
	}
	return c
}

// units returns the number of blocks in each stage.
func (c Config) units() int {
	n := (c.Depth - 2) / 6
	if n < 1 || 6*n+2 != c.Depth {
		panic(fmt.Sprintf("resnet: depth %d, want 6n + 2 with n at least 1", c.Depth))
	}
	return n
}

// stages is their number. Each further one has half the height and width and twice the channels.
const stages = 3

// Network is the residual network with pre-activation of He et al. 2016 (https://arxiv.org/abs/1603.05027) for CIFAR: a
// convolution, three stages of blocks of two convolutions of 3 by 3, and the mean over the pixels. It is not safe for concurrent
// use.
type Network struct {
	config Config
	params *graph.Params
	stem   *layers.Conv2D
	stages [stages][]*block
	norm   *layers.BatchNorm
	head   *layers.Dense
}

// New returns a network with initial weights. It panics if the depth is not 6n + 2.
func New(c Config) *Network {
	c = c.withDefaults()
	n := &Network{config: c, params: graph.NewParams(c.Precision, c.Seed)}
	in := c.Width
	n.stem = newConv(n.params, "conv", 3, c.Image[2], in, 1)
	for s := range n.stages {
		for unit := range c.units() {
			stride, out := 1, c.Width<<s
			if s > 0 && unit == 0 {
				stride = 2
			}
			n.stages[s] = append(n.stages[s], newBlock(n.params, fmt.Sprintf("stage%d/unit%d", s, unit), in, out, stride, c.Activation))
			in = out
		}
	}
	n.norm = newNorm(n.params, "norm", in)
	n.head = layers.NewDense(n.params, "fc", in, c.Classes, graph.Glorot)
	return n
}

// Params returns the network's parameters.
func (n *Network) Params() *graph.Params { return n.params }

// Forward maps images x [batch, ...] to logits [batch, classes].
func (n *Network) Forward(x *graph.Node) *graph.Node {
	h := n.begin(x)
	for _, blocks := range n.stages {
		for _, b := range blocks {
			h = b.Forward(h)
		}
	}
	return n.finish(h)
}

// begin maps images to what the first block takes.
func (n *Network) begin(x *graph.Node) *graph.Node {
	return n.stem.Forward(x.Reshape(x.Dim(0), n.config.Image[0], n.config.Image[1], n.config.Image[2]))
}

// finish maps what the last block gives to logits.
func (n *Network) finish(h *graph.Node) *graph.Node {
	return n.head.Forward(n.config.Activation(n.norm.Forward(h)).Mean(1, 2))
}

// Terms returns log p(y|x) of each example [batch] for labels y [batch], and -log p(weights). See train.Model.
func (n *Network) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	return prob.Categorical{Logits: n.Forward(x)}.LogProb(y), n.complexity(x.Graph())
}

// complexity returns -log p of the weights, up to a constant.
func (n *Network) complexity(g *graph.Graph) *graph.Node {
	total := g.Const(0)
	if n.config.WeightPrior == nil {
		return total
	}
	for _, w := range n.params.All(graph.Trainable) {
		if len(w.Shape()) > 1 {
			total = total.Sub(n.config.WeightPrior.LogProb(g.Param(w)).Sum())
		}
	}
	return total
}

// Fit trains the network on a set whose targets are class labels. See train.Fit.
func (n *Network) Fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	return train.Fit(ctx, n, set, s)
}
