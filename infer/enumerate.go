package infer

import (
	"slices"

	"credence/graph"
	"credence/prob"
)

// Enumeration is the ELBO and its gradient exactly, by a sum over all values of a posterior that has
// finitely many: the yardstick of other estimators, and the method of choice where there are few.
type Enumeration struct{}

// Bound returns the exact ELBO. A posterior that is no prob.Enumerable is a mistake that Compile
// reports.
func (Enumeration) Bound(m Model) *graph.Node {
	g := m.Posterior.Parameters()[0].Node.Graph()
	q, ok := m.Posterior.(prob.Enumerable)
	if !ok {
		return g.Failf("infer: Enumeration: %T has no list of values", m.Posterior)
	}
	values, drawn := q.Values(), q.Sample().Shape()
	event := values.Shape()[min(1, values.Rank()):]
	batch := len(drawn) - len(event)
	n := values.Dim(0)
	once := slices.Concat([]int{n}, slices.Repeat([]int{1}, max(0, batch)), event)
	t := m.at(q, values.Reshape(once...).Broadcast(slices.Concat([]int{n}, drawn)...))
	return m.less(t.logQ.Exp().Mul(m.value(t)).Sum(0))
}
