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
	return r.logLik(r.Forward(x), y), r.Complexity(x.Graph())
}

func (r *Regressor) logLik(means, y *graph.Node) *graph.Node {
	return prob.Normal{Mu: means, Sigma: r.sigma(means.Graph())}.LogProb(y.Reshape(y.Dim(0), -1)).Sum(1)
}

func (r *Regressor) sigma(g *graph.Graph) *graph.Node { return g.Param(r.noise).Softplus() }

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
	return regress(set, draws, r.noisy())
}

// PredictMixture predicts as Predict does and keeps the draws, for quantiles, intervals and the log-density of
// targets: the numbers are [n, targets], in row-major order.
func (r *Regressor) PredictMixture(set data.Set, draws int) (*infer.Mixture, error) {
	return mix(set, draws, r.noisy())
}

func (r *Regressor) noisy() noisy { return noisy{r, r.Noise() * r.Noise()} }
