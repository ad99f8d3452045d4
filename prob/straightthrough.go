package prob

import "credence/graph"

// Relaxation is a continuous distribution in the place of a discrete one, which its draws round to.
type Relaxation interface {
	Distribution
	// StraightThrough returns draws of the discrete distribution with gradients of relaxed ones.
	StraightThrough(leading ...int) *graph.Node
}

// StraightThrough is a relaxation whose draws are those of the discrete distribution, and gradients
// of the relaxed (Bengio, Léonard and Courville 2013, https://arxiv.org/abs/1308.3432). A model given it
// for its posterior sees discrete values and learns by a biased gradient.
type StraightThrough struct{ Relaxation }

// Sample returns discrete draws with gradients of relaxed ones.
func (d StraightThrough) Sample(leading ...int) *graph.Node {
	return d.Relaxation.StraightThrough(leading...)
}
