package layers

import (
	"credence/graph"
	"credence/prob"
)

// Conv2D convolves images with the filters W and adds B. See graph.Node.Conv2D.
type Conv2D struct {
	W      *graph.Param // [down, across, in, out]
	B      *graph.Param // [out]; nil for none
	Window graph.Window
}

// NewConv2D declares name/w [down, across, in, out], filled by init, and name/b, zero.
func NewConv2D(ps *graph.Params, name string, filter [4]int, w graph.Window, init graph.Init) *Conv2D {
	return &Conv2D{ps.New(name+"/w", init, filter[:]...), ps.New(name+"/b", graph.Zeros, filter[3]), w}
}

// Forward maps images x [batch, height, width, in] to [batch, rows, columns, out].
func (l *Conv2D) Forward(x *graph.Node) *graph.Node {
	g := x.Graph()
	y := x.Conv2D(g.Param(l.W), l.Window)
	if l.B == nil {
		return y
	}
	return y.Add(g.Param(l.B))
}

// BayesConv2D is Conv2D with a factorised Gaussian posterior over its filters, [down, across, in, out].
type BayesConv2D struct {
	GaussianWeights
	Window graph.Window
}

// NewBayesConv2D declares name/mu, name/rho and name/b, the latter zero. The prior is that of each weight. It panics if the
// standard deviation of the options is negative, infinite or NaN.
func NewBayesConv2D(ps *graph.Params, name string, filter [4]int, w graph.Window, prior prob.Prior, o BayesOptions) *BayesConv2D {
	return &BayesConv2D{newGaussianWeights(ps, name, prior, o, filter[:]...), w}
}

func convolve(w graph.Window) product {
	return func(x, filter *graph.Node) *graph.Node { return x.Conv2D(filter, w) }
}

// Forward maps images x [batch, height, width, in] to a draw of their convolution, [batch, rows, columns, out], by the
// layer's estimator, as BayesDense.Forward does. Only WeightSampling is exact: one draw of a filter makes
// the pixels that it computes depend on each other, while LocalReparameterization draws each by itself, with its
// right mean and variance, and Flipout has signs of their own for the pixels of an image. Molchanov et al. 2017
// (https://arxiv.org/abs/1701.05369) use the former for convolutions all the same.
func (l *BayesConv2D) Forward(x *graph.Node) *graph.Node { return l.forward(x, convolve(l.Window)) }

// ForwardLocal is Forward by LocalReparameterization, whichever the layer's estimator.
func (l *BayesConv2D) ForwardLocal(x *graph.Node) *graph.Node {
	return l.forwardLocal(x, convolve(l.Window))
}

// ForwardMean maps images to their convolution with the posterior's mean filters.
func (l *BayesConv2D) ForwardMean(x *graph.Node) *graph.Node {
	return l.forwardMean(x, convolve(l.Window))
}

// SparseVDConv2D is Conv2D with sparse variational dropout on its filters, [down, across, in, out].
type SparseVDConv2D struct {
	SparseWeights
	Window graph.Window
}

// NewSparseVDConv2D declares name/theta, name/log_sigma2 and name/b, the latter zero.
func NewSparseVDConv2D(ps *graph.Params, name string, filter [4]int, w graph.Window, o SparseOptions) *SparseVDConv2D {
	return &SparseVDConv2D{newSparseWeights(ps, name, o, filter[:]...), w}
}

// Forward maps images x [batch, height, width, in] to a draw of their convolution, [batch, rows, columns, out], each pixel by
// itself: the local reparameterisation, which for convolutions is an approximation (see BayesConv2D). In
// prediction, or with TrainClip, the weights beyond the threshold are 0.
func (l *SparseVDConv2D) Forward(x *graph.Node) *graph.Node { return l.forward(x, convolve(l.Window)) }

// ForwardMean maps images to their convolution with the means of the weights that are not pruned.
func (l *SparseVDConv2D) ForwardMean(x *graph.Node) *graph.Node {
	return l.forwardMean(x, convolve(l.Window))
}
