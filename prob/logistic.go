package prob

import (
	"math"

	"credence/graph"
)

// Logistic is the distribution whose CDF is sigmoid((x - Mu)/Scale).
type Logistic struct{ Mu, Scale *graph.Node }

// Parameters returns Mu and Scale.
func (d Logistic) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.Real}, {"Scale", d.Scale, graph.Positive}}
}

// Support returns all finite numbers.
func (d Logistic) Support() graph.Constraint { return graph.Real }

func (d Logistic) standard(x *graph.Node) *graph.Node { return x.Sub(d.Mu).Div(d.Scale) }

// Sample returns draws, through which gradients pass to both parameters.
func (d Logistic) Sample(leading ...int) *graph.Node { return d.Quantile(uniforms(d, leading...)) }

// LogProb returns the log-density at x, elementwise.
func (d Logistic) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	z := d.standard(x)
	return z.LogSigmoid().Add(z.Neg().LogSigmoid()).Sub(d.Scale.Log())
}

// CDF returns the probability of values up to x, elementwise.
func (d Logistic) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.standard(x).Sigmoid()
}

// Quantile returns the value up to which the probability is p, elementwise, with p in [0, 1].
func (d Logistic) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return d.Mu.Add(d.Scale.Mul(p.Log().Sub(p.Neg().Log1p())))
}

// Mean returns Mu.
func (d Logistic) Mean() *graph.Node {
	check(d)
	return whole(d, d.Mu)
}

// Mode returns Mu.
func (d Logistic) Mode() *graph.Node { return d.Mean() }

// Median returns Mu.
func (d Logistic) Median() *graph.Node { return d.Mean() }

// Variance returns π²·Scale²/3.
func (d Logistic) Variance() *graph.Node {
	check(d)
	return whole(d, d.Scale.Square().Scale(math.Pi*math.Pi/3))
}

// Entropy returns log Scale + 2, the differential entropy of each element.
func (d Logistic) Entropy() *graph.Node {
	check(d)
	return whole(d, d.Scale.Log().AddScalar(2))
}
