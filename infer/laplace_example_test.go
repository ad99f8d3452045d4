package infer_test

import (
	"fmt"

	"credence/infer"
)

// Two weights, of which the data determine one: it has the smaller deviation, and the prior the other.
func ExampleLaplace() {
	curvature, err := infer.NewDiagonalCurvature([]float64{99, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	post, err := infer.NewLaplace([]float64{0.8, 0}, curvature, -20, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	cov := post.Covariance()
	fmt.Printf("variances %.2f and %.2f, %.2f weights determined, log-evidence %.2f nats\n",
		cov.At(0, 0), cov.At(1, 1), post.Determined(), post.LogEvidence())
	// Output: variances 0.01 and 1.00, 0.99 weights determined, log-evidence -22.62 nats
}
