package experiments_test

import (
	"context"
	"fmt"
	"io"
	"os"

	"credence/experiments"
)

// An experiment hands its numbers to its Run; Do writes them down and says whether they are as they should be.
func Example() {
	coin := experiments.Experiment{
		Name:    "coin",
		Summary: "the posterior of a coin's bias",
		Needs:   "nothing",
		Paper:   "Bayes 1763, doi:10.1098/rstl.1763.0053",
		Scales:  []experiments.Scale{experiments.Quick},
		Run: func(_ context.Context, r *experiments.Run) error {
			heads, tosses := 7.0, 10.0
			r.Setting("tosses", tosses)
			r.Check(experiments.Check{
				Name: "posterior mean under a uniform prior", Value: (heads + 1) / (tosses + 2),
				Low: new(0.66), High: new(0.67),
			})
			r.Check(experiments.Check{Name: "maximum likelihood", Value: heads / tosses, High: new(0.67)})
			return nil
		},
	}
	out, err := os.MkdirTemp("", "coin")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(out)
	fmt.Println(experiments.Do(context.Background(), coin, experiments.Options{Scale: experiments.Quick, Seed: 1, Out: out}, io.Discard))
	// Output: experiments: coin: 1 of 2 checks failed: maximum likelihood is 0.7, not ≤ 0.67
}
