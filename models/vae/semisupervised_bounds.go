package vae

import (
	"math"

	"credence/graph"
	"credence/prob"
)

// Labelled returns the bound L(x, y) on log p(x, y), in nats, of x [batch, inputs] and their classes y, by one
// draw of z (equation 6). The shape of y broadcasts with [batch], to that of the result.
func (m *SemiSupervised) Labelled(x, y *graph.Node) *graph.Node {
	g := x.Graph()
	q := m.Encode(x, y)
	p := prob.DiagonalNormal{Mu: g.Const(0).Broadcast(m.config.Latent), Sigma: g.Const(1).Broadcast(m.config.Latent)}
	logPY := -math.Log(float64(m.config.Classes))
	return m.Decode(y, q.Sample()).LogProb(x).AddScalar(logPY).Sub(q.KL(p))
}

// Unlabelled returns the bound U(x) on log p(x), in nats, [batch], of x [batch, inputs], whose classes are
// summed out: U(x) = Σ q(y|x) L(x, y) + H[q(y|x)] (equation 7).
func (m *SemiSupervised) Unlabelled(x *graph.Node) *graph.Node {
	q := m.Classify(x)
	bounds := m.Labelled(x, m.classes(x.Graph())) // [classes, batch]
	return q.Probs().Transpose(1, 0).Mul(bounds).Sum(0).Add(q.Entropy())
}

// complexity returns -log p(w) of the weights, up to a constant.
func (m *SemiSupervised) complexity(g *graph.Graph) *graph.Node {
	total := g.Const(0)
	if m.config.WeightPrior == nil {
		return total
	}
	for _, w := range m.params.All(graph.Trainable) {
		if len(w.Shape()) > 1 {
			total = total.Sub(m.config.WeightPrior.LogProb(g.Param(w)).Sum())
		}
	}
	return total
}
