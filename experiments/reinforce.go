package experiments

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/infer"
	"credence/prob"
)

var reinforce = Experiment{
	Name:    "reinforce",
	Summary: "the score function's gradient with each baseline has the mean of the pathwise one, and many times its variance",
	Needs:   "embedded MNIST; quick: small autoencoders, a minute or two",
	Paper:   "Williams 1992, Simple statistical gradient-following algorithms, https://doi.org/10.1007/BF00992696; Mnih and Gregor 2014, Neural Variational Inference and Learning in Belief Networks, https://arxiv.org/abs/1402.0030",
	Scales:  []Scale{Quick},
	Run:     func(ctx context.Context, r *Run) error { return reinforceQuick.run(ctx, r) },
}

// reinforcePlan is the sizes of a run.
type reinforcePlan struct {
	Train, Test  int // digits
	Hidden, Code int // units, and numbers of a Gaussian code
	Early, Late  int // steps of training before the gradients of a Gaussian code are measured
	Bits         int // of a discrete code
	Learnt       int // steps of training before the gradients of a discrete code are measured
	Batch        int // digits of a training step
	Fixed        int // digits whose gradient is measured
	Draws        int // of the code, for a gradient
	Steps        int // gradients that a mean and a variance are of
	DrawSteps    int // the same, for each number of draws
	BitSteps     int // the same, of the discrete code
	Warm         int // steps that baselines learn before they are measured
	Learning     int // steps of the learning curves
	Seeds        int // of the learning curves
}

var reinforceQuick = reinforcePlan{
	Train: 10_000, Test: 100, Hidden: 32, Code: 8, Early: 50, Late: 3000, Bits: 5, Learnt: 200, Batch: 50, Fixed: 10,
	Draws: 4, Steps: 4000, DrawSteps: 2000, BitSteps: 25_000, Warm: 1000, Learning: 1500, Seeds: 3,
}

// The optimiser's learning rates: of autoencoders, and of a baseline while the autoencoder stands still.
const coderRate, baselineRate = 1e-2, 1e-2

// falselyBiased is the probability that the test of an estimator finds a bias although there is none.
const falselyBiased = 1e-4

// biasedFrom returns how many standard errors the largest of n deviations must reach for a bias to be found.
func biasedFrom(n int) float64 { return distuv.UnitNormal.Quantile(1 - falselyBiased/float64(2*n)) }

func (p reinforcePlan) run(ctx context.Context, r *Run) error {
	digits, err := newBinaryDigits(p.Train, p.Test)
	if err != nil {
		return err
	}
	r.Setting("digits", "MNIST, every 2 by 2 pixels averaged and cut at a half: 14 by 14 binary pixels")
	r.Setting("training digits", p.Train)
	r.Setting("optimiser", fmt.Sprintf("Adam, learning rate %g, batches of %d", coderRate, p.Batch))
	r.Setting("draws for a gradient", p.Draws)
	r.Setting("digits of a measured gradient", p.Fixed)
	r.Setting("false-fail rate of a test of bias", falselyBiased)
	r.Setting("steps that a baseline learns before its gradient is measured", p.Warm)
	if err := p.gaussian(ctx, r, digits); err != nil {
		return err
	}
	if err := p.discrete(ctx, r, digits); err != nil {
		return err
	}
	return p.learning(ctx, r, digits)
}

// gradientEstimator is one way to the gradient of the bound.
type gradientEstimator struct {
	Name     string
	Make     func(c *coder, x *graph.Node, draws int) infer.Estimator
	Code     codeOf // nil for the coder's own
	Biased   bool
	ClosedKL bool // the divergence from the prior in closed form, where a Gaussian code has a choice
	Several  bool // it needs at least two draws
}

func scoreFunction(name string, baseline func(c *coder, x *graph.Node) infer.Baseline) gradientEstimator {
	return gradientEstimator{Name: "score function, " + name, Make: func(c *coder, x *graph.Node, draws int) infer.Estimator {
		return infer.ScoreFunction{Draws: draws, Baseline: baseline(c, x)}
	}}
}

func pathwise(_ *coder, _ *graph.Node, draws int) infer.Estimator {
	return infer.Pathwise{Draws: draws}
}

func stickingTheLanding(_ *coder, _ *graph.Node, draws int) infer.Estimator {
	return infer.StickingTheLanding{Draws: draws}
}

// The score function's estimators.
var (
	scoreAlone  = scoreFunction("no baseline", func(*coder, *graph.Node) infer.Baseline { return nil })
	scoreMoving = scoreFunction("moving average", func(c *coder, _ *graph.Node) infer.Baseline {
		return infer.MovingAverage{State: c.level, Decay: 0.9}
	})
	scoreLearned = scoreFunction("learned", func(c *coder, x *graph.Node) infer.Baseline {
		return infer.Learned{Value: c.baseline.Forward(x).Sum(-1)}
	})
	scoreOthers = func() gradientEstimator {
		e := scoreFunction("leave one out", func(*coder, *graph.Node) infer.Baseline { return infer.LeaveOneOut{} })
		e.Several = true
		return e
	}()
)

// The estimators for a Gaussian code, of which the first is what the others are held against, and those for
// a discrete one.
var (
	gaussianEstimators = []gradientEstimator{
		{Name: "pathwise", Make: pathwise},
		{Name: "pathwise, KL in closed form", Make: pathwise, ClosedKL: true},
		{Name: "sticking the landing", Make: stickingTheLanding},
		scoreAlone, scoreMoving, scoreLearned, scoreOthers,
	}
	relaxedBits         = gradientEstimator{Name: "relaxed, temperature 0.5", Make: pathwise, Code: relaxed, Biased: true}
	straightThroughBits = gradientEstimator{Name: "straight-through", Make: pathwise, Code: roundedRelaxed, Biased: true}
	enumeration         = gradientEstimator{Name: "enumeration", Make: func(*coder, *graph.Node, int) infer.Estimator { return infer.Enumeration{} }}
	bitEstimators       = []gradientEstimator{scoreAlone, scoreMoving, scoreLearned, scoreOthers, relaxedBits, straightThroughBits}
)

// codeOf makes the distribution of a discrete code of its logits.
type codeOf func(logits *graph.Node) prob.Distribution

func relaxation(logits *graph.Node) prob.RelaxedBernoulli {
	return prob.RelaxedBernoulli{Logits: logits, Temperature: logits.Graph().Const(0.5)}
}

func exactBits(logits *graph.Node) prob.Distribution { return prob.Bernoulli{Logits: logits} }
func relaxed(logits *graph.Node) prob.Distribution   { return relaxation(logits) }
func roundedRelaxed(logits *graph.Node) prob.Distribution {
	return prob.StraightThrough{Relaxation: relaxation(logits)}
}

// largestDeviation returns the largest distance of a mean from what it should be, in standard errors. want
// has errors of its own unless it is exact, of no variance.
func largestDeviation(of infer.GradientMoments, want infer.GradientMoments) float64 {
	largest := 0.0
	for i, mean := range of.Mean {
		stderr := math.Sqrt(of.Variance[i]/float64(of.Steps) + want.Variance[i]/float64(want.Steps))
		largest = max(largest, math.Abs(mean-want.Mean[i])/stderr)
	}
	return largest
}
