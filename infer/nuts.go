package infer

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// NUTS is the No-U-Turn sampler, Hamiltonian Monte Carlo that tunes itself, as Stan has it today: trajectories that
// double until they turn back, whose states are drawn by multinomial weights (Hoffman and Gelman 2014,
// https://jmlr.org/papers/v15/hoffman14a.html; Betancourt 2017, https://arxiv.org/abs/1701.02434); a step size
// adapted to a mean acceptance; and a diagonal mass learnt in windows of the warm-up. What its draws say is exact but
// for their number, so approximate posteriors are measured by it.
//
// The eight schools (Rubin 1981), whose effects theta scatter by an unknown tau around an unknown mu:
//
//	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
//	post := infer.NewPosterior(g)
//	mu := post.Real("mu")
//	tau := post.Positive("tau")
//	eta := post.Real("eta", 8)
//	theta := mu.Add(tau.Mul(eta))
//
//	post.Add(prob.Normal{Mu: g.Const(0), Sigma: g.Const(5)}.LogProb(mu))
//	post.Add(prob.HalfCauchy{Scale: g.Const(5)}.LogProb(tau))
//	post.Add(prob.StandardNormal(g).LogProb(eta))
//	post.Add(prob.Normal{Mu: theta, Sigma: sigma}.LogProb(y))
//	post.Record("theta", theta)
//
//	draws, err := infer.NUTS{Seed: 1}.Sample(ctx, post)
//	tau := draws.Of("tau")
//	tau.Mean(); tau.StdDev(); tau.Quantile(0.95); tau.RHat(); tau.MCSE()
//	draws.Check() // an error where the draws are not to be trusted
//	fmt.Print(draws) // a table
type NUTS struct {
	Chains       int     // independent chains, run at the same time; 4 if 0
	Warmup       int     // transitions of each that adapt and are not kept; 1000 if 0
	Draws        int     // transitions of each that are kept; 1000 if 0
	MaxDepth     int     // doublings of a trajectory, to at most 2^MaxDepth - 1 steps; 10 if 0, at most 30
	TargetAccept float64 // mean acceptance in (0, 1); 0.8 if 0; nearer to 1 for smaller steps where trajectories diverge
	Seed         uint64  // of all random numbers: same seed, same draws, on any number of cores
}

// Sample draws from the posterior. It returns when all chains are done, or with an error as soon as one fails or ctx
// is done.
//
// A point at which a run of the graph fails, or the density is NaN, has density zero; a trajectory that meets one has
// diverged. It is an error if a chain finds no point of positive density and finite gradient among 100 with
// unconstrained numbers uniform in (-2, 2), or no step size. Mistakes of the graph and settings out of range are
// errors, too.
func (s NUTS) Sample(ctx context.Context, p *Posterior) (*Draws, error) {
	d, err := s.sample(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("infer: NUTS: %w", err)
	}
	return d, nil
}

func (s NUTS) sample(ctx context.Context, p *Posterior) (*Draws, error) {
	if err := s.complete(); err != nil {
		return nil, err
	}
	targets, err := p.compile(s.Chains)
	if err != nil {
		return nil, err
	}
	if p.dim == 0 {
		return nil, errors.New("the posterior has no variables")
	}
	chains := make([]*chain, s.Chains)
	for i, t := range targets {
		chains[i] = newChain(s, i, t, len(p.quantities))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for _, c := range chains {
		running.Go(func() {
			if err := c.run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return newDraws(p, chains), nil
}

// complete fills in the defaults, and returns an error for what is out of range.
func (s *NUTS) complete() error {
	for _, n := range []struct {
		name            string
		value           *int
		byDefault, most int
	}{
		{"Chains", &s.Chains, 4, 1 << 20},
		{"Warmup", &s.Warmup, 1000, 1 << 40},
		{"Draws", &s.Draws, 1000, 1 << 40},
		{"MaxDepth", &s.MaxDepth, 10, 30},
	} {
		if *n.value == 0 {
			*n.value = n.byDefault
		}
		if *n.value < 1 || *n.value > n.most {
			return fmt.Errorf("%s is %d, want 1..%d", n.name, *n.value, n.most)
		}
	}
	if s.TargetAccept == 0 {
		s.TargetAccept = 0.8
	}
	if !(s.TargetAccept > 0 && s.TargetAccept < 1) {
		return fmt.Errorf("TargetAccept is %v, want a number in (0, 1)", s.TargetAccept)
	}
	return nil
}
