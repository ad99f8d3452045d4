package experiments

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"credence/data"
	"credence/optim"
	"credence/train"
)

var variationalDropout = Experiment{
	Name:    "variational-dropout",
	Summary: "dropout of digits' networks by coins, by normal noise, and with learned rates; and how a sum of coins becomes normal",
	Needs:   "embedded MNIST; quick: 42 networks of 10 epochs, ten minutes on two cores; paper: 126 networks of 100 epochs, up to 1,250 units wide, days",
	Paper:   "Kingma, Salimans and Welling 2015, Variational Dropout and the Local Reparameterization Trick, https://arxiv.org/abs/1506.02557",
	Scales:  []Scale{Quick, Paper},
	Run:     runVariationalDropout,
}

// vdPlan is the settings of one scale.
type vdPlan struct {
	Hidden []int // units of each hidden layer, by size of the network
	Epochs int
	LR     float64 // falls linearly to a hundredth
	Seeds  int
	Noise  vdNoisePlan
}

const (
	vdLayers = 3 // hidden ones
	vdBatch  = 100
)

// vdPlanFor returns the plan. Of the learning rates 1e-3 and 2e-3, of one learned alpha a layer and one an input, and
// of alphas of 0.25 and of 0.9 at the start, it has those of the least NLL on the last 10,000 training digits, with
// 100 units and the first seed; it then trains on all 60,000.
func vdPlanFor(s Scale) vdPlan {
	p := vdPlan{
		Hidden: []int{100, 200}, Epochs: 10, LR: 1e-3, Seeds: 3,
		Noise: vdNoisePlan{Images: 5, Units: 50, Draws: 10_000, FanIns: [2][]int{{4, 16, 64}, {4, 16}}},
	}
	if s == Paper {
		p.Hidden, p.Epochs = []int{100, 340, 580, 800, 1000, 1250}, 100
	}
	return p
}

func runVariationalDropout(ctx context.Context, r *Run) error {
	training, test, err := data.MNIST()
	if err != nil {
		return err
	}
	return vdPlanFor(r.Scale).run(ctx, r, training, test)
}

func (p vdPlan) run(ctx context.Context, r *Run, training, test *data.Images) error {
	p.record(r, training)
	results := vdResults{vdPlan: p}
	for method := range vdMethods {
		for _, hidden := range p.Hidden {
			fits := make([]vdFit, p.Seeds)
			for i := range fits {
				var err error
				if fits[i], err = p.fitOnce(ctx, r, method, hidden, r.Seed+uint64(i), training, test); err != nil {
					return err
				}
			}
			results.fits[method] = append(results.fits[method], fits)
		}
	}
	results.check(r)
	results.tables(r)
	results.pictures(r)
	return nil
}

func (p vdPlan) record(r *Run, training *data.Images) {
	r.Setting("network", "784-k-k-k-10, ReLU")
	r.Setting("hidden units k", p.Hidden)
	r.Setting("training digits", training.Len())
	r.Setting("pixels", "in [0, 1]")
	r.Setting("epochs", fmt.Sprintf("%d for all; the paper stops each method by its error on held-out digits", p.Epochs))
	r.Setting("batch", vdBatch)
	r.Setting("optimiser", fmt.Sprintf("Adam, learning rate %g falling linearly to a hundredth", p.LR))
	r.Setting("rates that aren't learned", fmt.Sprintf("%g of pixels, %g of hidden units", vdInputRate, vdHiddenRate))
	r.Setting("learned alphas", "one a layer, 0.25 at the start, below 1")
	r.Setting("weight of the divergence", "1; A2: 1/3")
	r.Setting("predictions", "of the mean network")
	r.Setting("seeds", p.Seeds)
	r.Setting("noise of the first layer", fmt.Sprintf("%d digits, %d draws each", p.Noise.Images, p.Noise.Draws))
}

// vdFit is what is kept of a network.
type vdFit struct {
	Error, NLL float64 // on the test set: %, nats
	TrainNLL   float64 // nats, in the last epoch, under the noise
	Alphas     []float64
	Noise      []vdNoise // of the first network with binary dropout of the largest size
}

func testErrorOf(f vdFit) float64 { return f.Error }
func testNLLOf(f vdFit) float64   { return f.NLL }

// fitOnce trains and judges a network as a part of the run.
func (p vdPlan) fitOnce(ctx context.Context, r *Run, method, hidden int, seed uint64, training, test *data.Images) (vdFit, error) {
	m := vdMethods[method]
	name := fmt.Sprintf("%s-%d-seed%d", m.folder, hidden, seed)
	folder := filepath.Join(r.CheckpointDir(), name)
	fit, err := part(r, name, func() (fit vdFit, err error) {
		r.Phase(fmt.Sprintf("%s, %d units, seed %d", m.name, hidden, seed))
		net := newVDNet(method, hidden, seed)
		if fit.TrainNLL, err = p.train(ctx, r, net, training, seed, folder); err != nil {
			return fit, err
		}
		s, err := net.score(ctx, test)
		if err != nil {
			return fit, err
		}
		fit.Error, fit.NLL, fit.Alphas = s.err, s.nll, net.alphas()
		if method == binaryDropout && hidden == p.Hidden[len(p.Hidden)-1] && seed == r.Seed {
			fit.Noise, err = p.Noise.measure(ctx, net, test)
		}
		return fit, err
	})
	if err != nil {
		return fit, err
	}
	return fit, os.RemoveAll(folder) // many megabytes a network
}

// train returns the likelihood cost of the last epoch.
func (p vdPlan) train(ctx context.Context, r *Run, net *vdNet, set *data.Images, seed uint64, folder string) (float64, error) {
	steps := p.Epochs * ((set.Len() + vdBatch - 1) / vdBatch)
	history, err := train.Fit(ctx, net, set, train.Settings{
		Epochs: p.Epochs, BatchSize: vdBatch, LR: optim.Linear(p.LR, p.LR/100, steps), Seed: seed, Checkpoint: folder,
		Observe: func(s train.Step) {
			if s.Step%50 == 0 || s.Step == s.Steps {
				r.Progress(s.Step, s.Steps, fmt.Sprintf("NLL %.4f  KL %.4g", s.NLL, s.KL))
			}
		},
	})
	if err != nil {
		return 0, err
	}
	return history[len(history)-1].NLL, nil
}
