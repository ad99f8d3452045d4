package infer

import (
	"math"

	"credence/graph"
	"credence/prob"
)

// IWAE is the importance weighted bound log 1/K Σ p(x, z_k)/q(z_k|x) of K = Draws draws (Burda, Grosse
// and Salakhutdinov 2016, https://arxiv.org/abs/1509.00519), with its reparameterised gradient. It
// rises with K towards log p(x) while the gradient of the posterior gets ever noisier (Rainforth
// et al. 2018, https://arxiv.org/abs/1802.04537). It does without the model's KL.
type IWAE struct{ Draws int } // of the bound; 1, which is the ELBO, if 0

// Bound returns the importance weighted bound.
func (e IWAE) Bound(m Model) *graph.Node {
	z := m.Posterior.Sample(atLeastOne(e.Draws))
	return logMeanExp(m.at(m.Posterior, z).logWeight())
}

// DReG is the importance weighted bound with the doubly reparameterised gradient (Tucker et al. 2019,
// https://arxiv.org/abs/1810.04152, equation 6): that of IWAE in expectation, and for the posterior's
// parameters without the noise that grows with K. With one draw it is StickingTheLanding.
// It does without the model's KL.
type DReG struct{ Draws int } // of the bound; 1 if 0

// Bound returns the bound of IWAE. The model's own parameters get IWAE's gradient; those of the posterior,
// which reach the bound through the draws alone, get that with weights squared.
func (e DReG) Bound(m Model) *graph.Node {
	draws := m.Posterior.Sample(atLeastOne(e.Draws))
	z := draws.StopGradient()
	logWeight := m.at(prob.Detached(m.Posterior), z).logWeight()
	weight := logWeight.Softmax(0).StopGradient()
	through := graph.Grad(weight.Square().Mul(logWeight).Sum(), z)[0].StopGradient()
	event := draws.Rank() - logWeight.Rank()
	paths := through.Mul(draws)
	for range event {
		paths = paths.Sum(-1)
	}
	return withGradientOf(logMeanExp(logWeight), weight.Mul(logWeight).Add(paths).Sum(0))
}

// logMeanExp returns the logarithm of the mean over the first axis.
func logMeanExp(x *graph.Node) *graph.Node {
	return x.LogSumExp(0).AddScalar(-math.Log(float64(x.Dim(0))))
}
