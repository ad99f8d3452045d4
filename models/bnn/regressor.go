package bnn

import (
	"context"
	"fmt"
	"math"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/prob"
	"credence/train"
)

// RegressorConfig is Config with the observation noise, a Gaussian of the same deviation everywhere.
type RegressorConfig struct {
	Config
	Noise      float64 // standard deviation, in the target's unit; 1
	LearnNoise bool    // Noise is where it starts, and it is learnt by maximum likelihood
}

// Regressor is a network whose outputs are the means of Gaussian targets. It is not safe for
// concurrent use.
type Regressor struct {
	*network
	noise *graph.Param // softplus⁻¹ of the deviation: a trainable scalar, or state
}

// NewRegressor returns a regressor with initial weights. It panics on fewer than two widths and on a
// negative noise.
func NewRegressor(c RegressorConfig) *Regressor {
	if c.Noise == 0 {
		c.Noise = 1
	}
	if !(c.Noise > 0) {
		panic(fmt.Sprintf("bnn: a noise of %v, want a positive one", c.Noise))
	}
	r := &Regressor{network: newNetwork(c.Config)}
	kind := graph.State
	if c.LearnNoise {
		kind = graph.Trainable
	}
	r.noise = r.params.Declare(kind, "noise/rho", graph.Constant(math.Log(math.Expm1(c.Noise))))
	return r
}

// Noise returns the standard deviation of the observation noise.
func (r *Regressor) Noise() float64 { return math.Log1p(math.Exp(r.noise.Value().Item())) }

// Terms returns log p(y|x, w) of each example [batch], summed over its targets y [batch, ...], under
// one draw of the weights, and the complexity. See train.Model.
func (r *Regressor) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	g := x.Graph()
	likelihood := prob.Normal{Mu: r.Forward(x), Sigma: g.Param(r.noise).Softplus()}
	return likelihood.LogProb(y.Reshape(y.Dim(0), -1)).Sum(1), r.Complexity(g)
}

// Fit trains the regressor. See train.Fit.
func (r *Regressor) Fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	return train.Fit(ctx, r, set, s)
}

// Predict averages over draws of the weights; the set's targets are not read. No draws means the
// mean network. The result has the mean, the variance of the mean over the draws (epistemic) and the
// variance with the noise, each [n, targets].
func (r *Regressor) Predict(set data.Set, draws int) (*infer.Regression, error) {
	targets := r.config.Widths[len(r.config.Widths)-1]
	forward := r.Forward
	if draws == 0 {
		forward = r.ForwardMean
	}
	run, err := newRunner(r.params, set, func(x *graph.Node) []*graph.Node {
		return []*graph.Node{forward(x)}
	})
	if err != nil {
		return nil, fmt.Errorf("bnn: predicting: %w", err)
	}
	p := infer.NewRegression(set.Len() * targets)
	mean := make([]float64, 0, set.Len()*targets)
	noise := make([]float64, set.Len()*targets)
	for i := range noise {
		noise[i] = r.Noise() * r.Noise()
	}
	for draw := range max(draws, 1) {
		mean = mean[:0]
		err := run.pass(draw, func(out []*graph.Array, n int) {
			mean = out[0].AppendTo(mean)[:len(mean)+n*targets]
		})
		if err != nil {
			return nil, fmt.Errorf("bnn: predicting: %w", err)
		}
		if err := p.Add(mean, noise); err != nil {
			return nil, fmt.Errorf("bnn: predicting: %w", err)
		}
	}
	return p, nil
}
