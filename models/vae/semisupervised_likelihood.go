package vae

import (
	"credence/graph"
	"credence/prob"
)

// RealGaussian is for any numbers: the decoder computes means and log variances.
type RealGaussian struct{}

func (RealGaussian) outputs(inputs int) int { return 2 * inputs }

func (l RealGaussian) of(h *graph.Node) prob.Distribution {
	half := h.Dim(-1) / 2
	return prob.Normal{Mu: l.mean(h), Sigma: h.Slice(-1, half, 2*half).Scale(0.5).Exp()}
}

func (RealGaussian) mean(h *graph.Node) *graph.Node { return h.Slice(-1, 0, h.Dim(-1)/2) }
