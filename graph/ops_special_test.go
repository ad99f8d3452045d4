package graph_test

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/graph/graphtest"
)

var (
	unit   = interval{0.05, 0.95}
	wide   = interval{0.3, 30}
	gammas = [][2]interval{{{0.3, 4}, {0.1, 6}}, {{20, 60}, {15, 70}}}
)

var specialRows = []opRow{
	mapRow("Node.Tan", (*graph.Node).Tan, math.Tan, interval{-1.2, 1.2}),
	mapRow("Node.Atan", (*graph.Node).Atan, math.Atan, real),
	mapRow("Node.Floor", (*graph.Node).Floor, math.Floor, interval{-2.9, -2.1}, interval{1.1, 1.9}).withoutGradient(),
	mapRow("Node.Log1mExp", (*graph.Node).Log1mExp, func(x float64) float64 { return math.Log(1 - math.Exp(x)) }, interval{-3, -0.1}),
	mapRow("Node.Erfc", (*graph.Node).Erfc, func(x float64) float64 { return 1 - math.Erf(x) }, real),
	mapRow("Node.ErfInv", (*graph.Node).ErfInv, func(x float64) float64 { return mathext.NormalQuantile((1+x)/2) / math.Sqrt2 }, interval{-0.9, 0.9}),
	mapRow("Node.Ndtr", (*graph.Node).Ndtr, distuv.UnitNormal.CDF, real),
	mapRow("Node.LogNdtr", (*graph.Node).LogNdtr, func(x float64) float64 { return math.Log(distuv.UnitNormal.CDF(x)) }, real, interval{-30, -15}),
	mapRow("Node.NdtrInv", (*graph.Node).NdtrInv, func(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }, unit),
	mapRow("Node.NdtrInvExp", (*graph.Node).NdtrInvExp, func(x float64) float64 { return math.Sqrt2 * math.Erfinv(2*math.Exp(x)-1) }, interval{-3, -0.1}),
	mapRow("Node.Lgamma", (*graph.Node).Lgamma, lgamma, wide),
	mapRow("Node.Digamma", (*graph.Node).Digamma, func(x float64) float64 { return digammaSeries(0, x) }, wide),
	mapRow("Node.Trigamma", (*graph.Node).Trigamma, func(x float64) float64 { return digammaSeries(1, x) }, wide),
	mapRow("Node.Polygamma", func(x *graph.Node) *graph.Node { return x.Polygamma(2) },
		func(x float64) float64 { return digammaSeries(2, x) }, wide).
		otherThan((*graph.Node).Digamma, (*graph.Node).Trigamma),
	mapRow("Node.StirlingError", (*graph.Node).StirlingError,
		func(x float64) float64 { return excess(x) - math.Log(2*math.Pi*x)/2 }, wide),
	mapRow("Node.FactorialExcess", (*graph.Node).FactorialExcess, excess, wide),
	pairRow("Node.Deviance", (*graph.Node).Deviance, func(x, m float64) float64 { return x*math.Log(x/m) + m - x }, quadrant),
	pairRow("Node.LogBeta", (*graph.Node).LogBeta, func(a, b float64) float64 { return lgamma(a) + lgamma(b) - lgamma(a+b) }, [2]interval{wide, wide}),
	pairRow("Node.GammaP", (*graph.Node).GammaP, mathext.GammaIncReg, gammas...).withKinks().light(),
	pairRow("Node.GammaQ", (*graph.Node).GammaQ, mathext.GammaIncRegComp, gammas...).withKinks().light(),
	pairRow("Node.GammaPInv", (*graph.Node).GammaPInv, mathext.GammaIncRegInv, [2]interval{wide, unit}).withKinks().light(),
	tripleRow("Node.BetaInc", (*graph.Node).BetaInc, func(x, a, b float64) float64 { return mathext.RegIncBeta(a, b, x) }).light(),
	tripleRow("Node.BetaIncInv", (*graph.Node).BetaIncInv, func(p, a, b float64) float64 { return mathext.InvRegIncBeta(a, b, p) }).light(),
}

// light leaves out the cases of several blocks, which take long where an element does.
func (r opRow) light() opRow {
	r.cases = slices.DeleteFunc(r.cases, func(args []graphtest.Arg) bool { return graph.Shape(args[0].Shape).Size() > 2000 })
	return r
}

func lgamma(x float64) float64 { v, _ := math.Lgamma(x); return v }

func excess(x float64) float64 { return lgamma(x+1) - x*math.Log(x) + x }

// digammaSeries is the polygamma function of order n by its recurrence, and far out by its first terms.
func digammaSeries(n int, x float64) float64 {
	sign := 1 - 2*float64((n+1)%2)
	sum, factorial := 0.0, math.Gamma(float64(n+1))
	for ; x < 40; x++ {
		sum += sign * factorial / math.Pow(x, float64(n+1))
	}
	if n == 0 {
		return sum + math.Log(x) - 1/(2*x) - 1/(12*x*x) + 1/(120*math.Pow(x, 4)) - 1/(252*math.Pow(x, 6))
	}
	k := float64(n)
	far := factorial / k / math.Pow(x, k)
	far += factorial / 2 / math.Pow(x, k+1)
	for i, b := range []float64{1. / 6, -1. / 30, 1. / 42, -1. / 30} {
		m := float64(2*i + 2)
		far += b * math.Gamma(m+k) / math.Gamma(m+1) / math.Pow(x, m+k)
	}
	return sum + sign*far
}

// tripleRow is the row of a function of a number in (0, 1) and two positive ones.
func tripleRow(op string, build func(x, a, b *graph.Node) *graph.Node, scalar func(x, a, b float64) float64) opRow {
	r := opRow{
		op:     op,
		build:  func(x ...*graph.Node) *graph.Node { return build(x[0], x[1], x[2]) },
		scalar: func(x []float64) float64 { return scalar(x[0], x[1], x[2]) },
		others: []graphtest.Func{func(x ...*graph.Node) *graph.Node { return build(x[0], x[2], x[1]) }},
		kinked: true,
	}
	for i, shape := range []interval{{0.3, 4}, {20, 60}} {
		for _, shapes := range randomShapes(3, uint64(30+i)) {
			r.cases = append(r.cases, []graphtest.Arg{
				graphtest.Between(0.1, 0.9, shapes[0]...),
				graphtest.Between(shape.lo, shape.hi, shapes[1]...), graphtest.Between(shape.lo, shape.hi, shapes[2]...),
			})
		}
	}
	return r
}
