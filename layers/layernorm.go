package layers

import "credence/graph"

// LayerNorm standardises each example by the mean and the variance of its own activations, those along
// the last axis, and then scales and shifts each activation (Ba, Kiros and Hinton 2016,
// https://arxiv.org/abs/1607.06450, equation 4). It is the same in training and prediction.
type LayerNorm struct {
	Gamma   *graph.Param // [width], the scales
	Beta    *graph.Param // [width], the shifts
	Epsilon float64      // added to the variance; positive
}

// defaultEpsilon is what normalisations add to a variance unless told otherwise.
const defaultEpsilon = 1e-5

// NewLayerNorm declares name/gamma, one, and name/beta, zero. An epsilon of 0 means 1e-5.
func NewLayerNorm(ps *graph.Params, name string, width int, epsilon float64) *LayerNorm {
	if epsilon == 0 {
		epsilon = defaultEpsilon
	}
	return &LayerNorm{
		Gamma:   ps.New(name+"/gamma", graph.Constant(1), width),
		Beta:    ps.New(name+"/beta", graph.Zeros, width),
		Epsilon: epsilon,
	}
}

// Forward maps x [..., width] to an array of its shape.
func (l *LayerNorm) Forward(x *graph.Node) *graph.Node {
	if bad := misfit(x, l.Gamma, l.Epsilon); bad != nil {
		return bad
	}
	g := x.Graph()
	centred := x.Sub(x.Mean(-1).ExpandDims(-1))
	variance := centred.Square().Mean(-1).ExpandDims(-1)
	return centred.Div(variance.AddScalar(l.Epsilon).Sqrt()).Mul(g.Param(l.Gamma)).Add(g.Param(l.Beta))
}

// misfit records what a normalisation with these scales cannot do, and returns nil if it can: an array
// of another width might broadcast.
func misfit(x *graph.Node, gamma *graph.Param, epsilon float64) *graph.Node {
	g, width := x.Graph(), gamma.Shape()[0]
	switch {
	case g.Err() != nil:
		return x
	case x.Rank() == 0 || x.Dim(-1) != width:
		return g.Failf("normalisation by %s of %v: want a last axis of %d", gamma.Name(), x, width)
	case !positive(epsilon):
		return g.Failf("normalisation by %s: epsilon %v is not a positive number", gamma.Name(), epsilon)
	}
	return nil
}
