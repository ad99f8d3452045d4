package experiments

import (
	"context"
	"fmt"
	"math"

	"credence/graph"
	"credence/infer"
	"credence/optim"
	"credence/weights"
)

var iwaeExperiment = Experiment{
	Name:    "iwae",
	Summary: "importance weighted autoencoders of MNIST against variational ones: log p(x), with 1, 5 and 50 draws of z",
	Needs:   "embedded MNIST; quick: 9 networks, 4 epochs of 20,000 digits, five minutes on two cores; reduced: 9 of 121 epochs, four hours; paper: 15 of 3,280, nine days",
	Paper:   "Burda, Grosse and Salakhutdinov 2016, Importance Weighted Autoencoders, https://arxiv.org/abs/1509.00519",
	Scales:  []Scale{Quick, Reduced, Paper},
	Run:     func(ctx context.Context, r *Run) error { return iwaePlanFor(r.Scale).run(ctx, r) },
}

// iwaePlan is the settings of one scale. They are the authors', from the paper's code
// (https://github.com/yburda/iwae), with fewer stages below the paper's scale, and for quick fewer digits.
type iwaePlan struct {
	Train, Test int // digits
	Hidden      []int
	Latent      int
	Objectives  []iwaeObjective
	Seeds       int
	Stages      int    // of training: stage i is 3^(i-1) epochs, at a lower rate than the one before
	Draws       [2]int // of importance sampling
	Weighed     [2]int // test digits that log p(x) is estimated of, by each number of draws

	MinGain float64 // the least of the gain of IWAE with most draws over the VAE with one, nats
}

// iwaeObjective is what a network is trained by.
type iwaeObjective struct {
	Weighted bool // the importance weighted bound; else the ELBO
	Draws    int
	Paper    float64 // log p(x) of the paper's table 1, nats, as its reproductions quote it
}

// Of the authors' networks with one layer of latent variables. With one draw the two bounds are the same.
var (
	vae1   = iwaeObjective{Draws: 1, Paper: -86.76}
	vae5   = iwaeObjective{Draws: 5, Paper: -86.47}
	vae50  = iwaeObjective{Draws: 50, Paper: -86.35}
	iwae5  = iwaeObjective{Weighted: true, Draws: 5, Paper: -85.54}
	iwae50 = iwaeObjective{Weighted: true, Draws: 50, Paper: -84.78}
)

const (
	iwaeBatch = 20
	iwaeHeld  = 400 // training digits that the authors hold out; unused here
	// iwaeEps is Adam's: the authors add 1e-4 to the root of squares of gradients that are summed over a
	// minibatch, ours are averaged.
	iwaeEps = 1e-4 / iwaeBatch
)

// iwaePlanFor returns the plan. On 400 held-out training digits quick's gain is 2.1 nats, of one seed.
func iwaePlanFor(s Scale) iwaePlan {
	p := iwaePlan{
		Train: 60_000 - iwaeHeld, Test: 10_000, Hidden: []int{200, 200}, Latent: 50, Objectives: []iwaeObjective{vae1, iwae5, iwae50},
		Seeds: 3, Stages: 5, Draws: [2]int{500, 5000}, Weighed: [2]int{10_000, 2000}, MinGain: 1,
	}
	switch s {
	case Quick:
		p.Train, p.Stages, p.Weighed = 20_000, 2, [2]int{2000, 200}
	case Paper:
		p.Objectives, p.Stages, p.Weighed = []iwaeObjective{vae1, vae5, vae50, iwae5, iwae50}, 8, [2]int{10_000, 10_000}
	}
	return p
}

func (o iwaeObjective) String() string {
	if o.Weighted {
		return fmt.Sprintf("IWAE, k = %d", o.Draws)
	}
	return fmt.Sprintf("VAE, k = %d", o.Draws)
}

func (o iwaeObjective) estimator() infer.Estimator {
	if o.Weighted {
		return infer.IWAE{Draws: o.Draws}
	}
	return elboOfDraws{o.Draws}
}

// elboOfDraws is the ELBO whose divergence too is estimated from the draws, as the authors' is.
type elboOfDraws struct{ draws int }

func (e elboOfDraws) Bound(m infer.Model) *graph.Node {
	m.KL = nil
	return infer.Pathwise{Draws: e.draws}.Bound(m)
}

// epochs are those of all stages.
func (p iwaePlan) epochs() int {
	sum, stage := 0, 1
	for range p.Stages {
		sum, stage = sum+stage, 3*stage
	}
	return sum
}

// iwaeRate is the learning rate by step: 1e-3 in the first stage, of one epoch, and 1e-4 in the eighth, of 3^7,
// falling geometrically in between, to two digits.
func iwaeRate(perEpoch int) optim.Schedule {
	return func(step int) float64 {
		stage, epoch := 0, step/perEpoch
		for n := 1; epoch >= n; n *= 3 {
			stage, epoch = stage+1, epoch-n
		}
		return 1e-5 * math.Round(10*math.Pow(10, 1-float64(stage)/7))
	}
}

func (p iwaePlan) run(ctx context.Context, r *Run) error {
	training, test, err := firstDigits(p.Train, p.Test)
	if err != nil {
		return err
	}
	if test, err = drawnOnce(test, 1); err != nil {
		return err
	}
	p.record(r)
	nets := p.networks(r, training)
	if err := p.fit(ctx, r, nets, training); err != nil {
		return err
	}
	if err := p.weigh(ctx, r, nets, test); err != nil {
		return err
	}
	best := nets[len(nets)-p.Seeds]
	r.Model(func(path string) error {
		return weights.Save(path, best.Params(), map[string]string{"experiment": r.name})
	})
	p.report(r, nets)
	return p.pictures(r, nets)
}

func (p iwaePlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("encoder 784-%v-%d, decoder in reverse, tanh; the encoder computes log variances, the authors' log standard deviations", p.Hidden, p.Latent))
	r.Setting("decoder", "Bernoulli, whose bias starts at the log-odds of the training mean")
	r.Setting("initial weights", "Glorot, uniform")
	r.Setting("training images", fmt.Sprintf("the first %d; the authors hold out the last %d, which are unused here", p.Train, iwaeHeld))
	r.Setting("pixels", "1 with the probability of their grey value: drawn anew at each step of training, once for the test digits, from a fixed seed")
	r.Setting("objectives", fmt.Sprintf("%v", p.Objectives))
	r.Setting("gradient", "reparameterised; the divergence estimated from the draws, as in the authors' code, in the VAE too")
	r.Setting("batch", fmt.Sprintf("%d, in a new order each epoch; the authors' order stays the same", iwaeBatch))
	r.Setting("stages", p.Stages)
	r.Setting("epochs", fmt.Sprintf("%d: stage i = 1, 2, ... has 3^(i-1), at the learning rate 1e-4·round(10^(1-(i-1)/7), 1)", p.epochs()))
	r.Setting("optimiser", "Adam, beta1 0.99, beta2 0.999, epsilon 1e-4 for gradients summed over a minibatch; both moments start at 0, as in the reproductions, while the authors' second moments start at 1")
	r.Setting("test digits", p.Test)
	r.Setting("importance sampling", fmt.Sprintf("%d draws for each of the first %d test digits, %d for each of the first %d",
		p.Draws[0], p.Weighed[0], p.Draws[1], p.Weighed[1]))
	r.Setting("seeds", p.Seeds)
}
