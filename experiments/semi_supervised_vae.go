package experiments

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"credence/weights"
)

var semiSupervisedVAE = Experiment{
	Name:    "semi-supervised-vae",
	Summary: "MNIST from 100 labels: what tens of thousands of digits without a label add to them",
	Needs:   "embedded MNIST; quick: 3 seeds, minutes; reduced: 5 seeds, hours; paper: 5 seeds of 4 numbers of labels, days",
	Paper:   "Kingma, Mohamed, Rezende and Welling 2014, Semi-supervised Learning with Deep Generative Models, https://arxiv.org/abs/1406.5298",
	Scales:  []Scale{Quick, Reduced, Paper},
	Run:     func(ctx context.Context, r *Run) error { return semiPlanFor(r.Scale).run(ctx, r) },
}

// semiPlan is the settings of one scale. The paper's are those of the authors' code
// (https://github.com/dpkingma/nips14-ssl), but for the schedules of learning.
type semiPlan struct {
	Train, Test int   // digits; no method sees the training digits after the first Train
	Labels      []int // numbers of training digits whose labels are known, equally many a class
	Seeds       int
	M1          semiSchedule // 784-500-500-50
	Stacked     semiSchedule // M2 on what M1 makes of the digits
	Pixels      semiSchedule // M2 on pixels
	Units       int          // of M1's hidden layers and of M2's on pixels
	Latent      int          // latent variables of every model
	Init        float64      // standard deviation of M2's initial weights

	MaxError map[int]float64 // the bands of M1+M2's test error by labels, %
	MinGain  float64         // of M1+M2 over the supervised network, points
}

// semiSchedule is how a model learns: by Adam, with a rate that falls linearly.
type semiSchedule struct {
	Passes, Batch int
	From, To      float64
}

// semiInformative is the least standard deviation of the posterior means of a latent variable that M2 is given.
const semiInformative = 0.1

func semiPlanFor(s Scale) semiPlan {
	p := semiPlan{
		Train: 50_000, Test: 10_000, Labels: []int{100}, Seeds: 5, Units: 500, Latent: 50, Init: 0.05,
		M1:       semiSchedule{Passes: 50, Batch: 250, From: 1e-3, To: 1e-4},
		Stacked:  semiSchedule{Passes: 300, Batch: 100, From: 3e-3, To: 1e-4},
		Pixels:   semiSchedule{Passes: 10, Batch: 100, From: 1e-3, To: 1e-4},
		MaxError: map[int]float64{100: 5}, MinGain: 10,
	}
	switch s {
	case Quick:
		p.Seeds, p.MaxError, p.MinGain = 3, nil, 3
		p.M1.Passes, p.Stacked.Passes, p.Pixels.Passes = 10, 12, 2
	case Paper:
		p.Labels, p.Init = []int{100, 600, 1000, 3000}, 1e-3
		p.M1 = semiSchedule{Passes: 1000, Batch: 1000, From: 3e-4, To: 3e-4}
		p.Stacked = semiSchedule{Passes: 3000, Batch: 500, From: 3e-4, To: 3e-4}
		p.Pixels = p.Stacked
		p.MaxError = map[int]float64{100: 4, 600: 3.1, 1000: 2.9, 3000: 2.7}
	}
	return p
}

// stacked returns the units of M2 on M1's features, and its schedule: with more than 100 labels the authors' code has
// 500 instead of 300, and batches of half the size.
func (p semiPlan) stacked(labels int) (units int, s semiSchedule) {
	units, s = p.Units, p.Stacked
	if labels <= 100 {
		return units * 3 / 5, s
	}
	s.Batch /= 2
	return units, s
}

func (p semiPlan) run(ctx context.Context, r *Run) error {
	training, test, err := firstDigits(p.Train, p.Test)
	if err != nil {
		return err
	}
	m1, err := p.fitM1(ctx, r, training, test)
	if err != nil {
		return err
	}
	p.record(r, len(m1.latents))
	results := map[int][]semiResult{}
	for _, labels := range p.Labels {
		for i := range p.Seeds {
			s, err := p.fit(ctx, r, m1, labels, r.Seed+uint64(i), training, test)
			if err != nil {
				return err
			}
			results[labels] = append(results[labels], s)
		}
	}
	p.report(r, results)
	first := results[p.Labels[0]][0]
	r.Model(func(path string) error {
		return weights.Save(path, first.stacked.Params(), map[string]string{"experiment": r.name})
	})
	return p.analogies(r, m1, first, test)
}

// semiRows returns the rows whose labels are known, equally many of each class, drawn by the seed, and the others.
func semiRows(classes []int, labels int, seed uint64) (known, others []int) {
	var count [10]int
	for _, row := range rand.New(rand.NewPCG(seed, 1)).Perm(len(classes)) {
		if class := classes[row]; count[class] < labels/len(count) {
			known, count[class] = append(known, row), count[class]+1
		} else {
			others = append(others, row)
		}
	}
	slices.Sort(others)
	return known, others
}

func (p semiPlan) record(r *Run, informative int) {
	schedule := func(s semiSchedule) string {
		return fmt.Sprintf("%d passes through the unlabelled digits in batches of %d; Adam, rate %g to %g", s.Passes, s.Batch, s.From, s.To)
	}
	r.Setting("training digits", fmt.Sprintf("%d, of which all but the labelled are unlabelled; M1 learns from all, without labels", p.Train))
	r.Setting("labelled digits", fmt.Sprintf("%v, equally many of each class, others with each seed", p.Labels))
	r.Setting("pixels", "drawn anew at each step of training, 1 with the probability of their grey value; grey when they are encoded and classified")
	r.Setting("M1", fmt.Sprintf("784-%d-%d-%d, softplus, one for all seeds; %s", p.Units, p.Units, p.Latent, schedule(p.M1)))
	r.Setting("features", fmt.Sprintf("the %d latent variables of M1 whose posterior means have a standard deviation above %g; drawn from q(z|x) anew at each step of training, their means when they are classified", informative, semiInformative))
	for _, labels := range p.Labels {
		units, s := p.stacked(labels)
		r.Setting(fmt.Sprintf("M1+M2, %d labels", labels), fmt.Sprintf("%d softplus units, %d latent variables, Gaussian; %s", units, p.Latent, schedule(s)))
	}
	r.Setting("M2 on pixels", fmt.Sprintf("%d softplus units, %d latent variables, Bernoulli; %s", p.Units, p.Latent, schedule(p.Pixels)))
	r.Setting("weight of the classifier", fmt.Sprintf("alpha = 0.1; %s for each labelled digit", p.betas()))
	r.Setting("labelled digits of a batch", "as many as unlabelled, by turns")
	r.Setting("prior of M2's weights", "N(0, 1)")
	r.Setting("M2's initial weights", fmt.Sprintf("N(0, %g²); the authors' 0.001²", p.Init))
	r.Setting("supervised network", fmt.Sprintf("784-%d-10, ReLU, on the labelled digits alone", p.Units))
	r.Setting("linear probe", "logistic regression of the labelled digits on the means of M1's features, prior N(0, 1)")
	r.Setting("test digits", p.Test)
	r.Setting("seeds", p.Seeds)
}

func (p semiPlan) betas() (s string) {
	for i, labels := range p.Labels {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%.4g with %d", 0.1*float64(p.Train)/float64(labels), labels)
	}
	return s
}
