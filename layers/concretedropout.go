package layers

import (
	"math"

	"credence/graph"
	"credence/prob"
)

// ConcreteDropout is a Dense behind dropout of its inputs whose rate is learned (Gal, Hron and Kendall
// 2017, https://arxiv.org/abs/1705.07832): the rate's gradient passes through a continuous relaxation of
// the draw. The noise goes on in prediction, as MCDropout's does.
type ConcreteDropout struct {
	Dense *Dense
	Logit *graph.Param // a scalar; the rate, at which an input is dropped, is sigmoid(Logit)
	// LengthScale is the prior's: under it, a weight is normal with standard deviation 1/LengthScale. It is
	// positive and finite.
	LengthScale float64
	// Temperature is the relaxation's, positive and finite: towards 0, draws become 0 or 1.
	Temperature float64
}

// ConcreteOptions are what NewConcreteDropout has defaults for.
type ConcreteOptions struct {
	W           graph.Init // initial weights; nil is graph.He
	Rate        float64    // initial rate, between 0 and 1; 0 is 0.1
	Temperature float64    // 0 is 0.1
}

// NewConcreteDropout declares name/w and name/b, those of a Dense, and name/logit. It panics if the
// initial rate is not between 0 and 1.
func NewConcreteDropout(ps *graph.Params, name string, in, out int, lengthScale float64, o ConcreteOptions) *ConcreteDropout {
	if o.W == nil {
		o.W = graph.He
	}
	if o.Rate == 0 {
		o.Rate = 0.1
	}
	if o.Temperature == 0 {
		o.Temperature = 0.1
	}
	return &ConcreteDropout{
		Dense:       NewDense(ps, name, in, out, o.W),
		Logit:       ps.New(name+"/logit", graph.Constant(logit(o.Rate))),
		LengthScale: lengthScale,
		Temperature: o.Temperature,
	}
}

// Forward maps x [..., in] to a draw of its outputs, [..., out], with another draw at each call and step.
// Of an input, dropped = sigmoid((logit(rate) + logit(u))/Temperature) is taken away, with u uniform on
// (0, 1) (equation 5); what is kept is scaled by 1/(1-rate).
func (l *ConcreteDropout) Forward(x *graph.Node) *graph.Node {
	g := x.Graph()
	if !positive(l.Temperature) {
		return g.Failf("concrete dropout of %s: temperature %v is not a positive number", l.Dense.W.Name(), l.Temperature)
	}
	u := g.Uniform(x.Shape()...)
	logitU := u.Log().Sub(u.Neg().Log1p())
	kept := g.Param(l.Logit).Add(logitU).Scale(-1 / l.Temperature).Sigmoid()
	return l.Dense.Forward(x.Mul(kept).Mul(l.scale(g)))
}

// ForwardMean maps x [..., in] to its output without dropout, [..., out].
func (l *ConcreteDropout) ForwardMean(x *graph.Node) *graph.Node { return l.Dense.Forward(x) }

// scale is 1/(1-rate).
func (l *ConcreteDropout) scale(g *graph.Graph) *graph.Node {
	return g.Param(l.Logit).Exp().AddScalar(1)
}

// KL returns the divergence of the posterior from the prior in nats, up to a constant, by the paper's
// approximation (equations 3 and 4), summed over the weights and the inputs; the bias has no prior:
//
//	KL ≈ LengthScale²·Σw²/(2(1-rate)) - in·H(rate)
//
// H is the entropy of a draw that is 1 with probability rate. The paper's weights are those that kept
// inputs meet, w/(1-rate); hence its factor 1-rate is 1/(1-rate) here, as in the authors' code.
func (l *ConcreteDropout) KL(g *graph.Graph) *graph.Node {
	if !positive(l.LengthScale) {
		return g.Failf("concrete dropout of %s: length-scale %v is not a positive number", l.Dense.W.Name(), l.LengthScale)
	}
	weights := g.Param(l.Dense.W).Square().Sum().Scale(l.LengthScale * l.LengthScale / 2).Mul(l.scale(g))
	entropy := prob.Bernoulli{Logits: g.Param(l.Logit)}.Entropy()
	return weights.Sub(entropy.Scale(float64(l.Dense.W.Shape()[0])))
}

func positive(v float64) bool { return v > 0 && !math.IsInf(v, 1) }

// Rate returns the learned rate, at which an input is dropped.
func (l *ConcreteDropout) Rate() float64 { return sigmoid(l.Logit.Value().At(0)) }
