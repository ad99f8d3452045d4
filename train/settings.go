package train

import (
	"errors"
	"fmt"
	"time"

	"credence/data"
	"credence/graph"
	"credence/optim"
)

// Model is what Fit trains.
type Model interface {
	// Params returns the parameters that the objective is built on.
	Params() *graph.Params
	// Terms returns, for a minibatch x [batch, ...] of inputs and y [batch, ...] of targets, the
	// log-likelihood of each example, [batch], and the complexity cost of the whole model, a scalar:
	// the KL from the prior, or whatever stands in its place. Both in nats.
	Terms(x, y *graph.Node) (logLik, complexity *graph.Node)
}

// Settings says how to fit. A field that is zero means what its comment says.
type Settings struct {
	Epochs    int             // passes over the data; at least 1
	BatchSize int             // examples a minibatch; 100. The last of an epoch may be smaller
	Optimizer optim.Optimizer // optim.Adam{}
	LR        optim.Schedule  // learning rate by step; optim.Constant(1e-3)
	ClipNorm  float64         // longest gradient, by global norm; no limit
	KL        KLWeights       // Uniform{}
	Seed      uint64          // of the order of the examples

	// Observe is called after each step, in the goroutine of Fit.
	Observe func(Step)

	// Checkpoint is a folder that the state of training is kept in: at the end, when the context is
	// cancelled, and at the end of an epoch when Interval (one minute) has passed. A Fit that finds a
	// checkpoint of its own there goes on from it, to the bits of a run that was never stopped.
	// Empty for none.
	Checkpoint string
	Interval   time.Duration
}

func (s Settings) withDefaults(set data.Set) (Settings, error) {
	if s.BatchSize == 0 {
		s.BatchSize = 100
	}
	if s.Optimizer == nil {
		s.Optimizer = optim.Adam{}
	}
	if s.LR == nil {
		s.LR = optim.Constant(1e-3)
	}
	if s.KL == nil {
		s.KL = Uniform{}
	}
	if s.Observe == nil {
		s.Observe = func(Step) {}
	}
	if s.Interval == 0 {
		s.Interval = time.Minute
	}
	switch {
	case set.Len() == 0:
		return s, errors.New("train: the data set is empty")
	case s.Epochs < 1:
		return s, fmt.Errorf("train: %d epochs, want at least 1", s.Epochs)
	case s.BatchSize < 1:
		return s, fmt.Errorf("train: a batch size of %d, want at least 1", s.BatchSize)
	}
	s.BatchSize = min(s.BatchSize, set.Len())
	return s, nil
}

// Step is what the observer sees of a step. Costs are those before its update.
type Step struct {
	Step, Steps   int     // steps done, of how many in all
	Epoch, Epochs int     // the epoch that the step belongs to, from 1
	ELBO          float64 // -(NLL + KL/N): nats per example, of the unweighted bound
	NLL           float64 // likelihood cost, nats per example
	KL            float64 // complexity cost of the whole model, nats
	Beta          float64 // weight of the complexity cost against the bound's: 1 on average
	LR            float64
	Rate          float64       // steps per second since Fit began
	ETA           time.Duration // time left at that rate
}

func (s Step) String() string {
	return fmt.Sprintf("epoch %d/%d  ELBO %.4f  NLL %.4f  KL %.4g  beta %.3g  lr %.3g",
		s.Epoch, s.Epochs, s.ELBO, s.NLL, s.KL, s.Beta, s.LR)
}

// Epoch is the average over the steps of an epoch.
type Epoch struct {
	Epoch int     `json:"epoch"` // from 1
	ELBO  float64 `json:"elbo"`  // nats per example
	NLL   float64 `json:"nll"`   // nats per example
	KL    float64 `json:"kl"`    // nats, of the whole model
}
