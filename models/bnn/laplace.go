package bnn

import (
	"context"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// LaplaceOptions says how a Laplace approximation is made. A field that is zero means what its comment says.
type LaplaceOptions struct {
	Structure infer.Structure // what is kept of each layer's curvature; infer.Kronecker
	AllLayers bool            // the weights of all layers have a posterior, with nothing between layers; those of the last
	Sigma     float64         // prior standard deviation of each weight and bias; that of the network's Gaussian prior or, if it has none, by the evidence
}

// Laplace is a classifier whose weights, those of the last layer or of all, are drawn from the Gaussian approximation
// of their posterior around the values that the classifier has learnt. Its log-evidence and its prior are those of
// the infer.Laplace in it. It is not safe for concurrent use.
type Laplace struct {
	*infer.Laplace
	*aroundMode
}

// Laplace returns the approximation after training on the set, whose targets are class labels: one pass through it
// for the curvature, a Gauss-Newton matrix. The classifier, whose weights must be points, stays as it is, and is not
// needed any more.
//
// Kronecker-factored over the last layer it is cheap and the choice of Daxberger et al. 2021 (https://arxiv.org/abs/2106.14806);
// draws from the posterior over all weights leave the region where the approximation holds, unless the prior is narrow.
func (c *Classifier) Laplace(ctx context.Context, set data.Set, o LaplaceOptions) (*Laplace, error) {
	l, around, err := laplace(ctx, c.network, c, set, o)
	if err != nil {
		return nil, err
	}
	return &Laplace{l, around}, nil
}

func (c *Classifier) roots(logits *graph.Node) *graph.Node { return infer.CategoricalRoots(logits) }

// Predict averages over draws of the weights as Classifier.Predict does, but all examples share each draw, and the
// draws are the same at every call. No draws means the network at the mode.
func (l *Laplace) Predict(set data.Set, draws int) (*Prediction, error) {
	return classify(set, draws, l.net.outputs(), l)
}

func (l *Laplace) predict(set data.Set, draws int, head func(*graph.Node) *graph.Node, use predictions) error {
	return l.aroundMode.predict(l.Laplace, set, draws, head, use)
}

// WithSigma returns the posterior under a prior of another standard deviation, from the same curvature.
func (l *Laplace) WithSigma(sigma float64) (*Laplace, error) {
	q, err := l.Laplace.WithSigma(sigma)
	if err != nil {
		return nil, err
	}
	return &Laplace{q, l.aroundMode}, nil
}

// Tuned returns the posterior under the prior of the highest evidence. See infer.Laplace.
func (l *Laplace) Tuned() (*Laplace, error) {
	q, err := l.Laplace.Tuned()
	if err != nil {
		return nil, err
	}
	return &Laplace{q, l.aroundMode}, nil
}

// RegressorLaplace is Laplace of a regressor.
type RegressorLaplace struct {
	*infer.Laplace
	*aroundMode
	variance float64 // of the noise
}

// Laplace is Classifier.Laplace for targets as the regressor's. The noise stays a number.
func (r *Regressor) Laplace(ctx context.Context, set data.Set, o LaplaceOptions) (*RegressorLaplace, error) {
	l, around, err := laplace(ctx, r.network, r, set, o)
	if err != nil {
		return nil, err
	}
	return &RegressorLaplace{l, around, r.Noise() * r.Noise()}, nil
}

func (r *Regressor) roots(means *graph.Node) *graph.Node {
	return infer.NormalRoots(means, r.sigma(means.Graph()))
}

// Predict averages over draws of the weights as Laplace.Predict does.
func (l *RegressorLaplace) Predict(set data.Set, draws int) (*RegressionPrediction, error) {
	return regress(set, draws, noisy{l, l.variance})
}

// PredictMixture predicts as Predict does and keeps the draws; see Regressor.PredictMixture.
func (l *RegressorLaplace) PredictMixture(set data.Set, draws int) (*infer.Mixture, error) {
	return mix(set, draws, noisy{l, l.variance})
}

func (l *RegressorLaplace) predict(set data.Set, draws int, head func(*graph.Node) *graph.Node, use predictions) error {
	return l.aroundMode.predict(l.Laplace, set, draws, head, use)
}

// WithSigma is Laplace.WithSigma.
func (l *RegressorLaplace) WithSigma(sigma float64) (*RegressorLaplace, error) {
	q, err := l.Laplace.WithSigma(sigma)
	if err != nil {
		return nil, err
	}
	return &RegressorLaplace{q, l.aroundMode, l.variance}, nil
}

// Tuned is Laplace.Tuned.
func (l *RegressorLaplace) Tuned() (*RegressorLaplace, error) {
	q, err := l.Laplace.Tuned()
	if err != nil {
		return nil, err
	}
	return &RegressorLaplace{q, l.aroundMode, l.variance}, nil
}

// priorSigma returns the standard deviation of the network's Gaussian prior, or 0.
func (n *network) priorSigma() float64 {
	if p, ok := n.config.Prior.(prob.Gaussian); ok {
		return p.Sigma
	}
	return 0
}
