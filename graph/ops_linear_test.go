package graph_test

import (
	"credence/graph"
	"credence/graph/graphtest"
)

// productRow is the row of a matrix product, read transposed as its name says. The definition takes
// each operand to a batch of matrices.
func productRow(op string, build func(a, b *graph.Node) *graph.Node, transA, transB bool, cases ...[][]int) opRow {
	r := opRow{
		op:    op,
		build: func(x ...*graph.Node) *graph.Node { return build(x[0], x[1]) },
		element: func(in []array, at []int) float64 {
			a, b := in[0], in[1]
			i, j := 0, 0
			if len(b.shape) > 1 {
				at, j = at[:len(at)-1], at[len(at)-1]
			}
			if len(a.shape) > 1 {
				at, i = at[:len(at)-1], at[len(at)-1]
			}
			s := 0.0
			for k := range inner(a, transA) {
				s += entry(a, at, i, k, transA, true) * entry(b, at, k, j, transB, false)
			}
			return s
		},
	}
	for _, shapes := range cases {
		r.cases = append(r.cases, []graphtest.Arg{graphtest.Between(-1, 1, shapes[0]...), graphtest.Between(-1, 1, shapes[1]...)})
	}
	return r
}

// inner returns the length that a product sums over.
func inner(a array, trans bool) int {
	last := len(a.shape) - 1
	if trans && last > 0 {
		return a.shape[last-1]
	}
	return a.shape[last]
}

// entry returns the element of the matrix of a batch that a holds; a vector is a row on the left and
// a column on the right.
func entry(a array, batch []int, row, col int, trans, left bool) float64 {
	if len(a.shape) == 1 {
		if left {
			return a.v[col]
		}
		return a.v[row]
	}
	if trans {
		row, col = col, row
	}
	own := len(a.shape) - 2
	at := make([]int, 0, len(a.shape))
	for i, d := range a.shape[:own] {
		at = append(at, batch[len(batch)-own+i]%d)
	}
	return a.at(append(at, row, col)...)
}

var matmulRows = []opRow{
	productRow("Node.MatMul", (*graph.Node).MatMul, false, false,
		[][]int{{3, 4}, {4, 2}}, [][]int{{1, 4}, {4, 1}}, [][]int{{4}, {4, 3}}, [][]int{{3, 4}, {4}}, [][]int{{4}, {4}},
		[][]int{{2, 3, 4}, {4, 5}}, [][]int{{2, 3, 4}, {2, 4, 5}}, [][]int{{1, 3, 4}, {2, 4, 5}}, [][]int{{3, 1, 2, 4}, {2, 4, 3}},
		[][]int{{2, 3, 4}, {4}}, [][]int{{4}, {2, 4, 3}}, [][]int{{70, 130}, {130, 90}}),
	productRow("Node.MatMulT", (*graph.Node).MatMulT, false, true,
		[][]int{{3, 4}, {2, 4}}, [][]int{{2, 3, 4}, {5, 4}}, [][]int{{2, 3, 4}, {2, 5, 4}}, [][]int{{1, 4}, {1, 4}}, [][]int{{3, 4}, {4}}, [][]int{{65, 33}, {66, 33}}),
	productRow("Node.TMatMul", (*graph.Node).TMatMul, true, false,
		[][]int{{4, 3}, {4, 2}}, [][]int{{2, 4, 3}, {4, 5}}, [][]int{{2, 4, 3}, {2, 4, 5}}, [][]int{{4, 1}, {4, 1}}, [][]int{{4, 3}, {4}}, [][]int{{65, 33}, {65, 66}}),
}

var indexRows = []opRow{
	{
		op:    "Node.Gather",
		build: func(x ...*graph.Node) *graph.Node { return x[0].Gather(1, x[1]) },
		element: func(in []array, at []int) float64 {
			n := len(in[1].shape)
			i := int(in[1].at(at[1 : 1+n]...))
			return in[0].at(append([]int{at[0], i}, at[1+n:]...)...)
		},
		cases: [][]graphtest.Arg{
			{graphtest.Between(-2, 2, 5, 5), graphtest.Index(5, 5)},
			{graphtest.Between(-2, 2, 2, 3, 4), graphtest.Index(3, 2, 5)},
			{graphtest.Between(-2, 2, 2, 3, 1), graphtest.Index(3)},
			{graphtest.Between(-2, 2, 1, 1), graphtest.Index(1, 1)},
		},
		others: []graphtest.Func{func(x ...*graph.Node) *graph.Node { return x[0].Gather(0, x[1]) }},
	},
	{
		op:    "Node.Pick",
		build: func(x ...*graph.Node) *graph.Node { return x[0].Pick(x[1]) },
		element: func(in []array, at []int) float64 {
			return in[0].at(append(append([]int{}, at...), int(in[1].at(at...)))...)
		},
		cases: [][]graphtest.Arg{
			{graphtest.Between(-2, 2, 6, 4), graphtest.Index(4, 6)},
			{graphtest.Between(-2, 2, 2, 3, 4), graphtest.Index(4, 2, 3)},
			{graphtest.Between(-2, 2, 4), graphtest.Index(4)},
			{graphtest.Between(-2, 2, 3, 1), graphtest.Index(1, 3)},
		},
	},
	{
		op:    "Node.OneHot",
		build: func(x ...*graph.Node) *graph.Node { return x[0].OneHot(5) },
		element: func(in []array, at []int) float64 {
			last := len(at) - 1
			return when(func(x, y float64) bool { return x == y })(in[0].at(at[:last]...), float64(at[last]))
		},
		cases:  [][]graphtest.Arg{{graphtest.Index(5, 6)}, {graphtest.Index(5, 2, 3)}, {graphtest.Index(5)}, {graphtest.Index(5, 1)}},
		others: []graphtest.Func{func(x ...*graph.Node) *graph.Node { return x[0].OneHot(6) }},
		flat:   true,
	},
}

var table = []float64{1, -2, 0.5, 3, 0.1, 7}

// sourceRows have no operands: the one that is here gives them a graph.
var sourceRows = []opRow{
	sourceRow("Graph.Const", func(g *graph.Graph) *graph.Node { return g.Const(0.7) }, func([]int) float64 { return 0.7 },
		func(g *graph.Graph) *graph.Node { return g.Const(0.8) }),
	sourceRow("Graph.ConstArray", func(g *graph.Graph) *graph.Node { return g.ConstArray(table, 2, 3) },
		func(at []int) float64 { return table[at[len(at)-2]*3+at[len(at)-1]] },
		func(g *graph.Graph) *graph.Node { return g.ConstArray([]float64{1, -2, 0.5, 4, 0.1, 7}, 2, 3) },
		func(g *graph.Graph) *graph.Node { return g.ConstArray(table, 1, 2, 3) }),
	sourceRow("Graph.Normal", func(g *graph.Graph) *graph.Node { return g.Normal(2, 3) }, nil,
		func(g *graph.Graph) *graph.Node { return g.Uniform(2, 3) }, func(g *graph.Graph) *graph.Node { return g.Normal(1, 3) }),
	sourceRow("Graph.Uniform", func(g *graph.Graph) *graph.Node { return g.Uniform(2, 3) }, nil,
		func(g *graph.Graph) *graph.Node { return g.Normal(2, 3) }),
}

// sourceRow adds what an array of a graph holds to an operand of zeros.
func sourceRow(op string, build func(g *graph.Graph) *graph.Node, element func(at []int) float64, others ...func(g *graph.Graph) *graph.Node) opRow {
	plus := func(build func(g *graph.Graph) *graph.Node) graphtest.Func {
		return func(x ...*graph.Node) *graph.Node { return x[0].Add(build(x[0].Graph())) }
	}
	r := opRow{
		op: op, build: plus(build),
		cases: [][]graphtest.Arg{{graphtest.Values(make([]float64, 6), 2, 3)}, {graphtest.Values(make([]float64, 12), 2, 2, 3)}},
	}
	if r.draw = element == nil; !r.draw {
		r.element = func(_ []array, at []int) float64 { return element(at) }
	}
	for _, o := range others {
		r.others = append(r.others, plus(o))
	}
	return r
}
