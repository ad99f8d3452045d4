package layers

import "credence/graph"

// Dropout sets each activation to 0 with probability Rate and scales the others by 1/(1-Rate), while
// training; in prediction it does nothing (Srivastava et al. 2014). Rate is in [0, 1).
type Dropout struct{ Rate float64 }

// Forward maps x to an array of its shape, with another draw at each call and step.
func (l Dropout) Forward(x *graph.Node) *graph.Node {
	if x.Graph().Mode() == graph.Predict {
		return x
	}
	return drop(x, l.Rate, x.Shape())
}

// MCDropout is Dropout that goes on in prediction: averaged over draws, its predictions approximate
// those of a Bayesian network (Gal and Ghahramani 2016, https://arxiv.org/abs/1506.02142). With a
// Gaussian prior over the weights, the divergence that goes with it is a penalty on their squares.
// Rate is in [0, 1).
type MCDropout struct{ Rate float64 }

// Forward maps x to an array of its shape, with another draw at each call and step.
func (l MCDropout) Forward(x *graph.Node) *graph.Node { return drop(x, l.Rate, x.Shape()) }

// MCDropout2D is MCDropout of whole channels of images: neighbouring pixels are alike, so that one tells what another that is
// dropped was (Tompson et al. 2015, https://arxiv.org/abs/1411.4280). Rate is in [0, 1).
type MCDropout2D struct{ Rate float64 }

// Forward maps images x [batch, height, width, channels] to an array of their shape, with another draw at each call and step.
func (l MCDropout2D) Forward(x *graph.Node) *graph.Node {
	if x.Rank() != 4 {
		return x.Graph().Failf("dropout of channels of %v: want images [batch, height, width, channels]", x)
	}
	return drop(x, l.Rate, []int{x.Dim(0), 1, 1, x.Dim(3)})
}

// drop multiplies by a draw of the given shape, which broadcasts.
func drop(x *graph.Node, rate float64, shape []int) *graph.Node {
	g := x.Graph()
	if !(rate >= 0 && rate < 1) {
		return g.Failf("dropout rate %v is not in [0, 1)", rate)
	}
	if rate == 0 {
		return x
	}
	kept := g.Uniform(shape...).Greater(g.Const(rate))
	return x.Mul(kept).Scale(1 / (1 - rate))
}
