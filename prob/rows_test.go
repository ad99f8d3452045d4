package prob_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"credence/graph"
	"credence/prob"
)

// row is a distribution of numbers with what the shared checks need to know. A new distribution adds
// its own.
type row struct {
	name  string
	make  func(theta []*graph.Node) prob.Distribution
	theta [][]float64 // sets of parameters, each a number, on which everything is checked
	// extreme sets of parameters are those at which values and gradients must still be finite.
	extreme [][]float64
	// random draws parameters of no extreme kind, for checks on many.
	random func(rng *rand.Rand) []float64
	// points spans the support, for integrals.
	points   func(theta []float64) points
	discrete bool
	// mixed draws are made of several noises: gradients through them are right on average only.
	mixed bool
	// unsmooth densities have points in the interior of the support at which they have no gradient.
	unsmooth bool
}

var rows = slices.Concat(realRows, boundedRows, positiveRows, discreteRows, composedRows)

// klRow is a divergence in closed form, of pairs whose parameters are drawn at random: by the rows of
// the two distributions or, if they must be drawn together, by pair.
type klRow struct {
	q, p string // rows
	kl   func(q, p prob.Distribution) *graph.Node
	pair func(rng *rand.Rand) (q, p []float64)
}

var klRows = slices.Concat(realKLs, boundedKLs, positiveKLs, discreteKLs, composedKLs)

func (r klRow) name() string { return r.q + "‖" + r.p }

func rowOf(name string) row {
	i := slices.IndexFunc(rows, func(r row) bool { return r.name == name })
	return rows[i]
}

// points are where a density is looked at, and the weight of each in an integral.
type points struct{ x, weight []float64 }

const gridSize = 20_001

// grid maps the points of a line from lo to hi by f, whose derivative is df, for the trapezoidal rule.
func grid(lo, hi float64, f, df func(s float64) float64) points {
	var p points
	step := (hi - lo) / (gridSize - 1)
	for i := range gridSize {
		s := lo + float64(i)*step
		if w := df(s) * step; w > 0 && !math.IsInf(f(s), 0) {
			p.x, p.weight = append(p.x, f(s)), append(p.weight, w)
		}
	}
	return p
}

// line spans centre ± limit, dense within ± scale and ever wider outside.
func line(centre, scale, limit float64) points {
	end := math.Asinh(limit / scale)
	return grid(-end, end,
		func(s float64) float64 { return centre + scale*math.Sinh(s) },
		func(s float64) float64 { return scale * math.Cosh(s) })
}

// halfLine spans the positive numbers from 10⁻³⁰⁰ to 10²⁰ times the scale, evenly in their logarithm.
func halfLine(scale float64) points {
	return grid(-690, 46,
		func(s float64) float64 { return scale * math.Exp(s) },
		func(s float64) float64 { return scale * math.Exp(s) })
}

// interval spans lo to hi, ever denser towards both.
func interval(lo, hi float64) points {
	width := hi - lo
	return grid(-36, 36,
		func(s float64) float64 { return lo + width*sigmoid(s) },
		func(s float64) float64 { return width * sigmoid(s) * sigmoid(-s) })
}

// whole spans the whole numbers from lo to hi.
func whole(lo, hi int) points {
	var p points
	for i := lo; i <= hi; i++ {
		p.x, p.weight = append(p.x, float64(i)), append(p.weight, 1)
	}
	return p
}

// integral returns the integral, or the sum, of f.
func (p points) integral(f func(i int, x float64) float64) float64 {
	sum := 0.0
	for i, x := range p.x {
		sum += p.weight[i] * f(i, x)
	}
	return sum
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// between and logBetween draw from an interval, evenly or evenly in the logarithm.
func between(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }

func logBetween(rng *rand.Rand, lo, hi float64) float64 {
	return math.Exp(between(rng, math.Log(lo), math.Log(hi)))
}
