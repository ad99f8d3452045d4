package layers

import (
	"math"

	"credence/graph"
)

// GaussianDropout multiplies each activation by a draw of N(1, Alpha), while training; in prediction it
// does nothing (Srivastava et al. 2014, section 10). Its noise has the moments of Dropout's at Alpha =
// Rate/(1-Rate). Alpha is finite and not negative.
type GaussianDropout struct{ Alpha float64 }

// Forward maps x to an array of its shape, with another draw at each call and step.
func (l GaussianDropout) Forward(x *graph.Node) *graph.Node {
	if x.Graph().Mode() == graph.Predict {
		return x
	}
	return gaussianNoise(x, l.Alpha)
}

// MCGaussianDropout is GaussianDropout that goes on in prediction, as MCDropout is Dropout that does.
// Alpha is finite and not negative.
type MCGaussianDropout struct{ Alpha float64 }

// Forward maps x to an array of its shape, with another draw at each call and step.
func (l MCGaussianDropout) Forward(x *graph.Node) *graph.Node { return gaussianNoise(x, l.Alpha) }

func gaussianNoise(x *graph.Node, alpha float64) *graph.Node {
	g := x.Graph()
	if !(alpha >= 0) || math.IsInf(alpha, 1) {
		return g.Failf("Gaussian dropout alpha %v is not finite and at least 0", alpha)
	}
	if alpha == 0 {
		return x
	}
	return x.Mul(g.Normal(x.Shape()...).Scale(math.Sqrt(alpha)).AddScalar(1))
}
