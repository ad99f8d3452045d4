package experiments

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"credence/data"
	"credence/layers"
	"credence/models/bnn"
	"credence/optim"
	"credence/prob"
	"credence/train"
	"credence/weights"
)

var smallData = Experiment{
	Name:    "small-data",
	Summary: "what a Bayesian network gains depends on the data per parameter: MNIST from 50 digits to 60,000",
	Needs:   "embedded MNIST; quick: 90 small networks, minutes; reduced: 150 larger ones, hours",
	Paper:   "Blundell, Cornebise, Kavukcuoglu and Wierstra 2015, Weight Uncertainty in Neural Networks, https://arxiv.org/abs/1505.05424",
	Scales:  []Scale{Quick, Reduced},
	Run:     runSmallData,
}

// smallDataPlan is the settings of one scale.
type smallDataPlan struct {
	Hidden []int // units of the hidden layers
	Batch  int
	LR     float64 // falls linearly to a hundredth
	Seeds  int
	Draws  int // from the posterior, for each prediction
	Sizes  []smallDataSize
}

// smallDataSize is a number of training digits with what was chosen for it.
type smallDataSize struct {
	N, Steps int
	MAP      float64 // prior's standard deviation
	Rate     float64 // dropout, of hidden units
	Bound    float64 // Bayesian network: prior's standard deviation
	Cold     float64 // tempered Bayesian network: prior's standard deviation
	KL       float64 // tempered Bayesian network: weight of the complexity cost
}

// smallDataPlanFor returns the plan. Of a few values of each hyperparameter, those of a size have the least
// NLL on digits held out from among the N, with quick's network and its first seed: in five-fold
// cross-validation for 50 and 200 digits, on the last fifth for more.
func smallDataPlanFor(s Scale) smallDataPlan {
	p := smallDataPlan{
		Hidden: []int{100, 100}, Batch: 100, LR: 2e-3, Seeds: 3, Draws: 16,
		Sizes: []smallDataSize{
			{N: 50, Steps: 800, MAP: 1.2, Rate: 0.7, Bound: 1.6, Cold: 0.2, KL: 0.01},
			{N: 200, Steps: 800, MAP: 0.8, Rate: 0.5, Bound: 0.8, Cold: 0.2, KL: 0.1},
			{N: 1000, Steps: 1000, MAP: 0.4, Rate: 0.3, Bound: 0.8, Cold: 0.2, KL: 0.1},
			{N: 5000, Steps: 1500, MAP: 0.2, Rate: 0.3, Bound: 1.6, Cold: 0.1, KL: 0.1},
			{N: 20_000, Steps: 2000, MAP: 0.2, Rate: 0.1, Bound: 0.4, Cold: 0.2, KL: 0.1},
			{N: 60_000, Steps: 3000, MAP: 0.2, Rate: 0.1, Bound: 1.6, Cold: 0.2, KL: 0.03},
		},
	}
	if s == Reduced {
		p.Hidden, p.Seeds, p.Draws = []int{400, 400}, 5, 32
		for i := range p.Sizes {
			p.Sizes[i].Steps *= 4
		}
	}
	return p
}

// The ways to learn. One Bayesian network maximises the evidence lower bound; the other the bound with a part
// of the complexity cost only, which makes its posterior a cold one (Wenzel et al. 2020,
// https://arxiv.org/abs/2002.02405).
const (
	byLikelihood = iota
	byMAP
	byDropout
	byTempered
	byBound
)

var smallDataMethods = [...]struct{ name, folder string }{
	{"maximum likelihood", "ml"}, {"MAP", "map"}, {"dropout", "dropout"}, {"tempered BNN", "tempered"}, {"full-bound BNN", "bound"},
}

// learner returns how a method learns from this many digits, and in words what was chosen for it.
func (z smallDataSize) learner(method int) (posterior bnn.Posterior, prior prob.Prior, kl tempered, chosen string) {
	variational := bnn.Variational{Estimator: layers.LocalReparameterization, Sigma: smallDataSigma}
	switch method {
	case byMAP:
		return bnn.Point{}, prob.Gaussian{Sigma: z.MAP}, 1, fmt.Sprintf("prior sd %g", z.MAP)
	case byDropout:
		return bnn.Dropout{Rate: z.Rate}, nil, 1, fmt.Sprintf("rate %g", z.Rate)
	case byBound:
		return variational, prob.Gaussian{Sigma: z.Bound}, 1, fmt.Sprintf("prior sd %g", z.Bound)
	case byTempered:
		return variational, prob.Gaussian{Sigma: z.Cold}, tempered(z.KL), fmt.Sprintf("prior sd %g, KL weight %g", z.Cold, z.KL)
	}
	return bnn.Point{}, nil, 1, "–"
}

// smallDataSigma is the standard deviation that a Bayesian network's posterior begins with.
const smallDataSigma = 0.03

// tempered shares out a complexity cost of this weight equally.
type tempered float64

// Share implements train.KLWeights.
func (w tempered) Share(_, _, m int) float64 { return float64(w) / float64(m) }

// smallDataNet is one network.
type smallDataNet struct {
	method, size, seed int
	*bnn.Classifier
	kl     float64 // complexity cost in the last epoch, nats
	scores scores  // on the test set
}

func runSmallData(ctx context.Context, r *Run) error {
	all, test, err := data.MNIST()
	if err != nil {
		return err
	}
	return smallDataPlanFor(r.Scale).run(ctx, r, all.Scaled(126), test.Scaled(126))
}

func (p smallDataPlan) run(ctx context.Context, r *Run, all, test *data.Images) error {
	p.record(r)
	nets, err := p.train(ctx, r, all)
	if err != nil {
		return err
	}
	if err := p.test(ctx, r, nets, test); err != nil {
		return err
	}
	results := smallDataResults{p, nets}
	if err := results.check(r); err != nil {
		return err
	}
	results.show(r)
	best := slices.IndexFunc(nets, func(n *smallDataNet) bool { return n.method == byTempered && n.size == len(p.Sizes)-1 })
	r.Model(func(path string) error {
		return weights.Save(path, nets[best].Params(), map[string]string{"experiment": r.name})
	})
	return nil
}

func (p smallDataPlan) record(r *Run) {
	r.Setting("hidden units", p.Hidden)
	r.Setting("pixels", "divided by 126")
	r.Setting("batch", p.Batch)
	r.Setting("optimiser", fmt.Sprintf("Adam, learning rate %g falling linearly to a hundredth", p.LR))
	r.Setting("sizes", p.Sizes)
	r.Setting("initial posterior sigma", smallDataSigma)
	r.Setting("posterior draws", p.Draws)
	r.Setting("seeds", p.Seeds)
}

// epochs returns how many passes over n digits have about so many steps, and the steps of one.
func (p smallDataPlan) epochs(n, steps int) (epochs, batches int) {
	batches = (n + p.Batch - 1) / p.Batch
	return max(1, (steps+batches/2)/batches), batches
}

// train fits all networks. Those of a seed learn from the same digits, in which those of a smaller size are
// the first.
func (p smallDataPlan) train(ctx context.Context, r *Run, all *data.Images) ([]*smallDataNet, error) {
	total, done := 0, 0
	for _, z := range p.Sizes {
		epochs, batches := p.epochs(z.N, z.Steps)
		total += epochs * batches * len(smallDataMethods) * p.Seeds
	}
	r.Phase("training")
	var nets []*smallDataNet
	for i := range p.Seeds {
		seed := r.Seed + uint64(i)
		order := rand.New(rand.NewPCG(seed, 1)).Perm(all.Len())
		for size, z := range p.Sizes {
			digits, err := all.Subset(order[:z.N])
			if err != nil {
				return nil, err
			}
			for method, m := range smallDataMethods {
				what := fmt.Sprintf("seed %d, N %d, %s", seed, z.N, m.name)
				folder := filepath.Join(r.CheckpointDir(), fmt.Sprintf("seed%d-n%d-%s", seed, z.N, m.folder))
				net, kl, err := p.fit(ctx, z, method, digits, seed, folder, func(s train.Step) {
					r.Progress(done+s.Step, total, fmt.Sprintf("%s: NLL %.3f, KL %.4g", what, s.NLL, s.KL))
				})
				if err != nil {
					return nil, fmt.Errorf("%s: %w", what, err)
				}
				epochs, batches := p.epochs(z.N, z.Steps)
				done += epochs * batches
				nets = append(nets, &smallDataNet{method: method, size: size, seed: i, Classifier: net, kl: kl})
			}
		}
	}
	return nets, nil
}

// fit returns a network that has learnt the digits, as a clone without the optimiser's memory, and its
// complexity cost.
func (p smallDataPlan) fit(ctx context.Context, z smallDataSize, method int, digits *data.Images, seed uint64, folder string, observe func(train.Step)) (net *bnn.Classifier, complexity float64, err error) {
	posterior, prior, kl, _ := z.learner(method)
	net = bnn.NewClassifier(bnn.Config{
		Widths: slices.Concat([]int{784}, p.Hidden, []int{10}), Posterior: posterior, Prior: prior, Seed: seed,
	})
	epochs, batches := p.epochs(digits.Len(), z.Steps)
	history, err := net.Fit(ctx, digits, train.Settings{
		Epochs: epochs, BatchSize: min(p.Batch, digits.Len()), LR: optim.Linear(p.LR, p.LR/100, epochs*batches), KL: kl,
		Seed: seed, Checkpoint: folder, Observe: observe,
	})
	if err != nil {
		return nil, 0, err
	}
	return net.Clone(), history[epochs-1].KL, nil
}

// test scores the networks, once all have learnt.
func (p smallDataPlan) test(ctx context.Context, r *Run, nets []*smallDataNet, test *data.Images) error {
	r.Phase("test set")
	for i, n := range nets {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		draws := p.Draws
		if n.method == byLikelihood || n.method == byMAP {
			draws = 0
		}
		q, err := n.Predict(test, draws)
		if err != nil {
			return err
		}
		if n.scores, err = score(q.Mean, test); err != nil {
			return err
		}
		r.Progress(i+1, len(nets), fmt.Sprintf("N %d, %s: error %.2f%%, NLL %.3f", p.Sizes[n.size].N, smallDataMethods[n.method].name, n.scores.err, n.scores.nll))
	}
	return nil
}
