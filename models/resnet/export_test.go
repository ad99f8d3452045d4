package resnet

import (
	"credence/graph"
	"credence/prob"
)

// Halted is what Predict computes, by all blocks: p(y|x) [batch, classes], and the blocks that an image needs in each stage,
// [batch, stages].
func (a *Adaptive) Halted(x *graph.Node) (probs, blocks *graph.Node) {
	g, batch := x.Graph(), x.Dim(0)
	var counts []*graph.Node
	logits := a.pass(x, func(logits []*graph.Node) []*graph.Node {
		var weights []*graph.Node
		if _, act := a.config.Rule.(ACT); act {
			weights, _ = a.config.Rule.halt(logits, cost{batch, a.config.Tau, a.LogPrior(g)})
		} else {
			var hard []*graph.Node
			for _, l := range logits {
				hard = append(hard, l.Greater(g.Const(0)))
			}
			weights = stick(hard, batch, g)
		}
		count := g.Const(0).Broadcast(batch)
		for l := range weights {
			left := g.Const(0).Broadcast(batch)
			for _, w := range weights[l:] {
				left = left.Add(w)
			}
			count = count.Add(left.Greater(g.Const(0)))
		}
		counts = append(counts, count)
		return weights
	})
	return prob.Categorical{Logits: logits}.Probs(), graph.Stack(1, counts...)
}
