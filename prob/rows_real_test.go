package prob_test

import (
	"math/rand/v2"

	"credence/graph"
	"credence/prob"
)

// locationScale draws a location and a scale.
func locationScale(rng *rand.Rand) []float64 {
	return []float64{between(rng, -3, 3), logBetween(rng, 0.3, 3)}
}

// Distributions on the whole line.
var realRows = []row{
	{
		name:  "Normal",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Normal{Mu: theta[0], Sigma: theta[1]} },
		theta: [][]float64{{0.7, 1.3}, {-40, 0.01}}, extreme: [][]float64{{0, 1e-6}, {0, 1}, {3, 1e6}}, random: locationScale,
		points: func(theta []float64) points { return line(theta[0], theta[1], 40*theta[1]) },
	},
	{
		name:  "Laplace",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Laplace{Mu: theta[0], Scale: theta[1]} },
		theta: [][]float64{{0.7, 1.3}, {-40, 0.01}}, extreme: [][]float64{{0, 1e-6}, {0, 1}, {3, 1e6}}, random: locationScale,
		points: func(theta []float64) points { return line(theta[0], theta[1], 700*theta[1]) }, unsmooth: true,
	},
	{
		name:  "Logistic",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Logistic{Mu: theta[0], Scale: theta[1]} },
		theta: [][]float64{{0.7, 1.3}, {-40, 0.01}}, extreme: [][]float64{{0, 1e-6}, {0, 1}, {3, 1e6}}, random: locationScale,
		points: func(theta []float64) points { return line(theta[0], theta[1], 700*theta[1]) },
	},
	{
		name:  "Cauchy",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Cauchy{Mu: theta[0], Scale: theta[1]} },
		theta: [][]float64{{0.7, 1.3}, {-40, 0.01}}, extreme: [][]float64{{0, 1e-6}, {0, 1}, {3, 1e6}}, random: locationScale,
		points: func(theta []float64) points { return line(theta[0], theta[1], 1e18*theta[1]) },
	},
	{
		name: "Gumbel",
		make: func(theta []*graph.Node) prob.Distribution { return prob.Gumbel{Mu: theta[0], Scale: theta[1]} },
		// At 1e-6 exp(-z) overflows wherever z is negative.
		theta: [][]float64{{0.7, 1.3}, {-40, 0.01}}, extreme: [][]float64{{0, 1e-6}, {0, 1}, {3, 1e6}}, random: locationScale,
		points: func(theta []float64) points { return line(theta[0], theta[1], 700*theta[1]) },
	},
}

var realKLs = []klRow{
	{q: "Normal", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Normal).KL(p.(prob.Normal)) }},
	{q: "Normal", p: "Laplace", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Normal).KLLaplace(p.(prob.Laplace)) }},
	{q: "Normal", p: "Gumbel", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Normal).KLGumbel(p.(prob.Gumbel)) }, pair: mildTail},
	{q: "Laplace", p: "Laplace", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Laplace).KL(p.(prob.Laplace)) }},
	{q: "Laplace", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Laplace).KLNormal(p.(prob.Normal)) }},
	{q: "Cauchy", p: "Cauchy", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Cauchy).KL(p.(prob.Cauchy)) }},
	{q: "Gumbel", p: "Gumbel", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Gumbel).KL(p.(prob.Gumbel)) }, pair: mildTail},
	{q: "Gumbel", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Gumbel).KLNormal(p.(prob.Normal)) }},
}

// mildTail draws parameters with the scale of q no larger than that of p, for a p whose log-density
// falls exponentially: the variance of the Monte Carlo estimate would exceed what it measures.
func mildTail(rng *rand.Rand) (q, p []float64) {
	q, p = locationScale(rng), locationScale(rng)
	return q, []float64{p[0], q[1] * logBetween(rng, 1, 4)}
}
