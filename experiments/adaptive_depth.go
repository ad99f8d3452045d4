package experiments

import (
	"context"
	"fmt"

	"credence/data"
	"credence/infer"
	"credence/models/resnet"
	"credence/weights"
)

var adaptiveDepth = Experiment{
	Name:    "adaptive-depth",
	Summary: "residual networks that decide for each photograph how deep to go: accuracy against what it costs, beside ACT and shallower networks",
	Needs:   "cifar-10, 170 MB (credence data fetch cifar-10); quick: 24 small networks, a quarter of an hour on two cores; reduced: 3 ResNet-20 of 13 epochs and short trainings from them, three hours; paper: ResNet-32, weeks",
	Paper:   "Figurnov, Sobolev and Vetrov 2017, Probabilistic Adaptive Computation Time, https://arxiv.org/abs/1712.00386",
	Scales:  []Scale{Quick, Reduced, Paper},
	Run: func(ctx context.Context, r *Run) error {
		all, test, err := r.Data.CIFAR10()
		if err != nil {
			return err
		}
		return depthPlanFor(r.Scale).run(ctx, r, all, test)
	},
}

// depthPlan is the settings of one scale. Paper's are those of the authors' earlier code for such networks
// (https://github.com/mfigurnov/sact): the publication's own are not stated in what we could read. Reduced's taus are around 0.06
// and 0.1, at which, with the first seed and on the held-out images, a third and half of the operations were left out.
type depthPlan struct {
	Net           resnet.Config
	Shallower     []int // depths of networks to compare with
	Train         int   // images, of which the last HeldOut choose the working point
	HeldOut, Test int
	Pretrain      int // epochs of the network of full depth, from which the others go on
	Tune          int // epochs of each from there
	Batch         int
	LR            float64
	Pad           int // pixels around an image, from which it is cut
	Taus          []float64
	Seeds         int
	Timed         int // images whose prediction is timed, in rounds
	Rounds        int

	MinSaved, MaxLoss, MinWall float64 // the bands, in %, points, and as a share of the saved operations
}

func depthPlanFor(s Scale) depthPlan {
	p := depthPlan{
		Net: resnet.Config{Depth: 20}, Shallower: []int{8, 14}, Train: 50_000, HeldOut: 5000, Test: 10_000,
		Pretrain: 10, Tune: 3, Batch: 128, LR: 0.1, Pad: 4, Taus: []float64{0.03, 0.05, 0.08}, Seeds: 3, Timed: 1280, Rounds: 7,
		MinSaved: 30, MaxLoss: 1, MinWall: 2. / 3,
	}
	switch s {
	case Quick:
		p.Net.Depth, p.Shallower, p.Train, p.HeldOut, p.Test, p.Pretrain, p.Tune = 14, []int{8}, 12_000, 2000, 2000, 5, 2
		p.Taus, p.MaxLoss = []float64{0.15, 0.6}, 5
	case Paper:
		p.Net.Depth, p.Shallower, p.Pretrain, p.Tune = 32, []int{8, 14, 20}, 200, 60
		p.Taus = []float64{0.001, 0.002, 0.005, 0.01, 0.02}
	}
	return p
}

// depthRule is a way of deciding how deep to go.
type depthRule struct {
	name, key string
	rule      resnet.Rule
}

// depthRules begin with the one whose working point is chosen.
var depthRules = []depthRule{
	{"PACT, relaxed", "pact", resnet.Relaxed{Temperature: 2. / 3}},
	{"PACT, score function", "score", resnet.ScoreFunction{Baseline: infer.MovingAverage{Decay: 0.9}}},
	{"ACT", "act", resnet.ACT{}},
}

const (
	depthPACT, depthACT = 0, 2

	depthMomentum = 0.9
	depthDecay    = 2e-4 // of weights, half their squares' sum
)

func (p depthPlan) run(ctx context.Context, r *Run, all, test *data.ColorImages) error {
	all, _, err := all.Split(p.Train)
	if err != nil {
		return err
	}
	training, held, err := all.Split(p.Train - p.HeldOut)
	if err != nil {
		return err
	}
	if test, _, err = test.Split(p.Test); err != nil {
		return err
	}
	sets := depthSets{training, held.Standardized(), test.Standardized(), test}
	p.record(r)
	found, err := p.fit(ctx, r, sets)
	if err != nil {
		return err
	}
	working := p.workingPoint(found)
	timed, err := p.time(ctx, r, found[0].adaptive[depthPACT], sets)
	if err != nil {
		return err
	}
	p.report(r, found, working, timed)
	r.Model(func(path string) error {
		return weights.Save(path, found[0].adaptive[depthPACT][working].net.Params(), map[string]string{"experiment": r.name})
	})
	return p.pictures(r, found, working, sets)
}

// depthSets are the images to train on, those that choose, and those to test on, as they are too.
type depthSets struct {
	training   *data.ColorImages
	held, test *data.ColorImages
	shown      *data.ColorImages
}

func (p depthPlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("ResNet-%d with pre-activation, three stages of %d blocks, %d channels in the first", p.Net.Depth, (p.Net.Depth-2)/6, 16))
	r.Setting("training images", p.Train-p.HeldOut)
	r.Setting("held out to choose the working point on", p.HeldOut)
	r.Setting("images", fmt.Sprintf("less their mean and divided by their standard deviation; in training padded by %d pixels, cut to size at random, and flipped with probability 1/2", p.Pad))
	r.Setting("optimiser", fmt.Sprintf("SGD, momentum %g, learning rate %g falling to 0 along half a wave in each training, half of it when going on", depthMomentum, p.LR))
	r.Setting("weight decay", depthDecay)
	r.Setting("batch", p.Batch)
	r.Setting("epochs", fmt.Sprintf("%d of one network of full depth a seed, from which it and the adaptive ones go on for %d; the shallower ones %d from the start", p.Pretrain, p.Tune, p.Pretrain+p.Tune))
	for _, rule := range depthRules {
		r.Setting(rule.name, fmt.Sprintf("%T %+v", rule.rule, rule.rule))
	}
	r.Setting("tau, nats a block", p.Taus)
	r.Setting("halting", "initial log-odds -1; a prediction halts where it is more probable than not, ACT as in training")
	r.Setting("batch normalisation of images that have halted", "in training all blocks run for all images and take their statistics from all")
	r.Setting("working point", fmt.Sprintf("the tau with the fewest operations of those whose held-out error is at most %g points above that of the network of full depth", p.MaxLoss))
	r.Setting("operations", "two for each product of a convolution; what decides about halting is not counted")
	r.Setting("seeds", p.Seeds)
}
