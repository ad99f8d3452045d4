package prob_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
	"credence/prob"
)

func multinomial(n int) func(logits *graph.Node) enumerable {
	return func(logits *graph.Node) enumerable { return prob.Multinomial{N: n, Logits: logits} }
}

func multinomialKL(q, p enumerable) *graph.Node { return q.(prob.Multinomial).KL(p.(prob.Multinomial)) }
func multinomialCov(d enumerable) *graph.Node   { return d.(prob.Multinomial).Covariance() }

// With two classes the first count is binomial.
func TestMultinomialOfTwoClassesIsBinomial(t *testing.T) {
	for _, n := range []int{0, 1, 30, 1_000_000} {
		first := []float64{0, float64(n / 3), float64(n / 2), float64(n)}
		for _, odds := range []float64{0, -0.7, 13, -100, 1e6} {
			args := []graphtest.Arg{graphtest.Values([]float64{odds}), graphtest.Values(first)}
			binomial := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node {
				return prob.Binomial{N: x[0].Graph().Const(float64(n)), Logits: x[0]}.LogProb(x[1])
			}, args...)
			multinomial := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node {
				logits := graph.Concat(0, x[0].Reshape(1), x[0].Scale(0).Reshape(1))
				counts := graph.Concat(-1, x[1].ExpandDims(-1), x[1].Neg().AddScalar(float64(n)).ExpandDims(-1))
				return prob.Multinomial{N: n, Logits: logits}.LogProb(counts)
			}, args...)
			for i, want := range binomial {
				near(t, want, multinomial[i], 1e-12, "density")
			}
		}
	}
}

func TestMultinomialDrawsOfManyTrials(t *testing.T) {
	const n = 1_000_000
	logits := []float64{0, -8, 1.5, -1000} // the last never occurs
	for _, p := range precisions {
		samples := graphtest.Eval(t, p, func(x ...*graph.Node) *graph.Node {
			return prob.Multinomial{N: n, Logits: x[0]}.Sample(2000)
		}, graphtest.Values(logits))
		total := 0.0
		for _, l := range logits {
			total += math.Exp(l)
		}
		for class, l := range logits {
			counts := make([]float64, 2000)
			for i := range counts {
				counts[i] = samples[4*i+class]
			}
			within(t, n*math.Exp(l)/total, counts, "mean of a count")
		}
		for i := 0; i < len(samples); i += 4 {
			require.Equal(t, float64(n), samples[i]+samples[i+1]+samples[i+2]+samples[i+3])
		}
	}
}

func TestMultinomialsOfOtherN(t *testing.T) {
	logits := graphtest.Values([]float64{0.3, -1, 2}, 3)
	kl := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node {
		return prob.Multinomial{N: 3, Logits: x[0]}.KL(prob.Multinomial{N: 4, Logits: x[0]})
	}, logits)
	require.Equal(t, []float64{inf}, kl, "no value is common")

	nothing := graphtest.Eval(t, graph.Float64, func(x ...*graph.Node) *graph.Node {
		d := prob.Multinomial{N: 0, Logits: x[0]}
		return graph.Concat(0, d.LogProb(d.Values()), d.Entropy().Reshape(1), d.Sample(), d.Mean())
	}, logits)
	require.Equal(t, make([]float64, 8), nothing, "no trials")

	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	prob.Multinomial{N: -1, Logits: g.Input("logits", 3)}.Sample()
	require.ErrorContains(t, g.Err(), "prob: Multinomial: N is -1, want at least 0")
}
