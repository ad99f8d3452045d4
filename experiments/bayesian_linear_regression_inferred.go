package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"credence/graph"
	"credence/models/conjugate"
	"credence/prob"
	"credence/report"
)

// linearVariational fits Gaussians to the posterior of a cubic by their closed-form bounds.
func linearVariational(ctx context.Context, r *Run) error {
	const n, steps = 30, 4000
	r.Setting("variational inference", fmt.Sprintf("Adam with beta2 0.99, %d steps, learning rate 0.02 falling to 0 by a cosine", steps))
	rng := rand.New(rand.NewPCG(r.Seed, 5))
	p, err := drawPolynomial(rng, uniform(rng, n))
	if err != nil {
		return err
	}
	m, err := p.prior.Update(p.phi, p.y)
	if err != nil {
		return err
	}
	post := m.Posterior()
	fit := func(build func(g *graph.Graph) (bound *graph.Node, q func() (*conjugate.Gaussian, error))) (*conjugate.Gaussian, []float64, error) {
		var gaps []float64
		bound, q := build(graph.New(graph.NewParams(graph.Float64, r.Seed), graph.Train))
		err := maximise(ctx, bound, 0.02, steps, func(bound float64) { gaps = append(gaps, m.LogEvidence()-bound) })
		if err != nil {
			return nil, nil, err
		}
		fitted, err := q()
		return fitted, gaps, err
	}

	full, fullGaps, err := fit(p.fullRank)
	if err != nil {
		return err
	}
	last := len(fullGaps) - 1
	r.Check(Check{Name: "full-rank q: mean, largest error", Value: farthest(full.Mean(), post.Mean()), High: new(1e-6)})
	r.Check(Check{Name: "full-rank q: covariance, largest error", Value: farthestOf(full.Covariance(), post.Covariance()), High: new(1e-6)})
	r.Check(Check{Name: "full-rank q: evidence minus ELBO, nats", Value: fullGaps[last], Low: new(-exactly), High: new(1e-8)})

	diagonal, diagonalGaps, err := fit(p.meanField)
	if err != nil {
		return err
	}
	ratio, precision := 0.0, post.Precision()
	for i, variance := range variances(diagonal) {
		ratio = max(ratio, math.Abs(variance*precision.At(i, i)-1))
	}
	r.Check(Check{Name: "mean-field q: mean, largest error", Value: farthest(diagonal.Mean(), post.Mean()), High: new(1e-6)})
	r.Check(Check{Name: "mean-field q: variances times Λᵢᵢ, largest distance from 1", Value: ratio, High: new(1e-6)})
	r.Check(Check{Name: "mean-field q: evidence minus ELBO, minus ½(Σ log Λᵢᵢ - log det Λ), nats", Value: diagonalGaps[last] - post.MeanFieldGap(), Low: new(-exactly), High: new(1e-8)})
	r.Info(Check{Name: "mean-field q: evidence minus ELBO, nats", Value: diagonalGaps[last]})
	closed, err := p.prior.ELBO(diagonal, p.phi, p.y)
	if err != nil {
		return err
	}
	r.Check(Check{Name: "mean-field q: ELBO of the graph minus closed form, nats", Value: m.LogEvidence() - diagonalGaps[last] - closed, Low: new(-1e-8), High: new(1e-8)})

	var rows [][]any
	for i, w := range p.weights {
		rows = append(rows, []any{
			fmt.Sprintf("w%d", i), w, post.Mean()[i], math.Sqrt(variances(post)[i]), full.Mean()[i], math.Sqrt(variances(full)[i]),
			diagonal.Mean()[i], math.Sqrt(variances(diagonal)[i]),
		})
	}
	r.Table("weights", "The weights of the cubic.", []string{
		"", "truth", "posterior mean", "sd", "full-rank mean", "sd", "mean-field mean", "sd"}, rows)
	showLinearVariational(r, post, full, diagonal, fullGaps, diagonalGaps)
	return nil
}

func variances(q *conjugate.Gaussian) []float64 {
	cov := q.Covariance()
	v := make([]float64, q.Dim())
	for i := range v {
		v[i] = cov.At(i, i)
	}
	return v
}

// expectedLogLik returns E_q[log p(y | w)] in nats of a q with this mean, when spread is the sum over the
// rows of phi of the variance that q gives their products with w.
func (p *polynomial) expectedLogLik(phi, mu, spread *graph.Node) *graph.Node {
	y := mu.Graph().ConstArray(p.y, len(p.y))
	misfit := y.Sub(phi.MatMul(mu)).Square().Sum().Add(spread)
	return misfit.Scale(-linearBeta / 2).AddScalar(float64(len(p.y)) / 2 * math.Log(linearBeta/(2*math.Pi)))
}

func (p *polynomial) features(g *graph.Graph) *graph.Node {
	return g.ConstArray(p.phi.RawMatrix().Data, len(p.x), cubic)
}

// fullRank returns the bound of q = N(mu, L Lᵀ), L lower triangular with a positive diagonal.
func (p *polynomial) fullRank(g *graph.Graph) (*graph.Node, func() (*conjugate.Gaussian, error)) {
	ps := g.Params()
	mean, raw := ps.New("mu", graph.Zeros, cubic), ps.New("factor", graph.Zeros, cubic, cubic)
	diagonal, below := make([]float64, cubic*cubic), make([]float64, cubic*cubic)
	for i := range cubic {
		diagonal[i*cubic+i] = 1
		for j := range i {
			below[i*cubic+j] = 1
		}
	}
	eye, strict := g.ConstArray(diagonal, cubic, cubic), g.ConstArray(below, cubic, cubic)
	mu, factor := g.Param(mean), g.Param(raw)
	lower := factor.Exp().Mul(eye).Add(factor.Mul(strict))
	logDet := factor.Mul(eye).Sum() // of L

	phi := p.features(g)
	logLik := p.expectedLogLik(phi, mu, phi.MatMul(lower).Square().Sum())
	squares := mu.Square().Sum().Add(lower.Square().Sum())
	kl := squares.Scale(linearAlpha / 2).Sub(logDet).AddScalar(-cubic / 2.0 * (1 + math.Log(linearAlpha)))
	return logLik.Sub(kl), func() (*conjugate.Gaussian, error) {
		l := mat.NewDense(cubic, cubic, raw.Value().Float64s())
		l.Apply(func(i, j int, v float64) float64 {
			switch {
			case i == j:
				return math.Exp(v)
			case i < j:
				return 0
			}
			return v
		}, l)
		var cov mat.SymDense
		cov.SymOuterK(1, l)
		return conjugate.NewGaussian(mean.Value().Float64s(), &cov)
	}
}

// meanField returns the bound of independent normals.
func (p *polynomial) meanField(g *graph.Graph) (*graph.Node, func() (*conjugate.Gaussian, error)) {
	ps := g.Params()
	mean, rho := ps.New("mu", graph.Zeros, cubic), ps.New("rho", graph.Zeros, cubic)
	q := prob.Normal{Mu: g.Param(mean), Sigma: g.Param(rho).Softplus()}
	phi := p.features(g)
	logLik := p.expectedLogLik(phi, q.Mu, phi.Square().MatMul(q.Variance()).Sum())
	kl := prob.Gaussian{Sigma: 1 / math.Sqrt(linearAlpha)}.KLFrom(q).Sum()
	return logLik.Sub(kl), func() (*conjugate.Gaussian, error) {
		variance := rho.Value().Float64s()
		for i, v := range variance {
			variance[i] = math.Pow(math.Log1p(math.Exp(v)), 2)
		}
		return conjugate.Diagonal(mean.Value().Float64s(), variance)
	}
}

func showLinearVariational(r *Run, post, full, diagonal *conjugate.Gaussian, fullGaps, diagonalGaps []float64) {
	const i, j = 1, 3
	ellipse := func(name string, q *conjugate.Gaussian, dashed bool) report.Line {
		l := report.Line{Name: name, Dashed: dashed}
		mean, cov := q.Mean(), q.Covariance()
		a := math.Sqrt(cov.At(i, i))
		b := cov.At(i, j) / a
		c := math.Sqrt(cov.At(j, j) - b*b)
		for _, angle := range linspace(0, 2*math.Pi, 181) {
			sin, cos := math.Sincos(angle)
			l.X, l.Y = append(l.X, mean[i]+2*a*cos), append(l.Y, mean[j]+2*(b*cos+c*sin))
		}
		return l
	}
	r.Picture("inference", "Variational inference of a cubic's weights. The full-rank family finds the posterior; the mean-field one has its means, but denies that two weights trade off, and its gap to the evidence stays.",
		report.Panels{Pictures: []report.Picture{
			report.Curves{Title: "Two of the weights, 2 sd", X: "w1", Y: "w3", Width: 5, Height: 4.4, Lines: []report.Line{
				ellipse("posterior", post, false), ellipse("full-rank q", full, true), ellipse("mean-field q", diagonal, false)}},
			report.Curves{Title: "Evidence minus bound: KL(q‖posterior)", X: "step", Y: "nats", LogX: true, LogY: true, Height: 4.4,
				Lines:  []report.Line{gapLine("full-rank q", fullGaps), gapLine("mean-field q", diagonalGaps)},
				Levels: []report.Level{{Name: "½(Σ log Λᵢᵢ - log det Λ)", Y: post.MeanFieldGap()}}},
		}})
}
