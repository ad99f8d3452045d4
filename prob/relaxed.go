package prob

import (
	"math"
	"slices"

	"credence/graph"
)

// RelaxedBernoulli is the binary Concrete distribution of a number between 0 and 1 (Maddison, Mnih and
// Teh 2017, https://arxiv.org/abs/1611.00712, appendix B): sigmoid((Logits + ε)/Temperature) with ε
// standard logistic. As Temperature falls to 0 it approaches Bernoulli{Logits}.
//
// An expectation under it is not that under the Bernoulli, nor is its gradient: as an estimate of the
// latter it is biased, the more the higher the temperature.
type RelaxedBernoulli struct{ Logits, Temperature *graph.Node }

// Parameters returns Logits and Temperature.
func (d RelaxedBernoulli) Parameters() []Parameter {
	return []Parameter{{"Logits", d.Logits, graph.Real}, {"Temperature", d.Temperature, graph.Positive}}
}

// Support returns the numbers between 0 and 1. Draws at low temperatures are rounded to 0 or 1.
func (d RelaxedBernoulli) Support() graph.Constraint { return graph.OpenUnit }

// noisyLogits returns Logits + ε.
func (d RelaxedBernoulli) noisyLogits(leading []int) *graph.Node {
	check(d)
	u := graphOf(d).Uniform(shapeOf(d, leading...)...)
	return d.Logits.Add(logit(u))
}

// logit returns log(x/(1-x)).
func logit(x *graph.Node) *graph.Node { return x.Log().Sub(x.Neg().Log1p()) }

// Sample returns draws, through which gradients pass to both parameters.
func (d RelaxedBernoulli) Sample(leading ...int) *graph.Node {
	return d.noisyLogits(leading).Div(d.Temperature).Sigmoid()
}

// StraightThrough returns draws of Bernoulli{Logits} with the gradients of the Sample that rounds to
// them (Jang, Gu and Poole 2017, https://arxiv.org/abs/1611.01144, section 2.2). The gradient of an
// expectation estimated with them is biased for the Bernoulli as well as for its relaxation.
func (d RelaxedBernoulli) StraightThrough(leading ...int) *graph.Node {
	logits := d.noisyLogits(leading)
	return straightThrough(logits.Greater(graphOf(d).Const(0)), logits.Div(d.Temperature).Sigmoid())
}

// straightThrough has the value of hard and the gradient of soft.
func straightThrough(hard, soft *graph.Node) *graph.Node {
	return hard.Add(soft.Sub(soft.StopGradient()))
}

// score returns Temperature·logit(x) - Logits, which is standard logistic.
func (d RelaxedBernoulli) score(x *graph.Node) *graph.Node {
	return d.Temperature.Mul(logit(x)).Sub(d.Logits)
}

// LogProb returns the log-density at x, elementwise.
func (d RelaxedBernoulli) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	zero, half, one := x.Graph().Const(0), x.Graph().Const(0.5), x.Graph().Const(1)
	inside := x.Greater(zero).Mul(x.Less(one))
	return where(inside, x, half, -inf, func(x *graph.Node) *graph.Node {
		z := d.score(x)
		return d.Temperature.Log().Add(z.LogSigmoid()).Add(z.Neg().LogSigmoid()).Sub(x.Log()).Sub(x.Neg().Log1p())
	})
}

// CDF returns the probability of values up to x, elementwise.
func (d RelaxedBernoulli) CDF(x *graph.Node) *graph.Node {
	check(d)
	zero, half, one := x.Graph().Const(0), x.Graph().Const(0.5), x.Graph().Const(1)
	inside := x.Greater(zero).Mul(x.Less(one))
	return inside.Where(d.score(inside.Where(x, half)).Sigmoid(), x.GreaterEqual(one))
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d RelaxedBernoulli) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return d.Logits.Add(logit(p)).Div(d.Temperature).Sigmoid()
}

// Median returns sigmoid(Logits/Temperature).
func (d RelaxedBernoulli) Median() *graph.Node {
	check(d)
	return d.Logits.Div(d.Temperature).Sigmoid()
}

// KL returns KL(d‖p), elementwise: δ·coth(δ/2) - 2, δ the difference of the logits, which is the
// divergence of two logistic distributions. It has no such form where temperatures differ: a run
// that meets such fails.
func (d RelaxedBernoulli) KL(p RelaxedBernoulli) *graph.Node {
	check(d)
	check(p)
	shift := d.Logits.Sub(p.Logits)
	g := shift.Graph()
	near := shift.Abs().Less(g.Const(0.05))
	s := near.Where(shift, g.Const(0)).Square()
	series := s.Scale(1. / 6).Sub(s.Square().Scale(1. / 360)).Add(s.Square().Mul(s).Scale(1. / 15120))
	far := near.Where(g.Const(1), shift)
	kl := near.Where(series, far.Div(far.Scale(0.5).Tanh()).AddScalar(-2))
	return requireZero(kl, d.Temperature.Sub(p.Temperature), "prob.RelaxedBernoulli: KL: Temperature of d less that of p")
}

// RelaxedCategorical is the Concrete distribution (Maddison, Mnih and Teh 2017,
// https://arxiv.org/abs/1611.00712), or Gumbel-softmax (Jang, Gu and Poole 2017,
// https://arxiv.org/abs/1611.01144), of rows of k positive numbers that sum to 1:
// softmax((Logits + G)/Temperature) with G standard Gumbel. As Temperature falls to 0 it approaches
// OneHotCategorical{Logits}.
//
// An expectation under it is not that under the categorical, nor is its gradient: as an estimate of
// the latter it is biased, the more the higher the temperature.
type RelaxedCategorical struct {
	Logits      *graph.Node // [..., k]
	Temperature *graph.Node // [...], one for each row
}

// Parameters returns Logits and Temperature.
func (d RelaxedCategorical) Parameters() []Parameter {
	return []Parameter{{"Logits", d.Logits, graph.RealRows}, {"Temperature", d.Temperature, graph.Positive}}
}

// Support returns the rows of probabilities. At low temperatures elements of draws are rounded to 0.
func (d RelaxedCategorical) Support() graph.Constraint { return graph.Simplex }

// temperature returns Temperature as it broadcasts against Logits.
func (d RelaxedCategorical) temperature() *graph.Node { return d.Temperature.ExpandDims(-1) }

// noisyLogits returns Logits + G.
func (d RelaxedCategorical) noisyLogits(leading []int) *graph.Node {
	check(d)
	shape := slices.Concat(leading, d.Logits.Add(d.temperature()).Shape())
	return d.Logits.Add(gumbel(d.Logits.Graph(), shape))
}

// Sample returns draws, [leading..., ..., k], through which gradients pass to both parameters.
func (d RelaxedCategorical) Sample(leading ...int) *graph.Node {
	return d.noisyLogits(leading).Div(d.temperature()).Softmax(-1)
}

// StraightThrough returns draws of OneHotCategorical{Logits} with the gradients of the Sample whose
// largest element they mark (Jang, Gu and Poole 2017, section 2.2). The gradient of an expectation
// estimated with them is biased for the categorical as well as for its relaxation.
func (d RelaxedCategorical) StraightThrough(leading ...int) *graph.Node {
	logits := d.noisyLogits(leading)
	hard := logits.ArgMax(-1).OneHot(d.Logits.Dim(-1))
	return straightThrough(hard, logits.Div(d.temperature()).Softmax(-1))
}

// LogProb returns the log-density of each row, [...], with respect to all elements but one. Draws of low
// temperature, elements of which are rounded to 0, are no longer in the support: for those there is
// ExpRelaxedCategorical.
func (d RelaxedCategorical) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	zero, one := x.Graph().Const(0), x.Graph().Const(1)
	inside := x.Min(-1).Greater(zero).Mul(nearly(x.Sum(-1), one))
	logX := inside.ExpandDims(-1).Where(x, one.Scale(1/float64(x.Dim(-1)))).Log()
	return inside.Where(ExpRelaxedCategorical(d).logProb(logX).Sub(logX.Sum(-1)), x.Graph().Const(-inf))
}

// nearly is 1 where a and b are equal up to the rounding of a row's sum.
func nearly(a, b *graph.Node) *graph.Node { return a.Sub(b).Abs().LessEqual(a.Graph().Const(1e-4)) }

// ExpRelaxedCategorical is the distribution of the logarithms of a draw of RelaxedCategorical, in which
// neither it nor its density underflows (Maddison, Mnih and Teh 2017, appendix C.3).
type ExpRelaxedCategorical struct {
	Logits      *graph.Node // [..., k]
	Temperature *graph.Node // [...], one for each row
}

// Parameters returns Logits and Temperature.
func (d ExpRelaxedCategorical) Parameters() []Parameter { return RelaxedCategorical(d).Parameters() }

// Support returns the rows of numbers of at most 0; further, their exponentials sum to 1.
func (d ExpRelaxedCategorical) Support() graph.Constraint {
	return graph.Constraint{Name: "a row of log-probabilities", Axes: 1, Low: -inf, OpenLow: true}
}

// Sample returns draws, [leading..., ..., k], through which gradients pass to both parameters.
func (d ExpRelaxedCategorical) Sample(leading ...int) *graph.Node {
	check(d)
	relaxed := RelaxedCategorical(d)
	return relaxed.noisyLogits(leading).Div(relaxed.temperature()).LogSoftmax(-1)
}

// LogProb returns the log-density of each row y, [...], with respect to the differences of its other
// elements from any one of them.
func (d ExpRelaxedCategorical) LogProb(y *graph.Node) *graph.Node {
	checkAt(d, y)
	g := y.Graph()
	inside := nearly(y.LogSumExp(-1), g.Const(0))
	safe := g.Const(-math.Log(float64(y.Dim(-1))))
	return inside.Where(d.logProb(inside.ExpandDims(-1).Where(y, safe)), g.Const(-inf))
}

func (d ExpRelaxedCategorical) logProb(y *graph.Node) *graph.Node {
	k := float64(y.Dim(-1))
	logOrders, _ := math.Lgamma(k)
	scores := d.Logits.Sub(RelaxedCategorical(d).temperature().Mul(y)).LogSoftmax(-1)
	return scores.Sum(-1).Add(d.Temperature.Log().Scale(k - 1)).AddScalar(logOrders)
}
