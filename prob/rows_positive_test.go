package prob_test

import (
	"math/rand/v2"

	"credence/graph"
	"credence/prob"
)

// Distributions on the positive numbers or an interval.
var positiveRows = []row{
	{
		name:  "Exponential",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Exponential{Rate: theta[0]} },
		theta: [][]float64{{0.4}, {1e4}}, extreme: [][]float64{{1e-6}, {1}, {1e6}},
		random: func(rng *rand.Rand) []float64 { return []float64{logBetween(rng, 0.3, 3)} },
		points: func(theta []float64) points { return halfLine(1 / theta[0]) },
	},
}

var positiveKLs = []klRow{
	{q: "Exponential", p: "Exponential", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Exponential).KL(p.(prob.Exponential))
	}},
}
