package layers

import "credence/graph"

// DropConnect is a Dense each of whose weights is set to 0 with probability Rate while training, the
// others being scaled by 1/(1-Rate); in prediction it is the Dense (Wan et al. 2013). The paper draws
// anew for each example and drops the bias too; here a graph has one draw a step, a network that all
// examples share, and keeps the bias. Rate is in [0, 1).
type DropConnect struct {
	Dense *Dense
	Rate  float64
}

// Forward maps x [..., in] to [..., out]. Every step has another draw, which all calls in a graph share.
func (l DropConnect) Forward(x *graph.Node) *graph.Node {
	if x.Graph().Mode() == graph.Predict {
		return l.ForwardMean(x)
	}
	return MCDropConnect(l).Forward(x)
}

// ForwardMean maps x [..., in] to its output under the mean weights, [..., out].
func (l DropConnect) ForwardMean(x *graph.Node) *graph.Node { return l.Dense.Forward(x) }

// MCDropConnect is DropConnect that goes on in prediction, as MCDropout is Dropout that does: a run
// computes with one of the networks that dropping makes. Rate is in [0, 1).
type MCDropConnect struct {
	Dense *Dense
	Rate  float64
}

// Forward maps x [..., in] to [..., out]. Every step has another draw, which all calls in a graph share.
func (l MCDropConnect) Forward(x *graph.Node) *graph.Node {
	g := x.Graph()
	w := g.Once(l, func() *graph.Node { return drop(g.Param(l.Dense.W), l.Rate, l.Dense.W.Shape()) })
	return x.MatMul(w).Add(g.Param(l.Dense.B))
}

// ForwardMean maps x [..., in] to its output under the mean weights, [..., out].
func (l MCDropConnect) ForwardMean(x *graph.Node) *graph.Node { return l.Dense.Forward(x) }
