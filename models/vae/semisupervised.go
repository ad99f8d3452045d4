package vae

import (
	"fmt"
	"slices"

	"credence/graph"
	"credence/layers"
	"credence/prob"
)

// SemiSupervisedConfig describes a SemiSupervised.
type SemiSupervisedConfig struct {
	Inputs     int               // numbers x that the model is of
	Classes    int               // values of y
	Hidden     []int             // units of the hidden layers of each of the three networks; at least one layer
	Latent     int               // latent variables z
	Likelihood Likelihood        // of x given y and z; Bernoulli{}
	Activation layers.Activation // of hidden units; softplus
	Alpha      float64           // weight of the classifier's likelihood, as in the paper; 0.1
	// Read returns the inputs [batch, Inputs] of examples [batch, ...] in a graph to train or to predict:
	// Binarized, FromFeatures, or one's own. Nil means that examples are inputs.
	Read func(examples *graph.Node) *graph.Node
	// Init is of the weights; graph.Gaussian(0, 0.05). They should be small: z then comes to tell examples apart
	// only after y has, from the labelled ones. From large ones z learns what classes there are, and y is in vain.
	Init        graph.Init
	WeightPrior prob.Prior      // of the weights, which are point estimates; none
	Precision   graph.Precision // Float32
	Seed        uint64          // of initial values and noise
}

// SemiSupervised is the model M2 of Kingma, Mohamed, Rezende and Welling 2014,
// https://arxiv.org/abs/1406.5298: data x of a class y, which is known of few examples, and of latent
// variables z, which are what is left to tell two examples of a class apart:
//
//	p(y) = 1/classes,  p(z) = N(0, I),  p(x|y,z) by a network;  q(y|x) and q(z|x,y) by one each.
//
// M1 is a VAE; M1+M2 is an M2 of the Features of one. It is not safe for concurrent use.
type SemiSupervised struct {
	config SemiSupervisedConfig
	params *graph.Params

	classifier layers.Sequential // x to the logits of q(y|x)
	encoder    *joint            // x and y to features
	mu         *layers.Dense     // features to the means of q(z|x,y)
	logSigma2  *layers.Dense     // and log variances
	decoder    *joint            // z and y to features
	likelihood *layers.Dense     // features to what the likelihood takes
}

// NewSemiSupervised returns a model with initial weights. It panics if there are no inputs, latent variables or
// hidden layers, or fewer than two classes.
func NewSemiSupervised(c SemiSupervisedConfig) *SemiSupervised {
	if c.Inputs < 1 || c.Latent < 1 || len(c.Hidden) < 1 || c.Classes < 2 {
		panic(fmt.Sprintf("vae: %d inputs, %d latent variables, %d hidden layers and %d classes", c.Inputs, c.Latent, len(c.Hidden), c.Classes))
	}
	c = c.withDefaults()
	m := &SemiSupervised{config: c, params: graph.NewParams(c.Precision, c.Seed)}
	dense := func(name string, in, out int) *layers.Dense { return layers.NewDense(m.params, name, in, out, c.Init) }
	last := c.Hidden[len(c.Hidden)-1]
	m.classifier = append(hidden(dense, "classifier", append([]int{c.Inputs}, c.Hidden...), c.Activation), dense("y", last, c.Classes))
	m.encoder = newJoint(m.params, dense, "encoder", c.Inputs, c.Hidden, c)
	m.mu, m.logSigma2 = dense("mu", last, c.Latent), dense("log_sigma2", last, c.Latent)
	reversed := slices.Clone(c.Hidden)
	slices.Reverse(reversed)
	m.decoder = newJoint(m.params, dense, "decoder", c.Latent, reversed, c)
	m.likelihood = dense("x", c.Hidden[0], c.Likelihood.outputs(c.Inputs))
	return m
}

func (c SemiSupervisedConfig) withDefaults() SemiSupervisedConfig {
	if c.Likelihood == nil {
		c.Likelihood = Bernoulli{}
	}
	if c.Activation == nil {
		c.Activation = (*graph.Node).Softplus
	}
	if c.Alpha == 0 {
		c.Alpha = 0.1
	}
	if c.Init == nil {
		c.Init = graph.Gaussian(0, 0.05)
	}
	if c.Read == nil {
		c.Read = func(examples *graph.Node) *graph.Node { return examples }
	}
	return c
}

// Params returns the weights.
func (m *SemiSupervised) Params() *graph.Params { return m.params }

// Classify returns q(y|x) for x [batch, inputs].
func (m *SemiSupervised) Classify(x *graph.Node) prob.Categorical {
	return prob.Categorical{Logits: m.classifier.Forward(x)}
}

// Encode returns q(z|x,y) for x [batch, inputs] and classes y, whose shape broadcasts with [batch].
func (m *SemiSupervised) Encode(x, y *graph.Node) prob.DiagonalNormal {
	h := m.encoder.Forward(x, y)
	return prob.DiagonalNormal{Mu: m.mu.Forward(h), Sigma: m.logSigma2.Forward(h).Scale(0.5).Exp()}
}

// Decode returns p(x|y,z) for classes y and z [..., latent], whose shapes broadcast: of each of the inputs,
// independent given y and z.
func (m *SemiSupervised) Decode(y, z *graph.Node) prob.Independent {
	return prob.Independent{Base: m.config.Likelihood.of(m.likelihood.Forward(m.decoder.Forward(z, y))), Axes: 1}
}

// classes returns y that is every class, [classes, 1]: against a batch it stands for [classes, batch].
func (m *SemiSupervised) classes(g *graph.Graph) *graph.Node {
	all := make([]float64, m.config.Classes)
	for i := range all {
		all[i] = float64(i)
	}
	return g.ConstArray(all, len(all), 1)
}

// joint is a network of two inputs, the second a class: it maps x [..., in] and y to features. Its first
// layer is that of x and y as one row, y as 0 and a 1: xW + Y[y] + B. So for all classes of an x, xW is
// computed once.
type joint struct {
	x    *layers.Dense
	y    *graph.Param // [classes, units]
	rest layers.Sequential
}

func newJoint(ps *graph.Params, dense func(name string, in, out int) *layers.Dense, name string, in int, units []int, c SemiSupervisedConfig) *joint {
	return &joint{
		x:    dense(name+"0", in, units[0]),
		y:    ps.New(name+"0/y", c.Init, c.Classes, units[0]),
		rest: append(layers.Sequential{c.Activation}, hidden(dense, name, units, c.Activation)...),
	}
}

// Forward returns the features, whose leading axes are those of x and y broadcast.
func (j *joint) Forward(x, y *graph.Node) *graph.Node {
	return j.rest.Forward(j.x.Forward(x).Add(x.Graph().Param(j.y).Gather(0, y)))
}

// hidden returns layers of these widths, the first of which is that of their inputs.
func hidden(dense func(name string, in, out int) *layers.Dense, name string, widths []int, f layers.Activation) (s layers.Sequential) {
	for i := range widths[1:] {
		s = append(s, dense(fmt.Sprintf("%s%d", name, i+1), widths[i], widths[i+1]), f)
	}
	return s
}
