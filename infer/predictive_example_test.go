package infer_test

import (
	"fmt"
	"math"

	"credence/infer"
)

// The quantiles of what two networks predict together, and the density of a number that is seen later.
func ExampleMixture() {
	p := infer.NewMixture(1)
	for _, mean := range []float64{-1, 1} {
		if err := p.Add([]float64{mean}, []float64{0.25}); err != nil {
			fmt.Println(err)
			return
		}
	}
	lo, hi, err := p.Interval(0.9)
	if err != nil {
		fmt.Println(err)
		return
	}
	density, _ := p.LogProb([]float64{1})
	fmt.Printf("%.2f to %.2f, %.3f nats\n", lo, hi, density)
	// Output: [-1.64] to [1.64], [-0.919] nats
}

// Two networks give an example's label the probabilities 0.5 and 0.25.
func ExampleLogPredictive() {
	p := infer.NewLogPredictive(1)
	for _, prob := range []float64{0.5, 0.25} {
		if err := p.Add([]float64{math.Log(prob)}); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Printf("%.3f\n", math.Exp(p.LogProb()[0]))
	// Output: 0.375
}
