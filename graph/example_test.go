package graph_test

import (
	"fmt"

	"credence/graph"
)

// Logistic regression on four points, from parameters to a program that learns.
func Example() {
	ps := graph.NewParams(graph.Float64, 1)
	w := ps.New("w", graph.Zeros, 2)

	g := graph.New(ps, graph.Train)
	x, y, rate := g.Input("x", 4, 2), g.Input("y", 4), g.Input("rate")
	logits := x.MatMul(g.Param(w))
	logLik := y.Mul(logits).Sub(logits.Softplus())
	loss := logLik.Mean().Neg()
	g.Update(w, g.Param(w).Sub(graph.Grad(loss, g.Param(w))[0].Mul(rate)))

	prog, err := g.Compile(loss)
	if err != nil {
		fmt.Println(err)
		return
	}
	feed := graph.Feed{x: []float64{1, 0, 1, 1, -1, 0, -1, 1}, y: []int{1, 1, 0, 0}, rate: 0.5}
	for step := range uint64(101) {
		out, err := prog.Run(step, feed)
		if err != nil {
			fmt.Println(err)
			return
		}
		if step%50 == 0 {
			fmt.Printf("step %3d: loss %.4f nats\n", step, out[0].Item())
		}
	}
	// Output:
	// step   0: loss 0.6931 nats
	// step  50: loss 0.0417 nats
	// step 100: loss 0.0206 nats
}

// The first mistake in building a graph is kept with the line that made it.
func ExampleGraph_Compile() {
	g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
	x, w := g.Input("x", 32, 28), g.Input("w", 784, 100)
	_, err := g.Compile(x.MatMul(w).ReLU())
	fmt.Println(err)
	// Output: example_test.go:47: MatMul x [32 28], w [784 100]: inner dimensions differ
}
