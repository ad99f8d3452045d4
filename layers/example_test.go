package layers_test

import (
	"fmt"

	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// A network with uncertain weights gives one example another output at every draw.
func Example() {
	ps := graph.NewParams(graph.Float64, 1)
	prior := prob.Gaussian{Sigma: 1}
	fc0 := layers.NewBayesDense(ps, "fc0", 2, 8, prior, layers.BayesOptions{Sigma: 0.1})
	fc1 := layers.NewBayesDense(ps, "fc1", 8, 1, prior, layers.BayesOptions{Sigma: 0.1})

	g := graph.New(ps, graph.Train)
	x := g.Input("x", 1, 2)
	y := fc1.Forward(fc0.Forward(x).ReLU())
	kl := fc0.KL(g).Add(fc1.KL(g))

	program, err := g.Compile(y, kl)
	if err != nil {
		fmt.Println(err)
		return
	}
	drawn := map[float64]bool{}
	for step := range 100 {
		out, err := program.Run(uint64(step), graph.Feed{x: []float64{1, -1}})
		if err != nil {
			fmt.Println(err)
			return
		}
		drawn[out[0].Item()] = true
	}
	fmt.Println(y.Shape(), kl.Shape(), len(drawn), "different outputs")
	// Output: [1 1] [] 100 different outputs
}
