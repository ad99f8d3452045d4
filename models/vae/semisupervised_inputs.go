package vae

import (
	"credence/graph"
	"credence/prob"
)

// Binarized draws pixels from their grey values, 1 with that probability, anew at each step of training
// (Salakhutdinov and Murray 2008); what is predicted is taken as it is.
func Binarized(x *graph.Node) *graph.Node {
	if x.Graph().Mode() == graph.Predict {
		return x
	}
	return x.Graph().Uniform(x.Shape()...).Less(x)
}

// FromFeatures draws inputs [batch, n] from Features [batch, 2n], anew at each step of training; to predict it
// takes their means.
func FromFeatures(x *graph.Node) *graph.Node {
	n := x.Dim(-1) / 2
	q := prob.DiagonalNormal{Mu: x.Slice(-1, 0, n), Sigma: x.Slice(-1, n, 2*n)}
	if x.Graph().Mode() == graph.Predict {
		return q.Mean()
	}
	return q.Sample()
}
