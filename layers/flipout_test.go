package layers_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// Equal examples share a draw of the weights under weight sampling: their outputs vary together. The other
// estimators give them deviations without correlation.
func TestCovarianceOfExamples(t *testing.T) {
	const sigma, steps = 0.4, 10_000
	eachEstimator(t, nil, sigma, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		x := g.ConstArray(examples, 3, in) // the first and the last are equal
		mean, draws := run(t, 1, l.ForwardMean(x))[0], run(t, steps, l.Forward(x))
		for j := range out {
			for _, other := range []int{j, 1 - j} { // the same output of the other example, and another one
				products := make([]float64, steps)
				for i, y := range draws {
					products[i] = (y[j] - mean[j]) * (y[2*out+other] - mean[other])
				}
				want := 0.0
				if l.Estimator == layers.WeightSampling && other == j {
					want = sigma * sigma * (1 + 4 + 1)
				}
				within(t, want, products, "covariance of outputs")
			}
		}
	})
}

// E Σ y² is Σ m² + Σ x²σ²: its gradient is known, and so must be the gradients' average.
func TestGradientsAreUnbiased(t *testing.T) {
	const sigma, steps = 0.4, 6000
	eachEstimator(t, nil, sigma, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		x := g.ConstArray(examples, 3, in)
		grads := graph.Grad(l.Forward(x).Square().Sum(), g.Param(l.Mu), g.Param(l.Rho))
		mu, rho := run(t, steps, grads[0]), run(t, steps, grads[1])
		mean := run(t, 1, l.ForwardMean(x))[0]
		slope := -math.Expm1(-sigma) // of softplus, where it is sigma
		for i := range in {
			for j := range out {
				wantMu, wantRho := 0.0, 0.0
				for n := range 3 {
					v := examples[n*in+i]
					wantMu += 2 * v * mean[n*out+j]
					wantRho += 2 * v * v * sigma * slope
				}
				within(t, wantMu, column(mu, i*out+j), "gradient of a mean")
				within(t, wantRho, column(rho, i*out+j), "gradient of rho")
			}
		}
	})
}

// What flipout is for: a minibatch's average output varies less, here by the number of its equal examples.
func TestFlipoutAveragesOut(t *testing.T) {
	const batch, steps = 16, 4000
	variance := map[layers.Estimator]float64{}
	eachEstimator(t, nil, 0.4, func(t *testing.T, g *graph.Graph, l *layers.BayesDense) {
		y := l.Forward(g.Const(1).Broadcast(batch, in)).Mean(0)
		variance[l.Estimator] = stat.Variance(column(run(t, steps, y), 0), nil)
	})
	whole := variance[layers.WeightSampling]
	require.InEpsilon(t, whole/batch, variance[layers.LocalReparameterization], 0.15)
	require.InEpsilon(t, whole/batch, variance[layers.Flipout], 0.15)
}

// Two calls in one graph have one draw of the deviations, with other signs: on one input of 1 the outputs are equal
// or opposite around their means.
func TestFlipoutSharesTheDeviation(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	g, l := graph.New(ps, graph.Train), build(ps, nil, 0.4, layers.Flipout)
	x := g.ConstArray([]float64{1, 0, 0}, 1, in)
	one, two := l.Forward(x).Sub(l.ForwardMean(x)), l.Forward(x).Sub(l.ForwardMean(x))
	same, opposite := 0, 0
	first, second := run(t, 64, one), run(t, 64, two)
	for step := range first {
		for j := range out {
			a, b := first[step][j], second[step][j]
			require.InDelta(t, math.Abs(a), math.Abs(b), 1e-12)
			if a*b > 0 {
				same++
			} else {
				opposite++
			}
		}
	}
	require.InDelta(t, same, opposite, 4*math.Sqrt(2*64))
}

func TestFlipoutOnAnyNumberOfCores(t *testing.T) {
	bits := func(cores int) [][]float64 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		ps := graph.NewParams(graph.Float32, 1)
		g := graph.New(ps, graph.Train)
		l := layers.NewBayesDense(ps, "fc", 300, 200, prob.Gaussian{Sigma: 1}, layers.BayesOptions{Sigma: 0.1, Estimator: layers.Flipout})
		x := g.Normal(128, 300)
		grads := graph.Grad(l.Forward(x).Square().Sum().Add(l.KL(g)), g.Param(l.Mu), g.Param(l.Rho))
		return append(run(t, 2, grads[0]), run(t, 2, grads[1])...)
	}
	require.Equal(t, bits(1), bits(4))
}

// Under one draw each example has signs for its inputs and for its outputs: with one input on, the outputs'
// deviations keep their sizes and turn by themselves; with three on, their sizes change too.
func TestFlipoutTurnsInputsAndOutputs(t *testing.T) {
	const batch = 64
	ps := graph.NewParams(graph.Float64, 1)
	g, l := graph.New(ps, graph.Train), build(ps, nil, 0.4, layers.Flipout)
	distinct := func(input []float64, of func(first, second float64) float64) int {
		x := g.ConstArray(input, 1, in).Broadcast(batch, in)
		y, seen := run(t, 1, l.Forward(x).Sub(l.ForwardMean(x)))[0], map[float64]bool{}
		for n := range batch {
			seen[math.Round(1e9*of(y[n*out], y[n*out+1]))] = true
		}
		return len(seen)
	}
	size := func(first, _ float64) float64 { return math.Abs(first) }
	together := func(first, second float64) float64 { return first * second }
	require.Equal(t, 1, distinct([]float64{1, 0, 0}, size))
	require.Equal(t, 2, distinct([]float64{1, 0, 0}, together))
	require.Equal(t, 4, distinct([]float64{1, 1, 1}, size), "as many as three signs but for one in common")
}
