package experiments

import (
	"fmt"
	"math"
	"slices"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/metrics"
	"credence/models/bnn"
	"credence/prob"
	"credence/train"
)

// noisyNet is a classifier of images whose posterior can be drawn from in all ways.
type noisyNet interface {
	train.Model
	// by returns a network of its own with the same parameters, which draws by an estimator.
	by(estimator int) noisyNet
	// logits maps x [batch, pixels] to [batch, 10] under a draw.
	logits(x *graph.Node) *graph.Node
	// measured returns the parameters of the posterior over a layer's weights, whose gradients are measured.
	measured(layer int) []*graph.Param
}

// gaussianNet has the framework's posterior: a normal distribution of each weight, with a mean mu and a deviation
// softplus(rho) that are learnt by the evidence lower bound.
type gaussianNet struct {
	*bnn.Classifier
	config    bnn.Config
	estimator int
}

func (p localPlan) gaussian(seed uint64) noisyNet {
	c := bnn.Config{Widths: p.widths(), Seed: seed, Prior: prob.Gaussian{Sigma: p.Prior}}
	return newGaussianNet(c, p.Sigma, byLocal)
}

func newGaussianNet(c bnn.Config, sigma float64, estimator int) *gaussianNet {
	posterior := bnn.Variational{Sigma: sigma}
	switch estimator {
	case byLocal:
		posterior.Estimator = layers.LocalReparameterization
	case byFlipout:
		posterior.Estimator = layers.Flipout
	}
	c.Posterior = posterior
	return &gaussianNet{bnn.NewClassifier(c), c, estimator}
}

func (n *gaussianNet) by(estimator int) noisyNet {
	m := newGaussianNet(n.config, n.config.Posterior.(bnn.Variational).Sigma, estimator)
	if err := m.Params().CopyFrom(n.Params()); err != nil {
		panic(err) // the configuration is the same
	}
	return m
}

func (n *gaussianNet) logits(x *graph.Node) *graph.Node {
	if n.estimator == byMean {
		return n.ForwardMean(x)
	}
	return n.Forward(x)
}

func (n *gaussianNet) measured(layer int) []*graph.Param {
	name := fmt.Sprintf("fc%d/", layer)
	return []*graph.Param{n.Params().Lookup(name + "mu"), n.Params().Lookup(name + "rho")}
}

// dropoutNet has the paper's posterior, that of variational dropout with independent noise of the weights: weight w
// is N(theta, alpha theta²). With the rate fixed, its divergence from the paper's log-uniform prior is a constant:
// theta is learnt by the likelihood alone, and the noise is Gaussian dropout.
type dropoutNet struct {
	params    *graph.Params
	theta, b  []*graph.Param
	estimator int
}

// dropoutAlpha returns the noise of a layer's weights: rates of a fifth of the pixels and half of the hidden units.
func dropoutAlpha(layer int) float64 {
	rate := 0.5
	if layer == 0 {
		rate = 0.2
	}
	return rate / (1 - rate)
}

func (p localPlan) dropout(seed uint64) noisyNet {
	n := &dropoutNet{params: graph.NewParams(graph.Float32, seed)}
	widths := p.widths()
	for i, out := range widths[1:] {
		n.theta = append(n.theta, n.params.New(fmt.Sprintf("fc%d/theta", i), graph.He, widths[i], out))
		n.b = append(n.b, n.params.New(fmt.Sprintf("fc%d/b", i), graph.Zeros, out))
	}
	return n
}

func (n *dropoutNet) by(estimator int) noisyNet {
	m := *n
	m.estimator = estimator
	return &m
}

func (n *dropoutNet) Params() *graph.Params { return n.params }

func (n *dropoutNet) measured(layer int) []*graph.Param { return n.theta[layer : layer+1] }

// Terms implements train.Model.
func (n *dropoutNet) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	return prob.Categorical{Logits: n.logits(x)}.LogProb(y), x.Graph().Const(0)
}

func (n *dropoutNet) logits(h *graph.Node) *graph.Node {
	for i := range n.theta {
		if h = n.layer(i, h).Add(h.Graph().Param(n.b[i])); i < len(n.theta)-1 {
			h = h.ReLU()
		}
	}
	return h
}

// layer maps x [batch, in] to a draw of xW, [batch, out].
func (n *dropoutNet) layer(i int, x *graph.Node) *graph.Node {
	g, alpha := x.Graph(), dropoutAlpha(i)
	theta := g.Param(n.theta[i])
	mean := x.MatMul(theta)
	noise := func(like *graph.Node) *graph.Node { return g.Normal(like.Shape()...).Scale(math.Sqrt(alpha)) }
	sign := func(like *graph.Node) *graph.Node { return g.Uniform(like.Shape()...).AddScalar(-0.5).Sign() }
	switch n.estimator {
	case byMean:
		return mean
	case byLocal:
		const minVariance = 1e-8 // keeps the root's gradient finite
		return mean.Add(x.Square().MatMul(theta.Square()).AddScalar(minVariance).Sqrt().Mul(noise(mean)))
	case byFlipout:
		return mean.Add(x.Mul(sign(x)).MatMul(theta.Mul(noise(theta))).Mul(sign(mean)))
	}
	return mean.Add(x.MatMul(theta.Mul(noise(theta))))
}

func (p localPlan) widths() []int { return slices.Concat([]int{784}, p.Hidden, []int{10}) }

// meanError returns the error of the network of mean weights on a set, in %.
func meanError(n noisyNet, set *data.Images) (float64, error) {
	mean := n.by(byMean)
	g := graph.New(mean.Params(), graph.Predict)
	x := g.Input("x", set.Len(), set.XShape()[0])
	rows, pixels, y := make([]int, set.Len()), make([]float64, set.Len()*set.XShape()[0]), make([]float64, set.Len())
	for i := range rows {
		rows[i] = i
	}
	set.Batch(rows, pixels, y)
	prog, err := g.Compile(prob.Categorical{Logits: mean.logits(x)}.Probs())
	if err != nil {
		return 0, err
	}
	out, err := prog.Run(0, graph.Feed{x: pixels})
	if err != nil {
		return 0, err
	}
	rate, err := metrics.ErrorRate(out[0].Float64s(), 10, set.Labels())
	return 100 * rate, err
}
