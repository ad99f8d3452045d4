package prob

import "credence/graph"

// Mixture is the distribution that draws one of k components, with probabilities softmax(Logits), and
// then a value of it. The components are one distribution, Of, whose last axis before the axes of
// an event counts them.
type Mixture struct {
	Logits *graph.Node // [..., k]
	Of     Distribution
}

// Parameters returns Logits and those of the components.
func (d Mixture) Parameters() []Parameter {
	return append([]Parameter{{"Logits", d.Logits, graph.RealRows}}, d.Of.Parameters()...)
}

// Support returns that of the components.
func (d Mixture) Support() graph.Constraint { return d.Of.Support() }

// axis is that which counts the components, in draws of them.
func (d Mixture) axis() int { return -1 - d.Of.Support().Axes }

// beside gives x an axis for the components.
func (d Mixture) beside(x *graph.Node) *graph.Node {
	return x.Scale(1).ExpandDims(d.axis()) // a product, so that no component requires x to be in its own support
}

// over gives what is one number for each component the axes of an event.
func (d Mixture) over(x *graph.Node) *graph.Node {
	for range d.Of.Support().Axes {
		x = x.ExpandDims(-1)
	}
	return x
}

// Sample returns draws. Where a value is one number and the components have a CDF, gradients pass to
// all parameters, weights too, by implicit differentiation of the CDF (Figurnov, Mohamed and Mnih
// 2018, https://arxiv.org/abs/1805.08498, section 4); otherwise none pass.
func (d Mixture) Sample(leading ...int) *graph.Node {
	check(d)
	all := d.Of.Sample(leading...)
	axes := d.Of.Support().Axes
	one := batch(all.Shape(), axes) // the components' own axes, those that count them last
	one = one[min(len(leading), len(one)):]
	which := Categorical{d.Logits.Broadcast(one...)}.Sample(leading...).OneHot(d.Logits.Dim(-1))
	// The others are left out before the sum: an infinite draw times 0 would spoil it.
	x := d.over(which).Where(all, d.Logits.Graph().Const(0)).Sum(d.axis()).StopGradient()
	if _, ok := d.Of.(cumulative); !ok || axes > 0 {
		return x
	}
	cdf, density := d.CDF(x), d.LogProb(x).Exp().StopGradient()
	return x.Sub(cdf.Sub(cdf.StopGradient()).Div(density))
}

// cumulative is a distribution with a CDF.
type cumulative interface {
	CDF(x *graph.Node) *graph.Node
}

// LogProb returns the log-density at x.
func (d Mixture) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.Logits.LogSoftmax(-1).Add(d.Of.LogProb(d.beside(x))).LogSumExp(-1)
}

// CDF returns the probability of values up to x. Components without a CDF are a mistake that Compile
// reports.
func (d Mixture) CDF(x *graph.Node) *graph.Node {
	check(d)
	of, ok := d.Of.(cumulative)
	if !ok {
		return x.Graph().Failf("%s: %s has no CDF", name(d), name(d.Of))
	}
	return d.weights().Mul(of.CDF(d.beside(x))).Sum(-1)
}

func (d Mixture) weights() *graph.Node { return d.Logits.Softmax(-1) }

// moments are the components' means and variances, with the weights beside them.
func (d Mixture) moments() (weights, mean, variance *graph.Node) {
	check(d)
	of, ok := d.Of.(interface{ Mean() *graph.Node })
	if _, both := d.Of.(interface{ Variance() *graph.Node }); !ok || !both {
		bad := d.Logits.Graph().Failf("%s: %s has no Mean and Variance", name(d), name(d.Of))
		return bad, bad, bad
	}
	return d.over(d.weights()), of.Mean(), d.Of.(interface{ Variance() *graph.Node }).Variance()
}

// Mean returns the mean of the components' means. Components without moments are a mistake that
// Compile reports.
func (d Mixture) Mean() *graph.Node {
	weights, mean, _ := d.moments()
	return weights.Mul(mean).Sum(d.axis())
}

// Variance returns the mean of the components' variances and the variance of their means. Components
// without moments are a mistake that Compile reports.
func (d Mixture) Variance() *graph.Node {
	weights, mean, variance := d.moments()
	centre := weights.Mul(mean).Sum(d.axis()).ExpandDims(d.axis())
	return weights.Mul(variance.Add(mean.Sub(centre).Square())).Sum(d.axis())
}
