package prob_test

import (
	"math"
	"math/rand/v2"

	"credence/graph"
	"credence/prob"
)

// Trials of the binomial, and the largest value of the truncated geometric, in their rows.
const (
	trials  = 20
	longest = 12
)

// Distributions of whole numbers, and the relaxation of one.
var discreteRows = []row{
	{
		name:  "Bernoulli",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Bernoulli{Logits: theta[0]} },
		theta: [][]float64{{0.8}, {-6}, {0}}, extreme: [][]float64{{0}, {-100}, {100}, {1e6}},
		random: logitsBetween(3),
		points: func([]float64) points { return whole(0, 1) }, discrete: true,
	},
	{
		name: "Binomial",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.Binomial{N: theta[0].Graph().Const(trials), Logits: theta[0]}
		},
		theta: [][]float64{{0.8}, {-3}, {4}}, extreme: [][]float64{{0}, {-100}, {100}, {-1e6}, {1e6}},
		random: logitsBetween(3),
		points: func([]float64) points { return whole(0, trials) }, discrete: true,
	},
	{
		name: "Binomial of many",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.Binomial{N: theta[0].Graph().Const(10_000), Logits: theta[0]}
		},
		theta: [][]float64{{0.8}, {-7}, {9}}, extreme: [][]float64{{0}, {-20}, {20}},
		random: logitsBetween(3),
		points: func([]float64) points { return whole(0, 10_000) }, discrete: true,
	},
	{
		name:  "Geometric",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Geometric{Logits: theta[0]} },
		theta: [][]float64{{0.8}, {-2}, {-5}, {4}}, extreme: [][]float64{{0}, {-100}, {100}, {-1e6}, {1e6}},
		random: logitsBetween(3),
		points: func(theta []float64) points { return whole(0, int(40/sigmoid(theta[0]))) }, discrete: true,
	},
	{
		name: "TruncatedGeometric",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.TruncatedGeometric{Tau: theta[0], Max: longest}
		},
		theta: [][]float64{{0.3}, {-0.7}, {0}, {5}, {-1e-9}}, extreme: [][]float64{{0}, {1e-6}, {-100}, {100}, {-1e6}, {1e6}},
		random: logitsBetween(1),
		points: func([]float64) points { return whole(1, longest) }, discrete: true,
	},
	{
		name:  "Poisson",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Poisson{LogRate: theta[0]} },
		theta: [][]float64{{1.2}, {-2}, {5}, {8}}, extreme: [][]float64{{0}, {-20}, {-100}, {-1e6}, {14}, {80}},
		random: func(rng *rand.Rand) []float64 { return []float64{between(rng, -1, 4)} },
		points: func(theta []float64) points {
			rate := math.Exp(theta[0])
			return whole(0, int(rate+20*math.Sqrt(rate)+40))
		},
		discrete: true,
	},
	{
		name: "NegativeBinomial",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.NegativeBinomial{R: theta[0], Logits: theta[1]}
		},
		theta:   [][]float64{{2.5, 0.3}, {0.4, 1.5}, {30, -2}, {1e3, -1}},
		extreme: [][]float64{{1e-6, 0}, {1e6, 0}, {2, -100}, {2, 100}, {1e-6, 1e6}, {1e6, -1e6}, {0.5, 100}},
		random:  func(rng *rand.Rand) []float64 { return []float64{logBetween(rng, 0.3, 30), between(rng, -3, 1)} },
		points:  func([]float64) points { return whole(0, 1500) }, discrete: true,
	},
	{
		name: "NegativeBinomial of 2.5",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.NegativeBinomial{R: theta[0].Graph().Const(2.5), Logits: theta[0]}
		},
		theta: [][]float64{{1}}, extreme: [][]float64{{-100}, {100}},
		random: logitsBetween(2),
		points: func([]float64) points { return whole(0, 400) }, discrete: true,
	},
	{
		name: "RelaxedBernoulli",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.RelaxedBernoulli{Logits: theta[0], Temperature: theta[1]}
		},
		theta: [][]float64{{0.8, 1}, {-1.1, 0.5}, {0.5, 4}}, extreme: [][]float64{{0, 1}, {0, 1e-6}, {100, 1e6}, {-1e6, 1}},
		random: func(rng *rand.Rand) []float64 { return []float64{between(rng, -3, 3), logBetween(rng, 0.5, 2)} },
		points: func([]float64) points { return interval(0, 1) },
	},
	{
		name: "RelaxedBernoulli at 0.7",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.RelaxedBernoulli{Logits: theta[0], Temperature: theta[0].Graph().Const(0.7)}
		},
		theta: [][]float64{{0.5}}, extreme: [][]float64{{100}},
		random: logitsBetween(3),
		points: func([]float64) points { return interval(0, 1) },
	},
}

func logitsBetween(limit float64) func(rng *rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 { return []float64{between(rng, -limit, limit)} }
}

var discreteKLs = []klRow{
	{q: "Bernoulli", p: "Bernoulli", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Bernoulli).KL(p.(prob.Bernoulli))
	}},
	{q: "Binomial", p: "Binomial", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Binomial).KL(p.(prob.Binomial))
	}},
	{q: "Geometric", p: "Geometric", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Geometric).KL(p.(prob.Geometric))
	}},
	{q: "TruncatedGeometric", p: "TruncatedGeometric", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.TruncatedGeometric).KL(p.(prob.TruncatedGeometric))
	}},
	{q: "Poisson", p: "Poisson", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Poisson).KL(p.(prob.Poisson))
	}},
	{q: "NegativeBinomial of 2.5", p: "NegativeBinomial of 2.5", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.NegativeBinomial).KL(p.(prob.NegativeBinomial))
	}},
	{q: "RelaxedBernoulli at 0.7", p: "RelaxedBernoulli at 0.7", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.RelaxedBernoulli).KL(p.(prob.RelaxedBernoulli))
	}},
}
