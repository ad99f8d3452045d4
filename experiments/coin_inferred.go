package experiments

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"

	"credence/graph"
	"credence/metrics"
	"credence/models/conjugate"
	"credence/prob"
	"credence/report"
)

// oddsGrid is log-odds of heads for the trapezoidal rule, which there is exact to rounding: densities are
// analytic and die out exponentially (Trefethen and Weideman 2014, https://doi.org/10.1137/130932132).
var oddsGrid = linspace(-30, 30, 601)

const oddsStep = 0.1

// coinInferred fits a Beta and a logit-normal to the posterior of a coin that showed only heads.
func coinInferred(ctx context.Context, r *Run) error {
	const heads, tails, steps = 5, 0, 2000
	r.Setting("inference", fmt.Sprintf("from %d heads, %d tails: Adam with beta2 0.99, %d steps, learning rate 0.1 falling to 0 by a cosine", heads, tails, steps))
	posterior, err := coinPrior.Update(heads, tails)
	if err != nil {
		return err
	}
	evidence, err := coinPrior.LogEvidence(heads, tails)
	if err != nil {
		return err
	}
	c := &coinPosterior{posterior, evidence}
	beta, betaGaps, err := c.fitBeta(ctx, r, steps)
	if err != nil {
		return err
	}
	normal, normalGaps, err := c.fitLogitNormal(ctx, r, steps)
	if err != nil {
		return err
	}
	c.show(r, beta, normal, betaGaps, normalGaps)
	return nil
}

// coinPosterior is the exact answer.
type coinPosterior struct {
	conjugate.BetaBernoulli
	evidence float64
}

// logJoint returns log p(data, x) of the log-odds x, elementwise, the change of variables included.
func (c *coinPosterior) logJoint(x *graph.Node) *graph.Node {
	return x.LogSigmoid().Scale(c.A).Add(x.Neg().LogSigmoid().Scale(c.B)).AddScalar(-mathext.Lbeta(coinPrior.A, coinPrior.B))
}

// fitBeta maximises the bound over Beta(a, b). It is a sum over the grid, and so is q's normaliser.
func (c *coinPosterior) fitBeta(ctx context.Context, r *Run, steps int) (q conjugate.BetaBernoulli, gaps []float64, err error) {
	ps := graph.NewParams(graph.Float64, r.Seed)
	logA, logB := ps.New("log a", graph.Zeros), ps.New("log b", graph.Zeros)
	g := graph.New(ps, graph.Train)
	x := g.ConstArray(oddsGrid, len(oddsGrid))
	logQ := g.Param(logA).Exp().Mul(x.LogSigmoid()).Add(g.Param(logB).Exp().Mul(x.Neg().LogSigmoid()))
	logQ = logQ.Sub(logQ.LogSumExp()) // of a cell of the grid
	elbo := logQ.Exp().Mul(c.logJoint(x).AddScalar(math.Log(oddsStep)).Sub(logQ)).Sum()
	err = maximise(ctx, elbo, 0.1, steps, func(bound float64) { gaps = append(gaps, c.evidence-bound) })
	if err != nil {
		return q, nil, err
	}
	q = conjugate.BetaBernoulli{A: math.Exp(logA.Value().Item()), B: math.Exp(logB.Value().Item())}
	kl, err := q.KL(c.BetaBernoulli)
	if err != nil {
		return q, nil, err
	}
	r.Check(Check{Name: "Beta q: KL(q‖posterior), closed form, nats", Value: kl, High: new(1e-8)})
	r.Check(Check{Name: "Beta q: evidence minus ELBO, nats", Value: gaps[len(gaps)-1], Low: new(-exactly), High: new(1e-8)})
	return q, gaps, nil
}

// logitNormal is the distribution of sigmoid(x) with x from N(mu, sigma²).
type logitNormal struct{ mu, sigma float64 }

// logDensity is that of the log-odds x.
func (q logitNormal) logDensity(x float64) float64 {
	z := (x - q.mu) / q.sigma
	return -0.5*z*z - math.Log(q.sigma) - 0.5*math.Log(2*math.Pi)
}

// expect returns the expectation of f over the log-odds, by quadrature.
func (q logitNormal) expect(f func(x float64) float64) float64 {
	sum := 0.0
	for _, x := range oddsGrid {
		sum += oddsStep * math.Exp(q.logDensity(x)) * f(x)
	}
	return sum
}

// logDensityOfOdds is the posterior's.
func (c *coinPosterior) logDensityOfOdds(x float64) float64 {
	return -c.A*math.Log1p(math.Exp(-x)) - c.B*math.Log1p(math.Exp(x)) - mathext.Lbeta(c.A, c.B)
}

// kl returns KL(q‖posterior) by quadrature.
func (c *coinPosterior) kl(q logitNormal) float64 {
	return q.expect(func(x float64) float64 { return q.logDensity(x) - c.logDensityOfOdds(x) })
}

// fitLogitNormal maximises the bound from reparameterised draws.
func (c *coinPosterior) fitLogitNormal(ctx context.Context, r *Run, steps int) (q logitNormal, gaps []float64, err error) {
	const draws, many = 1000, 200_000
	r.Setting("draws a step", draws)
	ps := graph.NewParams(graph.Float64, r.Seed)
	mu, rho := ps.New("mu", graph.Zeros), ps.New("rho", graph.Zeros)
	bound := func(g *graph.Graph, draws int) *graph.Node { // of each draw
		normal := prob.Normal{Mu: g.Param(mu).Broadcast(draws), Sigma: g.Param(rho).Softplus()}
		x, logQ := normal.SampleLogProb()
		return c.logJoint(x).Sub(logQ)
	}
	err = maximise(ctx, bound(graph.New(ps, graph.Train), draws).Mean(), 0.1, steps, func(float64) {
		q = logitNormal{mu.Value().Item(), math.Log1p(math.Exp(rho.Value().Item()))}
		gaps = append(gaps, c.kl(q))
	})
	if err != nil {
		return q, nil, err
	}

	g := graph.New(ps, graph.Predict)
	prog, err := g.Compile(bound(g, many))
	if err != nil {
		return q, nil, err
	}
	out, err := prog.Run(0, nil)
	if err != nil {
		return q, nil, err
	}
	elbo, stderr, err := metrics.MeanStderr(out[0].Float64s())
	if err != nil {
		return q, nil, err
	}
	gap := c.kl(q)
	r.Check(Check{Name: "logit-normal q: evidence minus sampled ELBO, nats", Value: c.evidence - elbo, Stderr: &stderr, Low: new(gap - farAway*stderr), High: new(gap + farAway*stderr)})
	r.Check(Check{Name: "logit-normal q: KL(q‖posterior) by quadrature, the gap that stays, nats", Value: gap, Low: new(1e-3)})

	// At the optimum E[grad log p] = 0 and -E[hessian log p] = 1/sigma², by Bonnet's and Price's theorems: q
	// has the posterior's mean, and a precision of (A+B) E[theta (1-theta)].
	mean := q.expect(sigmoid)
	precision := (c.A + c.B) * q.expect(func(x float64) float64 { return sigmoid(x) * sigmoid(-x) })
	r.Check(Check{Name: "logit-normal q: mean of the coin minus the posterior's", Value: mean - c.Mean(), Low: new(-0.005), High: new(0.005)})
	r.Check(Check{Name: "logit-normal q: sigma² times the precision at the optimum", Value: q.sigma * q.sigma * precision, Low: new(0.95), High: new(1.05)})
	return q, gaps, nil
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func (c *coinPosterior) show(r *Run, beta conjugate.BetaBernoulli, normal logitNormal, betaGaps, normalGaps []float64) {
	density := func(name string, of func(theta float64) float64) report.Line {
		l := report.Line{Name: name}
		for _, theta := range linspace(0.001, 0.999, 500) {
			l.X, l.Y = append(l.X, theta), append(l.Y, math.Exp(of(theta)))
		}
		return l
	}
	fitted := density("Beta q", beta.LogDensity)
	fitted.Dashed = true
	near := density("logit-normal q", func(theta float64) float64 {
		return normal.logDensity(math.Log(theta/(1-theta))) - math.Log(theta*(1-theta))
	})
	r.Picture("inference", "Variational inference from five heads: the Beta family holds the posterior and finds it to rounding; the logit-normal's gap to the evidence stays.",
		report.Panels{Pictures: []report.Picture{
			report.Curves{Title: "Posterior and fits", X: "probability of heads", Y: "density", Lines: []report.Line{density("posterior", c.LogDensity), fitted, near}},
			report.Curves{Title: "Evidence minus bound: KL(q‖posterior)", X: "step", Y: "nats", LogX: true, LogY: true,
				Lines: []report.Line{gapLine("Beta q", betaGaps), gapLine("logit-normal q", normalGaps)}},
		}})
}
