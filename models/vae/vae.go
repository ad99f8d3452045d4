package vae

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
	"credence/prob"
	"credence/train"
)

// Config describes an autoencoder.
type Config struct {
	Inputs     int               // numbers in an example
	Hidden     []int             // units of the encoder's hidden layers; the decoder has them in reverse
	Latent     int               // latent variables
	Likelihood Likelihood        // of x given z; Bernoulli{}
	Activation layers.Activation // of hidden units; tanh
	Estimator  infer.Estimator   // of the bound and its gradient; infer.Pathwise{}, with the divergence in closed form
	// Binarize draws each pixel anew at every step of training, 1 with the probability that its grey
	// value gives (Salakhutdinov and Murray 2008). The sets that are predicted are taken as they are.
	Binarize bool
	// Mean is that of the training examples, [inputs], of numbers from 0 to 1: the decoder's last bias starts as
	// its log-odds (Burda et al. 2016, https://arxiv.org/abs/1509.00519, as their code does). Nil is one half.
	Mean      []float64
	Precision graph.Precision // Float32
	Seed      uint64          // of initial values and noise
}

// VAE is a variational autoencoder with a normal prior of the latent variables, N(0, I). It is not safe for
// concurrent use.
type VAE struct {
	config Config
	params *graph.Params

	encoder   layers.Sequential // x [batch, inputs] to features
	mu        *layers.Dense     // features to the posterior's means
	logSigma2 *layers.Dense     // and log variances
	decoder   layers.Sequential // z [..., latent] to what the likelihood takes
}

// New returns an autoencoder with initial weights. It panics if the inputs or latent variables are not
// positive, or a mean is given of other than the inputs.
func New(c Config) *VAE {
	if c.Inputs < 1 || c.Latent < 1 {
		panic(fmt.Sprintf("vae: %d inputs and %d latent variables", c.Inputs, c.Latent))
	}
	if c.Mean != nil && len(c.Mean) != c.Inputs {
		panic(fmt.Sprintf("vae: the mean of %d inputs has %d numbers", c.Inputs, len(c.Mean)))
	}
	if c.Likelihood == nil {
		c.Likelihood = Bernoulli{}
	}
	if c.Activation == nil {
		c.Activation = (*graph.Node).Tanh
	}
	if c.Estimator == nil {
		c.Estimator = infer.Pathwise{}
	}
	v := &VAE{config: c, params: graph.NewParams(c.Precision, c.Seed)}
	width := c.Inputs
	for i, units := range c.Hidden {
		v.encoder = append(v.encoder, v.dense(fmt.Sprintf("encoder%d", i), width, units), c.Activation)
		width = units
	}
	v.mu, v.logSigma2 = v.dense("mu", width, c.Latent), v.dense("log_sigma2", width, c.Latent)
	width = c.Latent
	for i := range c.Hidden {
		units := c.Hidden[len(c.Hidden)-1-i]
		v.decoder = append(v.decoder, v.dense(fmt.Sprintf("decoder%d", i), width, units), c.Activation)
		width = units
	}
	outputs := c.Likelihood.outputs(c.Inputs)
	v.decoder = append(v.decoder, &layers.Dense{
		W: v.params.New("x/w", graph.Glorot, width, outputs), B: v.params.New("x/b", logOdds(c.Mean), outputs),
	})
	return v
}

// logOdds starts a bias at the log-odds of a mean, kept within those of 0.001 and 0.999, and what is left of it
// at 0.
func logOdds(mean []float64) graph.Init {
	return func(_ *rand.Rand, _ graph.Shape, values []float64) {
		clear(values)
		for i, m := range mean {
			m = min(max(m, 0.001), 0.999)
			values[i] = math.Log(m / (1 - m))
		}
	}
}

func (v *VAE) dense(name string, in, out int) *layers.Dense {
	return layers.NewDense(v.params, name, in, out, graph.Glorot)
}

// Params returns the weights.
func (v *VAE) Params() *graph.Params { return v.params }

// Encode returns q(z|x) for x [batch, inputs].
func (v *VAE) Encode(x *graph.Node) prob.DiagonalNormal {
	h := v.encoder.Forward(x)
	return prob.DiagonalNormal{Mu: v.mu.Forward(h), Sigma: v.logSigma2.Forward(h).Scale(0.5).Exp()}
}

// Prior returns p(z), N(0, I).
func (v *VAE) Prior(g *graph.Graph) prob.DiagonalNormal {
	return prob.DiagonalNormal{Mu: g.Const(0).Broadcast(v.config.Latent), Sigma: g.Const(1).Broadcast(v.config.Latent)}
}

// Decode returns p(x|z) for z [..., latent]: of each of the inputs, independent given z.
func (v *VAE) Decode(z *graph.Node) prob.Independent {
	return prob.Independent{Base: v.config.Likelihood.of(v.decoder.Forward(z)), Axes: 1}
}

// Model returns the autoencoder as a latent variable model of the examples x [batch, inputs].
func (v *VAE) Model(x *graph.Node) infer.Model {
	q, p := v.Encode(x), v.Prior(x.Graph())
	return infer.Model{
		Posterior: q,
		Prior:     p,
		LogLik:    func(z *graph.Node) *graph.Node { return v.Decode(z).LogProb(x) },
		KL:        q.KL(p),
	}
}

// Terms returns the bound on log p(x) of each example [batch], and 0: the divergence is in the bound. Targets
// are not read. See train.Model.
func (v *VAE) Terms(x, _ *graph.Node) (bound, complexity *graph.Node) {
	x = x.Flatten()
	if v.config.Binarize {
		x = x.Graph().Uniform(x.Shape()...).Less(x)
	}
	return v.config.Estimator.Bound(v.Model(x)), x.Graph().Const(0)
}

// Fit trains the autoencoder. See train.Fit.
func (v *VAE) Fit(ctx context.Context, set data.Set, s train.Settings) ([]train.Epoch, error) {
	return train.Fit(ctx, v, set, s)
}
