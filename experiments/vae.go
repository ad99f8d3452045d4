package experiments

import (
	"context"
	"fmt"
	"math/rand/v2"

	"credence/data"
	"credence/optim"
	"credence/weights"
)

var vaeExperiment = Experiment{
	Name:    "vae",
	Summary: "variational autoencoders of MNIST with 2 to 200 latent variables: bounds, evidence, samples and a manifold",
	Needs:   "embedded MNIST; quick: 12 networks of 8 epochs, eight minutes on two cores; paper: 12 of 100 epochs, two hours",
	Paper:   "Kingma and Welling 2014, Auto-Encoding Variational Bayes, https://arxiv.org/abs/1312.6114",
	Scales:  []Scale{Quick, Paper},
	Run:     func(ctx context.Context, r *Run) error { return vaePlanFor(r.Scale).run(ctx, r) },
}

// Latent variables of the networks that the checks compare, and of the one whose latent space is drawn.
const (
	vaePlane = 2
	vaeFew   = 3
	vaeMain  = 20
	vaeMany  = 200
)

// vaePlan is the settings of one scale. Quick's rate of learning was chosen by the bound of the last 10,000
// training digits of networks trained on the first 50,000; it then trains on all 60,000.
type vaePlan struct {
	Train, Test int // digits
	Hidden      int // tanh units of the one hidden layer, of encoder and of decoder
	Latents     []int
	Seeds       int // of the networks that the checks compare; the others have one
	Epochs      int
	PlaneEpochs int // of the network with two latent variables, for the manifold
	Optimizer   optim.Optimizer
	LR          func(steps int) optim.Schedule
	OptimText   string
	Draws       [2]int // of importance sampling
	Weighed     int    // test digits that log p(x) is estimated of

	MinBound float64 // the band of the main network's bound, nats

	SelectedOn string // what the settings were chosen on, if they were
}

const vaeBatch = 100

func vaePlanFor(s Scale) vaePlan {
	p := vaePlan{
		Train: 60_000, Test: 10_000, Hidden: 500, Latents: []int{vaePlane, vaeFew, 5, 10, vaeMain, vaeMany}, Seeds: 3,
		Draws: [2]int{500, 5000}, Weighed: 500,
	}
	if s == Paper {
		p.Epochs, p.PlaneEpochs, p.Optimizer = 100, 100, optim.AdaGrad{}
		p.LR = func(int) optim.Schedule { return optim.Constant(0.02) }
		p.OptimText = "Adagrad, step 0.02, one of the paper's three"
		p.MinBound = -107
		return p
	}
	p.Epochs, p.PlaneEpochs, p.Optimizer = 8, 25, optim.Adam{}
	p.LR = func(steps int) optim.Schedule { return optim.Linear(4e-3, 4e-4, steps) }
	p.OptimText = "Adam, learning rate 4e-3 falling linearly to 4e-4; the paper's Adagrad takes far more epochs"
	p.MinBound, p.SelectedOn = -110, "validation"
	return p
}

func (p vaePlan) seeds(latent int) int {
	switch latent {
	case vaeFew, vaeMain, vaeMany:
		return p.Seeds
	}
	return 1
}

func (p vaePlan) epochs(latent int) int {
	if latent == vaePlane {
		return p.PlaneEpochs
	}
	return p.Epochs
}

func (p vaePlan) run(ctx context.Context, r *Run) error {
	training, test, err := firstDigits(p.Train, p.Test)
	if err != nil {
		return err
	}
	if test, err = drawnOnce(test, 1); err != nil {
		return err
	}
	p.record(r)
	nets := vaeNets{}
	for _, latent := range p.Latents {
		for i := range p.seeds(latent) {
			n, err := p.fit(ctx, r, latent, r.Seed+uint64(i), training, test)
			if err != nil {
				return err
			}
			nets[latent] = append(nets[latent], n)
		}
	}
	if err := p.weigh(ctx, r, nets[vaeMain], test); err != nil {
		return err
	}
	p.report(r, nets)
	r.Model(func(path string) error {
		return weights.Save(path, nets[vaeMain][0].Params(), map[string]string{"experiment": r.name})
	})
	return p.pictures(r, nets, test)
}

func (p vaePlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("784-%d-Nz-%d-784, tanh", p.Hidden, p.Hidden))
	r.Setting("latent variables", fmt.Sprint(p.Latents))
	r.Setting("decoder", "Bernoulli")
	r.Setting("training images", p.Train)
	r.Setting("pixels", "1 with the probability of their grey value: drawn anew at each step of training, once for the test digits, from a fixed seed")
	r.Setting("epochs", fmt.Sprintf("%d; with %d latent variables %d", p.Epochs, vaePlane, p.PlaneEpochs))
	r.Setting("batch", vaeBatch)
	r.Setting("optimiser", p.OptimText)
	r.Setting("draws of z in training", 1)
	r.Setting("prior of the weights", "none; the paper's is N(0, I)")
	r.Setting("initial weights", "Glorot; the paper's are draws of N(0, 0.01)")
	r.Setting("test digits", p.Test)
	r.Setting("importance sampling", fmt.Sprintf("%d and %d draws for each of the first %d test digits", p.Draws[0], p.Draws[1], p.Weighed))
	r.Setting("seeds", fmt.Sprintf("%d of Nz = %d, %d and %d, one of the others", p.Seeds, vaeFew, vaeMain, vaeMany))
}

// drawnOnce returns the images with each pixel drawn once: full with the probability that its grey value
// gives, else empty.
func drawnOnce(set *data.Images, seed uint64) (*data.Images, error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	var pixels []byte
	for i := range set.Len() {
		image, _ := set.At(i)
		for k, p := range image {
			image[k] = 0
			if rng.IntN(255) < int(p) {
				image[k] = 255
			}
		}
		pixels = append(pixels, image...)
	}
	return data.NewImages(pixels, set.Width(), set.Height(), set.Labels(), set.Classes())
}
