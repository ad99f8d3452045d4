package optim_test

import (
	"fmt"

	"credence/graph"
	"credence/optim"
)

// A straight line through three points, by Adam.
func Example() {
	ps := graph.NewParams(graph.Float64, 1)
	slope, offset := ps.New("slope", graph.Zeros), ps.New("offset", graph.Zeros)

	g := graph.New(ps, graph.Train)
	x, y, lr := g.Input("x", 3), g.Input("y", 3), g.Input("lr")
	residual := x.Mul(g.Param(slope)).Add(g.Param(offset)).Sub(y)
	loss := residual.Square().Mean()
	norm := optim.MinimizeClipped(optim.Adam{}, loss, lr, 1)
	prog, err := g.Compile(loss, norm)
	if err != nil {
		fmt.Println(err)
		return
	}

	const steps = 2000
	rate := optim.WarmUp(100, optim.Cosine(0.1, 0, steps-100))
	for t := range steps {
		_, err := prog.Run(uint64(t), graph.Feed{
			x: []float64{0, 1, 2}, y: []float64{1, 3, 5}, lr: rate(t),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("y = %.3f x + %.3f\n", slope.Value().Item(), offset.Value().Item())
	// Output: y = 2.000 x + 1.000
}

func ExampleSchedule_Until() {
	rate := optim.Constant(0.1).Until(2, optim.Step(0.05, 0.5, 1))
	for t := range 5 {
		fmt.Print(rate(t), " ")
	}
	// Output: 0.1 0.1 0.05 0.025 0.0125
}
