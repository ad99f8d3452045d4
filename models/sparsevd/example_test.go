package sparsevd_test

import (
	"fmt"

	"credence/graph"
	"credence/layers"
	"credence/models/sparsevd"
)

// Weights that are mostly noise are pruned, and units that they leave without inputs go too.
func Example() {
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{4, 3, 2}, Seed: 1, Layers: layers.SparseOptions{Theta: graph.Constant(0.5)}})
	for i := range 4 {
		n.Layers()[0].LogSigma2.Value().Set(i*3+1, 5) // the second hidden unit hears nothing but noise
	}
	fmt.Printf("pruned %.2f of the first layer, %.0f of the second\n", n.Sparsity()[0], n.Sparsity()[1])
	small := n.Compact()
	fmt.Println(small.Widths(), small.Weights(), "weights")
	fmt.Println(small.Forward([]float32{1, 1, 1, 1}))
	// Output:
	// pruned 0.33 of the first layer, 0 of the second
	// [4 2 2] 12 weights
	// [2 2]
}
