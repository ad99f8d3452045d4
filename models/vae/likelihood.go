package vae

import (
	"math"

	"credence/graph"
	"credence/prob"
)

// Likelihood is the distribution of the numbers of an example given what the decoder computes: Bernoulli
// or Gaussian.
type Likelihood interface {
	// outputs is how many numbers the decoder computes for an example.
	outputs(inputs int) int
	// of returns the distribution of each number, from the decoder's outputs [..., outputs].
	of(h *graph.Node) prob.Distribution
	// mean returns its mean.
	mean(h *graph.Node) *graph.Node
}

// Bernoulli is for numbers that are 0 or 1; the decoder computes log-odds.
type Bernoulli struct{}

func (Bernoulli) outputs(inputs int) int             { return inputs }
func (Bernoulli) of(h *graph.Node) prob.Distribution { return prob.Bernoulli{Logits: h} }
func (Bernoulli) mean(h *graph.Node) *graph.Node     { return h.Sigmoid() }

// Gaussian is for numbers in [0, 1] that are not counts: the decoder computes means, by a sigmoid, and
// variances (Kingma and Welling 2014, appendix C.2).
type Gaussian struct {
	// MinSigma is the least standard deviation: without one a density of numbers that are exactly
	// predictable, a black border say, grows without bound. 0 is 0.01.
	MinSigma float64
}

func (Gaussian) outputs(inputs int) int { return 2 * inputs }

func (l Gaussian) of(h *graph.Node) prob.Distribution {
	least := l.MinSigma
	if least == 0 {
		least = 0.01
	}
	half := h.Dim(-1) / 2
	sigma := h.Slice(-1, half, 2*half).Scale(0.5).Exp().AddScalar(math.Abs(least))
	return prob.Normal{Mu: l.mean(h), Sigma: sigma}
}

func (Gaussian) mean(h *graph.Node) *graph.Node { return h.Slice(-1, 0, h.Dim(-1)/2).Sigmoid() }
