package prob

import (
	"fmt"
	"math"

	"credence/graph"
)

// Prior is a distribution over the weights of a network, each independent of the others, with fixed
// hyperparameters. Hyperparameters out of range are a mistake that Compile reports.
type Prior interface {
	// LogProb returns the log-density in nats at w, elementwise.
	LogProb(w *graph.Node) *graph.Node
}

// AnalyticPrior is a prior whose divergence from a normal posterior has a closed form.
type AnalyticPrior interface {
	Prior
	// KLFrom returns KL(q‖prior) in nats, elementwise.
	KLFrom(q Normal) *graph.Node
}

// Gaussian is the prior N(0, Sigma²). Sigma, the standard deviation, is positive.
type Gaussian struct{ Sigma float64 }

// Normal returns the prior as scalars of the graph.
func (p Gaussian) Normal(g *graph.Graph) Normal {
	if err := p.check(); err != nil {
		g.Failf("%w", err)
	}
	return Normal{Mu: g.Const(0), Sigma: g.Const(p.Sigma)}
}

// LogProb returns the log-density at w, elementwise.
func (p Gaussian) LogProb(w *graph.Node) *graph.Node {
	if err := p.check(); err != nil {
		return w.Graph().Failf("%w", err)
	}
	return w.Scale(1 / p.Sigma).Square().Scale(-0.5).AddScalar(-math.Log(p.Sigma) - halfLog2Pi)
}

// KLFrom returns KL(q‖p), elementwise.
func (p Gaussian) KLFrom(q Normal) *graph.Node {
	if err := p.check(); err != nil {
		return q.Mu.Graph().Failf("%w", err)
	}
	second := q.Mu.Square().Add(q.Sigma.Square())
	return second.Scale(0.5 / (p.Sigma * p.Sigma)).Sub(q.Sigma.Log()).AddScalar(math.Log(p.Sigma) - 0.5)
}

// Sample returns independent draws, afresh at every step of a run.
func (p Gaussian) Sample(g *graph.Graph, shape ...int) *graph.Node {
	return p.Normal(g).at(g.Normal(shape...))
}

// Mean returns 0.
func (p Gaussian) Mean() float64 { return 0 }

// Variance returns Sigma².
func (p Gaussian) Variance() float64 { return p.Sigma * p.Sigma }

// Entropy returns log Sigma + log(2πe)/2, the differential entropy of one weight.
func (p Gaussian) Entropy() float64 { return math.Log(p.Sigma) + halfLog2Pi + 0.5 }

func (p Gaussian) check() error {
	if positive(p.Sigma) {
		return nil
	}
	return fmt.Errorf("prob: Gaussian prior: Sigma is %v, want a positive number", p.Sigma)
}

func positive(v float64) bool { return v > 0 && !math.IsInf(v, 1) }
