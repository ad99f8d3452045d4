package experiments

import (
	"context"
	"fmt"
	"path/filepath"

	"credence/data"
	"credence/optim"
	"credence/train"
	"credence/weights"
)

var localReparameterization = Experiment{
	Name:    "local-reparameterization",
	Summary: "how noisy gradients are: draws of each example's outputs, of its weights, or of weights for all",
	Needs:   "embedded MNIST; quick: 6 networks of 3 x 150 units and 10 epochs, a few minutes on two cores; paper: 3 x 1000 units and 100 epochs, days",
	Paper:   "Kingma, Salimans and Welling 2015, Variational Dropout and the Local Reparameterization Trick, table 1, https://arxiv.org/abs/1506.02557",
	Scales:  []Scale{Quick, Paper},
	Run: func(ctx context.Context, r *Run) error {
		all, test, err := data.MNIST()
		if err != nil {
			return err
		}
		return localPlanFor(r.Scale).run(ctx, r, all.Scaled(126), test.Scaled(126))
	},
}

// localPlan is the settings of one scale.
type localPlan struct {
	Hidden    []int
	Epochs    []int // after which gradients are measured, at most two
	Batch     int   // in training, as in measuring
	LR        float64
	Prior     float64 // of the Gaussian posterior: standard deviation
	Sigma     float64 // of the Gaussian posterior: initial standard deviation
	Seeds     int
	Size      int   // examples of a minibatch whose gradient is measured, as in the paper
	Sizes     []int // further sizes, for the first seed and epochs
	Gradients int   // measured, of each estimator
	Separate  int   // examples of each minibatch that have weights of their own
}

func localPlanFor(s Scale) localPlan {
	p := localPlan{
		Hidden: []int{150, 150, 150}, Epochs: []int{10}, Batch: 1000, LR: 1e-3, Prior: 0.1, Sigma: 0.05, Seeds: 3,
		Size: 1000, Sizes: []int{10, 100}, Gradients: 40, Separate: 100,
	}
	if s == Paper {
		p.Hidden, p.Epochs = []int{1000, 1000, 1000}, []int{10, 100}
	}
	return p
}

// localPosteriors are the two posteriors, with what is measured of each layer.
var localPosteriors = [...]struct {
	name       string
	parameters []string
	build      func(p localPlan, seed uint64) noisyNet
}{
	{"variational dropout", []string{"theta"}, localPlan.dropout},
	{"Gaussian", []string{"mu", "rho"}, localPlan.gaussian},
}

const (
	dropoutPosterior = iota
	gaussianPosterior
)

// localNet is a trained network with the variances of its gradients: those of the top layer, then those of the bottom.
type localNet struct {
	noisyNet
	posterior, stage int
	seed             uint64
	error            float64 // on the test set, of the mean network, %
	variances        gradientVariances
	bySize           []gradientVariances // for each of Sizes
}

func (p localPlan) run(ctx context.Context, r *Run, all, test *data.Images) error {
	p.record(r)
	var nets []*localNet
	for posterior := range localPosteriors {
		for i := range p.Seeds {
			for stage := range p.Epochs {
				n, err := p.train(ctx, r, posterior, stage, r.Seed+uint64(i), all)
				if err != nil {
					return err
				}
				if n.error, err = meanError(n, test); err != nil {
					return err
				}
				nets = append(nets, n)
			}
		}
	}
	r.Phase("gradients")
	for i, n := range nets {
		err := p.measure(ctx, n, i%(p.Seeds*len(p.Epochs)) == 0, all, func(done int) {
			r.Progress(i*p.Gradients+done, len(nets)*p.Gradients, fmt.Sprintf("%s, seed %d", localPosteriors[n.posterior].name, n.seed))
		})
		if err != nil {
			return err
		}
	}
	results := localResults{p, nets}
	if err := results.check(r); err != nil {
		return err
	}
	if err := results.show(r); err != nil {
		return err
	}
	r.Model(func(path string) error {
		return weights.Save(path, nets[len(nets)-1].Params(), map[string]string{"experiment": r.name})
	})
	return nil
}

func (p localPlan) record(r *Run) {
	r.Setting("hidden units", p.Hidden)
	r.Setting("pixels", "divided by 126")
	r.Setting("epochs", p.Epochs)
	r.Setting("batch in training", p.Batch)
	r.Setting("optimiser", fmt.Sprintf("Adam, learning rate %g", p.LR))
	r.Setting("estimator in training", gradientEstimators[byLocal])
	r.Setting("variational dropout, alpha", fmt.Sprintf("%g of the pixels' weights, %g of others", dropoutAlpha(0), dropoutAlpha(1)))
	r.Setting("Gaussian posterior, prior", fmt.Sprintf("N(0, %g²)", p.Prior))
	r.Setting("Gaussian posterior, initial sigma", p.Sigma)
	r.Setting("seeds", p.Seeds)
	r.Setting("examples of a measured minibatch", p.Size)
	r.Setting("measured gradients of each estimator", p.Gradients)
	r.Setting("examples of each minibatch with weights of their own", p.Separate)
}

// train fits a network from the start. The rate is constant, so a longer training begins as a shorter one.
func (p localPlan) train(ctx context.Context, r *Run, posterior, stage int, seed uint64, all *data.Images) (*localNet, error) {
	kind := localPosteriors[posterior]
	net := kind.build(p, seed)
	r.Phase(fmt.Sprintf("%s, seed %d, %d epochs", kind.name, seed, p.Epochs[stage]))
	_, err := train.Fit(ctx, net, all, train.Settings{
		Epochs: p.Epochs[stage], BatchSize: p.Batch, LR: optim.Constant(p.LR), Seed: seed,
		Checkpoint: filepath.Join(r.CheckpointDir(), fmt.Sprintf("posterior%d-seed%d-epochs%d", posterior, seed, p.Epochs[stage])),
		Observe: func(s train.Step) {
			r.Progress(s.Step, s.Steps, fmt.Sprintf("ELBO %.4f  NLL %.4f  KL %.4g", s.ELBO, s.NLL, s.KL))
		},
	})
	return &localNet{noisyNet: net, posterior: posterior, stage: stage, seed: seed}, err
}

// measure finds the variances of a trained network's gradients, of all sizes if asked for.
func (p localPlan) measure(ctx context.Context, n *localNet, sizes bool, all *data.Images, progress func(done int)) (err error) {
	meter := gradientMeter{net: n, wrt: append(n.measured(len(p.Hidden)), n.measured(0)...), set: all, seed: n.seed}
	if sizes {
		for _, size := range p.Sizes {
			v, err := meter.measure(ctx, size, 0, p.Gradients*min(8, p.Size/size), func(int) {})
			if err != nil {
				return err
			}
			n.bySize = append(n.bySize, v)
		}
	}
	n.variances, err = meter.measure(ctx, p.Size, p.Separate, p.Gradients, progress)
	return err
}
