package graph_test

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/graph/graphtest"
)

// interval is where operands are drawn from: inside the domain, and for gradients clear of kinks.
type interval struct{ lo, hi float64 }

var (
	real     = interval{-3, 3}
	positive = interval{0.2, 4}
)

// mapRow is the row of a function of one number, tried on each interval.
func mapRow(op string, build func(x *graph.Node) *graph.Node, scalar func(x float64) float64, domain ...interval) opRow {
	r := opRow{
		op:     op,
		build:  func(x ...*graph.Node) *graph.Node { return build(x[0]) },
		scalar: func(x []float64) float64 { return scalar(x[0]) },
	}
	for i, d := range domain {
		for _, shapes := range randomShapes(1, uint64(i)) {
			r.cases = append(r.cases, []graphtest.Arg{graphtest.Between(d.lo, d.hi, shapes[0]...)})
		}
	}
	return r
}

func (r opRow) withKinks() opRow { r.kinked = true; return r }
func (r opRow) withoutGradient() opRow {
	r.flat = true
	return r
}

func (r opRow) otherThan(builds ...func(x *graph.Node) *graph.Node) opRow {
	for _, build := range builds {
		r.others = append(r.others, func(x ...*graph.Node) *graph.Node { return build(x[0]) })
	}
	return r
}

var unaryRows = []opRow{
	mapRow("Node.Exp", (*graph.Node).Exp, math.Exp, real),
	mapRow("Node.Expm1", (*graph.Node).Expm1, math.Expm1, real, interval{-1e-3, 1e-3}),
	mapRow("Node.Log", (*graph.Node).Log, math.Log, positive),
	mapRow("Node.Log1p", (*graph.Node).Log1p, math.Log1p, interval{-0.8, 4}, interval{-1e-3, 1e-3}),
	mapRow("Node.Square", (*graph.Node).Square, func(x float64) float64 { return x * x }, real),
	mapRow("Node.Sqrt", (*graph.Node).Sqrt, math.Sqrt, positive),
	mapRow("Node.Reciprocal", (*graph.Node).Reciprocal, func(x float64) float64 { return 1 / x }, positive, interval{-4, -0.2}),
	mapRow("Node.Neg", (*graph.Node).Neg, func(x float64) float64 { return -x }, real),
	mapRow("Node.Abs", (*graph.Node).Abs, math.Abs, positive, interval{-4, -0.2}).withKinks(),
	mapRow("Node.Sign", (*graph.Node).Sign, sign, positive, interval{-4, -0.2}).withoutGradient(),
	mapRow("Node.Sin", (*graph.Node).Sin, math.Sin, real, interval{50, 60}),
	mapRow("Node.Cos", (*graph.Node).Cos, math.Cos, real, interval{50, 60}),
	mapRow("Node.Erf", (*graph.Node).Erf, math.Erf, real),
	mapRow("Node.Tanh", (*graph.Node).Tanh, math.Tanh, real),
	mapRow("Node.Sigmoid", (*graph.Node).Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, real, interval{-30, 30}),
	mapRow("Node.LogSigmoid", (*graph.Node).LogSigmoid, func(x float64) float64 { return -math.Log1p(math.Exp(-x)) }, real, interval{15, 40}),
	mapRow("Node.Softplus", (*graph.Node).Softplus, func(x float64) float64 { return math.Log1p(math.Exp(x)) }, real, interval{15, 40}),
	mapRow("Node.ReLU", (*graph.Node).ReLU, func(x float64) float64 { return math.Max(x, 0) }, positive, interval{-4, -0.2}).withKinks(),
	mapRow("Node.Step", (*graph.Node).Step, func(x float64) float64 { return math.Max(sign(x), 0) }, positive, interval{-4, -0.2}).withoutGradient(),
	mapRow("Node.LeakyReLU", func(x *graph.Node) *graph.Node { return x.LeakyReLU(0.1) },
		func(x float64) float64 { return math.Max(x, 0.1*x) }, positive, interval{-4, -0.2}).withKinks().
		otherThan(func(x *graph.Node) *graph.Node { return x.LeakyReLU(math.Nextafter(0.1, 1)) }),
	mapRow("Node.ELU", func(x *graph.Node) *graph.Node { return x.ELU(1.5) }, func(x float64) float64 {
		if x > 0 {
			return x
		}
		return 1.5 * math.Expm1(x)
	}, positive, interval{-4, -0.2}).
		otherThan(func(x *graph.Node) *graph.Node { return x.ELU(1) }),
	mapRow("Node.GELU", (*graph.Node).GELU, func(x float64) float64 { return x * distuv.UnitNormal.CDF(x) }, real),
	mapRow("Node.Clamp", func(x *graph.Node) *graph.Node { return x.Clamp(-1, 2) },
		func(x float64) float64 { return math.Min(math.Max(x, -1), 2) }, interval{-0.9, 1.9}, interval{2.1, 4}, interval{-4, -1.1}).withKinks().
		otherThan(func(x *graph.Node) *graph.Node { return x.Clamp(-1, 3) }, func(x *graph.Node) *graph.Node { return x.Clamp(-2, 2) }),
	mapRow("Node.AddScalar", func(x *graph.Node) *graph.Node { return x.AddScalar(0.3) }, func(x float64) float64 { return x + 0.3 }, real).
		otherThan(func(x *graph.Node) *graph.Node { return x.AddScalar(math.Nextafter(0.3, 1)) }),
	mapRow("Node.Scale", func(x *graph.Node) *graph.Node { return x.Scale(-2.5) }, func(x float64) float64 { return -2.5 * x }, real).
		otherThan(func(x *graph.Node) *graph.Node { return x.Scale(2.5) }),
	mapRow("Node.StopGradient", (*graph.Node).StopGradient, func(x float64) float64 { return x }, real).withoutGradient(),
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// pairRow is the row of a function of two numbers, tried on each pair of intervals.
func pairRow(op string, build func(x, y *graph.Node) *graph.Node, scalar func(x, y float64) float64, domain ...[2]interval) opRow {
	r := opRow{
		op:     op,
		build:  func(x ...*graph.Node) *graph.Node { return build(x[0], x[1]) },
		scalar: func(x []float64) float64 { return scalar(x[0], x[1]) },
	}
	for i, d := range domain {
		for _, shapes := range randomShapes(2, uint64(10+i)) {
			r.cases = append(r.cases, []graphtest.Arg{
				graphtest.Between(d[0].lo, d[0].hi, shapes[0]...), graphtest.Between(d[1].lo, d[1].hi, shapes[1]...),
			})
		}
	}
	return r
}

var (
	plane    = [2]interval{real, real}
	quadrant = [2]interval{positive, positive}
	less     = [2]interval{{-3, -0.1}, {0.1, 3}}
	greater  = [2]interval{{0.1, 3}, {-3, -0.1}}
)

var binaryRows = []opRow{
	pairRow("Node.Add", (*graph.Node).Add, func(x, y float64) float64 { return x + y }, plane),
	pairRow("Node.Sub", (*graph.Node).Sub, func(x, y float64) float64 { return x - y }, plane),
	pairRow("Node.Mul", (*graph.Node).Mul, func(x, y float64) float64 { return x * y }, plane),
	pairRow("Node.Div", (*graph.Node).Div, func(x, y float64) float64 { return x / y }, [2]interval{real, positive}, [2]interval{real, {-4, -0.5}}),
	pairRow("Node.Pow", (*graph.Node).Pow, math.Pow, quadrant, [2]interval{positive, {-2, 2}}),
	pairRow("Node.XLogY", (*graph.Node).XLogY, func(x, y float64) float64 { return x * math.Log(y) }, [2]interval{real, positive}),
	pairRow("Node.Maximum", (*graph.Node).Maximum, math.Max, less, greater).withKinks(),
	pairRow("Node.Minimum", (*graph.Node).Minimum, math.Min, less, greater).withKinks(),
	pairRow("Node.Less", (*graph.Node).Less, when(func(x, y float64) bool { return x < y }), plane).withoutGradient(),
	pairRow("Node.LessEqual", (*graph.Node).LessEqual, when(func(x, y float64) bool { return x <= y }), plane).withoutGradient(),
	pairRow("Node.Greater", (*graph.Node).Greater, when(func(x, y float64) bool { return x > y }), plane).withoutGradient(),
	pairRow("Node.GreaterEqual", (*graph.Node).GreaterEqual, when(func(x, y float64) bool { return x >= y }), plane).withoutGradient(),
	pairRow("Node.Equal", (*graph.Node).Equal, when(func(x, y float64) bool { return x == y }), plane).withoutGradient(),
	pairRow("Node.NotEqual", (*graph.Node).NotEqual, when(func(x, y float64) bool { return x != y }), plane).withoutGradient(),
	whereRow(),
}

func when(relation func(x, y float64) bool) func(x, y float64) float64 {
	return func(x, y float64) float64 {
		if relation(x, y) {
			return 1
		}
		return 0
	}
}

func whereRow() opRow {
	r := opRow{
		op:    "Node.Where",
		build: func(x ...*graph.Node) *graph.Node { return x[0].Where(x[1], x[2]) },
		scalar: func(x []float64) float64 {
			if x[0] != 0 {
				return x[1]
			}
			return x[2]
		},
		others: []graphtest.Func{func(x ...*graph.Node) *graph.Node { return x[0].Where(x[2], x[1]) }},
	}
	for _, shapes := range randomShapes(3, 20) {
		r.cases = append(r.cases, []graphtest.Arg{
			graphtest.Index(2, shapes[0]...), graphtest.Between(-3, 3, shapes[1]...), graphtest.Between(-3, 3, shapes[2]...),
		})
	}
	return r
}
