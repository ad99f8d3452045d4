package resnet

import (
	"credence/graph"
	"credence/prob"
)

// Enumerate returns J of each image exactly [batch], in nats, as the sum over all values of the latent variables of
// all stages together, and the sum of their probabilities, 1 but for rounding. It takes blocks³ times as long as a pass: it is what the
// rules are measured by, on small networks in graphs for prediction.
func (a *Adaptive) Enumerate(x, y *graph.Node) (objective, mass *graph.Node) {
	g, batch := x.Graph(), x.Dim(0)
	blocks := len(a.stages[0])
	logPrior := a.LogPrior(g)
	objective, mass = g.Const(0).Broadcast(batch), g.Const(0).Broadcast(batch)
	for code := range blocks * blocks * blocks {
		z := [stages]int{code / blocks / blocks, code / blocks % blocks, code % blocks}
		q, prior, s := g.Const(1).Broadcast(batch), g.Const(0), 0
		logits := a.pass(x, func(logits []*graph.Node) []*graph.Node {
			var h []*graph.Node
			for _, l := range logits {
				h = append(h, l.Sigmoid())
			}
			q = q.Mul(stick(h, batch, g)[z[s]])
			prior = prior.Add(logPrior.Slice(0, z[s], z[s]+1).Sum())
			weights := make([]*graph.Node, blocks)
			for l := range weights {
				weights[l] = g.Const(0).Broadcast(batch)
			}
			weights[z[s]] = g.Const(1).Broadcast(batch)
			s++
			return weights
		})
		value := prob.Categorical{Logits: logits}.LogProb(y).Add(prior)
		objective, mass = objective.Add(q.Mul(value)), mass.Add(q)
	}
	return objective, mass
}
