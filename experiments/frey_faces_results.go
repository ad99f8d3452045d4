package experiments

import (
	"context"
	"fmt"
	"math"

	"credence/data"
	"credence/metrics"
)

// The bands, in nats a frame and grey levels. The paper gives its bounds as a figure, of which we quote no
// digits: in it more latent variables never do harm.
const (
	freyMinBound   = 800.0 // of 20 latent variables
	freyMinOver    = 200.0 // of that over a normal distribution for each pixel
	freyMinGain    = 100.0 // of 10 latent variables over 2
	freyMaxLoss    = 50.0  // of 20 against 10
	freyMaxGap     = 150.0 // of log p(x) over the bound
	freyMaxRMSE    = 18.0  // of reconstructions by 20 latent variables
	freyBoundDraws = 20
)

// measure takes what is reported of each network on frames that it was not trained on.
func (p freyPlan) measure(ctx context.Context, r *Run, nets freyNets, sets freySets) (err error) {
	r.Phase("validation and test frames")
	mean := func(values []float64, err error) (float64, error) {
		if err != nil {
			return 0, err
		}
		return average(values), nil
	}
	done := 0
	for _, latent := range p.Latents {
		for _, n := range nets[latent] {
			if n.valid, err = mean(n.Bounds(ctx, sets.valid, freyBoundDraws)); err != nil {
				return err
			}
			if n.test, err = mean(n.Bounds(ctx, sets.test, freyBoundDraws)); err != nil {
				return err
			}
			if n.logP, err = n.meanEvidence(ctx, sets.test, p.Draws); err != nil {
				return err
			}
			x := allPixels(sets.test)
			again, err := n.Reconstructed(sets.test, upTo(sets.test.Len()))
			if err != nil {
				return err
			}
			if n.reconstruction, err = metrics.RMSE(again, x); err != nil {
				return err
			}
			n.reconstruction *= 255
			done++
			r.Progress(done, len(p.Latents)*p.Seeds, fmt.Sprintf("Nz = %d: test bound %.0f", latent, n.test))
		}
	}
	return nil
}

func upTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// allPixels returns the pixels of every image, one after the other.
func allPixels(set *data.Images) []float64 {
	x := make([]float64, set.Len()*set.XShape()[0])
	set.Batch(upTo(set.Len()), x, make([]float64, set.Len()))
	return x
}

// independentPixels is the mean log density of a set, in nats an image, by a normal distribution for each pixel
// with the moments of the training images, and a standard deviation of at least the floor.
func independentPixels(training, set *data.Images, floor float64) float64 {
	x, size := allPixels(training), training.XShape()[0]
	mean, variance := make([]float64, size), make([]float64, size)
	for i, v := range x {
		mean[i%size] += v / float64(training.Len())
	}
	for i, v := range x {
		variance[i%size] += (v - mean[i%size]) * (v - mean[i%size]) / float64(training.Len())
	}
	sum := 0.0
	for i, v := range allPixels(set) {
		k := i % size
		s2 := max(variance[k], floor*floor)
		sum -= ((v-mean[k])*(v-mean[k])/s2 + math.Log(2*math.Pi*s2)) / 2
	}
	return sum / float64(set.Len())
}

func (p freyPlan) report(r *Run, nets freyNets, sets freySets) {
	record := func(name string, low, high *float64, of func(i int) float64) {
		c := overSeeds(name+" ("+string(r.Scale)+")", upTo(p.Seeds), of)
		c.Low, c.High, c.Split, c.SelectedOn = low, high, "test", p.SelectedOn
		if low == nil && high == nil {
			r.Info(c)
			return
		}
		r.Check(c)
	}
	many, some, plane := nets[freyMany], nets[freySome], nets[freyPlane]
	alone := independentPixels(sets.train, sets.test, p.MinSigma)
	record("bound, 20 latent variables, nats", new(freyMinBound), nil, func(i int) float64 { return many[i].test })
	record("bound, 20 latent variables, minus log density of independent pixels, nats", new(freyMinOver), nil, func(i int) float64 { return many[i].test - alone })
	record("bound of 10 latent variables minus that of 2, nats", new(freyMinGain), nil, func(i int) float64 { return some[i].test - plane[i].test })
	record("bound of 20 latent variables minus that of 10, nats", new(-freyMaxLoss), nil, func(i int) float64 { return many[i].test - some[i].test })
	record(fmt.Sprintf("log p(x) by %d draws minus the bound, 20 latent variables, nats", p.Draws), new(0.0), new(freyMaxGap), func(i int) float64 { return many[i].logP - many[i].test })
	record("reconstructions, root mean squared error, 20 latent variables, grey levels of 256", nil, new(freyMaxRMSE), func(i int) float64 { return many[i].reconstruction })
	record("training bound minus test bound, 20 latent variables, nats", nil, nil, func(i int) float64 { return many[i].trainBound() - many[i].test })
	record("training bound minus test bound, 2 latent variables, nats", nil, nil, func(i int) float64 { return plane[i].trainBound() - plane[i].test })
	p.tables(r, nets, alone)
}

// freyBounds are what the tables and pictures show of a network.
var freyBounds = []struct {
	name string
	of   func(*freyNet) float64
}{
	{"training bound", func(n *freyNet) float64 { return n.trainBound() }},
	{"validation bound", func(n *freyNet) float64 { return n.valid }},
	{"test bound", func(n *freyNet) float64 { return n.test }},
	{"test log p(x)", func(n *freyNet) float64 { return n.logP }},
	{"test RMSE, grey levels", func(n *freyNet) float64 { return n.reconstruction }},
}

func (p freyPlan) tables(r *Run, nets freyNets, alone float64) {
	columns := []string{"latent variables"}
	for _, b := range freyBounds {
		columns = append(columns, b.name)
	}
	var rows, all [][]any
	for _, latent := range p.Latents {
		row := []any{latent}
		for _, b := range freyBounds {
			row = append(row, plusMinus(over(nets[latent], b.of)))
		}
		rows = append(rows, row)
		for _, n := range nets[latent] {
			one := []any{latent, n.seed}
			for _, b := range freyBounds {
				one = append(one, b.of(n))
			}
			all = append(all, one)
		}
	}
	r.Table("bounds", fmt.Sprintf("Nats a frame, of a density of pixels divided by 255: means of %d seeds, ± a standard error. That of training is the average over the last epoch; log p(x) is by %d draws. A normal distribution for each pixel gives the test frames %.0f.",
		p.Seeds, p.Draws, alone), columns, rows)
	r.Table("seeds", "The same by seed.", append([]string{"latent variables", "seed"}, columns[1:]...), all)
}
