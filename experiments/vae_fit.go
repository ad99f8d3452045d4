package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"credence/data"
	"credence/models/vae"
	"credence/train"
)

// vaeNet is a trained autoencoder and what is known of it.
type vaeNet struct {
	*vae.VAE
	latent  int
	seed    uint64
	history []train.Epoch
	held    map[int]float64 // mean bound of the test digits at the end of an epoch, from 1
	active  int
	logP    [2]float64 // mean over the weighed digits, by each number of draws
	bound   float64    // of the same digits
}

// trainBound is the mean over the last epoch, and testBound that at its end, in nats.
func (n *vaeNet) trainBound() float64 { return n.history[len(n.history)-1].ELBO }

func (n *vaeNet) testBound() float64 {
	if bound, ok := n.held[len(n.history)]; ok {
		return bound
	}
	return math.NaN()
}

// vaeNets are networks by their number of latent variables, one a seed.
type vaeNets map[int][]*vaeNet

func (p vaePlan) fit(ctx context.Context, r *Run, latent int, seed uint64, training, test *data.Images) (*vaeNet, error) {
	r.Phase(fmt.Sprintf("Nz = %d, seed %d", latent, seed))
	n := &vaeNet{latent: latent, seed: seed, VAE: vae.New(vae.Config{
		Inputs: 784, Hidden: []int{p.Hidden}, Latent: latent, Binarize: true, Seed: seed,
	})}
	folder := filepath.Join(r.CheckpointDir(), fmt.Sprintf("nz%d-seed%d", latent, seed))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "test-bounds.json")
	var err error
	epochs := p.epochs(latent)
	if n.held, err = readBounds(file); err != nil {
		return nil, err
	}
	fitting, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	n.history, err = n.Fit(fitting, training, train.Settings{
		Epochs: epochs, BatchSize: vaeBatch, Optimizer: p.Optimizer, LR: p.LR(epochs * p.Train / vaeBatch), Seed: seed, Checkpoint: folder,
		Observe: func(s train.Step) {
			r.Progress(s.Step, s.Steps, fmt.Sprintf("bound %.2f", s.ELBO))
			if s.Step*s.Epochs != s.Epoch*s.Steps {
				return
			}
			// An epoch's bound is on disk before its checkpoint is, also where the run is being stopped.
			if err := n.hold(context.WithoutCancel(ctx), s.Epoch, test, file); err != nil {
				stop(err)
			}
		},
	})
	if err != nil {
		if cause := context.Cause(fitting); ctx.Err() == nil && cause != nil {
			return nil, cause
		}
		return nil, err
	}
	n.active, err = n.activeUnits(test)
	return n, err
}

// hold keeps the test bound at the end of an epoch, in the file too: a resumed run needs those from before.
func (n *vaeNet) hold(ctx context.Context, epoch int, test data.Set, file string) error {
	bound, err := n.meanEvidence(ctx, test, 1)
	if err != nil {
		return err
	}
	n.held[epoch] = bound
	return writeFile(file, func(w io.Writer) error { return json.NewEncoder(w).Encode(n.held) })
}

func readBounds(file string) (map[int]float64, error) {
	bounds := map[int]float64{}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return bounds, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &bounds); err != nil {
		return nil, fmt.Errorf("test bounds of %s: %w", file, err)
	}
	return bounds, nil
}

// meanEvidence is the importance sampled log p(x), in nats, averaged over a set; with one draw it is the
// bound.
func (n *vaeNet) meanEvidence(ctx context.Context, set data.Set, draws int) (float64, error) {
	values, err := n.LogEvidence(ctx, set, draws)
	if err != nil {
		return 0, err
	}
	return average(values), nil
}

// vaeActive is the least variance of an active unit's posterior mean over the data (Burda et al. 2016,
// appendix C).
const vaeActive = 0.01

// activeUnits counts the latent variables whose posterior mean depends on the digit.
func (n *vaeNet) activeUnits(set *data.Images) (int, error) {
	rows := make([]int, set.Len())
	for i := range rows {
		rows[i] = i
	}
	means, err := n.Encoded(set, rows)
	if err != nil {
		return 0, err
	}
	active := 0
	for k := range n.latent {
		sum, squares := 0.0, 0.0
		for _, z := range means {
			sum, squares = sum+z[k], squares+z[k]*z[k]
		}
		mean := sum / float64(len(means))
		if squares/float64(len(means))-mean*mean > vaeActive {
			active++
		}
	}
	return active, nil
}

// weigh estimates log p(x) of the first test digits by importance sampling, and the bound of the same ones.
func (p vaePlan) weigh(ctx context.Context, r *Run, nets []*vaeNet, test *data.Images) error {
	first, _, err := test.Split(p.Weighed)
	if err != nil {
		return err
	}
	r.Phase("log p(x)")
	for i, n := range nets {
		if n.bound, err = n.meanEvidence(ctx, first, 1); err != nil {
			return err
		}
		for k, draws := range p.Draws {
			if n.logP[k], err = n.meanEvidence(ctx, first, draws); err != nil {
				return err
			}
		}
		r.Progress(i+1, len(nets), fmt.Sprintf("%.2f nats by %d draws", n.logP[1], p.Draws[1]))
	}
	return nil
}
