package graph_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"credence/graph"
	"credence/graph/graphtest"
)

// Matrices with an axis in front, of one row, and too many or too large for one block.
var squares = [][]int{{4, 4}, {1, 1}, {2, 3, 3}, {2, 2, 2, 2}, {130, 9, 9}}

var linalgRows = []opRow{
	arrayRow("Node.Diagonal", (*graph.Node).Diagonal,
		func(x array, at []int) float64 { return x.at(append(slices.Clone(at), at[len(at)-1])...) }, squares...),
	arrayRow("Node.Diag", (*graph.Node).Diag, func(x array, at []int) float64 {
		last := len(at) - 1
		return when(func(i, j float64) bool { return i == j })(float64(at[last-1]), float64(at[last])) * x.at(at[:last]...)
	}, []int{4}, []int{1}, []int{2, 3}, []int{2, 3, 1}, []int{130, 9}),
	arrayRow("Node.Tril", (*graph.Node).Tril, func(x array, at []int) float64 {
		if last := len(at) - 1; at[last] > at[last-1] {
			return 0
		}
		return x.at(at...)
	}, squares...),
	arrayRow("Node.FillTril", (*graph.Node).FillTril, func(x array, at []int) float64 {
		last := len(at) - 1
		i, j := at[last-1], at[last]
		if j > i {
			return 0
		}
		return x.at(append(slices.Clone(at[:last-1]), i*(i+1)/2+j)...)
	}, []int{10}, []int{1}, []int{2, 3}, []int{2, 2, 6}, []int{130, 45}),
	arrayRow("Node.CumSum", func(x *graph.Node) *graph.Node { return x.CumSum(1) },
		func(x array, at []int) float64 {
			upTo := slices.Clone(at)
			s := 0.0
			for upTo[1] = range at[1] + 1 {
				s += x.at(upTo...)
			}
			return s
		}, append(slices.Clone(cubes), []int{3, 4}, []int{2, 1})...).
		otherThan(func(x *graph.Node) *graph.Node { return x.CumSum(0) }, func(x *graph.Node) *graph.Node { return x.CumSum(-1) }),
	choleskyRow(),
	solveRow("Node.SolveLower", (*graph.Node).SolveLower, (*graph.Node).TSolveLower, func(l [][]float64, b []float64) []float64 {
		x := slices.Clone(b)
		for i := range x {
			for j := range i {
				x[i] -= l[i][j] * x[j]
			}
			x[i] /= l[i][i]
		}
		return x
	}),
	solveRow("Node.TSolveLower", (*graph.Node).TSolveLower, (*graph.Node).SolveLower, func(l [][]float64, b []float64) []float64 {
		x := slices.Clone(b)
		for i := len(x) - 1; i >= 0; i-- {
			for j := i + 1; j < len(x); j++ {
				x[i] -= l[j][i] * x[j]
			}
			x[i] /= l[i][i]
		}
		return x
	}),
}

// matrixAt returns the n×n matrix of a batch that a holds.
func matrixAt(a array, batch []int) [][]float64 {
	n := a.shape[len(a.shape)-1]
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range m[i] {
			m[i][j] = entry(a, batch, i, j, false, false)
		}
	}
	return m
}

// choleskyRow factorises the symmetric parts of matrices with dominant diagonals.
func choleskyRow() opRow {
	r := opRow{
		op:    "Node.Cholesky",
		build: func(x ...*graph.Node) *graph.Node { return symmetric(x[0]).Cholesky() },
		element: func(in []array, at []int) float64 {
			last := len(at) - 1
			a := matrixAt(in[0], at[:last-1])
			l := make([][]float64, len(a))
			for i := range a {
				l[i] = make([]float64, len(a))
				for j := range i + 1 {
					s := (a[i][j] + a[j][i]) / 2
					for k := range j {
						s -= l[i][k] * l[j][k]
					}
					if i == j {
						l[i][i] = math.Sqrt(s)
					} else {
						l[i][j] = s / l[j][j]
					}
				}
			}
			return l[at[last-1]][at[last]]
		},
	}
	for i, shape := range squares {
		r.cases = append(r.cases, []graphtest.Arg{matrixArg(uint64(i), -1, 1, float64(shape[len(shape)-1]), shape)})
	}
	return r
}

// symmetric returns (x + xᵀ)/2.
func symmetric(x *graph.Node) *graph.Node {
	perm := make([]int, x.Rank())
	for i := range perm {
		perm[i] = i
	}
	slices.Reverse(perm[len(perm)-2:])
	return x.Add(x.Transpose(perm...)).Scale(0.5)
}

// matrixArg is an operand of matrices whose elements are drawn from [lo, hi), with more on the diagonal.
func matrixArg(seed uint64, lo, hi, more float64, shape []int) graphtest.Arg {
	rng, n := rand.New(rand.NewPCG(seed, 7)), shape[len(shape)-1]
	values := make([]float64, graph.Shape(shape).Size())
	for i := range values {
		values[i] = lo + (hi-lo)*rng.Float64()
		if i/n%n == i%n {
			values[i] += more
		}
	}
	return graphtest.Values(values, shape...)
}

// solveRow is the row of a triangular system, which solve defines for one right side. Elements above
// the diagonal are drawn as the others are.
func solveRow(op string, build, other func(l, b *graph.Node) *graph.Node, solve func(l [][]float64, b []float64) []float64) opRow {
	r := opRow{
		op:     op,
		build:  func(x ...*graph.Node) *graph.Node { return build(x[0], x[1]) },
		others: []graphtest.Func{func(x ...*graph.Node) *graph.Node { return other(x[0], x[1]) }},
		element: func(in []array, at []int) float64 {
			last := len(at) - 1
			batch, l := at[:last-1], matrixAt(in[0], at[:last-1])
			b := make([]float64, len(l))
			for i := range b {
				b[i] = entry(in[1], batch, i, at[last], false, false)
			}
			return solve(l, b)[at[last-1]]
		},
	}
	for i, shapes := range [][2][]int{
		{{4, 4}, {4, 2}}, {{1, 1}, {1, 3}}, {{1, 1}, {1, 1}}, {{3, 3}, {3, 1}}, {{2, 3, 3}, {2, 3, 5}}, {{3, 3}, {2, 3, 2}}, {{3, 3}, {2, 4, 3, 1}},
		{{2, 3, 3}, {3, 2}}, {{2, 1, 3, 3}, {4, 3, 2}}, {{130, 9, 9}, {130, 9, 1}}, {{20, 20}, {20, 130}},
	} {
		r.cases = append(r.cases, []graphtest.Arg{matrixArg(uint64(i), -0.5, 0.5, 1.5, shapes[0]), graphtest.Between(-1, 1, shapes[1]...)})
	}
	return r
}
