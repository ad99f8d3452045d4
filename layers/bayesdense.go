package layers

import (
	"credence/graph"
	"credence/prob"
)

// BayesDense is Dense with a factorised Gaussian posterior over its weights, [in, out].
type BayesDense struct{ GaussianWeights }

// NewBayesDense declares name/mu, name/rho and name/b, the latter zero. The prior is that of each
// weight. It panics if the standard deviation of the options is negative, infinite or NaN.
func NewBayesDense(ps *graph.Params, name string, in, out int, prior prob.Prior, o BayesOptions) *BayesDense {
	return &BayesDense{newGaussianWeights(ps, name, prior, o, in, out)}
}

// Forward maps x [..., in] to a draw of xW + B, [..., out], by the layer's estimator, in training and
// prediction alike. The draw is another at every step of a run; within a graph, WeightSampling has
// one draw of W for all calls, LocalReparameterization one of the outputs for each, Flipout one of W for all and one
// of the signs for each.
func (l *BayesDense) Forward(x *graph.Node) *graph.Node { return l.forward(x, (*graph.Node).MatMul) }

// ForwardLocal is Forward by LocalReparameterization, whichever the layer's estimator: exact for each
// example by itself, since the outputs of one example are independent normals. The variance under the
// root is that of xW.
func (l *BayesDense) ForwardLocal(x *graph.Node) *graph.Node {
	return l.forwardLocal(x, (*graph.Node).MatMul)
}

// ForwardMean maps x [..., in] to its output under the posterior's mean weights, [..., out].
func (l *BayesDense) ForwardMean(x *graph.Node) *graph.Node {
	return l.forwardMean(x, (*graph.Node).MatMul)
}
