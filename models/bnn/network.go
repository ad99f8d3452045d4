package bnn

import (
	"fmt"
	"sort"

	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// Config describes a network.
type Config struct {
	Widths    []int           // inputs, hidden units of each layer, outputs; at least two
	Posterior Posterior       // over the weights; Variational{}
	Prior     prob.Prior      // over each weight; prob.Gaussian{Sigma: 1} for Variational, none for others
	Precision graph.Precision // Float32
	Seed      uint64          // of initial values and noise
}

// Posterior is how a network's weights are distributed, and so how it learns: Variational, Point or
// Dropout.
type Posterior interface {
	layer(ps *graph.Params, name string, in, out int, prior prob.Prior) layers.Layer
	// dropout returns the layer before the weights of layer i, or nil.
	dropout(i int) layers.Layer
}

// Variational is a factorised Gaussian over the weights, fitted by maximising the evidence lower
// bound (Blundell et al. 2015, https://arxiv.org/abs/1505.05424). Biases are points.
type Variational struct {
	Estimator layers.Estimator // how a pass draws; layers.WeightSampling
	Sigma     float64          // initial standard deviation; that of layers.BayesDense
}

// Point is a single value for each weight: maximum likelihood or, with a prior, maximum a posteriori.
type Point struct{}

// Dropout is Monte Carlo dropout (Gal and Ghahramani 2016, https://arxiv.org/abs/1506.02142): units
// are dropped in training and in prediction alike. With a prior its density is added, as weight decay is.
type Dropout struct {
	Rate  float64 // of hidden units
	Input float64 // of inputs
}

func (v Variational) layer(ps *graph.Params, name string, in, out int, prior prob.Prior) layers.Layer {
	return layers.NewBayesDense(ps, name, in, out, prior, layers.BayesOptions{Estimator: v.Estimator, Sigma: v.Sigma})
}

func (Point) layer(ps *graph.Params, name string, in, out int, _ prob.Prior) layers.Layer {
	return layers.NewDense(ps, name, in, out, graph.He)
}

func (d Dropout) layer(ps *graph.Params, name string, in, out int, p prob.Prior) layers.Layer {
	return Point{}.layer(ps, name, in, out, p)
}

func (Variational) dropout(int) layers.Layer { return nil }
func (Point) dropout(int) layers.Layer       { return nil }

func (d Dropout) dropout(i int) layers.Layer {
	if i == 0 {
		return layers.MCDropout{Rate: d.Input}
	}
	return layers.MCDropout{Rate: d.Rate}
}

// network is what a Classifier and a Regressor share.
type network struct {
	config Config
	params *graph.Params
	layers []layers.Layer
}

func newNetwork(c Config) *network {
	if len(c.Widths) < 2 {
		panic(fmt.Sprintf("bnn: widths %v: want inputs and outputs at least", c.Widths))
	}
	if c.Posterior == nil {
		c.Posterior = Variational{}
	}
	if _, variational := c.Posterior.(Variational); variational && c.Prior == nil {
		c.Prior = prob.Gaussian{Sigma: 1}
	}
	n := &network{config: c, params: graph.NewParams(c.Precision, c.Seed)}
	for i, out := range c.Widths[1:] {
		n.layers = append(n.layers, c.Posterior.layer(n.params, fmt.Sprintf("fc%d", i), c.Widths[i], out, c.Prior))
	}
	return n
}

// outputs returns the number of outputs.
func (n *network) outputs() int { return n.config.Widths[len(n.config.Widths)-1] }

// Params returns the network's parameters.
func (n *network) Params() *graph.Params { return n.params }

// Forward maps x [batch, ...] to the outputs [batch, out] of one draw of the weights.
func (n *network) Forward(x *graph.Node) *graph.Node { return n.forward(x.Flatten(), n.trainedLayer) }

// ForwardMean is Forward with each weight at its posterior mean and no unit dropped.
func (n *network) ForwardMean(x *graph.Node) *graph.Node { return n.forward(x.Flatten(), meanLayer) }

// applied maps x [..., in] to the output of layer i, [..., out].
type applied func(l layers.Layer, i int, x *graph.Node) *graph.Node

// forward maps h [..., in] to [..., out], layer by layer.
func (n *network) forward(h *graph.Node, apply applied) *graph.Node {
	for i, l := range n.layers {
		if h = apply(l, i, h); i < len(n.layers)-1 {
			h = h.ReLU()
		}
	}
	return h
}

// trainedLayer is the layer as training has it.
func (n *network) trainedLayer(l layers.Layer, i int, x *graph.Node) *graph.Node {
	if d := n.config.Posterior.dropout(i); d != nil {
		x = d.Forward(x)
	}
	return l.Forward(x)
}

func meanLayer(l layers.Layer, _ int, x *graph.Node) *graph.Node {
	if b, ok := l.(*layers.BayesDense); ok {
		return b.ForwardMean(x)
	}
	return l.Forward(x)
}

// Complexity returns KL(posterior || prior) in nats, a scalar; for points -log p(weights), and 0
// without a prior.
func (n *network) Complexity(g *graph.Graph) *graph.Node {
	total := g.Const(0)
	for _, l := range n.layers {
		switch l := l.(type) {
		case layers.Bayesian:
			total = total.Add(l.KL(g))
		case *layers.Dense:
			if n.config.Prior != nil {
				total = total.Sub(n.config.Prior.LogProb(g.Param(l.W)).Sum())
			}
		}
	}
	return total
}

// SignalToNoise returns |mu|/sigma of every weight that has a posterior, layer by layer.
func (n *network) SignalToNoise() []float64 { return n.each((*layers.BayesDense).SignalToNoise) }

// Sigmas returns the posterior's standard deviation of every weight that has one, layer by layer.
func (n *network) Sigmas() []float64 { return n.each((*layers.BayesDense).Sigma) }

func (n *network) each(of func(*layers.BayesDense) []float64) []float64 {
	var all []float64
	for _, l := range n.layers {
		if b, ok := l.(*layers.BayesDense); ok {
			all = append(all, of(b)...)
		}
	}
	return all
}

// Prune sets the given fraction of the weights to exactly 0, those with the lowest |mu|/sigma in the
// network, and returns how many. It changes the parameters.
func (n *network) Prune(fraction float64) int {
	ratios := n.SignalToNoise()
	if len(ratios) == 0 {
		return 0
	}
	sort.Float64s(ratios)
	k := min(int(fraction*float64(len(ratios))), len(ratios)-1)
	pruned := 0
	for _, l := range n.layers {
		if b, ok := l.(*layers.BayesDense); ok {
			pruned += b.Prune(ratios[k])
		}
	}
	return pruned
}
