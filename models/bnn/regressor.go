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

// RegressionPrediction is the averaged predictive distribution of a regressor, [n, targets] each.
type RegressionPrediction struct {
	Mean      []float64
	Epistemic []float64 // variance of the means over the draws, which more data could remove
	Aleatoric []float64 // variance of the noise
	Variance  []float64 // Epistemic + Aleatoric
}

// Predict averages over draws of the weights, as Classifier.Predict does; the set's targets are not read.
func (r *Regressor) Predict(set data.Set, draws int) (*RegressionPrediction, error) {
	p := &RegressionPrediction{}
	means := func(outputs *graph.Node) *graph.Node { return outputs }
	return p, r.predict(set, draws, means, func(draws [][]float64) error {
		batch, noise := infer.NewRegression(len(draws[0])), r.noiseVar(len(draws[0]))
		for _, d := range draws {
			if err := batch.Add(d, noise); err != nil {
				return err
			}
		}
		p.Mean = append(p.Mean, batch.Mean()...)
		p.Epistemic = append(p.Epistemic, batch.Epistemic()...)
		p.Aleatoric = append(p.Aleatoric, batch.Aleatoric()...)
		p.Variance = append(p.Variance, batch.Variance()...)
		return nil
	})
}

// PredictMixture predicts as Predict does and keeps the draws, for quantiles, intervals and the log-density of
// targets: the numbers are [n, targets], in row-major order.
func (r *Regressor) PredictMixture(set data.Set, draws int) (*infer.Mixture, error) {
	all := make([][]float64, max(draws, 1))
	means := func(outputs *graph.Node) *graph.Node { return outputs }
	err := r.predict(set, draws, means, func(draws [][]float64) error {
		for d, batch := range draws {
			all[d] = append(all[d], batch...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	m, noise := infer.NewMixture(len(all[0])), r.noiseVar(len(all[0]))
	for _, d := range all {
		if err := m.Add(d, noise); err != nil {
			return nil, fmt.Errorf("bnn: predicting: %w", err)
		}
	}
	return m, nil
}

func (r *Regressor) noiseVar(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = r.Noise() * r.Noise()
	}
	return v
}
