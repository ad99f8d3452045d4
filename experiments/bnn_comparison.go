package experiments

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"credence/data"
	"credence/metrics"
	"credence/models/bnn"
	"credence/optim"
	"credence/train"
)

var bnnComparison = Experiment{
	Name:    "bnn-comparison",
	Summary: "six ways to a predictive distribution on one task with one budget: how good, how calibrated, how slow, how large",
	Needs:   "embedded MNIST; fashion-mnist, kmnist and notmnist; quick: 10,000 digits, ten minutes on two cores; reduced: all digits and 400 units, an hour",
	Paper:   "Lakshminarayanan, Pritzel and Blundell 2017, Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles, https://arxiv.org/abs/1612.01474",
	Scales:  []Scale{Quick, Reduced},
	Run:     runComparison,
}

// comparisonPlan is the settings of one scale. Every method has as many tries, one value each of what rules it, and
// the one with the least NLL on held-out training digits is trained anew on all of them, by each seed.
type comparisonPlan struct {
	Digits, HeldOut int // the first digits for training, the last of which the settings are chosen on
	Units           int // of each of the two hidden layers
	Epochs, Batch   int
	Seeds           int
	Members         int   // of the ensemble
	TriedMembers    int   // of the ensemble whose settings are being chosen
	Draws           int   // for each prediction
	Curve           []int // draws to follow the gain over
	MaxError        float64
}

func comparisonPlanFor(s Scale) comparisonPlan {
	p := comparisonPlan{
		Digits: 10_000, HeldOut: 2000, Units: 200, Epochs: 20, Batch: 100, Seeds: 3, Members: 5, TriedMembers: 3,
		Draws: 50, Curve: []int{1, 2, 5, 10, 20, 50, 100}, MaxError: 6,
	}
	if s == Reduced {
		p.Digits, p.HeldOut, p.Units, p.Epochs, p.MaxError = 60_000, 10_000, 400, 10, 2.5
	}
	return p
}

func runComparison(ctx context.Context, r *Run) error {
	all, test, err := data.MNIST()
	if err != nil {
		return err
	}
	other, err := otherImages(r.Data)
	if err != nil {
		return err
	}
	return comparisonPlanFor(r.Scale).run(ctx, r, all, test, other)
}

// otherSet is images of something else than digits.
type otherSet struct {
	name string
	*data.Images
}

func otherImages(folder data.Folder) ([]otherSet, error) {
	_, fashion, err := folder.FashionMNIST()
	if err != nil {
		return nil, err
	}
	kmnist, err := folder.KMNIST()
	if err != nil {
		return nil, err
	}
	notMNIST, err := folder.NotMNIST()
	return []otherSet{{"Fashion-MNIST", fashion}, {"KMNIST", kmnist}, {"notMNIST", notMNIST}}, err
}

// comparison is a run under way.
type comparison struct {
	comparisonPlan
	r     *Run
	test  *data.Images
	other []otherSet
}

// comparisonScale is what pixels are divided by.
const comparisonScale = 126

func (p comparisonPlan) run(ctx context.Context, r *Run, all, test *data.Images, other []otherSet) error {
	p.record(r)
	c := &comparison{p, r, test.Scaled(comparisonScale), slices.Clone(other)}
	for i, o := range other {
		c.other[i].Images = o.Scaled(comparisonScale)
	}
	digits, _, err := all.Scaled(comparisonScale).Split(p.Digits)
	if err != nil {
		return err
	}
	chosen, tries, err := c.choose(ctx, digits)
	if err != nil {
		return err
	}
	results := make([][]comparisonResult, len(comparisonMethods))
	for i := range p.Seeds {
		for m, method := range comparisonMethods {
			result, err := part(r, fmt.Sprintf("test-%s-%d", method.key, i), func() (comparisonResult, error) {
				t, err := c.train(ctx, "final", method, chosen[m], i, p.Members, digits)
				if err != nil {
					return comparisonResult{}, err
				}
				r.Phase(fmt.Sprintf("test sets, %s, seed %d", method.name, i+1))
				return c.measure(ctx, t)
			})
			if err != nil {
				return err
			}
			results[m] = append(results[m], result)
		}
	}
	control, err := c.intensity()
	if err != nil {
		return err
	}
	report := comparisonReport{p, r, chosen, tries, results, other, control}
	report.checks()
	report.tables()
	report.pictures()
	return nil
}

func (p comparisonPlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("784-%d-%d-10, ReLU", p.Units, p.Units))
	r.Setting("training digits", p.Digits)
	r.Setting("held out to choose settings on", p.HeldOut)
	r.Setting("pixels", fmt.Sprintf("divided by %d", comparisonScale))
	r.Setting("epochs", p.Epochs)
	r.Setting("batch", p.Batch)
	r.Setting("optimiser", fmt.Sprintf("Adam, learning rate %g where it is not what is chosen, falling linearly to a hundredth", comparisonRate))
	r.Setting("members of the ensemble", p.Members)
	r.Setting("members while its setting is chosen", p.TriedMembers)
	r.Setting("posterior draws", p.Draws)
	r.Setting("seeds", p.Seeds)
	for _, m := range comparisonMethods {
		var texts []string
		for _, try := range m.tries {
			texts = append(texts, try.text)
		}
		r.Setting("tried for "+m.name, texts)
	}
}

// choose returns the try of each method with the least NLL on the held-out digits, and the NLL of all.
func (c *comparison) choose(ctx context.Context, digits *data.Images) (chosen []int, tries [][]float64, err error) {
	training, heldOut, err := digits.Split(c.Digits - c.HeldOut)
	if err != nil {
		return nil, nil, err
	}
	for _, method := range comparisonMethods {
		best, nlls := 0, make([]float64, len(method.tries))
		for try := range method.tries {
			nlls[try], err = part(c.r, fmt.Sprintf("try-%s-%d", method.key, try), func() (float64, error) {
				t, err := c.train(ctx, "try", method, try, 0, c.TriedMembers, training)
				if err != nil {
					return 0, err
				}
				q, err := t.Predict(heldOut, c.draws(method))
				if err != nil {
					return 0, err
				}
				return metrics.NLL(q.Mean, 10, heldOut.Labels())
			})
			if err != nil {
				return nil, nil, err
			}
			if nlls[try] < nlls[best] {
				best = try
			}
		}
		c.r.Logf("%s: %s, held-out NLL %.4f", method.name, method.tries[best].text, nlls[best])
		chosen, tries = append(chosen, best), append(tries, nlls)
	}
	return chosen, tries, nil
}

// draws returns how many a method predicts with.
func (p comparisonPlan) draws(m comparisonMethod) int {
	if !m.draws {
		return 0
	}
	return p.Draws
}

// network returns the network of a try's recipe, with its training time in seconds. Its checkpoint serves every
// method that has the same recipe.
func (c *comparison) network(ctx context.Context, stage string, t comparisonTry, seed uint64, digits *data.Images) (*bnn.Classifier, float64, error) {
	name := fmt.Sprintf("%s-%s-seed%d", stage, t.key, seed)
	net := bnn.NewClassifier(bnn.Config{Widths: []int{784, c.Units, c.Units, 10}, Posterior: t.posterior, Prior: t.prior, Seed: seed})
	c.r.Phase("training, " + name)
	rate, steps := math.NaN(), c.Epochs*((digits.Len()+c.Batch-1)/c.Batch)
	fit := func() error {
		_, err := net.Fit(ctx, digits, train.Settings{
			Epochs: c.Epochs, BatchSize: c.Batch, LR: optim.Linear(t.rate, t.rate/100, steps), Seed: seed,
			Checkpoint: filepath.Join(c.r.CheckpointDir(), name),
			Observe: func(s train.Step) {
				rate = s.Rate
				c.r.Progress(s.Step, s.Steps, fmt.Sprintf("NLL %.3f", s.NLL))
			},
		})
		return err
	}
	seconds, err := part(c.r, "seconds-"+name, func() (float64, error) {
		err := fit()
		return float64(steps) / rate, err // also of a run that was interrupted
	})
	if err == nil {
		err = fit() // nothing is left to do but to read the checkpoint
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return net.Clone(), seconds, nil
}
