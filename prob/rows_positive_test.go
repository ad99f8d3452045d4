package prob_test

import (
	"math"
	"math/rand/v2"

	"credence/graph"
	"credence/prob"
)

// shapes draws two parameters of a Gamma, an InverseGamma or a Beta.
func shapes(rng *rand.Rand) []float64 {
	return []float64{logBetween(rng, 0.3, 10), logBetween(rng, 0.3, 10)}
}

// concentrated draws shapes such that 1/x, x ~ Gamma, has four moments.
func concentrated(rng *rand.Rand) []float64 {
	return []float64{between(rng, 5, 20), logBetween(rng, 0.3, 10)}
}

// mostlyWithin draws intervals, two in three of them between low and high.
func mostlyWithin(rng *rand.Rand, low, high float64) []float64 {
	interval := bounds(rng)
	if interval[0] < -1 {
		return interval
	}
	return []float64{low + (high-low)*sigmoid(interval[0]), low + (high-low)*sigmoid(interval[1])}
}

// logLine spans the positive numbers, densest where their logarithm is within ± width of the centre's.
func logLine(centre, width float64) points {
	return grid(-math.Asinh(690/width), math.Asinh(200/width),
		func(s float64) float64 { return centre * math.Exp(width*math.Sinh(s)) },
		func(s float64) float64 { return centre * math.Exp(width*math.Sinh(s)) * width * math.Cosh(s) })
}

// logitLine spans 0 to 1, densest where Beta(a, b) is.
func logitLine(a, b float64) points {
	centre, width := math.Log(a/b), math.Sqrt(1/a+1/b)
	logit := func(s float64) float64 { return centre + width*math.Sinh(s) }
	return grid(math.Asinh((-690-centre)/width), math.Asinh((36-centre)/width),
		func(s float64) float64 { return sigmoid(logit(s)) },
		func(s float64) float64 { return sigmoid(logit(s)) * sigmoid(-logit(s)) * width * math.Cosh(s) })
}

// extremeShapes are those at which densities of two shapes, or a shape and a scale, stay finite.
var extremeShapes = [][]float64{
	{1e-3, 1e-6}, {1e-3, 1}, {1e-3, 1e6}, {1, 1}, {1e6, 1e-6}, {1e6, 1}, {1e6, 1e6},
}

// Distributions on the positive numbers or an interval.
var positiveRows = []row{
	{
		name:  "Exponential",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Exponential{Rate: theta[0]} },
		theta: [][]float64{{0.4}, {1e4}}, extreme: [][]float64{{1e-6}, {1}, {1e6}},
		random: func(rng *rand.Rand) []float64 { return []float64{logBetween(rng, 0.3, 3)} },
		points: func(theta []float64) points { return halfLine(1 / theta[0]) },
	},
	{
		name:  "Gamma",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Gamma{Alpha: theta[0], Beta: theta[1]} },
		theta: [][]float64{{2.5, 1.3}, {0.5, 0.05}, {1, 7}, {400, 20}}, extreme: extremeShapes, random: shapes,
		points: func(theta []float64) points { return logLine(theta[0]/theta[1], 1/math.Sqrt(theta[0])) },
	},
	{
		name:  "InverseGamma",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.InverseGamma{Alpha: theta[0], Beta: theta[1]} },
		theta: [][]float64{{5.5, 1.3}, {0.8, 0.5}, {1.5, 20}, {400, 20}}, extreme: extremeShapes, random: shapes,
		points: func(theta []float64) points { return logLine(theta[1]/theta[0], 1/math.Sqrt(theta[0])) },
	},
	{
		name:  "Beta",
		make:  func(theta []*graph.Node) prob.Distribution { return prob.Beta{Alpha: theta[0], Beta: theta[1]} },
		theta: [][]float64{{2.5, 1.3}, {0.5, 0.7}, {0.4, 3}, {1, 2}, {3, 0.8}, {200, 300}}, extreme: extremeShapes, random: shapes,
		points: func(theta []float64) points { return logitLine(theta[0], theta[1]) }, mixed: true,
	},
	{
		name: "StudentT",
		make: func(theta []*graph.Node) prob.Distribution {
			return prob.StudentT{Nu: theta[0], Mu: theta[1], Sigma: theta[2]}
		},
		theta: [][]float64{{5.5, 0.7, 1.3}, {1, -40, 0.01}, {1.8, 0, 1}, {0.7, 0.5, 2}, {2e4, 0.5, 2}},
		extreme: [][]float64{
			{1e-3, 0, 1e-6}, {1e-3, 0, 1e6}, {1, 0, 1}, {5, 3, 1e6}, {1e6, 0, 1e-6}, {1e8, 0, 1}, {1e8, 3, 1e6},
		},
		random: func(rng *rand.Rand) []float64 {
			return append([]float64{logBetween(rng, 0.5, 30)}, locationScale(rng)...)
		},
		points: func(theta []float64) points { return line(theta[1], theta[2], 1e18*theta[2]) }, mixed: true,
	},
}

var positiveKLs = []klRow{
	{q: "Exponential", p: "Exponential", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Exponential).KL(p.(prob.Exponential))
	}},
	{q: "Gamma", p: "Gamma", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Gamma).KL(p.(prob.Gamma)) }},
	{q: "InverseGamma", p: "InverseGamma", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.InverseGamma).KL(p.(prob.InverseGamma))
	}},
	{q: "Beta", p: "Beta", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Beta).KL(p.(prob.Beta)) }},
	{q: "Exponential", p: "Gamma", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Exponential).KLGamma(p.(prob.Gamma))
	}},
	{q: "Gamma", p: "Exponential", kl: func(q, p prob.Distribution) *graph.Node {
		return q.(prob.Gamma).KLExponential(p.(prob.Exponential))
	}},
	{q: "Gamma", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Gamma).KLNormal(p.(prob.Normal)) }},
	{q: "Beta", p: "Normal", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Beta).KLNormal(p.(prob.Normal)) }},
	{
		q: "Gamma", p: "LogNormal",
		kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Gamma).KLLogNormal(p.(prob.LogNormal)) },
	},
	{
		q: "LogNormal", p: "Gamma",
		kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.LogNormal).KLGamma(p.(prob.Gamma)) },
		pair: func(rng *rand.Rand) (q, p []float64) {
			return []float64{between(rng, -1, 1), logBetween(rng, 0.2, 0.7)}, shapes(rng)
		},
	},
	{
		q: "Uniform", p: "Gamma", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Uniform).KLGamma(p.(prob.Gamma)) },
		pair: func(rng *rand.Rand) (q, p []float64) { return mostlyWithin(rng, 0, 30), shapes(rng) },
	},
	{
		q: "Uniform", p: "Beta", kl: func(q, p prob.Distribution) *graph.Node { return q.(prob.Uniform).KLBeta(p.(prob.Beta)) },
		pair: func(rng *rand.Rand) (q, p []float64) { return mostlyWithin(rng, 0, 1), shapes(rng) },
	},
	{
		q: "Gamma", p: "InverseGamma",
		kl:   func(q, p prob.Distribution) *graph.Node { return q.(prob.Gamma).KLInverseGamma(p.(prob.InverseGamma)) },
		pair: func(rng *rand.Rand) (q, p []float64) { return concentrated(rng), shapes(rng) },
	},
	{
		q: "InverseGamma", p: "Gamma",
		kl:   func(q, p prob.Distribution) *graph.Node { return q.(prob.InverseGamma).KLGamma(p.(prob.Gamma)) },
		pair: func(rng *rand.Rand) (q, p []float64) { return concentrated(rng), shapes(rng) },
	},
}
