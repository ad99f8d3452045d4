package prob

import "credence/graph"

// OneHotCategorical is Categorical of rows of length k with a 1 at the index and zeros elsewhere:
// Logits is [..., k], and of each row the probabilities are softmax(Logits).
type OneHotCategorical struct{ Logits *graph.Node }

// Parameters returns Logits, the log-probabilities up to a number for each row.
func (d OneHotCategorical) Parameters() []Parameter {
	return []Parameter{{"Logits", d.Logits, graph.RealRows}}
}

// Support returns the rows with a single 1.
func (d OneHotCategorical) Support() graph.Constraint { return graph.OneHotRows }

// Values returns the k rows, [k, k], that can be drawn.
func (d OneHotCategorical) Values() *graph.Node {
	k := d.Logits.Dim(-1)
	return d.Logits.Graph().ConstArray(eye(k), k, k)
}

// indexed returns the distribution of the index.
func (d OneHotCategorical) indexed() Categorical {
	check(d)
	return Categorical(d)
}

// Sample returns draws, [leading..., ..., k], as Categorical does. No gradient passes: for one that is
// biased, see RelaxedCategorical.StraightThrough.
func (d OneHotCategorical) Sample(leading ...int) *graph.Node {
	return d.indexed().Sample(leading...).OneHot(d.Logits.Dim(-1))
}

// LogProb returns the log-probability of each row, [...].
func (d OneHotCategorical) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	zero, one := x.Graph().Const(0), x.Graph().Const(1)
	ones, zeros := x.Equal(one).Sum(-1), x.Equal(zero).Sum(-1)
	inside := ones.Equal(one).Mul(zeros.Equal(zero.AddScalar(float64(d.Logits.Dim(-1) - 1))))
	return inside.Where(inside.ExpandDims(-1).Where(x, zero).Mul(d.indexed().logProbs()).Sum(-1), zero.AddScalar(-inf))
}

// Mean returns the probabilities, [..., k].
func (d OneHotCategorical) Mean() *graph.Node { return d.indexed().Probs() }

// Variance returns p(1-p) of each element, [..., k].
func (d OneHotCategorical) Variance() *graph.Node { return d.Mean().Sub(d.Mean().Square()) }

// Covariance returns diag(p) - ppᵀ of each row, [..., k, k].
func (d OneHotCategorical) Covariance() *graph.Node { return d.indexed().covariance() }

// Mode returns the most probable row, [..., k]; the first of equals.
func (d OneHotCategorical) Mode() *graph.Node { return d.indexed().Mode().OneHot(d.Logits.Dim(-1)) }

// Entropy returns the entropy of each row, [...], in [0, log k].
func (d OneHotCategorical) Entropy() *graph.Node { return d.indexed().Entropy() }

// KL returns KL(d‖p) of each row, [...].
func (d OneHotCategorical) KL(p OneHotCategorical) *graph.Node { return d.indexed().KL(p.indexed()) }
