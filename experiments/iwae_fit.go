package experiments

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"credence/data"
	"credence/models/vae"
	"credence/optim"
	"credence/train"
)

// iwaeNet is an autoencoder with what it was trained by and what is known of it.
type iwaeNet struct {
	vaeNet
	objective iwaeObjective
	name      string       // of its checkpoint and its parts
	evidence  [2][]float64 // log p(x) of the test digits, in nats, by each number of draws
}

// logP is the mean over the digits weighed by p.Draws[i] draws.
func (n *iwaeNet) logP(i int) float64 { return average(n.evidence[i]) }

// networks returns the networks with their initial weights, objective by objective, seed by seed.
func (p iwaePlan) networks(r *Run, training *data.Images) []*iwaeNet {
	mean := meanPixels(training)
	var nets []*iwaeNet
	for _, o := range p.Objectives {
		for i := range p.Seeds {
			seed := r.Seed + uint64(i)
			kind := "vae"
			if o.Weighted {
				kind = "iwae"
			}
			nets = append(nets, &iwaeNet{
				objective: o, name: fmt.Sprintf("%s-k%d-seed%d", kind, o.Draws, seed),
				vaeNet: vaeNet{latent: p.Latent, seed: seed, VAE: vae.New(vae.Config{
					Inputs: 784, Hidden: p.Hidden, Latent: p.Latent, Binarize: true, Estimator: o.estimator(), Mean: mean, Seed: seed,
				})},
			})
		}
	}
	return nets
}

// meanPixels is the mean image.
func meanPixels(set *data.Images) []float64 {
	mean := make([]float64, set.Width()*set.Height())
	for x, taken := range data.InOrder(set, 100) {
		for i, v := range x[:taken*len(mean)] {
			mean[i%len(mean)] += v / float64(set.Len())
		}
	}
	return mean
}

// fit trains all networks, as many at a time as there are cores: a step is too short to share one among them.
// Those that take longest come first. Each is the same whatever else is trained beside it.
func (p iwaePlan) fit(ctx context.Context, r *Run, nets []*iwaeNet, training *data.Images) error {
	r.Phase("training")
	work := newWork(r, len(nets))
	steps := p.epochs() * ((p.Train + iwaeBatch - 1) / iwaeBatch)
	cost := func(n *iwaeNet) int { return n.objective.Draws + 1 } // of a step, in what a draw takes
	folder := r.CheckpointDir()
	longest := make([]int, len(nets))
	for i, n := range nets {
		longest[i] = i
		work.expect(i, steps*cost(n))
	}
	slices.SortStableFunc(longest, func(i, j int) int { return cost(nets[j]) - cost(nets[i]) })
	return together(ctx, len(nets), func(ctx context.Context, i int) error {
		i = longest[i]
		n := nets[i]
		var err error
		n.history, err = n.Fit(ctx, training, train.Settings{
			Epochs: p.epochs(), BatchSize: iwaeBatch, Optimizer: optim.Adam{Beta1: 0.99, Beta2: 0.999, Eps: iwaeEps},
			LR: iwaeRate(steps / p.epochs()), Seed: n.seed, Checkpoint: filepath.Join(folder, n.name),
			Observe: func(s train.Step) {
				work.did(i, s.Step*cost(n), fmt.Sprintf("%v, seed %d: epoch %d of %d, bound %.2f", n.objective, n.seed, s.Epoch, s.Epochs, s.ELBO))
			},
		})
		if err != nil {
			return fmt.Errorf("%v, seed %d: %w", n.objective, n.seed, err)
		}
		work.did(i, steps*cost(n), fmt.Sprintf("%v, seed %d is trained", n.objective, n.seed))
		return nil
	})
}

// iwaeSlice is how many digits are weighed at once, between which a run can be stopped without loss.
const iwaeSlice = 500

// weigh estimates log p(x) of the test digits and counts the active units of each network.
func (p iwaePlan) weigh(ctx context.Context, r *Run, nets []*iwaeNet, test *data.Images) error {
	r.Phase("log p(x)")
	work := newWork(r, len(nets))
	for i := range nets {
		work.expect(i, p.Weighed[0]*p.Draws[0]+p.Weighed[1]*p.Draws[1])
	}
	return together(ctx, len(nets), func(ctx context.Context, i int) error {
		n, done := nets[i], 0
		for k, draws := range p.Draws {
			for from := 0; from < p.Weighed[k]; from += iwaeSlice {
				values, err := part(r, fmt.Sprintf("%s-%d-draws-%d", n.name, draws, from), func() ([]float64, error) {
					return n.evidenceOf(ctx, test, from, min(from+iwaeSlice, p.Weighed[k]), draws)
				})
				if err != nil {
					return err
				}
				n.evidence[k] = append(n.evidence[k], values...)
				done += len(values) * draws
				work.did(i, done, fmt.Sprintf("%v, seed %d: %.2f nats by %d draws", n.objective, n.seed, n.logP(k), draws))
			}
		}
		var err error
		n.active, err = n.activeUnits(test)
		return err
	})
}

// evidenceOf estimates log p(x) of the digits from one up to another.
func (n *iwaeNet) evidenceOf(ctx context.Context, set *data.Images, from, to, draws int) ([]float64, error) {
	first, _, err := set.Split(to)
	if err != nil {
		return nil, err
	}
	_, slice, err := first.Split(from)
	if err != nil {
		return nil, err
	}
	return n.LogEvidence(ctx, slice, draws)
}

// work adds up the progress of what is done side by side.
type work struct {
	run         *Run
	mu          sync.Mutex
	done, total []int
}

func newWork(r *Run, n int) *work { return &work{run: r, done: make([]int, n), total: make([]int, n)} }

func (w *work) expect(i, total int) { w.total[i] = total }

// did says that done units of the total of piece i are behind us.
func (w *work) did(i, done int, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done[i] = done
	sum, total := 0, 0
	for k := range w.done {
		sum, total = sum+w.done[k], total+w.total[k]
	}
	w.run.Progress(sum, total, text)
}
