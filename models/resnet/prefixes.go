package resnet

import (
	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// Prefixes is a residual network whose depth is one latent variable z: layer l is passed by its gate [l <= z], and the
// other layers are the identity. Its layers keep the shape, so that the network of every z is a prefix of one pass, and p(y|x)
// and p(z|x, y) are exact.
type Prefixes struct {
	Layers []layers.Layer // of a residual each, [batch, ...] to the same shape
	Head   layers.Layer   // from what a prefix gives to logits [batch, classes]
	Tau    float64        // p(z) in proportion to exp(-Tau·z), for z = 1 to all layers
}

// LogLiks returns log p(y|x, z) in nats, [layers, batch], for inputs of the first layer and labels y [batch].
func (p Prefixes) LogLiks(x, y *graph.Node) *graph.Node {
	var all []*graph.Node
	for _, l := range p.Layers {
		x = x.Add(l.Forward(x))
		all = append(all, prob.Categorical{Logits: p.Head.Forward(x)}.LogProb(y))
	}
	return graph.Stack(0, all...)
}

// LogPrior returns log p(z), [layers, 1].
func (p Prefixes) LogPrior(g *graph.Graph) *graph.Node {
	prior := prob.TruncatedGeometric{Tau: g.Const(p.Tau), Max: len(p.Layers)}
	return prior.LogProb(prior.Values()).ExpandDims(1)
}

// LogProb returns log p(y|x) = log Σ p(z) p(y|x, z) in nats, [batch]: training maximises it as it is.
func (p Prefixes) LogProb(x, y *graph.Node) *graph.Node {
	return p.LogLiks(x, y).Add(p.LogPrior(x.Graph())).LogSumExp(0)
}

// Posterior returns p(z|x, y), [batch] rows of the layers' probabilities, class l standing for z = l + 1.
func (p Prefixes) Posterior(x, y *graph.Node) prob.Categorical {
	return prob.Categorical{Logits: p.LogLiks(x, y).Add(p.LogPrior(x.Graph())).Transpose(1, 0)}
}

// Probs returns p(y|x), [batch, classes].
func (p Prefixes) Probs(x *graph.Node) *graph.Node {
	prior := p.LogPrior(x.Graph()).Exp()
	var sum *graph.Node
	for l, layer := range p.Layers {
		x = x.Add(layer.Forward(x))
		part := prob.Categorical{Logits: p.Head.Forward(x)}.Probs().Mul(prior.Slice(0, l, l+1))
		if sum == nil {
			sum = part
		} else {
			sum = sum.Add(part)
		}
	}
	return sum
}
