package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"credence/metrics"
	"credence/report"
)

// linearPredictive shows a cubic's predictive distribution within and beyond the data.
func linearPredictive(_ context.Context, r *Run) error {
	rng := rand.New(rand.NewPCG(r.Seed, 6))
	grid := linspace(-1.4, 1.4, 141)
	var panels []report.Picture
	p, err := drawPolynomial(rng, linspace(-1, 1, 50))
	if err != nil {
		return err
	}
	growth := math.Inf(1)
	for _, every := range []int{10, 1} {
		rows := mat.NewDense(len(p.x)/every, cubic, nil)
		var x, y []float64
		for i := range len(p.x) / every {
			k := i*every + every/2
			rows.SetRow(i, p.phi.RawRowView(k))
			x, y = append(x, p.x[k]), append(y, p.y[k])
		}
		m, err := p.prior.Update(rows, y)
		if err != nil {
			return err
		}
		features := powers(grid, cubic)
		mean, variance, err := m.Predict(features)
		if err != nil {
			return err
		}
		epistemic, err := m.Epistemic(features)
		if err != nil {
			return err
		}
		inside, outside := 0.0, math.Inf(1)
		for i, v := range epistemic {
			switch a := math.Abs(grid[i]); {
			case a <= 1:
				inside = max(inside, v)
			case a >= 1.2:
				outside = min(outside, v)
			}
		}
		growth = min(growth, math.Sqrt(outside/inside))
		panels = append(panels, report.Regression{
			Title: fmt.Sprintf("A cubic from %d points", len(x)), X: "x", Y: "y", DataX: x, DataY: y, GridX: grid,
			Mean: mean, Sigma: roots(variance), Epistemic: roots(epistemic), Truth: product(features, p.weights),
		})
	}
	r.Picture("predictive", "The predictive distribution: more data narrow what comes of the weights, which grows away from the data, but not the noise.", report.Panels{Pictures: panels})
	r.Check(Check{Name: "epistemic deviation, least beyond |x| = 1.2 over largest within the data", Value: growth, Low: new(1.0)})
	return nil
}

func roots(v []float64) []float64 {
	s := make([]float64, len(v))
	for i := range v {
		s[i] = math.Sqrt(v[i])
	}
	return s
}

var linearLearners = [...]string{"Bayes", "MAP", "MLE"}

// linearStage is how the learners predict new observations of cubics seen at n points: averages over cubics
// from the prior. A learner's excess is its NLL above that of who knows the weights, in nats; its coverage
// the share of observations within 2 of its standard deviations.
type linearStage struct {
	n                        int
	excess, stderr, exact    [3]float64
	coverage, coverageStderr [3]float64
	exactCoverage            [3]float64
	overBayes, overErr       [3]float64 // paired by cubic
}

// linearOverconfidence compares the plug-in predictions of MAP and maximum likelihood, which know the noise
// but trust their weights, with the Bayesian predictive distribution. All averages over fixed designs have
// closed forms too.
func linearOverconfidence(ctx context.Context, r *Run) error {
	const sets = 1000
	sizes := []int{4, 5, 6, 8, 12, 20, 50, 100}
	r.Setting("simulated cubics for each N", sets)
	rng := rand.New(rand.NewPCG(r.Seed, 4))
	var stages []*linearStage
	for _, n := range sizes {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s, err := newLinearStage(rng, n, sets)
		if err != nil {
			return err
		}
		stages = append(stages, s)
	}
	checkLinearStages(r, stages)
	showLinearStages(r, stages)
	return nil
}

func newLinearStage(rng *rand.Rand, n, sets int) (*linearStage, error) {
	s := &linearStage{n: n}
	x := linspace(-1, 1, n)
	held := powers(linspace(-1, 1, 41), cubic)
	noise := 1 / linearBeta
	var excess, coverage [3][]float64
	for set := range sets {
		p, err := drawPolynomial(rng, x)
		if err != nil {
			return nil, err
		}
		m, err := p.prior.Update(p.phi, p.y)
		if err != nil {
			return nil, err
		}
		mean, variance, err := m.Predict(held)
		if err != nil {
			return nil, err
		}
		var mle mat.VecDense
		if err := mle.SolveVec(p.phi, mat.NewVecDense(n, p.y)); err != nil {
			return nil, err
		}
		fitted := product(held, mle.RawVector().Data)
		truth := product(held, p.weights)
		if set == 0 { // the same for all sets: variances don't depend on y
			if err := s.expect(p.phi, held, variance); err != nil {
				return nil, err
			}
		}
		var nll, within [3]float64
		for i, f := range truth {
			for l, q := range [3]struct{ mean, variance float64 }{{mean[i], variance[i]}, {mean[i], noise}, {fitted[i], noise}} {
				nll[l] += excessNLL((f-q.mean)*(f-q.mean), q.variance)
				within[l] += normalWithin(q.mean-f, 2*math.Sqrt(q.variance), noise)
			}
		}
		for l := range nll {
			excess[l] = append(excess[l], nll[l]/float64(len(truth)))
			coverage[l] = append(coverage[l], within[l]/float64(len(truth)))
		}
	}
	for l := range linearLearners {
		var err error
		if s.excess[l], s.stderr[l], err = metrics.MeanStderr(excess[l]); err != nil {
			return nil, err
		}
		if s.coverage[l], s.coverageStderr[l], err = metrics.MeanStderr(coverage[l]); err != nil {
			return nil, err
		}
		if s.overBayes[l], s.overErr[l], err = metrics.Paired(excess[l], excess[0]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// expect computes the exact averages over the cubics and their noise.
func (s *linearStage) expect(phi, held *mat.Dense, variance []float64) error {
	var gram, inverse, spread mat.Dense
	gram.Mul(phi.T(), phi)
	if err := inverse.Inverse(&gram); err != nil {
		return err
	}
	spread.Mul(held, &inverse)
	noise := 1 / linearBeta
	for i, v := range variance {
		row := mat.NewVecDense(cubic, spread.RawRowView(i))
		epistemic := v - noise // the expected square of what the posterior mean is off by
		off := mat.Dot(row, held.RowView(i)) * noise
		for l, q := range [3]struct{ off, variance float64 }{{epistemic, v}, {epistemic, noise}, {off, noise}} {
			s.exact[l] += excessNLL(q.off, q.variance) / float64(len(variance))
			s.exactCoverage[l] += normalWithin(0, 2*math.Sqrt(q.variance), noise+q.off) / float64(len(variance))
		}
	}
	return nil
}

// excessNLL returns the expected NLL of an observation under N(m, variance), where off is the square of what
// m is off by, above that of who knows its true mean, in nats.
func excessNLL(off, variance float64) float64 {
	noise := 1 / linearBeta
	return 0.5 * (math.Log(variance/noise) + (noise+off)/variance - 1)
}

// normalWithin returns the probability that a normal of this mean and variance lies within ±half.
func normalWithin(mean, half, variance float64) float64 {
	scale := 1 / math.Sqrt(2*variance)
	return 0.5 * (math.Erf((half-mean)*scale) + math.Erf((half+mean)*scale))
}

func checkLinearStages(r *Run, stages []*linearStage) {
	var away, awayCoverage float64
	for _, s := range stages {
		for l := range linearLearners {
			away = max(away, math.Abs(s.excess[l]-s.exact[l])/s.stderr[l])
			awayCoverage = max(awayCoverage, math.Abs(s.coverage[l]-s.exactCoverage[l])/s.coverageStderr[l])
		}
	}
	r.Check(Check{Name: "simulated NLLs, largest distance from the exact, standard errors", Value: away, High: new(farAway)})
	r.Check(Check{Name: "simulated coverages, the same", Value: awayCoverage, High: new(farAway)})

	first, last := stages[0], stages[len(stages)-1]
	for l := 1; l < len(linearLearners); l++ {
		r.Check(Check{
			Name:  fmt.Sprintf("NLL of %s minus Bayes at N = %d, nats, less 2 standard errors", linearLearners[l], first.n),
			Value: first.overBayes[l] - 2*first.overErr[l], Low: new(0.0),
		})
	}
	for l := 1; l < len(linearLearners); l++ {
		// Trusting its weights costs about (dim/N)²/4.
		r.Check(Check{
			Name:  fmt.Sprintf("NLL of %s minus Bayes at N = %d, exact, nats", linearLearners[l], last.n),
			Value: last.exact[l] - last.exact[0], Low: new(0.0), High: new(0.005),
		})
	}
	r.Check(Check{Name: fmt.Sprintf("observations within 2 of Bayes's standard deviations at N = %d, %%", first.n), Value: 100 * first.coverage[0],
		Stderr: new(100 * first.coverageStderr[0]), Low: new(94.5), High: new(96.4)})
	r.Check(Check{Name: fmt.Sprintf("observations within 2 of MLE's at N = %d, %%", first.n), Value: 100 * first.coverage[2],
		Stderr: new(100 * first.coverageStderr[2]), High: new(90.0)})
}

func showLinearStages(r *Run, stages []*linearStage) {
	lines := func(of func(s *linearStage, l int) (y, err float64)) []report.Line {
		var all []report.Line
		for l, name := range linearLearners {
			line := report.Line{Name: name, Dots: true}
			for _, s := range stages {
				y, err := of(s, l)
				line.X, line.Y, line.Err = append(line.X, float64(s.n)), append(line.Y, y), append(line.Err, 2*err)
			}
			all = append(all, line)
		}
		return all
	}
	r.Picture("overconfidence", "New observations of a cubic, ±2 standard errors over simulated sets. MAP and maximum likelihood take their weights for certain: with few data it costs them NLL, and too many observations fall outside what they expect; with many data all agree.",
		report.Panels{Pictures: []report.Picture{
			report.Curves{Title: "NLL above that of the true weights", X: "N", Y: "nats", LogX: true, LogY: true,
				Lines: lines(func(s *linearStage, l int) (float64, float64) { return s.excess[l], s.stderr[l] })},
			report.Curves{Title: "Observations within 2 predicted sd", X: "N", Y: "%", LogX: true, Levels: []report.Level{{Name: "of a normal", Y: 100 * normalWithin(0, 2, 1)}},
				Lines: lines(func(s *linearStage, l int) (float64, float64) { return 100 * s.coverage[l], 100 * s.coverageStderr[l] })},
		}})
	columns := []string{"N"}
	for _, name := range linearLearners {
		columns = append(columns, name, "±")
	}
	for _, name := range linearLearners {
		columns = append(columns, name+" within 2 sd, %")
	}
	var rows [][]any
	for _, s := range stages {
		row := []any{s.n}
		for l := range linearLearners {
			row = append(row, s.excess[l], s.stderr[l])
		}
		for l := range linearLearners {
			row = append(row, 100*s.coverage[l])
		}
		rows = append(rows, row)
	}
	r.Table("overconfidence", "NLL of a new observation above that of who knows the weights, nats, with standard errors; and the share of observations within 2 predicted standard deviations.", columns, rows)
}
