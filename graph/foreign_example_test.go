package graph_test

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph"
)

// line is a Gorgonia graph: the mean squared distance of four points from the line w·x + b.
func line() (g *gorgonia.ExprGraph, w, b, cost *gorgonia.Node) {
	g = gorgonia.NewGraph()
	vector := func(name string, values ...float64) *gorgonia.Node {
		return gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithName(name), gorgonia.WithShape(4),
			gorgonia.WithValue(tensor.New(tensor.WithBacking(values))))
	}
	x, y := vector("x", 0, 1, 2, 3), vector("y", 1, 3, 5, 7)
	w = gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("w"), gorgonia.WithValue(0.0))
	b = gorgonia.NewScalar(g, gorgonia.Float64, gorgonia.WithName("b"), gorgonia.WithValue(0.0))
	fit := gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Mul(x, w)), b))
	cost = gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Sub(fit, y))))))
	return g, w, b, cost
}

// A training loop written for Gorgonia runs on our kernels after one line has changed.
func ExampleNewVM() {
	g, w, b, cost := line()
	if _, err := gorgonia.Grad(cost, w, b); err != nil {
		fmt.Println(err)
		return
	}

	vm, err := graph.NewVM(g, w, b) // was: vm := gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(w, b))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer vm.Close()
	solver := gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.1))
	for range 200 {
		if err := vm.RunAll(); err != nil {
			fmt.Println(err)
			return
		}
		if err := solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{w, b})); err != nil {
			fmt.Println(err)
			return
		}
		vm.Reset()
	}
	fmt.Printf("y = %.2f x + %.2f\n", w.Value().Data(), b.Value().Data())
	// Output: y = 2.00 x + 1.00
}

// A Gorgonia graph becomes one of ours, with gradients of our own.
func ExampleImport() {
	_, w, b, cost := line()
	imp, err := graph.Import(cost, w, b)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range imp.Graph.Used(graph.Trainable) {
		imp.Graph.Update(p, imp.Wrt[i].Sub(imp.Grads[i].Scale(0.1)))
	}
	prog, err := imp.Graph.Compile(imp.Cost)
	if err != nil {
		fmt.Println(err)
		return
	}
	for step := range uint64(200) {
		if _, err := prog.Run(step, imp.Feed()); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("y = %.2f x + %.2f\n", w.Value().Data(), b.Value().Data())
	// Output: y = 2.00 x + 1.00
}
