package experiments

import (
	"context"
	"fmt"
	"math"

	"credence/graph"
	"credence/infer"
	"credence/report"
)

var nuts = Experiment{
	Name:    "nuts",
	Summary: "a sampler that needs no tuning: eight schools, a banana, a funnel, and a small network beside its variational inference",
	Needs:   "no data; quick: a minute or two on two cores",
	Paper:   "Hoffman and Gelman 2014, The No-U-Turn Sampler, https://jmlr.org/papers/v15/hoffman14a.html",
	Scales:  []Scale{Quick},
	Run: func(ctx context.Context, r *Run) error {
		return nutsPlan{Seeds: 3, Warmup: 1000, Draws: 2500, Network: networkPlanQuick}.run(ctx, r)
	},
}

// nutsPlan is the settings of the experiment. Each sampling has the four chains of the default.
type nutsPlan struct {
	Seeds         int
	Warmup, Draws int // of a chain
	Network       networkPlan
}

func (p nutsPlan) run(ctx context.Context, r *Run) error {
	r.Setting("chains", 4)
	r.Setting("warm-up of a chain", p.Warmup)
	r.Setting("draws of a chain", p.Draws)
	r.Setting("mean acceptance, of the banana", bananaAccept)
	r.Setting("mean acceptance, of all others", 0.8)
	r.Setting("seeds", p.Seeds)
	p.Network.record(r)
	for _, part := range []struct {
		name string
		run  func(ctx context.Context, r *Run) error
	}{
		{"eight schools", p.schools}, {"banana", p.banana}, {"funnel", p.funnel}, {"network", p.network},
	} {
		r.Phase(part.name)
		if err := part.run(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// sample draws from a posterior once with each seed, with a mean acceptance; 0 is the sampler's default.
func (p nutsPlan) sample(ctx context.Context, r *Run, accept float64, build func() *infer.Posterior) ([]*infer.Draws, error) {
	all := make([]*infer.Draws, p.Seeds)
	for i := range all {
		var err error
		all[i], err = infer.NUTS{Warmup: p.Warmup, Draws: p.Draws, TargetAccept: accept, Seed: r.Seed + uint64(i)}.Sample(ctx, build())
		if err != nil {
			return nil, err
		}
		r.Progress(i+1, p.Seeds, fmt.Sprintf("seed %d: %d divergences", r.Seed+uint64(i), all[i].Divergences()))
	}
	return all, nil
}

func newPosterior() (*graph.Graph, *infer.Posterior) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	return g, infer.NewPosterior(g)
}

// moment is a number whose true mean and standard deviation are known, up to their own standard errors.
type moment struct {
	name                   string
	index                  []int
	mean, stdDev           float64
	meanError, stdDevError float64
}

// away returns the larger distance of the two moments from the truth, in standard errors of both sides combined.
func (m moment) away(d *infer.Draws) float64 {
	ours := d.Of(m.name, m.index...)
	return max(
		math.Abs(ours.Mean()-m.mean)/math.Hypot(ours.MCSE(), m.meanError),
		math.Abs(ours.StdDev()-m.stdDev)/math.Hypot(ours.MCSEStdDev(), m.stdDevError),
	)
}

// furthest returns the most that any moment is away in any of the samplings, and the largest R-hat.
func furthest(moments []moment, all []*infer.Draws) (away, rhat float64) {
	for _, d := range all {
		for _, m := range moments {
			away, rhat = max(away, m.away(d)), max(rhat, d.Of(m.name, m.index...).RHat())
		}
	}
	return away, rhat
}

// checkMoments holds all moments to the truth within 4 standard errors, and R-hat to 1.01.
func (p nutsPlan) checkMoments(r *Run, what string, moments []moment, all []*infer.Draws) {
	away, rhat := furthest(moments, all)
	r.Check(Check{
		Name:  fmt.Sprintf("%s: furthest of %d means and sds from the truth, standard errors", what, len(moments)),
		Value: away, NSeeds: p.Seeds, High: new(4.0),
	})
	r.Check(Check{Name: what + ": largest R-hat", Value: rhat, NSeeds: p.Seeds, High: new(1.01)})
}

// seedMean returns a check of the mean of a number over the samplings, without its band.
func seedMean[T any](name string, all []T, of func(T) float64) Check {
	values := make([]float64, len(all))
	for i, d := range all {
		values[i] = of(d)
	}
	c := Check{Name: name, Value: average(values), NSeeds: len(all)}
	if len(all) > 1 {
		squares := 0.0
		for _, v := range values {
			squares += (v - c.Value) * (v - c.Value)
		}
		n := float64(len(all))
		c.Stderr = new(math.Sqrt(squares / (n - 1) / n))
	}
	return c
}

func divergences(d *infer.Draws) float64 { return float64(d.Divergences()) }

// pairs returns the draws of two numbers as points, all and those whose trajectories diverged.
func pairs(d *infer.Draws, x, y func(chain, draw int) float64, every int) (kept, divergent [][2]float64) {
	for c, s := range d.Stats {
		for i := 0; i < d.PerChain; i += every {
			kept = append(kept, [2]float64{x(c, i), y(c, i)})
		}
		for _, i := range s.Divergent {
			divergent = append(divergent, [2]float64{x(c, i), y(c, i)})
		}
	}
	return kept, divergent
}

// chainPictures shows the chains of one number: how they move and whether they agree.
func chainPictures(title, y string, d *infer.Draws, m infer.Marginal) []report.Picture {
	divergent := make([][]int, d.Chains)
	for c, s := range d.Stats {
		divergent[c] = s.Divergent
	}
	return []report.Picture{
		report.Traces{Title: title, Y: y, Chains: m, Marked: divergent, Mark: "diverged"},
		report.Ranks{Title: "Ranks among all chains", Chains: m},
	}
}
