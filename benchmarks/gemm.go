package benchmarks

import (
	"fmt"

	"credence/graph"
)

// shapes are the products [m, k]·[k, n] of the networks timed here, a large one, and two odd ones.
var shapes = [][3]int{
	{100, 784, 400}, {100, 400, 400}, {128, 784, 1200}, {784, 100, 400}, {1024, 1024, 1024},
	{97, 131, 61}, {33, 1000, 10},
}

func gemms() []Work {
	var works []Work
	for _, s := range shapes {
		works = append(works, Product(s[0], s[1], s[2]))
	}
	return works
}

// Product is the work of multiplying float32 matrices [m, k] and [k, n] that are in memory: parameters,
// which no run copies.
func Product(m, k, n int) Work {
	return Work{
		Name: fmt.Sprintf("gemm_%dx%dx%d", m, k, n), Group: "gemm",
		build: func() (*Task, error) {
			ps := graph.NewParams(graph.Float32, 1)
			a, b := ps.New("a", graph.Between(-1, 1), m, k), ps.New("b", graph.Between(-1, 1), k, n)
			g := graph.New(ps, graph.Predict)
			return compile(g, nil, g.Param(a).MatMul(g.Param(b)))
		},
	}
}
