package infer

import (
	"credence/graph"
)

// Baseline predicts the reward of draws, so that ScoreFunction learns from what is better or worse than
// expected. As long as the prediction for a draw does not depend on that draw, the gradient stays unbiased.
type Baseline interface {
	// Predict takes the rewards, [draws, batch...], of draws.
	Predict(reward *graph.Node) Prediction
}

// Prediction is what a baseline expects.
type Prediction struct {
	Value *graph.Node // broadcasts against [draws, batch...]
	Fit   *graph.Node // its own loss, which training minimises along, [draws, batch...]; nil if it has none
}

// MovingAverage predicts the exponential moving average of the rewards of earlier steps, one number for all
// examples. It is state of the model: State is a parameter of the graph's Params, a scalar, which the run
// updates.
type MovingAverage struct {
	State *graph.Param // starts where it was declared; 0 is usual
	Decay float64      // in [0, 1): how much of the old average is kept; 0.9 is usual
}

// Predict returns the average before this step, and has the graph update it.
func (b MovingAverage) Predict(reward *graph.Node) Prediction {
	g := reward.Graph()
	if !(b.Decay >= 0 && b.Decay < 1) {
		return Prediction{Value: g.Failf("infer: MovingAverage: Decay is %v, want a number in [0, 1)", b.Decay)}
	}
	old := g.Param(b.State)
	g.Update(b.State, old.Scale(b.Decay).Add(reward.Mean().Scale(1-b.Decay)))
	return Prediction{Value: old}
}

// Learned predicts the output of a network of the caller's, trained with the model to be near the reward
// in square (Mnih and Gregor 2014, https://arxiv.org/abs/1402.0030, section 2.3).
type Learned struct{ Value *graph.Node } // [batch...] or a scalar: a function of the examples, not of draws

// Predict returns the network's output.
func (b Learned) Predict(reward *graph.Node) Prediction {
	return Prediction{Value: b.Value, Fit: reward.Sub(b.Value).Square()}
}

// LeaveOneOut predicts for each draw the mean reward of the example's other draws, of which there must be
// at least one (Mnih and Rezende 2016, https://arxiv.org/abs/1602.06725; Kool, van Hoof and Welling 2019).
type LeaveOneOut struct{}

// Predict returns the means of the others.
func (LeaveOneOut) Predict(reward *graph.Node) Prediction {
	n := reward.Dim(0)
	if n < 2 {
		return Prediction{Value: reward.Graph().Failf("infer: LeaveOneOut needs at least 2 draws")}
	}
	others := reward.Sum(0).Sub(reward)
	return Prediction{Value: others.Scale(1 / float64(n-1))}
}
