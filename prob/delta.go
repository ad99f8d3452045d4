package prob

import "credence/graph"

// Delta is a point: all probability lies on Value. Its probabilities, LogProb too, are masses rather
// than densities, as those of whole numbers are.
type Delta struct{ Value *graph.Node }

// Parameters returns Value.
func (d Delta) Parameters() []Parameter { return []Parameter{{"Value", d.Value, graph.Real}} }

// Support returns all finite numbers, as Value is a parameter.
func (d Delta) Support() graph.Constraint { return graph.Real }

// Sample returns Value, through which gradients pass unchanged.
func (d Delta) Sample(leading ...int) *graph.Node {
	check(d)
	return d.Value.Broadcast(shapeOf(d, leading...)...)
}

// LogProb returns 0 where x is Value and -Inf elsewhere. It has no gradient.
func (d Delta) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.Equal(d.Value).Where(x.Graph().Const(0), x.Graph().Const(-inf))
}

// CDF returns 1 where x has reached Value and 0 below, elementwise.
func (d Delta) CDF(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return x.GreaterEqual(d.Value)
}

// Quantile returns Value, in the shape that it and p broadcast to.
func (d Delta) Quantile(p *graph.Node) *graph.Node {
	check(d)
	return d.Value.Broadcast(d.Value.Add(p).Shape()...)
}

// Mean returns Value.
func (d Delta) Mean() *graph.Node { return d.Sample() }

// Mode returns Value.
func (d Delta) Mode() *graph.Node { return d.Sample() }

// Median returns Value.
func (d Delta) Median() *graph.Node { return d.Sample() }

// Variance returns 0.
func (d Delta) Variance() *graph.Node {
	check(d)
	return whole(d, graphOf(d).Const(0))
}

// Entropy returns 0.
func (d Delta) Entropy() *graph.Node { return d.Variance() }

// KL returns KL(d‖p), elementwise: 0 where the values are equal and +Inf elsewhere.
func (d Delta) KL(p Delta) *graph.Node {
	check(d)
	return p.LogProb(d.Value).Neg()
}
