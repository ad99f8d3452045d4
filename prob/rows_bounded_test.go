package prob_test

import (
	"math"
	"math/rand/v2"

	"credence/graph"
	"credence/prob"
)

// scale draws a scale.
func scale(rng *rand.Rand) []float64 { return []float64{logBetween(rng, 0.3, 3)} }

// bounds draws the ends of an interval.
func bounds(rng *rand.Rand) []float64 {
	low := between(rng, -3, 3)
	return []float64{low, low + logBetween(rng, 0.3, 3)}
}

// Distributions that are transformed or cut at bounds.
var boundedRows = []row{
	{
		name:  "LogNormal",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.LogNormal{Mu: theta[0], Sigma: theta[1]} },
		theta: [][]float64{{0.7, 0.5}, {-2, 0.1}}, extreme: [][]float64{{0, 1e-6}, {0, 1}, {3, 1e6}}, random: locationScale,
		points: func(theta []float64) points {
			logs := line(theta[0], theta[1], 40*theta[1])
			for i, l := range logs.x {
				logs.x[i] = math.Exp(l)
				logs.weight[i] *= logs.x[i]
			}
			return logs
		},
	},
	{
		name:  "HalfNormal",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.HalfNormal{Sigma: theta[0]} },
		theta: [][]float64{{0.4}, {1e4}}, extreme: [][]float64{{1e-6}, {1}, {1e6}}, random: scale,
		points: func(theta []float64) points { return halfLine(theta[0]) },
	},
	{
		name:  "HalfCauchy",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.HalfCauchy{Scale: theta[0]} },
		theta: [][]float64{{0.4}, {1e4}}, extreme: [][]float64{{1e-6}, {1}, {1e6}}, random: scale,
		points: func(theta []float64) points { return halfLine(theta[0]) },
	},
	{
		name:  "Uniform",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Uniform{Low: theta[0], High: theta[1]} },
		theta: [][]float64{{-0.5, 2.25}, {30, 30.25}}, extreme: [][]float64{{-1e-6, 1e-6}, {-1e6, 1e6}, {5, 20}}, random: bounds,
		points: func(theta []float64) points { return interval(theta[0], theta[1]) },
	},
	{
		name:  "LogUniform",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.LogUniform{Low: theta[0], High: theta[1]} },
		theta: [][]float64{{0.5, 20}, {1, 1.03125}, {2, 2e6}}, extreme: [][]float64{{1e-6, 1e6}, {5, 20}, {1, 1 + 0x1p-20}},
		random: positiveBounds,
		points: func(theta []float64) points { return interval(theta[0], theta[1]) },
	},
	{
		name: "TruncatedNormal",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.TruncatedNormal{Mu: theta[0], Sigma: theta[1], Low: theta[2], High: theta[3]}
		},
		theta: [][]float64{
			{0.5, 1.5, -3, 2}, {0, 1, -31.05, -31},
		},
		extreme: [][]float64{{0, 1, -3, 3}, {0, 1e-6, 5, 20}, {3, 1e6, -5, 5}, {0, 1, 30, 1e6}, {0, 1, -1e6, -30}, {0, 1, -1e6, 1e6}, {0, 1, 4, 4.001}},
		random: func(rng *rand.Rand) []float64 {
			ends := bounds(rng)
			return append(locationScale(rng), ends...)
		},
		points: func(theta []float64) points {
			lo := max(theta[2], min(theta[0], theta[3])-40*theta[1])
			return interval(lo, min(theta[3], max(theta[0], theta[2])+40*theta[1]))
		},
	},
}

var boundedKLs = []klRow{
	{q: "LogNormal", p: "LogNormal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.LogNormal).KL(p.(prob.LogNormal)) }},
	{q: "HalfNormal", p: "HalfNormal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.HalfNormal).KL(p.(prob.HalfNormal)) }},
	{q: "HalfNormal", p: "Exponential", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.HalfNormal).KLExponential(p.(prob.Exponential))
	}},
	{q: "HalfCauchy", p: "HalfCauchy", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.HalfCauchy).KL(p.(prob.HalfCauchy)) }},
	{q: "Exponential", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Exponential).KLNormal(p.(prob.Normal)) }},
	{q: "Exponential", p: "Gumbel", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Exponential).KLGumbel(p.(prob.Gumbel)) }},
	{q: "Uniform", p: "Uniform", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Uniform).KL(p.(prob.Uniform)) }, pair: nested},
	{q: "Uniform", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Uniform).KLNormal(p.(prob.Normal)) }},
	{q: "Uniform", p: "Laplace", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Uniform).KLLaplace(p.(prob.Laplace)) }},
	{q: "Uniform", p: "Exponential", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Uniform).KLExponential(p.(prob.Exponential))
	}},
	{q: "LogUniform", p: "LogUniform", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.LogUniform).KL(p.(prob.LogUniform)) }, pair: func(rng *rand.Rand) (q, p []float64) {
		inner, outer := nested(rng)
		return exponentials(inner), exponentials(outer)
	}},
	{q: "TruncatedNormal", p: "TruncatedNormal", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.TruncatedNormal).KL(p.(prob.TruncatedNormal))
	}, pair: func(rng *rand.Rand) (q, p []float64) {
		inner, outer := nested(rng)
		return append(locationScale(rng), inner...), append(locationScale(rng), outer...)
	}},
}

// positiveBounds draws the ends of an interval of positive numbers.
func positiveBounds(rng *rand.Rand) []float64 { return exponentials(bounds(rng)) }

func exponentials(x []float64) []float64 {
	for i, v := range x {
		x[i] = math.Exp(v)
	}
	return x
}

// nested draws an interval, mostly within another.
func nested(rng *rand.Rand) (q, p []float64) {
	p = bounds(rng)
	width := p[1] - p[0]
	return []float64{p[0] + between(rng, -0.05, 0.4)*width, p[1] + between(rng, -0.4, 0.05)*width}, p
}
