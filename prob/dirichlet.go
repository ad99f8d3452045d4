package prob

import "credence/graph"

// Dirichlet is the distribution of rows x of k positive numbers that sum to 1, of density proportional
// to Πxᵢ^(αᵢ-1) with respect to any k-1 of them. Alpha is [..., k]. Densities, entropies and divergences do
// not cancel, however large Alpha is.
type Dirichlet struct{ Alpha *graph.Node }

// positiveRows is the constraint on Alpha, and openSimplex the support.
var positiveRows, openSimplex = func() (rows, simplex graph.Constraint) {
	rows, simplex = graph.RealRows, graph.Simplex
	rows.Name, rows.Low = "a row of positive numbers", 0
	simplex.Name, simplex.OpenLow = "a row of positive probabilities that sums to 1", true
	return rows, simplex
}()

// Parameters returns Alpha, the exponents.
func (d Dirichlet) Parameters() []Parameter {
	return []Parameter{{"Alpha", d.Alpha, positiveRows}}
}

// Support returns the rows of positive probabilities. With a zero among them the density is taken to be 0.
func (d Dirichlet) Support() graph.Constraint { return openSimplex }

// total returns the sum of Alpha, [..., 1].
func (d Dirichlet) total() *graph.Node { return d.Alpha.Sum(-1).ExpandDims(-1) }

// Sample returns draws [leading..., ..., k] through which gradients pass to Alpha: the softmax of the
// logarithms of gamma draws (see Gamma). Elements too small for a number are the smallest instead.
func (d Dirichlet) Sample(leading ...int) *graph.Node {
	check(d)
	smallest, _ := limits(graphOf(d))
	return logGamma(d, d.Alpha, leading...).Softmax(-1).Clamp(smallest, 1)
}

// LogProb returns the log-density at each row of x, [...]. That x sums to 1 is relied on: rounding in its
// elements matters less than in the product of powers.
func (d Dirichlet) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	positive := x.Greater(g.Const(0))
	safe := positive.Where(x, g.Const(1))
	logProb := d.logNorm().Sub(d.deviance(safe)).Sub(safe.Log().Sum(-1))
	return positive.Min(-1).Where(logProb, g.Const(-inf))
}

// deviance returns the sum of Alpha times the divergence of the shares x from the means.
func (d Dirichlet) deviance(x *graph.Node) *graph.Node {
	n := d.total()
	return n.Mul(d.Alpha.Div(n).Deviance(x)).Sum(-1)
}

// logNorm returns log Πxᵢ plus the log-density, both at the mean x of a row, as Beta's.
func (d Dirichlet) logNorm() *graph.Node {
	n := d.Alpha.Sum(-1)
	rows := d.Alpha.Log().Sub(d.Alpha.FactorialExcess()).Sum(-1)
	return rows.Add(n.FactorialExcess()).Sub(n.Log())
}

// Mean returns the mean of each element, [..., k].
func (d Dirichlet) Mean() *graph.Node {
	check(d)
	return d.Alpha.Div(d.total())
}

// Covariance returns the covariances of the elements of a row, [..., k, k], whose rows sum to 0.
func (d Dirichlet) Covariance() *graph.Node {
	mean := d.Mean()
	product := mean.ExpandDims(-1).Mul(mean.ExpandDims(-2))
	return mean.Diag().Sub(product).Div(d.total().AddScalar(1).ExpandDims(-1))
}

// Mode returns (Alpha-1)/(ΣAlpha-k), [..., k], and rows of NaN where an element of Alpha is below 1,
// which makes the density unbounded, or all are 1, which makes it constant.
func (d Dirichlet) Mode() *graph.Node {
	check(d)
	g := graphOf(d)
	excess := d.Alpha.AddScalar(-1)
	sum := excess.Sum(-1).ExpandDims(-1)
	exists := excess.Min(-1).ExpandDims(-1).GreaterEqual(g.Const(0)).Mul(sum.Greater(g.Const(0)))
	return exists.Where(excess.Div(exists.Where(sum, g.Const(1))), g.Const(nan))
}

// Marginal returns the distribution of element i of each row, [...].
func (d Dirichlet) Marginal(i int) Beta {
	k := d.Alpha.Dim(-1)
	others := make([]float64, k)
	for j := range others {
		if j != i {
			others[j] = 1
		}
	}
	shape := d.Alpha.Shape()
	return Beta{
		Alpha: d.Alpha.Slice(-1, i, i+1).Reshape(batch(shape, 1)...),
		Beta:  d.Alpha.Mul(d.Alpha.Graph().ConstArray(others, k)).Sum(-1),
	}
}

// Entropy returns the differential entropy of each row, [...].
func (d Dirichlet) Entropy() *graph.Node {
	check(d)
	n, k := d.Alpha.Sum(-1), float64(d.Alpha.Dim(-1))
	return freeEntropy(d.Alpha).Sum(-1).Sub(freeEntropy(n)).Sub(n.Digamma().Scale(k - 1))
}

// KL returns KL(d‖p) of each row, [...].
func (d Dirichlet) KL(p Dirichlet) *graph.Node {
	check(p)
	shapes := shapeDivergence(d.Alpha, p.Alpha).Sum(-1)
	return p.deviance(d.Mean()).Add(shapes).Sub(shapeDivergence(d.Alpha.Sum(-1), p.Alpha.Sum(-1)))
}
