package prob

import (
	"math"
	"slices"

	"credence/graph"
)

// Multinomial is the distribution of how often each of k outcomes occurs in N trials: Logits is
// [..., k], of each row the probabilities p are softmax(Logits), and an event is a row of k counts
// that sums to N.
type Multinomial struct {
	N      int // at least 0
	Logits *graph.Node
}

// Parameters returns Logits, the log-probabilities up to a number for each row.
func (d Multinomial) Parameters() []Parameter {
	return []Parameter{{"Logits", d.Logits, graph.RealRows}}
}

// Support returns the rows of counts that sum to N.
func (d Multinomial) Support() graph.Constraint { return graph.CountRows(d.N) }

// trial returns the distribution of the outcome of one trial.
func (d Multinomial) trial() Categorical {
	if d.N < 0 {
		d.Logits.Graph().Failf("prob: Multinomial: N is %d, want at least 0", d.N)
	}
	check(d)
	return Categorical{d.Logits}
}

// Values returns all rows that can be drawn, [(N+k-1)!/N!/(k-1)!, k].
func (d Multinomial) Values() *graph.Node {
	k := d.trial().Logits.Dim(-1)
	rows := compositions(nil, d.N, k)
	return d.Logits.Graph().ConstArray(rows, len(rows)/k, k)
}

// compositions returns, one after another, the rows that begin with head and end with k counts of sum n.
func compositions(head []float64, n, k int) []float64 {
	if k == 1 {
		return append(slices.Clone(head), float64(n))
	}
	var rows []float64
	for first := range n + 1 {
		rows = append(rows, compositions(append(head, float64(first)), n-first, k-1)...)
	}
	return rows
}

// Sample returns draws, [leading..., ..., k]: of each outcome, a binomial draw among the trials that had
// none of those before it. They are not reparameterised: no gradient passes.
func (d Multinomial) Sample(leading ...int) *graph.Node {
	g, k := d.trial().Logits.Graph(), d.Logits.Dim(-1)
	logits := make([]*graph.Node, k)
	for i := range logits {
		logits[i] = d.Logits.Broadcast(shapeOf(d, leading...)...).Slice(-1, i, i+1)
	}
	odds := make([]*graph.Node, k) // of each outcome against those after it
	rest := logits[k-1]
	for i := k - 2; i >= 0; i-- {
		odds[i] = logits[i].Sub(rest)
		rest = rest.Add(odds[i].Softplus())
	}
	left := g.Const(float64(d.N)).Broadcast(rest.Shape()...)
	counts := make([]*graph.Node, k)
	for i := range k - 1 {
		counts[i] = binomialAt(left, odds[i])
		left = left.Sub(counts[i])
	}
	counts[k-1] = left
	return graph.Concat(-1, counts...)
}

// LogProb returns the log-probability of each row of counts, [...], in the form of Loader 2000, whose
// terms are large only where the result is.
func (d Multinomial) LogProb(x *graph.Node) *graph.Node {
	checkAt(d, x)
	g := x.Graph()
	zero, n := g.Const(0), g.Const(float64(d.N))
	inside := isCount(x).Min(-1).Mul(x.Sum(-1).Equal(n))
	c := d.trial()
	rare := d.rarity(inside.ExpandDims(-1).Where(x, zero), c.Probs(), c.logProbs()).Sum(-1)
	return inside.Where(n.FactorialExcess().Sub(rare), g.Const(-inf))
}

// rarity returns what a count x of an outcome of probability p takes from the log-probability of a row.
func (d Multinomial) rarity(x, p, logP *graph.Node) *graph.Node {
	n := float64(d.N)
	return x.FactorialExcess().Add(deviance(x, p.Scale(n), logP.AddScalar(math.Log(max(1, n)))))
}

// Mean returns N·p, [..., k].
func (d Multinomial) Mean() *graph.Node { return d.trial().Probs().Scale(float64(d.N)) }

// Variance returns N·p(1-p) of each count, [..., k].
func (d Multinomial) Variance() *graph.Node {
	p := d.trial().Probs()
	return p.Sub(p.Square()).Scale(float64(d.N))
}

// Covariance returns N·(diag(p) - ppᵀ) of each row, [..., k, k].
func (d Multinomial) Covariance() *graph.Node { return d.trial().covariance().Scale(float64(d.N)) }

// Entropy returns the entropy of each row, [...]: a sum over 0, 1, ..., N for each outcome, whose count
// is binomial.
func (d Multinomial) Entropy() *graph.Node {
	c := d.trial()
	if d.N == 0 || d.Logits.Dim(-1) == 1 {
		return c.Logits.Scale(0).Sum(-1)
	}
	g := d.Logits.Graph()
	n, x := g.Const(float64(d.N)), upTo(g, 0, d.N)
	p := Binomial{n, c.logOdds().ExpandDims(-1)}.LogProb(x).Exp()
	rare := d.rarity(x, c.Probs().ExpandDims(-1), c.logProbs().ExpandDims(-1))
	return p.Mul(rare).Sum(-2, -1).Sub(n.FactorialExcess())
}

// KL returns KL(d‖p) of each row, [...]; +Inf where N differs.
func (d Multinomial) KL(p Multinomial) *graph.Node {
	one := d.trial().KL(p.trial())
	if d.N != p.N {
		return one.Scale(0).AddScalar(inf)
	}
	return one.Scale(float64(d.N))
}
