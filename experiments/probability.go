package experiments

import (
	"context"

	"credence/graph"
)

var probability = Experiment{
	Name:    "probability",
	Summary: "distributions, expectations and conditioning: closed forms, integrals and draws agree",
	Needs:   "no data; quick: seconds",
	Paper:   "Kolmogorov 1933, Grundbegriffe der Wahrscheinlichkeitsrechnung, https://doi.org/10.1007/978-3-642-49888-6",
	Scales:  []Scale{Quick},
	Run:     runProbability,
}

// The draws of a check, in each of several seeds, and how far from an exact value what they say may lie.
const (
	probabilitySeeds = 3
	probabilityDraws = 100_000
	drawsWithin      = 4.0 // standard errors
	toRounding       = 1e-11
)

func runProbability(ctx context.Context, r *Run) error {
	r.Setting("seeds", probabilitySeeds)
	r.Setting("draws of a seed", probabilityDraws)
	r.Setting("band of what draws say, standard errors", drawsWithin)
	r.Setting("integrals", "double exponential rule (Takahasi and Mori 1974), steps of 1/64")
	for _, part := range []func(ctx context.Context, r *Run) error{listDistributions, takeAverages, joinNormals} {
		if err := part(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// drawEach returns, of all seeds together, the arrays that build makes draws of. Each stream has seeds of its
// own: distributions whose draws are made of the same noise would be wrong together.
func drawEach(ctx context.Context, r *Run, stream int, build func(g *graph.Graph) []*graph.Node) ([][]float64, error) {
	var all [][]float64
	for i := range probabilitySeeds {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		found, err := compute(r.Seed*1000+uint64(stream*probabilitySeeds+i), build)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = make([][]float64, len(found))
		}
		for k, values := range found {
			all[k] = append(all[k], values...)
		}
	}
	return all, nil
}

// The streams of the draws, after one for each of the listed distributions.
const (
	functionsStream = 50 + iota
	countsStream
	jointStream
	showStream
	averagesStream // the last, for it has as many seeds as numbers of draws
)

// compute returns the numbers in the nodes that build makes, with the noise of a seed.
func compute(seed uint64, build func(g *graph.Graph) []*graph.Node) ([][]float64, error) {
	g := graph.New(graph.NewParams(graph.Float64, seed), graph.Predict)
	program, err := g.Compile(build(g)...)
	if err != nil {
		return nil, err
	}
	out, err := program.Run(0, nil)
	if err != nil {
		return nil, err
	}
	values := make([][]float64, len(out))
	for i, a := range out {
		values[i] = a.Float64s()
	}
	return values, nil
}

// constants makes scalars of a graph.
type constants struct{ g *graph.Graph }

func (c constants) of(v float64) *graph.Node { return c.g.Const(v) }

// logit returns the log-odds of a probability, as a scalar.
func (c constants) logit(p float64) *graph.Node { return c.of(p).Log().Sub(c.of(1 - p).Log()) }

// What some distributions have.
type (
	hasMean     interface{ Mean() *graph.Node }
	hasVariance interface{ Variance() *graph.Node }
	hasEntropy  interface{ Entropy() *graph.Node }
	hasCDF      interface {
		CDF(x *graph.Node) *graph.Node
	}
	hasQuantile interface {
		Quantile(p *graph.Node) *graph.Node
	}
)

// drawsCheck is a check of the largest of several distances in standard errors.
func drawsCheck(name string, distance float64) Check {
	return Check{Name: name + ", standard errors", Value: distance, NSeeds: probabilitySeeds, High: new(drawsWithin)}
}

// equalCheck is a check of a difference that mathematics says is 0.
func equalCheck(name string, difference float64) Check {
	return Check{Name: name, Value: difference, Low: new(-toRounding), High: new(toRounding)}
}
