package train

import (
	"context"
	"fmt"
	"slices"
	"time"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/optim"
)

// Fit trains the model on the set and returns the averages of each epoch.
//
// Each step minimises, over a minibatch, -mean log p(y|x) + share·m·complexity/N, with N examples,
// m minibatches in an epoch and the minibatch's share of the complexity: in expectation the
// negative evidence lower bound per example.
//
// A [data.Varying] set is taken anew in each epoch.
//
// Fit stops with an error at a cost that is not finite, the parameters as they were before it, and
// when ctx is cancelled, with an *Interrupted, after finishing the step and saving.
func Fit(ctx context.Context, m Model, set data.Set, s Settings) ([]Epoch, error) {
	s, err := s.withDefaults(set)
	if err != nil {
		return nil, err
	}
	l := &loop{
		model: m, set: set, inEpoch: set, Settings: s, programs: map[int]*program{},
		batches: data.NewBatches(set.Len(), s.BatchSize, s.Seed),
	}
	// Compiling declares the optimiser's memory, which a checkpoint holds too.
	if _, err := l.program(s.BatchSize); err != nil {
		return nil, err
	}
	if err := l.resume(); err != nil {
		return nil, err
	}
	err = l.run(ctx)
	return l.History, err
}

type loop struct {
	Settings
	progress
	model    Model
	set      data.Set
	inEpoch  data.Set // the set as the epoch under way has it
	batches  *data.Batches
	programs map[int]*program // by batch size
	saved    time.Time
}

// progress is what a checkpoint keeps besides the arrays.
type progress struct {
	Done    int     `json:"step"` // steps done
	History []Epoch `json:"history"`
	Sums    Epoch   `json:"sums"` // over the steps done of the epoch under way
}

// program is the compiled step for one batch size, with what it is fed.
type program struct {
	*graph.Program
	feed       graph.Feed
	x, y       []float64
	lr, weight float64
}

func (l *loop) program(batch int) (*program, error) {
	if p := l.programs[batch]; p != nil {
		return p, nil
	}
	g := graph.New(l.model.Params(), graph.Train)
	x := g.Input("x", slices.Concat([]int{batch}, l.set.XShape())...)
	y := g.Input("y", slices.Concat([]int{batch}, l.set.YShape())...)
	lr, weight := g.Input("lr"), g.Input("kl weight")
	logLik, complexity := l.model.Terms(x, y)
	f := infer.NewFreeEnergy(logLik, complexity, weight)
	if l.ClipNorm > 0 {
		optim.MinimizeClipped(l.Optimizer, f.Total, lr, l.ClipNorm)
	} else {
		optim.Minimize(l.Optimizer, f.Total, lr)
	}
	prog, err := g.Compile(f.Total, f.Likelihood, f.Complexity)
	if err != nil {
		return nil, fmt.Errorf("train: batches of %d: %w", batch, err)
	}
	p := &program{Program: prog, x: make([]float64, size(x)), y: make([]float64, size(y))}
	p.feed = graph.Feed{x: p.x, y: p.y, lr: &p.lr, weight: &p.weight}
	l.programs[batch] = p
	return p, nil
}

func size(n *graph.Node) int {
	s := 1
	for _, d := range n.Shape() {
		s *= d
	}
	return s
}

func (l *loop) run(ctx context.Context) error {
	per := l.batches.PerEpoch()
	total, first, start := l.Epochs*per, l.Done, time.Now()
	l.saved = start
	if l.Done < total {
		l.begin(l.Done / per)
	}
	for l.Done < total {
		if ctx.Err() != nil {
			return l.interrupt(ctx, total)
		}
		epoch, i := l.Done/per, l.Done%per
		if i == 0 {
			l.begin(epoch)
		}
		s, err := l.do(epoch, i, per)
		if err != nil {
			return fmt.Errorf("train: epoch %d, step %d: %w", epoch+1, l.Done+1, err)
		}
		l.account(s, per)
		s.Steps = total
		s.Rate = float64(l.Done-first) / time.Since(start).Seconds()
		s.ETA = time.Duration(float64(total-l.Done) / s.Rate * float64(time.Second))
		l.Observe(s)
		if i == per-1 && time.Since(l.saved) > l.Interval && l.Done < total {
			if err := l.save(); err != nil {
				return err
			}
		}
	}
	return l.save()
}

// begin goes to the order of an epoch and to its examples.
func (l *loop) begin(epoch int) {
	l.batches.Epoch(epoch)
	l.inEpoch = data.InEpoch(l.set, epoch)
}

// do runs the step on minibatch i of an epoch.
func (l *loop) do(epoch, i, per int) (Step, error) {
	rows := l.batches.Batch(i)
	p, err := l.program(len(rows))
	if err != nil {
		return Step{}, err
	}
	n := float64(l.set.Len())
	beta := l.KL.Share(epoch, i, per) * float64(per)
	p.lr, p.weight = l.LR(l.Done), beta/n
	l.inEpoch.Batch(rows, p.x, p.y)
	out, err := p.Run(uint64(l.Done), p.feed)
	if err != nil {
		return Step{}, err
	}
	nll, kl := out[1].Item(), out[2].Item()
	return Step{
		Step: l.Done + 1, Epoch: epoch + 1, Epochs: l.Epochs,
		ELBO: -(nll + kl/n), NLL: nll, KL: kl, Beta: beta, LR: p.lr,
	}, nil
}

// account adds a step to the averages of its epoch.
func (l *loop) account(s Step, per int) {
	l.Done++
	l.Sums.ELBO += s.ELBO / float64(per)
	l.Sums.NLL += s.NLL / float64(per)
	l.Sums.KL += s.KL / float64(per)
	if l.Done%per == 0 {
		l.Sums.Epoch = s.Epoch
		l.History = append(l.History, l.Sums)
		l.Sums = Epoch{}
	}
}
