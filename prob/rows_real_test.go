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
}

var realKLs = []klRow{
	{q: "Normal", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Normal).KL(p.(prob.Normal)) }},
}
