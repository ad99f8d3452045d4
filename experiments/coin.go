package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"credence/models/conjugate"
	"credence/report"
)

var coin = Experiment{
	Name:    "coin",
	Summary: "a coin's posterior narrows, predicts better than MLE and MAP, and is found by variational inference",
	Needs:   "no data; quick: seconds",
	Paper:   "Bayes 1763, An Essay towards solving a Problem in the Doctrine of Chances, https://doi.org/10.1098/rstl.1763.0053",
	Scales:  []Scale{Quick},
	Run:     runCoin,
}

var coinPrior = conjugate.BetaBernoulli{A: 2, B: 2}

// farAway is how many standard errors a simulated average may lie from the exact one. Of the few dozen that
// a run looks at, one goes further in some 50,000 runs.
const farAway = 5.0

// exactly is what closed forms may differ by that are equal but for rounding.
const exactly = 1e-10

func runCoin(ctx context.Context, r *Run) error {
	r.Setting("prior", fmt.Sprintf("Beta(%g, %g)", coinPrior.A, coinPrior.B))
	if err := coinNarrows(r); err != nil {
		return err
	}
	if err := coinPredicts(ctx, r); err != nil {
		return err
	}
	return coinInferred(ctx, r)
}

// coinNarrows shows what is known of one coin after more and more flips.
func coinNarrows(r *Run) error {
	const truth = 0.7
	stages := []int{0, 1, 4, 16, 64, 256}
	r.Setting("coin in the picture", truth)
	rng := rand.New(rand.NewPCG(r.Seed, 1))
	theta := linspace(0, 1, 401)
	mean := report.Line{Name: "posterior mean, ±2 sd", Dots: true}
	mle := report.Line{Name: "maximum likelihood", Dots: true, Dashed: true}
	var densities []report.Line
	belief, flips, heads, logEvidence := coinPrior, 0, 0, 0.0
	for _, stage := range stages {
		for ; flips < stage; flips++ {
			head := 0
			if rng.Float64() < truth {
				head = 1
			}
			logEvidence -= conjugate.LogLoss(float64(head), belief.Predictive())
			var err error
			if belief, err = belief.Update(head, 1-head); err != nil {
				return err
			}
			heads += head
		}
		density := report.Line{Name: "prior", X: theta}
		if flips > 0 {
			density.Name = fmt.Sprintf("%d of %d heads", heads, flips)
		}
		for _, t := range theta {
			density.Y = append(density.Y, math.Exp(belief.LogDensity(t)))
		}
		densities = append(densities, density)
		if flips > 0 {
			mean.X, mean.Y = append(mean.X, float64(flips)), append(mean.Y, belief.Mean())
			mean.Err = append(mean.Err, 2*math.Sqrt(belief.Variance()))
			mle.X, mle.Y = append(mle.X, float64(flips)), append(mle.Y, conjugate.MLE(heads, flips-heads))
		}
	}
	r.Picture("narrowing", "What is known of a coin as it is flipped: the posterior closes in on the truth, while maximum likelihood jumps to an extreme first.",
		report.Panels{Pictures: []report.Picture{
			report.Curves{Title: "The posterior narrows", X: "probability of heads", Y: "density", Lines: densities},
			report.Curves{Title: "Two estimates", X: "flips", Y: "probability of heads", LogX: true,
				Lines: []report.Line{mean, mle}, Levels: []report.Level{{Name: "truth", Y: truth}}},
		}})

	closed, err := coinPrior.LogEvidence(heads, flips-heads)
	if err != nil {
		return err
	}
	r.Check(Check{
		Name:  fmt.Sprintf("log evidence of %d flips, each predicted from those before, minus closed form, nats", flips),
		Value: logEvidence - closed, Low: new(-exactly), High: new(exactly),
	})
	return nil
}

// linspace returns n numbers at equal distances, the ends included.
func linspace(low, high float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = low + (high-low)*float64(i)/float64(n-1)
	}
	return x
}
