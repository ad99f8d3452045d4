package infer_test

import (
	"fmt"

	"credence/infer"
)

// Two networks drawn from a posterior judge three examples: they agree and are sure, agree that
// they cannot tell, and disagree.
func Example() {
	p := infer.NewClassification(3, 2)
	for _, probs := range [][]float64{
		{1, 0, 0.5, 0.5, 1, 0},
		{1, 0, 0.5, 0.5, 0, 1},
	} {
		if err := p.Add(probs); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println("mean   ", p.Mean())
	fmt.Printf("entropy %.3f nats\n", p.Entropy())
	fmt.Printf("info    %.3f nats\n", p.MutualInfo())
	// Output:
	// mean    [1 0 0.5 0.5 0.5 0.5]
	// entropy [0.000 0.693 0.693] nats
	// info    [0.000 0.000 0.693] nats
}

// Two draws that differ by 2 around 4 have a variance of 1 between them, besides their noise.
func ExampleRegression() {
	p := infer.NewRegression(1)
	for _, mean := range []float64{3, 5} {
		if err := p.Add([]float64{mean}, []float64{0.25}); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(p.Mean(), p.Epistemic(), p.Aleatoric(), p.Variance())
	// Output: [4] [1] [0.25] [1.25]
}
