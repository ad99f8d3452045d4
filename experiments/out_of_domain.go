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

var outOfDomain = Experiment{
	Name:    "out-of-domain",
	Summary: "whether an autoencoder tells images of another kind by their density: MNIST, Fashion-MNIST, KMNIST and notMNIST; what a linear probe reads from its latent variables",
	Needs:   "embedded MNIST; fashion-mnist, kmnist, notmnist, 40 MB (credence data fetch NAME); quick: 6 networks of 8 epochs, eight minutes on two cores; reduced: 6 of 40 epochs, an hour",
	Paper:   "Nalisnick, Matsukawa, Teh, Gorur and Lakshminarayanan 2019, Do Deep Generative Models Know What They Don't Know?, https://arxiv.org/abs/1810.09136",
	Scales:  []Scale{Quick, Reduced},
	Run: func(ctx context.Context, r *Run) error {
		domains, err := openDomains(r.Data)
		if err != nil {
			return err
		}
		return domainPlanFor(r.Scale).run(ctx, r, domains)
	},
}

// domain is a set of images; those without training images are only to be told from others.
type domain struct {
	name        string
	train, test *data.Images
}

// openDomains returns the sets, those with training images first.
func openDomains(folder data.Folder) (sets []domain, err error) {
	sets = []domain{{name: "MNIST"}, {name: "Fashion-MNIST"}, {name: "KMNIST"}, {name: "notMNIST"}}
	if sets[0].train, sets[0].test, err = data.MNIST(); err != nil {
		return nil, err
	}
	if sets[1].train, sets[1].test, err = folder.FashionMNIST(); err != nil {
		return nil, err
	}
	if sets[2].test, err = folder.KMNIST(); err != nil {
		return nil, err
	}
	sets[3].test, err = folder.NotMNIST()
	return sets, err
}

// domainPlan is the settings of one scale. The rate of learning and quick's epochs are those of the experiment vae,
// chosen by the bound of the last 10,000 training digits.
type domainPlan struct {
	Train          int // training images of a set
	Hidden, Latent int
	Epochs, Seeds  int
	Scored         int // test images of each set whose density is estimated
	Draws          int // of importance sampling, and for the bound
	Labels         []int
	ProbeSteps     int
	Probed         int // test images that the probes predict
}

const domainBatch = 100

func domainPlanFor(s Scale) domainPlan {
	p := domainPlan{
		Train: 60_000, Hidden: 500, Latent: 20, Epochs: 8, Seeds: 3, Scored: 1000, Draws: 200,
		Labels: []int{100, 1000, 10_000}, ProbeSteps: 1000, Probed: 10_000,
	}
	if s == Reduced {
		p.Epochs, p.Scored = 40, 10_000
	}
	return p
}

// domainResult is what one network gives.
type domainResult struct {
	In      int // the set it was trained on
	Seed    uint64
	Sets    []densities // of the scored images of each set
	Typical float64     // mean log p(x) of as many training images, nats
	Probes  []probe
}

func (p domainPlan) run(ctx context.Context, r *Run, domains []domain) error {
	p.record(r)
	scored, err := p.scoredSets(domains)
	if err != nil {
		return err
	}
	var results []domainResult
	for in, d := range domains {
		if d.train == nil {
			continue
		}
		for i := range p.Seeds {
			seed := r.Seed + uint64(i)
			v, err := p.fit(ctx, r, d, in, seed)
			if err != nil {
				return err
			}
			if in == 0 && i == 0 {
				r.Model(func(path string) error {
					return weights.Save(path, v.Params(), map[string]string{"experiment": r.name})
				})
			}
			result, err := part(r, fmt.Sprintf("set%d-seed%d", in, seed), func() (domainResult, error) {
				return p.measure(ctx, r, v, domains, scored, in, seed)
			})
			if err != nil {
				return err
			}
			results = append(results, result)
		}
	}
	found := domainResults{p, domains, scored, results}
	if err := found.report(r); err != nil {
		return err
	}
	found.pictures(r)
	return nil
}

func (p domainPlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("784-%d-%d-%d-784, tanh", p.Hidden, p.Latent, p.Hidden))
	r.Setting("decoder", "Bernoulli")
	r.Setting("pixels", "of all sets alike 1 with the probability of their grey value: drawn anew at each step of training, once for what is scored, from a fixed seed")
	r.Setting("training images", p.Train)
	r.Setting("epochs", p.Epochs)
	r.Setting("batch", domainBatch)
	r.Setting("optimiser", "Adam, learning rate 4e-3 falling linearly to 4e-4")
	r.Setting("scored", fmt.Sprintf("the first %d test images of each set", p.Scored))
	r.Setting("draws", fmt.Sprintf("%d for each image, of importance sampling and for the bound", p.Draws))
	r.Setting("seeds", p.Seeds)
	r.Setting("probes", fmt.Sprintf("logistic regression on the grey pixels and on the posterior's means at the same pixels; as many labels of each class; Adam, learning rate %g falling linearly to 0, %d steps of %d",
		probeRate, p.ProbeSteps, probeBatch))
	r.Setting("probes' prior", fmt.Sprintf("N(0, %g²), selected on the last 10,000 training digits of MNIST, also for Fashion-MNIST", probeSigma))
	r.Setting("probes' test images", p.Probed)
}

func (p domainPlan) fit(ctx context.Context, r *Run, d domain, in int, seed uint64) (*vae.VAE, error) {
	r.Phase(fmt.Sprintf("%s, seed %d", d.name, seed))
	images, _, err := d.train.Split(p.Train)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	v := vae.New(vae.Config{Inputs: 784, Hidden: []int{p.Hidden}, Latent: p.Latent, Binarize: true, Seed: seed})
	_, err = v.Fit(ctx, images, train.Settings{
		Epochs: p.Epochs, BatchSize: domainBatch, LR: optim.Linear(4e-3, 4e-4, p.Epochs*p.Train/domainBatch), Seed: seed,
		Checkpoint: filepath.Join(r.CheckpointDir(), fmt.Sprintf("set%d-seed%d", in, seed)),
		Observe:    func(s train.Step) { r.Progress(s.Step, s.Steps, fmt.Sprintf("bound %.2f", s.ELBO)) },
	})
	return v, err
}

// measure scores the sets by one network, and probes it.
func (p domainPlan) measure(ctx context.Context, r *Run, v *vae.VAE, domains []domain, scored []*data.Images, in int, seed uint64) (domainResult, error) {
	result := domainResult{In: in, Seed: seed}
	r.Phase(fmt.Sprintf("densities and probes, %s, seed %d", domains[in].name, seed))
	typical, err := firstDrawn(domains[in].train, p.Scored)
	if err != nil {
		return result, err
	}
	logP, err := v.LogEvidence(ctx, typical, p.Draws)
	if err != nil {
		return result, err
	}
	result.Typical = average(logP)
	for i, set := range scored {
		r.Progress(i, len(scored)+1, domains[i].name)
		d, err := p.densitiesOf(ctx, v, set)
		if err != nil {
			return result, fmt.Errorf("%s: %w", domains[i].name, err)
		}
		result.Sets = append(result.Sets, d)
	}
	r.Progress(len(scored), len(scored)+1, "probes")
	result.Probes, err = p.probe(ctx, v, domains[in], seed)
	return result, err
}
