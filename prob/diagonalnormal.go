package prob

import "credence/graph"

// DiagonalNormal is the normal distribution of vectors whose elements are independent: the event is
// the last axis.
type DiagonalNormal struct {
	Mu    *graph.Node // [..., n]
	Sigma *graph.Node // [..., n]: the standard deviations
}

func (d DiagonalNormal) elements() Normal { return Normal(d) }

// Parameters returns Mu and Sigma.
func (d DiagonalNormal) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.RealRows}, {"Sigma", d.Sigma, graph.Positive}}
}

// Support returns the rows of finite numbers.
func (d DiagonalNormal) Support() graph.Constraint { return graph.RealRows }

// Sample returns draws Mu + Sigma·ε, through which gradients pass to both parameters.
func (d DiagonalNormal) Sample(leading ...int) *graph.Node {
	check(d)
	return d.elements().Sample(leading...)
}

// LogProb returns the log-density at each row of x, [...].
func (d DiagonalNormal) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.elements().LogProb(x).Sum(-1)
}

// Mean returns Mu.
func (d DiagonalNormal) Mean() *graph.Node { return whole(d, d.Mu) }

// Mode returns Mu.
func (d DiagonalNormal) Mode() *graph.Node { return d.Mean() }

// Variance returns Sigma², [..., n].
func (d DiagonalNormal) Variance() *graph.Node {
	check(d)
	return d.elements().Variance()
}

// Covariance returns the matrices with Sigma² on their diagonals, [..., n, n].
func (d DiagonalNormal) Covariance() *graph.Node { return d.Variance().Diag() }

// Entropy returns the differential entropy of a vector, [...].
func (d DiagonalNormal) Entropy() *graph.Node {
	check(d)
	return d.elements().Entropy().Sum(-1)
}

// Marginal returns the distribution of the elements with these indices.
func (d DiagonalNormal) Marginal(indices ...int) DiagonalNormal {
	at := indexNode(d.Mu.Graph(), indices)
	return DiagonalNormal{d.Mean().Gather(-1, at), whole(d, d.Sigma).Gather(-1, at)}
}

// KL returns KL(d‖p), [...].
func (d DiagonalNormal) KL(p DiagonalNormal) *graph.Node {
	check(d)
	check(p)
	return d.elements().KL(p.elements()).Sum(-1)
}

// KLMultivariateNormal returns KL(d‖p), [...].
func (d DiagonalNormal) KLMultivariateNormal(p MultivariateNormal) *graph.Node {
	check(d)
	return MultivariateNormal{d.Mean(), whole(d, d.Sigma).Diag()}.KL(p)
}

// indexNode returns indices as a constant.
func indexNode(g *graph.Graph, indices []int) *graph.Node {
	if len(indices) == 0 {
		return g.Failf("prob: the distribution of no elements")
	}
	values := make([]float64, len(indices))
	for i, v := range indices {
		values[i] = float64(v)
	}
	return g.ConstArray(values, len(values))
}
