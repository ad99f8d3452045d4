package prob

import (
	"slices"

	"credence/graph"
)

// MultivariateNormal is the normal distribution of vectors with covariance Chol·Cholᵀ: the event is the
// last axis.
type MultivariateNormal struct {
	Mu   *graph.Node // [..., n]
	Chol *graph.Node // [..., n, n], lower triangular with a positive diagonal
}

// NewMultivariateNormal returns the normal distribution with the given mean, [..., n], and covariance,
// [..., n, n], symmetric and positive definite. A run that meets another covariance fails.
func NewMultivariateNormal(mu, covariance *graph.Node) MultivariateNormal {
	d := MultivariateNormal{Mu: mu, Chol: covariance.Cholesky()}
	covariance.Require(graph.PositiveDefinite, name(d)+": covariance")
	return d
}

// Parameters returns Mu and Chol.
func (d MultivariateNormal) Parameters() []Parameter {
	return []Parameter{{"Mu", d.Mu, graph.RealRows}, {"Chol", d.Chol, graph.LowerTriangular}}
}

// Support returns the rows of finite numbers.
func (d MultivariateNormal) Support() graph.Constraint { return graph.RealRows }

// shape is that of a draw.
func (d MultivariateNormal) shape(leading ...int) []int {
	return slices.Concat(leading, d.Mu.Add(d.Chol.Diagonal()).Shape())
}

// Sample returns draws Mu + Chol·ε with ε from N(0, I), [leading..., ..., n], through which gradients
// pass to both parameters.
func (d MultivariateNormal) Sample(leading ...int) *graph.Node {
	check(d)
	eps := d.Mu.Graph().Normal(d.shape(leading...)...)
	if d.Chol.Rank() == 2 && eps.Rank() > 1 {
		return d.Mu.Add(eps.MatMulT(d.Chol))
	}
	return d.Mu.Add(column(d.Chol.MatMul(eps.ExpandDims(-1))))
}

// column drops the last axis, of length 1.
func column(x *graph.Node) *graph.Node { return x.Sum(-1) }

// standard returns Chol⁻¹·(x - Mu).
func (d MultivariateNormal) standard(x *graph.Node) *graph.Node {
	return column(d.Chol.SolveLower(x.Sub(d.Mu).ExpandDims(-1)))
}

// logDet is the logarithm of the determinant of Chol, half of that of the covariance's.
func (d MultivariateNormal) logDet() *graph.Node { return d.Chol.Diagonal().Log().Sum(-1) }

func (d MultivariateNormal) n() float64 { return float64(d.Mu.Dim(-1)) }

// LogProb returns the log-density at each row of x, [...].
func (d MultivariateNormal) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	return d.standard(x).Square().Sum(-1).Scale(-0.5).Sub(d.logDet()).AddScalar(-d.n() * halfLog2Pi)
}

// Mean returns Mu.
func (d MultivariateNormal) Mean() *graph.Node {
	check(d)
	return d.Mu.Broadcast(d.shape()...)
}

// Mode returns Mu.
func (d MultivariateNormal) Mode() *graph.Node { return d.Mean() }

// Covariance returns Chol·Cholᵀ, [..., n, n].
func (d MultivariateNormal) Covariance() *graph.Node {
	check(d)
	return d.Chol.MatMulT(d.Chol)
}

// Variance returns the diagonal of the covariance, [..., n].
func (d MultivariateNormal) Variance() *graph.Node {
	check(d)
	return d.Chol.Square().Sum(-1).Broadcast(d.shape()...)
}

// Entropy returns the differential entropy of a vector, [...].
func (d MultivariateNormal) Entropy() *graph.Node {
	check(d)
	return d.logDet().AddScalar(d.n() * (halfLog2Pi + 0.5)).Broadcast(batch(d.shape(), 1)...)
}

// KL returns KL(d‖p), [...].
func (d MultivariateNormal) KL(p MultivariateNormal) *graph.Node {
	check(d)
	check(p)
	spread := p.Chol.SolveLower(d.Chol).Square().Sum(-2, -1)
	shift := p.standard(d.Mu).Square().Sum(-1)
	return spread.Add(shift).AddScalar(-d.n()).Scale(0.5).Add(p.logDet()).Sub(d.logDet())
}

// KLDiagonalNormal returns KL(d‖p), [...].
func (d MultivariateNormal) KLDiagonalNormal(p DiagonalNormal) *graph.Node {
	check(p)
	return d.KL(MultivariateNormal{p.Mean(), whole(p, p.Sigma).Diag()})
}

// Marginal returns the distribution of the elements with these indices, in their order.
func (d MultivariateNormal) Marginal(indices ...int) MultivariateNormal {
	return MultivariateNormal{Mu: d.mean(indices), Chol: d.factor(indices)}
}

// Condition returns the distribution of the elements that are not named, in their order, given that
// those with the indices have the values, [..., len(indices)]. For two numbers with covariance c
// it is N(mu_x + c/sigma_y²·(y - mu_y), sigma_x² - c²/sigma_y²).
func (d MultivariateNormal) Condition(indices []int, values *graph.Node) MultivariateNormal {
	var rest []int
	n := d.Mu.Dim(-1)
	for i := range n {
		if !slices.Contains(indices, i) {
			rest = append(rest, i)
		}
	}
	k := len(indices)
	// With the given elements first, the factor is [given 0; cross free]: free is that of the rest, given
	// them.
	factor := d.factor(slices.Concat(indices, rest))
	given := factor.Slice(-2, 0, k).Slice(-1, 0, k)
	cross := factor.Slice(-2, k, n).Slice(-1, 0, k)
	free := factor.Slice(-2, k, n).Slice(-1, k, n)
	surprise := MultivariateNormal{d.mean(indices), given}.standard(values)
	return MultivariateNormal{Mu: d.mean(rest).Add(column(cross.MatMul(surprise.ExpandDims(-1)))), Chol: free}
}

// mean and factor are Mu and Chol of the elements with these indices.
func (d MultivariateNormal) mean(indices []int) *graph.Node {
	return d.Mean().Gather(-1, indexNode(d.Mu.Graph(), indices))
}

func (d MultivariateNormal) factor(indices []int) *graph.Node {
	rows := d.Chol.Gather(-2, indexNode(d.Mu.Graph(), indices))
	return rows.MatMulT(rows).Cholesky()
}
