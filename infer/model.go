package infer

import (
	"slices"

	"credence/graph"
	"credence/prob"
)

// Model is a latent variable model of one minibatch, with the distribution that approximates its
// posterior. A latent vector is one event: see prob.Independent.
type Model struct {
	Posterior prob.Distribution // q(z|x), whose LogProb is [..., batch...]
	Prior     prob.Distribution // p(z)
	// LogLik returns log p(x|z) in nats, [draws, batch...], for draws z [draws, batch..., event...] of the
	// posterior. An estimator calls it once.
	LogLik func(z *graph.Node) *graph.Node
	// KL is KL(q‖prior) in nats, [batch...]: if it is given, the estimators that can do so use it in place
	// of its estimate from the draws, which varies more.
	KL *graph.Node
}

// Estimator makes a lower bound on the log evidence log p(x) of a model. Any can take the place of
// another.
type Estimator interface {
	// Bound returns an estimate of the bound in nats, [batch...], whose gradient is the estimator's:
	// training minimises Bound(m).Mean().Neg().
	Bound(m Model) *graph.Node
}

// withGradientOf returns the value of one node with the gradient of another.
func withGradientOf(value, surrogate *graph.Node) *graph.Node {
	return value.StopGradient().Add(surrogate.Sub(surrogate.StopGradient()))
}

// terms are the parts of a bound at draws z, [draws, batch...] each.
type terms struct{ z, logLik, logPrior, logQ *graph.Node }

// at evaluates the model at draws, with the posterior's density as that of q.
func (m Model) at(q prob.Distribution, z *graph.Node) terms {
	t := terms{z: z, logLik: m.LogLik(z), logPrior: m.Prior.LogProb(z), logQ: q.LogProb(z)}
	g := z.Graph()
	if g.Err() == nil && !slices.Equal(t.logLik.Shape(), t.logQ.Shape()) {
		g.Failf("infer: the likelihood is %v and the posterior's density %v, want one number for each draw and example of both",
			t.logLik.Shape(), t.logQ.Shape())
	}
	if g.Err() == nil && !slices.Equal(t.logPrior.Shape(), t.logQ.Shape()) {
		g.Failf("infer: the prior's density is %v and the posterior's %v, want one number for each draw and example of both",
			t.logPrior.Shape(), t.logQ.Shape())
	}
	return t
}

// logWeight is log p(x, z)/q(z|x), the logarithm of the importance weight of each draw.
func (t terms) logWeight() *graph.Node { return t.logLik.Add(t.logPrior).Sub(t.logQ) }

// value is what the bound is the average of over draws, up to KL, if that is known.
func (m Model) value(t terms) *graph.Node {
	if m.KL != nil {
		return t.logLik
	}
	return t.logWeight()
}

// less subtracts the divergence, if it is known.
func (m Model) less(x *graph.Node) *graph.Node {
	if m.KL != nil {
		return x.Sub(m.KL)
	}
	return x
}

// atLeastOne is how many draws an estimator takes that asks for n.
func atLeastOne(n int) int { return max(n, 1) }
