package experiments

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"credence/data"
	"credence/metrics"
	"credence/models/resnet"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// depthScores are how well a network does, and at what cost.
type depthScores struct {
	HeldErr, Err     float64 // %, of the held-out images and of the test set
	HeldFLOPs, FLOPs float64 // of an image, on average
	Blocks           [3]float64
}

// depthNet is a network of one seed: of fixed depth, or that decides by a rule at a tau.
type depthNet struct {
	depthScores
	name   string // of its checkpoint and its scores
	fixed  *resnet.Network
	net    *resnet.Adaptive // else
	epochs int
	base   *resnet.Network // whose weights it goes on from; nil for the beginning
	seed   uint64
}

// depthSeed is the networks of one seed.
type depthSeed struct {
	full      *depthNet
	shallower []*depthNet
	adaptive  [][]*depthNet // by rule and tau
}

func (s depthSeed) all() []*depthNet {
	all := append([]*depthNet{s.full}, s.shallower...)
	for _, nets := range s.adaptive {
		all = append(all, nets...)
	}
	return all
}

// config returns that of a depth and a seed.
func (p depthPlan) config(depth int, seed uint64) resnet.Config {
	c := p.Net
	c.Depth, c.Seed = depth, seed
	// -log p is half the sum of squares times N·depthDecay.
	c.WeightPrior = prob.Gaussian{Sigma: 1 / math.Sqrt(depthDecay*float64(p.Train-p.HeldOut))}
	return c
}

// networks returns those of a seed, that go on from base.
func (p depthPlan) networks(seed uint64, base *resnet.Network) depthSeed {
	s := depthSeed{full: &depthNet{
		name: fmt.Sprintf("full-seed%d", seed), fixed: resnet.New(p.config(p.Net.Depth, seed)), epochs: p.Tune, base: base, seed: seed,
	}}
	for _, depth := range p.Shallower {
		s.shallower = append(s.shallower, &depthNet{
			name: fmt.Sprintf("depth%d-seed%d", depth, seed), fixed: resnet.New(p.config(depth, seed)), epochs: p.Pretrain + p.Tune, seed: seed,
		})
	}
	for _, rule := range depthRules {
		var nets []*depthNet
		for i, tau := range p.Taus {
			nets = append(nets, &depthNet{
				name: fmt.Sprintf("%s-tau%d-seed%d", rule.key, i, seed), epochs: p.Tune, base: base, seed: seed,
				net: resnet.NewAdaptive(resnet.AdaptiveConfig{Config: p.config(p.Net.Depth, seed), Rule: rule.rule, Tau: tau, Bias: -1}),
			})
		}
		s.adaptive = append(s.adaptive, nets)
	}
	return s
}

// fit trains and scores all networks, as many at a time as there are cores: first those that others go on from.
func (p depthPlan) fit(ctx context.Context, r *Run, sets depthSets) ([]depthSeed, error) {
	r.Phase("networks of full depth")
	bases := make([]*depthNet, p.Seeds)
	for i := range bases {
		seed := r.Seed + uint64(i)
		bases[i] = &depthNet{name: fmt.Sprintf("base-seed%d", seed), fixed: resnet.New(p.config(p.Net.Depth, seed)), epochs: p.Pretrain, seed: seed}
	}
	if err := p.train(ctx, r, bases, sets); err != nil {
		return nil, err
	}
	found := make([]depthSeed, p.Seeds)
	var all []*depthNet
	for i, base := range bases {
		found[i] = p.networks(base.seed, base.fixed)
		all = append(all, found[i].all()...)
	}
	r.Phase("networks that go on")
	if err := p.train(ctx, r, all, sets); err != nil {
		return nil, err
	}
	r.Phase("scores")
	work := newWork(r, len(all))
	for i := range all {
		work.expect(i, 1)
	}
	return found, together(ctx, len(all), func(ctx context.Context, i int) (err error) {
		n := all[i]
		n.depthScores, err = part(r, n.name, func() (depthScores, error) {
			if err := ctx.Err(); err != nil {
				return depthScores{}, err
			}
			return n.score(sets)
		})
		work.did(i, 1, n.name)
		return err
	})
}

func (p depthPlan) train(ctx context.Context, r *Run, nets []*depthNet, sets depthSets) error {
	folder, work := r.CheckpointDir(), newWork(r, len(nets))
	per := (sets.training.Len() + p.Batch - 1) / p.Batch
	for i, n := range nets {
		work.expect(i, n.epochs*per)
	}
	return together(ctx, len(nets), func(ctx context.Context, i int) error {
		n := nets[i]
		rate := p.LR
		if n.base != nil {
			rate /= 2
		}
		s := train.Settings{
			Epochs: n.epochs, BatchSize: p.Batch, Optimizer: optim.SGD{Momentum: depthMomentum}, LR: optim.Cosine(rate, 0, n.epochs*per),
			Seed: n.seed, Checkpoint: filepath.Join(folder, n.name),
			Observe: func(s train.Step) {
				work.did(i, s.Step, fmt.Sprintf("%s: epoch %d of %d, cost %.3f", n.name, s.Epoch, s.Epochs, s.NLL))
			},
		}
		set := sets.training.Standardized().Augmented(data.Augmentation{Pad: p.Pad, Flip: true, Seed: n.seed})
		if err := n.fit(ctx, set, s); err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		return nil
	})
}

func (n *depthNet) fit(ctx context.Context, set data.Set, s train.Settings) error {
	var err error
	switch {
	case n.net != nil:
		if err = n.net.CopyFrom(n.base); err == nil {
			_, err = n.net.Fit(ctx, set, s)
		}
	default:
		if n.base != nil {
			err = n.fixed.Params().CopyFrom(n.base.Params())
		}
		if err == nil {
			_, err = n.fixed.Fit(ctx, set, s)
		}
	}
	return err
}

func (n *depthNet) score(sets depthSets) (s depthScores, err error) {
	if s.HeldErr, s.HeldFLOPs, _, err = n.errorRate(sets.held); err != nil {
		return s, err
	}
	s.Err, s.FLOPs, s.Blocks, err = n.errorRate(sets.test)
	return s, err
}

// errorRate returns the error of a set in %, and what an image takes on average.
func (n *depthNet) errorRate(set *data.ColorImages) (percent, flops float64, blocks [3]float64, err error) {
	var probs []float64
	if n.net == nil {
		flops = float64(n.fixed.FLOPs())
		probs, err = n.fixed.Predict(set)
	} else {
		var p *resnet.Prediction
		if p, err = n.net.Predict(set); err == nil {
			probs = p.Mean
			for i, f := range p.FLOPs {
				flops += float64(f) / float64(len(p.FLOPs))
				for s := range blocks {
					blocks[s] += float64(p.Blocks[3*i+s]) / float64(len(p.FLOPs))
				}
			}
		}
	}
	if err != nil {
		return 0, 0, blocks, err
	}
	rate, err := metrics.ErrorRate(probs, set.Classes(), set.Labels())
	return 100 * rate, flops, blocks, err
}

// workingPoint returns which tau of PACT has the fewest operations of those whose held-out error, on average over the seeds, is
// near enough that of full depth; that with the least error, if none is.
func (p depthPlan) workingPoint(found []depthSeed) int {
	mean := func(of func(depthSeed) float64) float64 { m, _ := over(found, of); return m }
	full := mean(func(s depthSeed) float64 { return s.full.HeldErr })
	best, least, cheapest := 0, math.Inf(1), math.Inf(1)
	near := false
	for i := range p.Taus {
		held := mean(func(s depthSeed) float64 { return s.adaptive[depthPACT][i].HeldErr })
		flops := mean(func(s depthSeed) float64 { return s.adaptive[depthPACT][i].HeldFLOPs })
		switch {
		case held <= full+p.MaxLoss && flops < cheapest:
			best, cheapest, near = i, flops, true
		case !near && held < least:
			best, least = i, held
		}
	}
	return best
}

// depthTimes are seconds that the timed images take: with blocks left out and with all, of the same networks.
type depthTimes struct{ left, all []float64 } // by tau of PACT

// time predicts by the first seed's networks, one after the other in turn, and returns medians.
func (p depthPlan) time(ctx context.Context, r *Run, nets []*depthNet, sets depthSets) (times depthTimes, err error) {
	r.Phase("time")
	some, _, err := sets.test.Split(p.Timed)
	if err != nil {
		return times, err
	}
	seconds := make([][2][]float64, len(nets))
	for round := range p.Rounds {
		for i, n := range nets {
			for k, predict := range []func(data.Set) (*resnet.Prediction, error){n.net.Predict, n.net.PredictAll} {
				if err := ctx.Err(); err != nil {
					return times, err
				}
				start := time.Now()
				if _, err := predict(some); err != nil {
					return times, err
				}
				seconds[i][k] = append(seconds[i][k], time.Since(start).Seconds())
			}
		}
		r.Progress(round+1, p.Rounds, "")
	}
	for _, s := range seconds {
		times.left, times.all = append(times.left, quantile(s[0], 0.5)), append(times.all, quantile(s[1], 0.5))
	}
	return times, nil
}
