package prob_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

// pairs of parameters on which each divergence is held against its Monte Carlo estimate.
const pairs = 100

// random returns the parameters of many q and p: one array for each parameter of q, and then of p.
func (r klRow) random(rng *rand.Rand, n int) []graphtest.Arg {
	q, p := rowOf(r.q), rowOf(r.p)
	var columns [][]float64
	for range n {
		a, b := q.random(rng), p.random(rng)
		if r.pair != nil {
			a, b = r.pair(rng)
		}
		for i, v := range slices.Concat(a, b) {
			if i == len(columns) {
				columns = append(columns, nil)
			}
			columns[i] = append(columns[i], v)
		}
	}
	args := make([]graphtest.Arg, len(columns))
	for i, c := range columns {
		args[i] = graphtest.Values(c, n)
	}
	return args
}

// split makes q and p of what random returns.
func (r klRow) split(in []*graph.Node) (q, p prob.Distribution) {
	n := len(rowOf(r.q).theta[0])
	return rowOf(r.q).make(in[:n]), rowOf(r.p).make(in[n:])
}

func eachKL(t *testing.T, check func(t *testing.T, r klRow)) {
	for _, r := range klRows {
		t.Run(r.name(), func(t *testing.T) { check(t, r) })
	}
}

func TestKLEqualsMonteCarlo(t *testing.T) {
	eachKL(t, func(t *testing.T, r klRow) {
		const draws = 4000
		args := r.random(rand.New(rand.NewPCG(1, 2)), pairs)
		closed := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			q, p := r.split(in)
			return r.kl(q, p)
		}, args...)
		ratios := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			q, p := r.split(in)
			x := q.Sample(draws)
			return q.LogProb(x).Sub(p.LogProb(x)).Transpose()
		}, args...)
		for i, kl := range closed {
			require.GreaterOrEqual(t, kl, -1e-12, "pair %d", i)
			if math.IsInf(kl, 1) {
				require.Contains(t, ratios[i*draws:(i+1)*draws], inf, "pair %d: some draws of q are impossible under p", i)
				continue
			}
			mean, std := stat.MeanStdDev(ratios[i*draws:(i+1)*draws], nil)
			require.InDelta(t, kl, mean, 4*std/math.Sqrt(draws)+1e-9, "pair %d", i)
		}
	})
}

func TestKLToItselfIsZero(t *testing.T) {
	eachKL(t, func(t *testing.T, r klRow) {
		if r.q != r.p {
			return
		}
		args := r.random(rand.New(rand.NewPCG(3, 4)), pairs)
		self := graphtest.Eval(t, graph.Float64, func(in ...*graph.Node) *graph.Node {
			q, _ := r.split(in)
			return r.kl(q, q)
		}, args...)
		for i, kl := range self {
			require.InDelta(t, 0, kl, 1e-12, "pair %d", i)
		}
	})
}

func TestKLGradient(t *testing.T) {
	eachKL(t, func(t *testing.T, r klRow) {
		graphtest.Gradient(t, func(in ...*graph.Node) *graph.Node {
			q, p := r.split(in)
			kl, g := r.kl(q, p), in[0].Graph()
			return kl.Less(g.Const(inf)).Where(kl, g.Const(0))
		}, r.random(rand.New(rand.NewPCG(5, 6)), 5)...)
	})
}
