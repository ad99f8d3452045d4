package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"credence/data"
	"credence/graph"
	"credence/prob"
)

// The estimators of the gradient of a minibatch's objective, all at the same parameters and minibatches.
const (
	byLocal    = iota
	bySeparate // weights of its own for each example
	bySingle   // the same weights for all examples
	byFlipout
	byMean // all weights at their means
)

var gradientEstimators = [...]string{"local reparameterisation", "separate weights", "single weights", "flipout", "no noise"}

// gradientVariances are by estimator and measured parameter: the variance of a gradient of the objective per example,
// averaged over the weights of the layer. It is NaN where there is no gradient.
type gradientVariances [len(gradientEstimators)][]float64

// gradientMeter measures the variance of a minibatch's gradient over both of its sources, the choice of the examples
// and the draw of the noise. Its minibatches are drawn from the set with replacement, so that examples are
// independent.
//
// Weights for each example are drawn by passes with a single example, whose gradients are averaged. Such a gradient
// is a mean of M independent ones alike, and its variance that of one, over M. So k examples have M/k times the
// variance of M: a part of each minibatch is enough.
//
// The divergence from the prior is known in closed form. Its gradient is a constant, which adds nothing.
type gradientMeter struct {
	net  noisyNet
	wrt  []*graph.Param
	set  *data.Images
	seed uint64
}

// measure returns the variances for minibatches of a size, from count of them, of each of which so many separate
// examples have weights of their own; those of separate weights are NaN if it is none.
func (m gradientMeter) measure(ctx context.Context, size, separate, count int, progress func(done int)) (v gradientVariances, err error) {
	var programs [len(gradientEstimators)]*gradientProgram
	for e := range programs {
		examples := size
		if e == bySeparate {
			examples = 1
		}
		if programs[e], err = m.program(e, examples); err != nil {
			return v, err
		}
	}
	rng := rand.New(rand.NewPCG(m.seed, uint64(size)))
	rows := make([]int, size)
	for i := range count {
		for j := range rows {
			rows[j] = rng.IntN(m.set.Len())
		}
		for e, p := range programs {
			if ctx.Err() != nil {
				return v, ctx.Err()
			}
			used := rows
			if e == bySeparate {
				used = rows[:separate]
			}
			if err := p.add(m.set, used); err != nil {
				return v, fmt.Errorf("gradients by %s: %w", gradientEstimators[e], err)
			}
		}
		progress(i + 1)
	}
	for e, p := range programs {
		for i := range m.wrt {
			v[e] = append(v[e], p.spreads[i].variance())
		}
	}
	for i := range v[bySeparate] {
		v[bySeparate][i] *= float64(separate) / float64(size)
	}
	return v, nil
}

// gradientProgram computes the gradients of minibatches by one estimator, and how they spread.
type gradientProgram struct {
	*graph.Program
	examples int // of a pass
	x, y     []float64
	feed     graph.Feed
	step     uint64
	spreads  []gradientSpread
}

func (m gradientMeter) program(estimator, examples int) (*gradientProgram, error) {
	net := m.net.by(estimator)
	pixels := m.set.XShape()[0]
	g := graph.New(net.Params(), graph.Train)
	x, y := g.Input("x", examples, pixels), g.Input("y", examples)
	loss := prob.Categorical{Logits: net.logits(x)}.LogProb(y).Mean().Neg()
	wrt := make([]*graph.Node, len(m.wrt))
	for i, parameter := range m.wrt {
		wrt[i] = g.Param(net.Params().Lookup(parameter.Name()))
	}
	prog, err := g.Compile(graph.Grad(loss, wrt...)...)
	p := &gradientProgram{
		Program: prog, examples: examples, x: make([]float64, examples*pixels), y: make([]float64, examples),
		spreads: make([]gradientSpread, len(wrt)),
	}
	p.feed = graph.Feed{x: p.x, y: p.y}
	return p, err
}

// add takes the gradient of a minibatch, whose rows go through as many passes as they need.
func (p *gradientProgram) add(set data.Set, rows []int) error {
	passes := len(rows) / p.examples
	for at := 0; at < len(rows); at += p.examples {
		set.Batch(rows[at:at+p.examples], p.x, p.y)
		out, err := p.Run(p.step, p.feed)
		if err != nil {
			return err
		}
		p.step++
		for i := range p.spreads {
			p.spreads[i].addPart(out[i], passes)
		}
	}
	for i := range p.spreads {
		p.spreads[i].endMean()
	}
	return nil
}

// gradientSpread sums the squared deviations of gradients from their mean, over all elements.
type gradientSpread struct {
	count   float64
	next    []float64 // the gradient that is being averaged
	mean    []float64
	squares float64
}

// addPart adds one of so many parts to the mean of the next gradient.
func (s *gradientSpread) addPart(part *graph.Array, parts int) {
	if s.next == nil {
		s.next, s.mean = make([]float64, part.Len()), make([]float64, part.Len())
	}
	share := 1 / float64(parts)
	for i := range s.next {
		s.next[i] += share * part.At(i)
	}
}

// endMean takes the next gradient, by Welford's recurrence.
func (s *gradientSpread) endMean() {
	s.count++
	for i, x := range s.next {
		d := x - s.mean[i]
		s.mean[i] += d / s.count
		s.squares += d * (x - s.mean[i])
		s.next[i] = 0
	}
}

// variance returns the variance of one gradient, averaged over its elements; NaN if all gradients are zero, as they
// are of a parameter that has no part in the objective.
func (s *gradientSpread) variance() float64 {
	if s.squares == 0 {
		return math.NaN()
	}
	return s.squares / (s.count - 1) / float64(len(s.next))
}
