package graph_test

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"credence/graph"
	"credence/graph/graphtest"
)

// arrayRow is the row of an operation on one array, tried on the shapes.
func arrayRow(op string, build func(x *graph.Node) *graph.Node, element func(x array, at []int) float64, shapes ...[]int) opRow {
	r := opRow{
		op:      op,
		build:   func(x ...*graph.Node) *graph.Node { return build(x[0]) },
		element: func(in []array, at []int) float64 { return element(in[0], at) },
	}
	for _, s := range shapes {
		r.cases = append(r.cases, []graphtest.Arg{graphtest.Between(-2, 2, s...)})
	}
	return r
}

// cube has an axis to reduce in the middle, one at the end and one at the front; the last is long
// enough for several blocks.
var cubes = [][]int{{3, 4, 2}, {1, 4, 1}, {2, 1, 3}, {3, 90, 70}}

// middle folds the middle axis of x.
func middle(fold func(column []float64) float64) func(x array, at []int) float64 {
	return func(x array, at []int) float64 {
		column := make([]float64, x.shape[1])
		for k := range column {
			column[k] = x.at(at[0], k, at[len(at)-1])
		}
		return fold(column)
	}
}

func sum(column []float64) float64 {
	s := 0.0
	for _, v := range column {
		s += v
	}
	return s
}

func logSumExp(column []float64) float64 {
	s := 0.0
	for _, v := range column {
		s += math.Exp(v)
	}
	return math.Log(s)
}

var reductionRows = []opRow{
	arrayRow("Node.Sum", func(x *graph.Node) *graph.Node { return x.Sum(1) }, middle(sum), cubes...).
		otherThan(func(x *graph.Node) *graph.Node { return x.Sum(2) }, func(x *graph.Node) *graph.Node { return x.Sum(1, 2) }, func(x *graph.Node) *graph.Node { return x.Sum() }),
	arrayRow("Node.Mean", func(x *graph.Node) *graph.Node { return x.Mean(-2) },
		middle(func(c []float64) float64 { return sum(c) / float64(len(c)) }), cubes...).
		otherThan(func(x *graph.Node) *graph.Node { return x.Mean(0) }),
	arrayRow("Node.Variance", func(x *graph.Node) *graph.Node { return x.Variance(1) },
		middle(func(c []float64) float64 { return stat.PopVariance(c, nil) }), cubes...).
		otherThan(func(x *graph.Node) *graph.Node { return x.Variance(0) }, func(x *graph.Node) *graph.Node { return x.Variance(1, 2) }),
	arrayRow("Node.Max", func(x *graph.Node) *graph.Node { return x.Max(1) }, middle(slices.Max), cubes...).withKinks().
		otherThan(func(x *graph.Node) *graph.Node { return x.Max(0) }, func(x *graph.Node) *graph.Node { return x.Min(1) }),
	arrayRow("Node.Min", func(x *graph.Node) *graph.Node { return x.Min(1) }, middle(slices.Min), cubes...).withKinks().
		otherThan(func(x *graph.Node) *graph.Node { return x.Min(2) }),
	arrayRow("Node.LogSumExp", func(x *graph.Node) *graph.Node { return x.LogSumExp(1) }, middle(logSumExp), cubes...).
		otherThan(func(x *graph.Node) *graph.Node { return x.LogSumExp(0) }),
	arrayRow("Node.ArgMax", func(x *graph.Node) *graph.Node { return x.ArgMax(1) },
		middle(func(c []float64) float64 { return float64(slices.Index(c, slices.Max(c))) }), cubes...).withoutGradient().
		otherThan(func(x *graph.Node) *graph.Node { return x.ArgMax(0) }),
	arrayRow("Node.Softmax", func(x *graph.Node) *graph.Node { return x.Softmax(1) },
		func(x array, at []int) float64 { return math.Exp(x.at(at...) - middle(logSumExp)(x, at)) }, cubes...).
		otherThan(func(x *graph.Node) *graph.Node { return x.Softmax(0) }, func(x *graph.Node) *graph.Node { return x.LogSoftmax(1) }),
	arrayRow("Node.LogSoftmax", func(x *graph.Node) *graph.Node { return x.LogSoftmax(1) },
		func(x array, at []int) float64 { return x.at(at...) - middle(logSumExp)(x, at) }, cubes...).
		otherThan(func(x *graph.Node) *graph.Node { return x.LogSoftmax(0) }),
}

var moveRows = []opRow{
	arrayRow("Node.Reshape", func(x *graph.Node) *graph.Node { return x.Reshape(2, -1) },
		func(x array, at []int) float64 { return x.v[at[0]*len(x.v)/2+at[1]] }, []int{3, 4}, []int{2, 1, 3}, []int{8}).
		otherThan(func(x *graph.Node) *graph.Node { return x.Reshape(-1) }),
	arrayRow("Node.ExpandDims", func(x *graph.Node) *graph.Node { return x.ExpandDims(1) },
		func(x array, at []int) float64 { return x.at(slices.Delete(slices.Clone(at), 1, 2)...) }, []int{3, 4}, []int{5}).
		otherThan(func(x *graph.Node) *graph.Node { return x.ExpandDims(-1) }),
	arrayRow("Node.Flatten", (*graph.Node).Flatten,
		func(x array, at []int) float64 { return x.v[at[0]*len(x.v)/x.shape[0]+at[1]] }, []int{2, 3, 4}, []int{3, 1}, []int{5}),
	arrayRow("Node.Transpose", func(x *graph.Node) *graph.Node { return x.Transpose(2, 0, -2) },
		func(x array, at []int) float64 { return x.at(at[1], at[2], at[0]) }, []int{3, 4, 5}, []int{3, 1, 2}, []int{40, 30, 20}).
		otherThan(func(x *graph.Node) *graph.Node { return x.Transpose() }, func(x *graph.Node) *graph.Node { return x.Transpose(0, 2, 1) }),
	arrayRow("Node.Broadcast", func(x *graph.Node) *graph.Node { return x.Broadcast(2, 3, 4) },
		func(x array, at []int) float64 { return x.broadcastAt(at) }, []int{3, 4}, []int{}, []int{2, 1, 4}, []int{3, 1}, []int{1}).
		otherThan(func(x *graph.Node) *graph.Node { return x.Broadcast(3, 3, 4) }),
	arrayRow("Node.Slice", func(x *graph.Node) *graph.Node { return x.Slice(1, 1, 3) },
		func(x array, at []int) float64 { return x.at(append([]int{at[0], at[1] + 1}, at[2:]...)...) }, []int{3, 4}, []int{2, 3, 4}, []int{1, 5, 1}).
		otherThan(func(x *graph.Node) *graph.Node { return x.Slice(1, 2, 4) }, func(x *graph.Node) *graph.Node { return x.Slice(0, 1, 3) },
			func(x *graph.Node) *graph.Node { return x.Slice(1, 1, 2) }),
	joinRow("Concat", func(x ...*graph.Node) *graph.Node { return graph.Concat(1, x...) }, func(in []array, at []int) float64 {
		k, own := at[1], slices.Clone(at)
		for i := 0; ; i++ {
			if k < in[i].shape[1] {
				own[1] = k
				return in[i].at(own...)
			}
			k -= in[i].shape[1]
		}
	}, [][]int{{2, 3}, {2, 1}}, [][]int{{2, 1, 4}, {2, 3, 4}, {2, 2, 4}}, [][]int{{1, 1}, {1, 2}, {1, 3}, {1, 1}, {1, 2}}, [][]int{{3, 2}}),
	joinRow("Stack", func(x ...*graph.Node) *graph.Node { return graph.Stack(-1, x...) }, func(in []array, at []int) float64 {
		last := len(at) - 1
		return in[at[last]].at(at[:last]...)
	}, [][]int{{2, 3}, {2, 3}}, [][]int{{}, {}, {}}, [][]int{{4}}),
}

// joinRow is the row of an operation on any number of arrays.
func joinRow(op string, build graphtest.Func, element func(in []array, at []int) float64, cases ...[][]int) opRow {
	reversed := func(x ...*graph.Node) *graph.Node {
		x = slices.Clone(x)
		slices.Reverse(x)
		return build(x...)
	}
	r := opRow{op: op, build: build, element: element, others: []graphtest.Func{reversed}}
	for _, shapes := range cases {
		var args []graphtest.Arg
		for _, s := range shapes {
			args = append(args, graphtest.Between(-2, 2, s...))
		}
		r.cases = append(r.cases, args)
	}
	return r
}
