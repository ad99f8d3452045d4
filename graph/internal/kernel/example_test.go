package kernel_test

import (
	"fmt"

	"credence/graph/internal/kernel"
)

// A layer's forward pass: y = ReLU(x W), one row of softmax, and the noise of step 7.
func Example() {
	x, w := []float32{1, 2}, []float32{1, -1, 0, 1, 1, 1} // [1, 2], [2, 3]
	y, buf := make([]float32, 3), make([]float32, kernel.GemmBuffer(1, 3, 2))
	kernel.Gemm(kernel.Dense(y, 3), kernel.Dense(x, 2), kernel.Dense(w, 3), 1, 3, 2, false, buf)
	kernel.ReLU(y, y)
	fmt.Println(y)

	kernel.Softmax(y, y, 1, 3, 1)
	fmt.Printf("%.4f\n", y)

	kernel.Normal(y, 0, 42, 0, 7)
	again := make([]float32, 1)
	kernel.Normal(again, 2, 42, 0, 7)
	fmt.Println(y[2] == again[0])

	err := kernel.Pick(again, y, []float32{3}, 1, 3)
	fmt.Println(err)
	// Output:
	// [3 1 2]
	// [0.6652 0.0900 0.2447]
	// true
	// index 3 at position 0 is not an integer in [0, 3)
}
