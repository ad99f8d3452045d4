package infer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// chain is one Markov chain, at work.
type chain struct {
	settings NUTS
	number   int
	sampler  *sampler
	step     averaging
	spread   *spread
	draws    [][]float64 // of each quantity, one draw after the other
	stats    ChainStats
}

// newChain returns chain number i, whose random numbers are a stream of their own.
func newChain(settings NUTS, i int, t *target, quantities int) *chain {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], settings.Seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(i))
	return &chain{
		settings: settings, number: i,
		sampler: newSampler(t, rand.New(rand.NewChaCha8(key)), settings.MaxDepth),
		step:    averaging{target: settings.TargetAccept},
		spread:  newSpread(len(t.q)),
		draws:   make([][]float64, quantities),
	}
}

func (c *chain) run(ctx context.Context) error {
	for _, phase := range []func(context.Context) error{c.start, c.warm, c.sample} {
		if err := phase(ctx); err != nil {
			return fmt.Errorf("chain %d: %w", c.number, err)
		}
	}
	return nil
}

// start looks for a point of positive density, with unconstrained numbers uniform in (-2, 2), and a step size there.
func (c *chain) start(ctx context.Context) error {
	const tries, radius = 100, 2
	s := c.sampler
	var err error
	for range tries {
		for i := range s.state.q {
			s.state.q[i] = radius * (2*s.rng.Float64() - 1)
		}
		if err = ctx.Err(); err != nil {
			return err
		}
		if err = s.target.start(&s.state); err == nil {
			return c.findStep(ctx)
		}
	}
	return fmt.Errorf("no point to start from in %d tries: %w", tries, err)
}

// Where a step size that explores is not found.
var (
	errImproper      = errors.New("the energy is conserved by steps of any size: the density is flat, which no posterior is")
	errDiscontinuous = errors.New("the energy is not conserved by steps of any size: the density, or its gradient, is not continuous")
)

// findStep doubles or halves the step size until the acceptance of one step crosses 0.8, and starts the adaptation
// of the step size there (Hoffman and Gelman 2014, algorithm 4, with Stan's bound).
func (c *chain) findStep(ctx context.Context) error {
	s := c.sampler
	above := func() bool {
		s.begin()
		s.leapfrog(s.step)
		return s.energy-s.hamiltonian() > math.Log(0.8)
	}
	factor, up := 0.5, above()
	if up {
		factor = 2
	}
	for above() == up {
		s.step *= factor
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case s.step > 1e7:
			return errImproper
		case s.step < 1e-300:
			return errDiscontinuous
		}
	}
	c.step.restart(s.step)
	return nil
}

// warm adapts the step size all the time and the mass in windows.
func (c *chain) warm(ctx context.Context) error {
	s := c.sampler
	start, ends := windows(c.settings.Warmup)
	for i := range c.settings.Warmup {
		if err := s.transit(ctx); err != nil {
			return err
		}
		s.step = c.step.next(s.last.acceptance / float64(s.last.steps))
		if len(ends) == 0 || i < start {
			continue
		}
		c.spread.add(s.state.q)
		if i+1 == ends[0] {
			ends = ends[1:]
			c.spread.read(s.variance)
			if err := c.findStep(ctx); err != nil {
				return err
			}
		}
	}
	s.step = c.step.final()
	return nil
}

// sample keeps the draws.
func (c *chain) sample(ctx context.Context) error {
	s, n := c.sampler, c.settings.Draws
	c.stats = ChainStats{StepSize: s.step, Variance: s.variance}
	for i := range n {
		if err := s.transit(ctx); err != nil {
			return err
		}
		if err := s.target.record(&s.state, uint64(c.number*n+i), c.draws); err != nil {
			return fmt.Errorf("draw %d: %w", i, err)
		}
		c.stats.add(i, s.last)
	}
	c.stats.finish(n)
	return nil
}
