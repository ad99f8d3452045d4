package prob

import "credence/graph"

// TruncatedGeometric is the distribution of a whole number l from 1 to Max with probability in
// proportion to exp(-Tau·l), for any real Tau: falling, even or rising. Its methods sum over all
// values, [..., Max].
type TruncatedGeometric struct {
	Tau *graph.Node
	Max int // at least 1
}

// Parameters returns Tau.
func (d TruncatedGeometric) Parameters() []Parameter {
	return []Parameter{{"Tau", d.Tau, graph.Real}}
}

// Support returns the whole numbers from 1 to Max.
func (d TruncatedGeometric) Support() graph.Constraint { return graph.Whole(1, float64(d.Max)) }

// Values returns 1, 2, ..., Max, [Max], all that can be drawn.
func (d TruncatedGeometric) Values() *graph.Node {
	if d.Max < 1 {
		return d.Tau.Graph().Failf("prob: TruncatedGeometric: Max is %d, want at least 1", d.Max)
	}
	return upTo(d.Tau.Graph(), 1, d.Max)
}

// before is the distribution of l-1. Its logits are relative to that of the mode, so that the
// normalising sum is between 1 and Max.
func (d TruncatedGeometric) before() Categorical {
	check(d)
	return Categorical{d.score(d.Tau.ExpandDims(-1), d.Values())}
}

// score returns -tau·(x - mode).
func (d TruncatedGeometric) score(tau, x *graph.Node) *graph.Node {
	return tau.Neg().Mul(x.Sub(d.mode(tau)))
}

func (d TruncatedGeometric) mode(tau *graph.Node) *graph.Node {
	g := tau.Graph()
	return tau.Less(g.Const(0)).Where(g.Const(float64(d.Max)), g.Const(1))
}

// Sample returns draws, by the quantile at a uniform number. They are not reparameterised: no gradient
// passes. The noise has a resolution of 2⁻²⁴: what is much less probable is not drawn at its rate.
func (d TruncatedGeometric) Sample(leading ...int) *graph.Node {
	return d.Quantile(d.Tau.Graph().Uniform(shapeOf(d, leading...)...))
}

// LogProb returns the log-probability of x, elementwise.
func (d TruncatedGeometric) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	one := x.Graph().Const(1)
	inside := x.GreaterEqual(one).Mul(x.LessEqual(one.Scale(float64(d.Max)))).Mul(x.Equal(x.Floor()))
	total := d.before().Logits.LogSumExp(-1)
	return where(inside, x, one, -inf, func(x *graph.Node) *graph.Node { return d.score(d.Tau, x).Sub(total) })
}

// CDF returns the probability of values up to x, elementwise.
func (d TruncatedGeometric) CDF(x *graph.Node) *graph.Node { return d.before().CDF(x.AddScalar(-1)) }

// Quantile returns the least value whose CDF reaches p, elementwise, with p in [0, 1].
func (d TruncatedGeometric) Quantile(p *graph.Node) *graph.Node {
	return d.before().Quantile(p).AddScalar(1)
}

// Median returns the least value whose CDF reaches a half.
func (d TruncatedGeometric) Median() *graph.Node { return d.Quantile(d.Tau.Graph().Const(0.5)) }

// Mean returns the mean.
func (d TruncatedGeometric) Mean() *graph.Node { return d.before().Mean().AddScalar(1) }

// Variance returns the variance.
func (d TruncatedGeometric) Variance() *graph.Node { return d.before().Variance() }

// Mode returns 1 or, for negative Tau, Max.
func (d TruncatedGeometric) Mode() *graph.Node {
	check(d)
	return d.mode(d.Tau)
}

// Entropy returns the entropy of each element, in [0, log Max].
func (d TruncatedGeometric) Entropy() *graph.Node { return d.before().Entropy() }

// KL returns KL(d‖p), elementwise; +Inf where d has values above the largest of p.
func (d TruncatedGeometric) KL(p TruncatedGeometric) *graph.Node {
	q, other := d.before(), p.before()
	if d.Max > p.Max {
		return d.Tau.Add(p.Tau).Scale(0).AddScalar(inf)
	}
	common := other.logProbs().Slice(-1, 0, d.Max)
	return q.KL(Categorical{common}).Sub(common.LogSumExp(-1))
}
