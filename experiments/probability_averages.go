package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"

	"credence/graph"
	"credence/prob"
	"credence/report"
)

// takeAverages shows what expectations, variances and covariances are of, and what averages of draws make
// of them.
func takeAverages(ctx context.Context, r *Run) error {
	if err := expectFunctions(ctx, r); err != nil {
		return err
	}
	if err := countOutcomes(ctx, r); err != nil {
		return err
	}
	return averageMore(ctx, r)
}

// expectFunctions holds averages of functions of draws of N(0, 0.5²) and N(0, 1) against their expectations.
func expectFunctions(ctx context.Context, r *Run) error {
	const sigma = 0.5
	found, err := drawEach(ctx, r, functionsStream, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{prob.Normal{Mu: g.Const(0), Sigma: g.Const(sigma)}.Sample(probabilityDraws), prob.StandardNormal(g).Sample(probabilityDraws)}
	})
	if err != nil {
		return err
	}
	closed, err := compute(0, func(g *graph.Graph) []*graph.Node {
		d := prob.LogNormal{Mu: g.Const(0), Sigma: g.Const(sigma)}
		return []*graph.Node{d.Mean(), d.Variance()}
	})
	if err != nil {
		return err
	}
	mean, variance := closed[0][0], closed[1][0]
	n := float64(len(found[0]))
	off := func(values []float64, f func(x float64) float64, mean, variance float64) float64 {
		return math.Abs(meanOf(values, f)-mean) / math.Sqrt(variance/n)
	}
	r.Check(drawsCheck("E exp(x), x from N(0, 0.5²), from the mean of the log-normal", off(found[0], math.Exp, mean, variance)))
	r.Check(Check{Name: "E exp(x) less exp(E x), draws: expectation and function do not swap", Value: meanOf(found[0], math.Exp) - math.Exp(meanOf(found[0], identity)), NSeeds: probabilitySeeds, Low: new(0.1)})
	// x and x² of a standard normal: no covariance, as E x(x²-1) = 0 with variance E x²(x²-1)² = 10, but the
	// one is a function of the other.
	r.Check(drawsCheck("covariance of x and x², x from N(0, 1), from 0", off(found[1], func(x float64) float64 { return x * (x*x - 1) }, 0, 10)))
	r.Check(drawsCheck("covariance of x² and x², from 2: uncorrelated is not independent", off(found[1], func(x float64) float64 { return (x*x - 1) * (x*x - 1) }, 2, 56)))
	return nil
}

func identity(x float64) float64 { return x }

// countOutcomes holds the covariance of counts, which compete, against the closed form.
func countOutcomes(ctx context.Context, r *Run) error {
	const trials, outcomes = 20, 3
	p := []float64{0.2, 0.3, 0.5}
	counts := func(g *graph.Graph) prob.Multinomial {
		return prob.Multinomial{N: trials, Logits: g.ConstArray(p, outcomes).Log()}
	}
	found, err := drawEach(ctx, r, countsStream, func(g *graph.Graph) []*graph.Node { return []*graph.Node{counts(g).Sample(probabilityDraws)} })
	if err != nil {
		return err
	}
	closed, err := compute(0, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{counts(g).Mean(), counts(g).Covariance()}
	})
	if err != nil {
		return err
	}
	mean, covariance := closed[0], closed[1]
	x := slices.Collect(slices.Chunk(found[0], outcomes))
	largest, formula := 0.0, 0.0
	for i := range outcomes {
		for j := range outcomes {
			products := make([]float64, len(x))
			for k, row := range x {
				products[k] = (row[i] - mean[i]) * (row[j] - mean[j])
			}
			want := -trials * p[i] * p[j]
			if i == j {
				want += trials * p[i]
			}
			formula = max(formula, math.Abs(want-covariance[i*outcomes+j]))
			got := meanOf(products, identity)
			spread := meanOf(products, func(v float64) float64 { return (v - got) * (v - got) })
			largest = max(largest, math.Abs(got-want)/math.Sqrt(spread/float64(len(x))))
		}
	}
	r.Check(equalCheck("covariance of multinomial counts, method less N·(diag p − ppᵀ), largest", formula))
	r.Check(drawsCheck("covariance of multinomial counts, draws, largest distance", largest))
	return nil
}

// averageMore shows averages of more and more draws: of Exponential(1), whose spread falls as the root of their
// number, and of Cauchy(0, 1), whose does not.
func averageMore(ctx context.Context, r *Run) error {
	const repeats = 2000
	r.Setting("averages of each number of draws", repeats)
	tame := func(g *graph.Graph) prob.Distribution { return prob.Exponential{Rate: g.Const(1)} }
	wild := func(g *graph.Graph) prob.Distribution { return prob.Cauchy{Mu: g.Const(0), Scale: g.Const(1)} }
	var tameOff, wildOff float64
	for i, n := range []int{1, 4, 16, 64, 256} {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		found, err := compute(r.Seed*1000+averagesStream*probabilitySeeds+uint64(i), func(g *graph.Graph) []*graph.Node {
			return []*graph.Node{tame(g).Sample(repeats, n).Mean(1), wild(g).Sample(repeats, n).Mean(1)}
		})
		if err != nil {
			return err
		}
		count := float64(n)
		// The variance of an average is 1/n; its fourth moment is 3/n² + 6/n³.
		variance := meanOf(found[0], func(x float64) float64 { return (x - 1) * (x - 1) })
		tameOff = max(tameOff, math.Abs(variance*count-1)/math.Sqrt((2+6/count)/repeats))
		within := meanOf(found[1], func(x float64) float64 {
			if math.Abs(x) < 1 {
				return 1
			}
			return 0
		})
		wildOff = max(wildOff, math.Abs(within-0.5)/math.Sqrt(0.25/repeats))
	}
	tameCheck := drawsCheck("variance of an average of n draws of Exponential(1), from 1/n, largest of n to 256", tameOff)
	wildCheck := drawsCheck("share of averages of n Cauchy draws within ±1, from ½ at every n to 256", wildOff)
	tameCheck.NSeeds, wildCheck.NSeeds = 1, 1
	r.Check(tameCheck)
	r.Check(wildCheck)
	return showAverages(r, tame, wild)
}

func showAverages(r *Run, tame, wild func(g *graph.Graph) prob.Distribution) error {
	const n = 10_000
	var panels []report.Picture
	for i, d := range []func(g *graph.Graph) prob.Distribution{tame, wild} {
		var lines []report.Line
		for seed := range probabilitySeeds {
			found, err := compute(r.Seed*1000+showStream*probabilitySeeds+uint64(seed), func(g *graph.Graph) []*graph.Node { return []*graph.Node{d(g).Sample(n)} })
			if err != nil {
				return err
			}
			l, sum := report.Line{Name: fmt.Sprintf("run %d", seed+1)}, 0.0
			for k, v := range found[0] {
				sum += v
				if k < 100 || k%25 == 0 {
					l.X, l.Y = append(l.X, float64(k+1)), append(l.Y, sum/float64(k+1))
				}
			}
			lines = append(lines, l)
		}
		c := report.Curves{Title: []string{"Exponential(1): mean 1, ±2 standard errors", "Cauchy(0, 1): no mean"}[i], X: "draws", Y: "average so far", LogX: true}
		if i == 0 {
			band := report.Line{Name: "mean", Dashed: true}
			for _, x := range lines[0].X {
				band.X, band.Y, band.Err = append(band.X, x), append(band.Y, 1), append(band.Err, 2/math.Sqrt(x))
			}
			lines = append(lines, band)
		}
		c.Lines = lines
		panels = append(panels, c)
	}
	r.Picture("averages", "Averages of more and more draws come to the mean where there is one; those of Cauchy draws never settle.", report.Panels{Pictures: panels})
	return nil
}
