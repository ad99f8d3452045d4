package bnn

import (
	"context"

	"credence/data"
	"credence/graph"
	"credence/prob"
	"credence/train"
)

// Classifier is a network whose outputs are the logits of the classes. It is not safe for concurrent use.
type Classifier struct{ *network }

// NewClassifier returns a classifier with initial weights. The last of the widths is the number of
// classes. It panics on fewer than two widths.
func NewClassifier(c Config) *Classifier { return &Classifier{newNetwork(c)} }

// Clone returns a classifier of its own with the same weights.
func (c *Classifier) Clone() *Classifier {
	d := NewClassifier(c.config)
	if err := d.params.CopyFrom(c.params); err != nil {
		panic(err) // the configuration is the same
	}
	return d
}

// Terms returns log p(y|x, w) of each example [batch] for labels y [batch], under one draw of the
// weights, and the complexity. See train.Model.
func (c *Classifier) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	return c.logLik(c.Forward(x), y), c.Complexity(x.Graph())
}

func (c *Classifier) logLik(logits, y *graph.Node) *graph.Node {
	return prob.Categorical{Logits: logits}.LogProb(y)
}

// Fit trains the classifier on a set whose targets are class labels. See train.Fit.
func (c *Classifier) Fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	return train.Fit(ctx, c, set, s)
}

// Prediction is the averaged predictive distribution of a classifier.
type Prediction struct {
	Classes    int
	Mean       []float64 // [n, classes]: p(y|x), averaged over the draws
	Entropy    []float64 // [n], nats: of Mean, the uncertainty in all
	MutualInfo []float64 // [n], nats: between y and the weights, the part that more data could remove
}

// Predict averages the class probabilities of the set's examples over draws of the weights; its
// targets are not read. No draws means the mean network, one pass with the weights at their means; one is a sample.
//
// Weights with a Gaussian posterior are drawn through their layer's outputs, by local
// reparameterisation, however the network was trained: each example has draws of its own, and its
// predictive distribution is exactly that of drawing the weights. Examples do not share a draw.
func (c *Classifier) Predict(set data.Set, draws int) (*Prediction, error) {
	return classify(set, draws, c.outputs(), c)
}
