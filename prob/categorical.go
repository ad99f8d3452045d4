package prob

import "credence/graph"

// Categorical is the distribution of an index in [0, k): Logits is [..., k], and of each row the
// probabilities are softmax(Logits). Logits are finite; adding a number to a row changes nothing.
type Categorical struct{ Logits *graph.Node }

// Parameters returns Logits, the log-probabilities up to a number for each row.
func (d Categorical) Parameters() []Parameter {
	return []Parameter{{"Logits", d.Logits, graph.RealRows}}
}

// Support returns the whole numbers from 0 to k-1.
func (d Categorical) Support() graph.Constraint { return graph.Whole(0, float64(d.Logits.Dim(-1)-1)) }

// Values returns 0, 1, ..., k-1, [k], all that can be drawn.
func (d Categorical) Values() *graph.Node { return upTo(d.Logits.Graph(), 0, d.Logits.Dim(-1)-1) }

// Sample returns draws of an index for each row, [leading..., ...], by the Gumbel-max trick (Gumbel 1954; Maddison et al.
// 2014, https://arxiv.org/abs/1411.0030). It is not reparameterised: no gradient passes. The noise
// has a resolution of 2⁻²⁴: what is much less probable than that is not drawn at its rate.
func (d Categorical) Sample(leading ...int) *graph.Node {
	check(d)
	return d.Logits.Add(gumbel(d.Logits.Graph(), shapeOf(d, leading...))).ArgMax(-1)
}

// gumbel returns standard Gumbel noise.
func gumbel(g *graph.Graph, shape []int) *graph.Node {
	return g.Uniform(shape...).Log().Neg().Log().Neg()
}

// LogProb returns the log-probability of the index of each row, [...]. A run that meets an index
// outside [0, k) fails.
func (d Categorical) LogProb(index *graph.Node) *graph.Node {
	checkAt(d, index)
	logProbs := d.logProbs()
	rows := batch(logProbs.Shape(), 1)
	index = index.Add(index.Graph().Const(0).Broadcast(rows...))
	return logProbs.Broadcast(append(index.Shape(), d.Logits.Dim(-1))...).Pick(index)
}

func (d Categorical) logProbs() *graph.Node { return d.Logits.LogSoftmax(-1) }

// CDF returns the probability of indices up to x of each row, [...].
func (d Categorical) CDF(x *graph.Node) *graph.Node {
	one, last := x.Graph().Const(1), x.Graph().Const(d.Support().High)
	upToX := d.Values().LessEqual(x.ExpandDims(-1))
	return x.GreaterEqual(last).Where(one, d.Probs().Mul(upToX).Sum(-1))
}

// Quantile returns the least index whose CDF reaches p of each row, [...], with p in [0, 1].
func (d Categorical) Quantile(p *graph.Node) *graph.Node {
	short := d.Probs().CumSum(-1).Less(p.ExpandDims(-1)).Sum(-1)
	return short.Minimum(p.Graph().Const(d.Support().High))
}

// Median returns the least index of each row, [...], whose CDF reaches a half.
func (d Categorical) Median() *graph.Node { return d.Quantile(d.Logits.Graph().Const(0.5)) }

// Probs returns the probabilities, [..., k].
func (d Categorical) Probs() *graph.Node {
	check(d)
	return d.Logits.Softmax(-1)
}

// Mean returns the mean of the index as a number, of each row, [...].
func (d Categorical) Mean() *graph.Node { return d.Probs().Mul(d.Values()).Sum(-1) }

// Variance returns the variance of the index as a number, of each row, [...].
func (d Categorical) Variance() *graph.Node {
	distance := d.Values().Sub(d.Mean().ExpandDims(-1))
	return d.Probs().Mul(distance.Square()).Sum(-1)
}

// Mode returns the most probable index of each row, [...]; the first of equals.
func (d Categorical) Mode() *graph.Node {
	check(d)
	return d.Logits.ArgMax(-1)
}

// Entropy returns the entropy of each row, [...], in [0, log k].
func (d Categorical) Entropy() *graph.Node {
	return d.logProbs().Mul(d.Probs()).Sum(-1).Neg()
}

// KL returns KL(d‖p) of each row, [...].
func (d Categorical) KL(p Categorical) *graph.Node {
	return klTerm(d.Probs(), p.Probs(), d.logProbs().Sub(p.logProbs())).Sum(-1)
}

// klTerm returns q·log(q/p) - q + p, of two probabilities and the logarithm of their ratio. Its sum over
// all outcomes is a divergence, to which each adds at least 0: large numbers do not cancel.
func klTerm(q, p, logRatio *graph.Node) *graph.Node {
	g := logRatio.Graph()
	near := logRatio.Greater(g.Const(-0.5))
	return near.Where(q.Mul(klExcess(near.Where(logRatio, g.Const(0)))), q.Mul(logRatio).Sub(q).Add(p))
}

// klExcess returns x + e⁻ˣ - 1.
func klExcess(x *graph.Node) *graph.Node { return x.Add(x.Neg().Expm1()) }

// logOdds returns log p - log(1-p) of each probability p, [..., k]; k is at least 2.
func (d Categorical) logOdds() *graph.Node {
	k := d.Logits.Dim(-1)
	itself := d.Logits.Graph().ConstArray(eye(k), k, k)
	none := d.Logits.Graph().Const(-inf)
	others := itself.Where(none, d.Logits.ExpandDims(-2)).LogSumExp(-1)
	return d.Logits.Sub(others)
}

// covariance returns diag(p) - ppᵀ, [..., k, k], for the probabilities p.
func (d Categorical) covariance() *graph.Node {
	p := d.Probs()
	return p.Diag().Sub(p.ExpandDims(-1).Mul(p.ExpandDims(-2)))
}

// upTo returns the whole numbers from first to last.
func upTo(g *graph.Graph, first, last int) *graph.Node {
	n := make([]float64, max(0, last-first+1))
	for i := range n {
		n[i] = float64(first + i)
	}
	return g.ConstArray(n, len(n))
}

// eye returns the elements of the identity matrix.
func eye(n int) []float64 {
	values := make([]float64, n*n)
	for i := range n {
		values[i*n+i] = 1
	}
	return values
}
