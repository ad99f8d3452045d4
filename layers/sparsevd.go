package layers

import "credence/graph"

// SparseVD is Dense with sparse variational dropout on its weights, [in, out].
type SparseVD struct{ SparseWeights }

// NewSparseVD declares name/theta, name/log_sigma2 and name/b, the latter zero.
func NewSparseVD(ps *graph.Params, name string, in, out int, o SparseOptions) *SparseVD {
	return &SparseVD{newSparseWeights(ps, name, o, in, out)}
}

// Forward maps x [..., in] to a draw of its outputs, [..., out], by local reparameterisation; in
// prediction, or with TrainClip, the weights beyond the threshold are 0. The bias is outside of the
// noise.
func (l *SparseVD) Forward(x *graph.Node) *graph.Node { return l.forward(x, (*graph.Node).MatMul) }

// ForwardMean maps x [..., in] to its output under the means of the weights that are not pruned, [..., out].
func (l *SparseVD) ForwardMean(x *graph.Node) *graph.Node {
	return l.forwardMean(x, (*graph.Node).MatMul)
}
