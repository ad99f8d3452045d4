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

// AdaptiveConfig describes an Adaptive network.
type AdaptiveConfig struct {
	Config
	Rule Rule    // how halting is learnt; Relaxed{}
	Tau  float64 // what a block costs, in nats
	Bias float64 // initial log-odds of halting after a block; -3
}

// Adaptive is a residual network in which each image passes only the first z of a stage's blocks, 1 to all, in each of its
// stages (Figurnov, Sobolev and Vetrov 2017, https://arxiv.org/abs/1712.00386). After block l it halts with probability h_l, which
// is read from what the block gives; after the last it must:
//
//	q(z = l|x) = h_l Π_{j<l} (1 - h_j),  p(z = l) in proportion to exp(-Tau·l).
//
// Training maximises J = E_q[log p(y|x, z) + Σ log p(z)] (equation 6): maximum a posteriori with an amortised point of the
// latent variables, no bound on the evidence, for it has no entropy of q.
//
// The first block of a stage, which may change the shape, always runs. In training all blocks run for all images, and the
// batch normalisation of each takes its statistics from all, also from those that halted before; in prediction they are
// averages, so that no image depends on another. It is not safe for concurrent use.
type Adaptive struct {
	*Network
	config AdaptiveConfig
	heads  [stages][]*haltingHead // of all blocks but the last of a stage
}

// haltingHead reads the log-odds of halting from images' averages, each of unit variance over a batch: so what tells images apart is
// learnt as fast as what they share.
type haltingHead struct {
	norm *layers.BatchNorm
	fc   *layers.Dense
}

// NewAdaptive returns a network with initial weights, which are those of New where both have them. It panics if the depth is
// not 6n + 2.
func NewAdaptive(c AdaptiveConfig) *Adaptive {
	if c.Rule == nil {
		c.Rule = Relaxed{}
	}
	if c.Bias == 0 {
		c.Bias = -3
	}
	a := &Adaptive{Network: New(c.Config)}
	if s, ok := c.Rule.(ScoreFunction); ok {
		c.Rule = s.withState(a.params)
	}
	a.config = c
	for s, blocks := range a.stages {
		for unit := range blocks[:len(blocks)-1] {
			name, width := fmt.Sprintf("stage%d/unit%d/halt", s, unit), a.Network.config.Width<<s
			head := &haltingHead{newNorm(a.params, name+"/norm", width), layers.NewDense(a.params, name, width, 1, graph.Glorot)}
			head.fc.B.Value().Fill(c.Bias)
			a.heads[s] = append(a.heads[s], head)
		}
	}
	return a
}

// Forward maps images [batch, height, width, channels] to log-odds [batch].
func (h *haltingHead) Forward(x *graph.Node) *graph.Node {
	return h.fc.Forward(h.norm.Forward(x.Mean(1, 2))).Reshape(x.Dim(0))
}

// LogPrior returns log p(z) of z = 1, ..., blocks, [blocks], in nats.
func (a *Adaptive) LogPrior(g *graph.Graph) *graph.Node {
	p := prob.TruncatedGeometric{Tau: g.Const(a.config.Tau), Max: len(a.stages[0])}
	return p.LogProb(p.Values())
}

// Rule decides how much of each block's output a stage gives, and what training makes of that.
type Rule interface {
	// halt returns the weights of the outputs of a stage's blocks, [batch] each, given the log-odds of halting after each but
	// the last, and further terms of the objective, [batch].
	halt(logits []*graph.Node, c cost) (weights []*graph.Node, terms halted)
	// objective returns the objective of each image from log p(y|x, weights) and the stages' terms.
	objective(logLik *graph.Node, terms []halted) *graph.Node
	// share returns how much of a block's output an image takes in prediction, given how much it has taken of those before
	// it in its stage, and whether it halts there; h is the probability of halting, 1 after the last block.
	share(h, taken float64) (weight float64, halts bool)
}

// cost is what blocks cost each of the images of a batch.
type cost struct {
	batch    int
	tau      float64
	logPrior *graph.Node // [blocks]
}

// halted are a stage's terms of the objective, [batch]; what a rule has not is nil.
type halted struct {
	reward *graph.Node // Σ w_l log p(l), or what a rule has in its place
	logQ   *graph.Node // of what was drawn
}

// pass computes logits by a decision for each stage.
func (a *Adaptive) pass(x *graph.Node, halt func(logits []*graph.Node) (weights []*graph.Node)) *graph.Node {
	h := a.begin(x)
	for s, blocks := range a.stages {
		var outputs, logits []*graph.Node
		for unit, b := range blocks {
			h = b.Forward(h)
			outputs = append(outputs, h)
			if unit < len(a.heads[s]) {
				logits = append(logits, a.heads[s][unit].Forward(h))
			}
		}
		h = mix(outputs, halt(logits))
	}
	return a.finish(h)
}

// mix adds up images by weights [batch].
func mix(images, weights []*graph.Node) *graph.Node {
	var sum *graph.Node
	for l, h := range images {
		part := h.Mul(weights[l].Reshape(-1, 1, 1, 1))
		if sum == nil {
			sum = part
		} else {
			sum = sum.Add(part)
		}
	}
	return sum
}

// Objective returns J for each image [batch], in nats, or what the rule has in its place, whose gradient is the rule's.
func (a *Adaptive) Objective(x, y *graph.Node) *graph.Node {
	var terms []halted
	logits := a.pass(x, func(logits []*graph.Node) []*graph.Node {
		weights, t := a.config.Rule.halt(logits, cost{x.Dim(0), a.config.Tau, a.LogPrior(x.Graph())})
		terms = append(terms, t)
		return weights
	})
	return a.config.Rule.objective(prob.Categorical{Logits: logits}.LogProb(y), terms)
}

// Terms returns the objective of each example [batch] for labels y [batch], and -log p(weights). See train.Model.
func (a *Adaptive) Terms(x, y *graph.Node) (objective, complexity *graph.Node) {
	return a.Objective(x, y), a.complexity(x.Graph())
}

// Fit trains the network on a set whose targets are class labels. See train.Fit.
func (a *Adaptive) Fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	return train.Fit(ctx, a, set, s)
}

// CopyFrom takes over the weights of a network of the same shape, to go on from.
func (a *Adaptive) CopyFrom(n *Network) error {
	for _, p := range n.params.All(graph.Trainable, graph.State) {
		own := a.params.Lookup(p.Name())
		if own == nil || own.Value().Len() != p.Value().Len() {
			return fmt.Errorf("resnet: the adaptive network has no %s of %v", p.Name(), p.Shape())
		}
		if err := own.Value().SetFloat64s(p.Value().Float64s()); err != nil {
			return fmt.Errorf("resnet: %s: %w", p.Name(), err)
		}
	}
	return nil
}

// stick breaks a stick: it returns the shares h_l Π_{j<l} (1 - h_j) of each l, and of the last what is left.
func stick(halts []*graph.Node, batch int, g *graph.Graph) []*graph.Node {
	left := g.Const(1).Broadcast(batch)
	var shares []*graph.Node
	for _, h := range halts {
		share := left.Mul(h)
		shares, left = append(shares, share), left.Sub(share)
	}
	return append(shares, left)
}

// expected returns Σ_l w_l v_l, [batch], of numbers v [blocks].
func expected(weights []*graph.Node, v *graph.Node) *graph.Node {
	sum := v.Graph().Const(0)
	for l, w := range weights {
		sum = sum.Add(w.Mul(v.Slice(0, l, l+1)))
	}
	return sum
}

// total adds up a term of all stages.
func total(terms []halted, of func(halted) *graph.Node) *graph.Node {
	sum := of(terms[0])
	for _, t := range terms[1:] {
		sum = sum.Add(of(t))
	}
	return sum
}

func rewardOf(t halted) *graph.Node { return t.reward }
