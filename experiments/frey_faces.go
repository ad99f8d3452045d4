package experiments

import (
	"context"
	"fmt"
	"path/filepath"

	"credence/data"
	"credence/models/vae"
	"credence/optim"
	"credence/train"
	"credence/weights"
)

var freyFaces = Experiment{
	Name:    "frey-faces",
	Summary: "variational autoencoders of a video of one face, with 2 to 20 latent variables: bounds, a plane of faces, frames not seen",
	Needs:   "frey-face, 1 MB (credence data fetch frey-face); quick: 12 networks of 200 epochs, five minutes on two cores; paper: 12 of 6,400 epochs, three hours",
	Paper:   "Kingma and Welling 2014, Auto-Encoding Variational Bayes, https://arxiv.org/abs/1312.6114",
	Scales:  []Scale{Quick, Paper},
	Run: func(ctx context.Context, r *Run) error {
		faces, err := r.Data.FreyFaces()
		if err != nil {
			return err
		}
		return freyPlanFor(r.Scale).run(ctx, r, faces)
	},
}

// Latent variables of the networks that the checks compare; the first are those of the plane.
const (
	freyPlane = 2
	freySome  = 10
	freyMany  = 20
)

// freyPlan is the settings of one scale. Quick's epochs, rate of learning and least standard deviation were
// chosen by the bound of the validation frames.
//
// The frames are split where the video is cut, not at random: one frame is much like the next, and a random
// split tests on near copies of what was trained on. The decoder's standard deviation has a floor, for without
// one a density has no bound: a pixel that can be predicted exactly makes it infinite.
type freyPlan struct {
	Train, Valid, Test int // frames, one part after the other
	Hidden             int // tanh units of the one hidden layer, of encoder and of decoder
	Latents            []int
	Seeds              int
	Epochs, Every      int // Every so many epochs the validation bound is measured
	MinSigma           float64
	Optimizer          optim.Optimizer
	LR                 func(steps int) optim.Schedule
	OptimText          string
	Draws              int // of importance sampling

	SelectedOn string
}

const freyBatch = 100

func freyPlanFor(s Scale) freyPlan {
	p := freyPlan{
		Train: 1565, Valid: 200, Test: 200, Hidden: 200, Latents: []int{freyPlane, 5, freySome, freyMany}, Seeds: 3, MinSigma: 0.01, Draws: 500,
	}
	if s == Paper {
		p.Epochs, p.Every, p.Optimizer = 6400, 320, optim.AdaGrad{}
		p.LR = func(int) optim.Schedule { return optim.Constant(0.02) }
		p.OptimText = "Adagrad, step 0.02, one of the paper's three"
		return p
	}
	p.Epochs, p.Every, p.Optimizer = 200, 10, optim.Adam{}
	p.LR = func(steps int) optim.Schedule { return optim.Linear(1e-3, 1e-4, steps) }
	p.OptimText = "Adam, learning rate 1e-3 falling linearly to 1e-4; the paper's Adagrad takes far more epochs"
	p.SelectedOn = "validation"
	return p
}

// freySets are the parts of the video.
type freySets struct{ train, valid, test *data.Images }

func (p freyPlan) split(faces *data.Images) (s freySets, err error) {
	var rest *data.Images
	if s.train, rest, err = faces.Split(p.Train); err != nil {
		return s, err
	}
	if s.valid, rest, err = rest.Split(p.Valid); err != nil {
		return s, err
	}
	s.test, _, err = rest.Split(p.Test)
	return s, err
}

func (p freyPlan) run(ctx context.Context, r *Run, faces *data.Images) error {
	sets, err := p.split(faces)
	if err != nil {
		return err
	}
	p.record(r)
	nets := freyNets{}
	for _, latent := range p.Latents {
		for i := range p.Seeds {
			n, err := p.fit(ctx, r, latent, r.Seed+uint64(i), sets)
			if err != nil {
				return err
			}
			nets[latent] = append(nets[latent], n)
		}
	}
	if err := p.measure(ctx, r, nets, sets); err != nil {
		return err
	}
	p.report(r, nets, sets)
	r.Model(func(path string) error {
		return weights.Save(path, nets[freyMany][0].Params(), map[string]string{"experiment": r.name})
	})
	return p.pictures(r, nets, sets)
}

func (p freyPlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("560-%d-Nz-%d-560, tanh", p.Hidden, p.Hidden))
	r.Setting("latent variables", fmt.Sprint(p.Latents))
	r.Setting("decoder", "Gaussian, means by a sigmoid, a variance for each pixel")
	r.Setting("least standard deviation", fmt.Sprintf("%g; without a floor the density has no bound", p.MinSigma))
	r.Setting("pixels", "divided by 255: bounds are of a density on that scale")
	r.Setting("split", fmt.Sprintf("contiguous, in the order of the video: %d training frames, %d of validation, %d of test; a random one would test on near copies of training frames",
		p.Train, p.Valid, p.Test))
	r.Setting("epochs", p.Epochs)
	r.Setting("batch", freyBatch)
	r.Setting("optimiser", p.OptimText)
	r.Setting("draws of z in training", 1)
	r.Setting("prior of the weights", "none; the paper's is N(0, I)")
	r.Setting("initial weights", "Glorot; the paper's are draws of N(0, 0.01)")
	r.Setting("importance sampling", fmt.Sprintf("%d draws for each frame", p.Draws))
	r.Setting("seeds", p.Seeds)
	if p.SelectedOn != "" {
		r.Setting("selected on validation frames", "epochs, learning rate, least standard deviation")
	}
}

// freyNet is a trained autoencoder and what is known of it, in nats a frame.
type freyNet struct {
	*vaeNet                // held are bounds of the validation frames
	valid, test    float64 // bounds
	logP           float64 // of the test frames
	reconstruction float64 // root mean squared error of the test frames, in grey levels of 256
}

// freyNets are networks by their number of latent variables, one a seed.
type freyNets map[int][]*freyNet

func (p freyPlan) fit(ctx context.Context, r *Run, latent int, seed uint64, sets freySets) (*freyNet, error) {
	r.Phase(fmt.Sprintf("Nz = %d, seed %d", latent, seed))
	n := &vaeNet{latent: latent, seed: seed, VAE: vae.New(vae.Config{
		Inputs: 560, Hidden: []int{p.Hidden}, Latent: latent, Likelihood: vae.Gaussian{MinSigma: p.MinSigma}, Seed: seed,
	})}
	folder := filepath.Join(r.CheckpointDir(), fmt.Sprintf("nz%d-seed%d", latent, seed))
	file := folder + "-bounds.json"
	var err error
	if n.held, err = readBounds(file); err != nil {
		return nil, err
	}
	fitting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	perEpoch := (p.Train + freyBatch - 1) / freyBatch
	n.history, err = n.Fit(fitting, sets.train, train.Settings{
		Epochs: p.Epochs, BatchSize: freyBatch, Optimizer: p.Optimizer, LR: p.LR(p.Epochs * perEpoch), Seed: seed, Checkpoint: folder,
		Observe: func(s train.Step) {
			r.Progress(s.Step, s.Steps, fmt.Sprintf("bound %.0f", s.ELBO))
			if s.Step%(p.Every*perEpoch) != 0 {
				return
			}
			// A bound is on disk before its epoch's checkpoint is, also where the run is being stopped.
			if err := n.hold(context.WithoutCancel(ctx), s.Epoch, sets.valid, file); err != nil {
				stop(err)
			}
		},
	})
	if cause := context.Cause(fitting); err != nil && ctx.Err() == nil && cause != nil {
		return nil, cause
	}
	return &freyNet{vaeNet: n}, err
}
