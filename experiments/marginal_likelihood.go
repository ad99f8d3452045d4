package experiments

import (
	"context"
	"fmt"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

var marginalLikelihood = Experiment{
	Name:    "marginal-likelihood",
	Summary: "Monte Carlo doesn't help much: log p(x) by draws of the prior, of an encoder's posterior and of the exact one, where it is known",
	Needs:   "embedded MNIST; quick: 15 linear autoencoders, 300 MB, a minute",
	Paper:   "Chatterjee and Diaconis 2018, The Sample Size Required in Importance Sampling, https://arxiv.org/abs/1511.01437",
	Scales:  []Scale{Quick},
	Run:     func(ctx context.Context, r *Run) error { return marginalPlanFor().run(ctx, r) },
}

// marginalPlan is the settings. The learning rate and the bands were chosen on the last 100 training digits, which
// no training saw.
type marginalPlan struct {
	Train, Test  int // digits
	Latents      []int
	Seeds        int
	Epochs       int
	PriorDraws   int // a power of 10
	EncoderDraws int // a power of 10
	ExactDraws   int
	LR           optim.Schedule
}

const (
	marginalSide  = 7 // of the images, in pixels
	marginalSize  = marginalSide * marginalSide
	marginalBatch = 100
)

func marginalPlanFor() marginalPlan {
	return marginalPlan{
		Train: 10_000, Test: 40, Latents: []int{1, 2, 5, 10, 20}, Seeds: 3, Epochs: 5,
		PriorDraws: 100_000, EncoderDraws: 10_000, ExactDraws: 100, LR: optim.Linear(1e-2, 1e-3, 500),
	}
}

func (p marginalPlan) run(ctx context.Context, r *Run) error {
	training, test, err := data.MNIST()
	if err != nil {
		return err
	}
	digits, err := shrunken(training, p.Train)
	if err != nil {
		return err
	}
	weighed, err := shrunken(test, p.Test)
	if err != nil {
		return err
	}
	p.record(r)
	var found []*marginalResult
	r.Phase("networks")
	for _, latent := range p.Latents {
		for i := range p.Seeds {
			v := newLinearVAE(latent, r.Seed+uint64(i))
			settings := train.Settings{Epochs: p.Epochs, BatchSize: marginalBatch, LR: p.LR, Seed: v.params.Seed()}
			if _, err := train.Fit(ctx, v, digits, settings); err != nil {
				return err
			}
			result, err := p.estimate(ctx, v, weighed)
			if err != nil {
				return err
			}
			found = append(found, result)
			r.Progress(len(found), len(p.Latents)*p.Seeds, fmt.Sprintf("%d latent variables: log p(x) %.2f nats", latent, result.logP))
		}
	}
	p.report(r, found)
	return nil
}

func (p marginalPlan) record(r *Run) {
	r.Setting("data", fmt.Sprintf("MNIST, each %d by %d pixels averaged to one: %d numbers from 0 to 1", 28/marginalSide, 28/marginalSide, marginalSize))
	r.Setting("model", "z from N(0, I), x from N(Wz + b, sigma²I), so that x is from N(b, WW' + sigma²I)")
	r.Setting("encoder", "N(Ax + a, diag(s²)): the exact posterior has a full covariance")
	r.Setting("latent variables", fmt.Sprint(p.Latents))
	r.Setting("training images", p.Train)
	r.Setting("training", fmt.Sprintf("of W, b, sigma, A, a and s by the ELBO: %d epochs in batches of %d, Adam, learning rate 0.01 falling linearly to 0.001", p.Epochs, marginalBatch))
	r.Setting("test digits", fmt.Sprintf("the first %d", p.Test))
	r.Setting("draws", fmt.Sprintf("up to %d of the prior, %d of the encoder's posterior, %d of the exact one, in float64", p.PriorDraws, p.EncoderDraws, p.ExactDraws))
	r.Setting("seeds", p.Seeds)
}

// shrunken returns the first n images at marginalSide pixels a side.
func shrunken(set *data.Images, n int) (*data.Table, error) {
	set, _, err := set.Split(n)
	if err != nil {
		return nil, err
	}
	x, none := make([][]float64, n), make([][]float64, n)
	block := set.Width() / marginalSide
	for i := range x {
		x[i], none[i] = make([]float64, marginalSize), []float64{0}
		image, _ := set.At(i)
		for k, pixel := range image {
			row, column := k/set.Width()/block, k%set.Width()/block
			x[i][row*marginalSide+column] += float64(pixel) / 255 / float64(block*block)
		}
	}
	return data.NewTable(x, none)
}

// linearVAE is a variational autoencoder whose maps are linear: its evidence and its posterior are known.
type linearVAE struct {
	latent   int
	params   *graph.Params
	decoder  *layers.Dense // z to the mean of x
	logSigma *graph.Param  // of x given z: log standard deviation, a scalar
	encoder  *layers.Dense // x to the mean of the posterior
	logS     *graph.Param  // log standard deviations of the posterior, [latent]
}

func newLinearVAE(latent int, seed uint64) *linearVAE {
	ps := graph.NewParams(graph.Float64, seed)
	return &linearVAE{
		latent: latent, params: ps,
		decoder: layers.NewDense(ps, "decoder", latent, marginalSize, graph.Glorot), logSigma: ps.New("log_sigma", graph.Constant(-1)),
		encoder: layers.NewDense(ps, "encoder", marginalSize, latent, graph.Glorot), logS: ps.New("log_s", graph.Constant(-1), latent),
	}
}

// Params returns the weights.
func (v *linearVAE) Params() *graph.Params { return v.params }

// Terms returns the bound on log p(x) of each example, with the divergence in it. See train.Model.
func (v *linearVAE) Terms(x, _ *graph.Node) (bound, complexity *graph.Node) {
	q, p := v.posterior(x), v.prior(x.Graph())
	return infer.Pathwise{}.Bound(infer.Model{
		Posterior: q, Prior: p, KL: q.KL(p),
		LogLik: func(z *graph.Node) *graph.Node { return v.likelihood(z).LogProb(x) },
	}), x.Graph().Const(0)
}

func (v *linearVAE) prior(g *graph.Graph) prob.DiagonalNormal {
	return prob.DiagonalNormal{Mu: g.Const(0).Broadcast(v.latent), Sigma: g.Const(1).Broadcast(v.latent)}
}

func (v *linearVAE) likelihood(z *graph.Node) prob.Distribution {
	return prob.Independent{Base: prob.Normal{Mu: v.decoder.Forward(z), Sigma: v.sigma(z.Graph())}, Axes: 1}
}

func (v *linearVAE) sigma(g *graph.Graph) *graph.Node { return g.Param(v.logSigma).Exp() }

// posterior is the encoder's, q(z|x), for x [batch, marginalSize].
func (v *linearVAE) posterior(x *graph.Node) prob.DiagonalNormal {
	return prob.DiagonalNormal{Mu: v.encoder.Forward(x), Sigma: x.Graph().Param(v.logS).Exp()}
}

// joint is p(z, x), z first: what is known of one given the other, or without it, follows from it.
func (v *linearVAE) joint(g *graph.Graph) prob.MultivariateNormal {
	w := g.Param(v.decoder.W) // [latent, marginalSize]
	one := func(n int) *graph.Node { return g.Const(1).Broadcast(n).Diag() }
	noise := one(marginalSize).Mul(v.sigma(g).Square())
	covariance := graph.Concat(0,
		graph.Concat(1, one(v.latent), w),
		graph.Concat(1, w.Transpose(), w.Transpose().MatMul(w).Add(noise)))
	return prob.MultivariateNormal{
		Mu: graph.Concat(0, g.Const(0).Broadcast(v.latent), g.Param(v.decoder.B)), Chol: covariance.Cholesky(),
	}
}
