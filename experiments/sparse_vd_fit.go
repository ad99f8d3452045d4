package experiments

import (
	"context"
	"fmt"
	"path/filepath"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
)

// sparseFit is how networks learn the digits of MNIST by sparse variational dropout.
type sparseFit struct {
	Images int // of the training set
	Tested int // images of the test set
	Epochs int
	Seeds  int
	LR     optim.Schedule
	LRText string
	KL     train.WarmUp
}

const sparseBatch = 100

// centred is images less the mean image.
type centred struct {
	*data.Images
	mean []float64
}

// Batch writes the rows as data.Images does, less the mean.
func (s centred) Batch(rows []int, x, y []float64) {
	s.Images.Batch(rows, x, y)
	for i := range x {
		x[i] -= s.mean[i%len(s.mean)]
	}
}

// centre takes the mean image of the first set off both.
func centre(training, test *data.Images) (centred, centred) {
	mean := make([]float64, len(training.XShape())*training.XShape()[0])
	x, y := make([]float64, len(mean)), make([]float64, 1)
	for i := range training.Len() {
		training.Batch([]int{i}, x, y)
		for k, v := range x {
			mean[k] += v / float64(training.Len())
		}
	}
	return centred{training, mean}, centred{test, mean}
}

// digits returns the training and the test set, less the mean image of the former.
func (p sparseFit) digits() (training, test centred, err error) {
	digits, tested, err := firstDigits(p.Images, p.Tested)
	if err != nil {
		return training, test, err
	}
	training, test = centre(digits.Scaled(256), tested.Scaled(256))
	return training, test, nil
}

func (p sparseFit) record(r *Run, network string) {
	r.Setting("network", network)
	r.Setting("training images", p.Images)
	r.Setting("pixels", "divided by 256, less the mean image")
	r.Setting("epochs", p.Epochs)
	r.Setting("batch", sparseBatch)
	r.Setting("optimiser", "Adam, learning rate "+p.LRText)
	r.Setting("weight of the divergence", fmt.Sprintf("0 for %d epochs, rising to 1 at epoch %d", p.KL.From, p.KL.Epochs))
	r.Setting("initial log sigma²", -10)
	r.Setting("pruned from log alpha", 3)
	r.Setting("pruned weights in training", "left out")
	r.Setting("seeds", p.Seeds)
}

// networks returns a network for each seed, with its initial weights.
func (p sparseFit) networks(r *Run, a sparsevd.Architecture) []*sparsevd.Network {
	nets := make([]*sparsevd.Network, p.Seeds)
	for i := range nets {
		nets[i] = sparsevd.New(sparsevd.Config{
			Network: a, Seed: r.Seed + uint64(i), Layers: layers.SparseOptions{Theta: graph.Glorot, TrainClip: true},
		})
	}
	return nets
}

// film returns the film of a network's training.
func (p sparseFit) film(r *Run, n *sparsevd.Network) sparseFilm {
	return sparseFilm{run: r, net: n, epochs: p.Epochs, every: max(1, p.Epochs/40)}
}

// fit trains the networks, as many at a time as there are cores: a step is too short to share one among them. Each is
// the same whatever else is trained beside it. The film is of the first, whose course is returned.
func (p sparseFit) fit(ctx context.Context, r *Run, nets []*sparsevd.Network, set data.Set, film sparseFilm) (history []train.Epoch, err error) {
	r.Phase("training")
	work := newWork(r, len(nets))
	steps := p.Epochs * ((set.Len() + sparseBatch - 1) / sparseBatch)
	for i := range nets {
		work.expect(i, steps)
	}
	folder := r.CheckpointDir()
	err = together(ctx, len(nets), func(ctx context.Context, i int) (err error) {
		n, seed := nets[i], r.Seed+uint64(i)
		s := train.Settings{
			Epochs: p.Epochs, BatchSize: sparseBatch, LR: p.LR, KL: p.KL, Seed: seed, Checkpoint: filepath.Join(folder, fmt.Sprint("seed", seed)),
			Observe: func(s train.Step) {
				if s.Step%100 == 0 || s.Step == s.Steps {
					work.did(i, s.Step, fmt.Sprintf("seed %d: NLL %.4f  KL %.4g  compression %.1f", seed, s.NLL, s.KL, n.Compression()))
				}
			},
		}
		if i == 0 {
			history, err = film.fit(ctx, set, s)
		} else {
			_, err = n.Fit(ctx, set, s)
		}
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		work.did(i, steps, fmt.Sprintf("seed %d is trained", seed))
		return nil
	})
	return history, err
}
