package experiments

import (
	"math"
	"slices"

	"credence/metrics"
	"credence/report"
)

// bandsFits are all methods' fits of all data sets.
type bandsFits []*bandsFit

// of returns a number of each fit of a method, by seed.
func (f bandsFits) of(method int, number func(*bandsFit) float64) []float64 {
	var values []float64
	for _, fit := range f {
		if fit.method == method {
			values = append(values, number(fit))
		}
	}
	return values
}

// widening returns how many times larger the standard deviation of the mean is in the gap than where data are seen:
// roots of average variances.
func (f *bandsFit) widening() float64 {
	var sum, places [2]float64
	for i, variance := range f.predictive.Moments().Epistemic()[:len(f.data.grid)] {
		if seen, gap := within(f.data.grid[i]); seen || gap {
			part := 0
			if gap {
				part = 1
			}
			sum[part] += variance
			places[part]++
		}
	}
	return math.Sqrt(sum[1] / places[1] * places[0] / sum[0])
}

// noise returns the predicted standard deviation of the noise over the true one, as the root of the mean of squares
// where data are seen.
func (f *bandsFit) noise() float64 {
	found, truth := 0.0, 0.0
	for i, variance := range f.predictive.Moments().Aleatoric()[:len(f.data.grid)] {
		if seen, _ := within(f.data.grid[i]); seen {
			found += variance
			truth += math.Pow(bandsNoise(f.data.grid[i]), 2)
		}
	}
	return math.Sqrt(found / truth)
}

// from returns KL(other‖f) of the predictive distributions as normals, averaged over the grid where data are seen
// or, the other way, in the gap: in nats.
func (f *bandsFit) from(other *bandsFit, inGap bool) float64 {
	p, q := other.predictive.Moments(), f.predictive.Moments()
	pMean, pVar, qMean, qVar := p.Mean(), p.Variance(), q.Mean(), q.Variance()
	sum, places := 0.0, 0.0
	for i, x := range f.data.grid {
		if seen, gap := within(x); inGap && gap || !inGap && seen {
			d := pMean[i] - qMean[i]
			sum += (pVar[i]/qVar[i] + d*d/qVar[i] - 1 - math.Log(pVar[i]/qVar[i])) / 2
			places++
		}
	}
	return sum / places
}

// bandsScores is how the predictions of the test points turn out.
type bandsScores struct{ covered, width, density, crps, calibration float64 }

// score judges the test points by the 95 % intervals, the log-density, the score of the draws' mixture as a normal,
// and the calibration of the quantiles.
func (f *bandsFit) score() (s bandsScores, err error) {
	n := len(f.data.grid)
	all := slices.Concat(make([]float64, n), f.data.testY)
	lo, hi, err := f.predictive.Interval(0.95)
	if err != nil {
		return s, err
	}
	if s.covered, s.width, err = metrics.IntervalCoverage(lo[n:], hi[n:], f.data.testY); err != nil {
		return s, err
	}
	density, err := f.predictive.LogProb(all)
	if err != nil {
		return s, err
	}
	s.density = average(density[n:])
	moments := f.predictive.Moments()
	sd := rootOf(moments.Variance())
	if s.crps, err = metrics.NormalCRPS(moments.Mean()[n:], sd[n:], f.data.testY); err != nil {
		return s, err
	}
	ranks, err := f.predictive.CDF(all)
	if err != nil {
		return s, err
	}
	s.calibration, err = metrics.RegressionCalibrationError(ranks[n:])
	return s, err
}

func rootOf(variances []float64) []float64 {
	sd := make([]float64, len(variances))
	for i, v := range variances {
		sd[i] = math.Sqrt(v)
	}
	return sd
}

// check holds the fits to bands that were fixed on other data sets, those of the seeds from 101 on.
func (f bandsFits) check(r *Run, p bandsPlan) error {
	r.Check(Check{Name: "NUTS: R-hat of the function's values, largest", Value: slices.Max(f.of(bandsNUTS, func(b *bandsFit) float64 { return b.rhat })), NSeeds: p.Seeds, High: new(1.01)})
	r.Info(Check{Name: "NUTS: effective sample size of them, least", Value: slices.Min(f.of(bandsNUTS, func(b *bandsFit) float64 { return b.ess })), NSeeds: p.Seeds})
	r.Info(Check{Name: "NUTS: divergent trajectories, most", Value: slices.Max(f.of(bandsNUTS, func(b *bandsFit) float64 { return float64(b.divergent) })), NSeeds: p.Seeds})

	widening := make([][]float64, len(bandsMethods))
	for method, name := range bandsMethods {
		widening[method] = f.of(method, (*bandsFit).widening)
		c := ofSeeds(name+": epistemic sd in the gap over that on the data", widening[method])
		switch method {
		case bandsNUTS:
			c.Low = new(1.5)
		case bandsVI:
			c.Low = new(0.5) // it may find a mode that is sure of the gap
		case bandsMC:
			c.Low, c.High = new(0.3), new(1.0) // it scatters most where the function is large
		}
		r.Check(c)
	}
	for _, method := range []int{bandsVI, bandsMC} {
		least := math.Inf(1)
		for i, exact := range widening[bandsNUTS] {
			least = min(least, exact/widening[method][i])
		}
		r.Check(Check{Name: "the posterior's widening over that of the " + bandsMethods[method] + ", least", Value: least, NSeeds: p.Seeds, Low: new(1.0)})
	}
	for method, name := range bandsMethods {
		c := ofSeeds(name+": sd of the noise, over the true one", f.of(method, (*bandsFit).noise))
		c.Low, c.High = new(0.75), new(1.5)
		r.Check(c)
		f.checkCoverage(r, p, method)
	}
	return f.compare(r)
}

// checkCoverage holds the share of test points within their 95 % intervals, over all seeds, to what chance allows
// if the predictions are calibrated.
func (f bandsFits) checkCoverage(r *Run, p bandsPlan, method int) {
	c := ofSeeds(bandsMethods[method]+": share of test points in their 95% interval", f.of(method, func(b *bandsFit) float64 { return b.scores.covered }))
	limit := farAway * math.Sqrt(0.95*0.05/float64(p.Test*p.Seeds))
	c.Split, c.Low, c.High = "test", new(0.95-limit), new(0.95+limit)
	r.Check(c)
}

// compare reports how far the predictions lie from the posterior's.
func (f bandsFits) compare(r *Run) error {
	numbers := []struct {
		name string
		of   func(*bandsFit) float64
	}{
		{"KL on the data, nats", func(b *bandsFit) float64 { return b.from(f.fit(bandsNUTS, b.seed), false) }},
		{"KL in the gap, nats", func(b *bandsFit) float64 { return b.from(f.fit(bandsNUTS, b.seed), true) }},
		{"log-density, nats", func(b *bandsFit) float64 { return b.scores.density }},
		{"CRPS", func(b *bandsFit) float64 { return b.scores.crps }},
		{"width of 95%", func(b *bandsFit) float64 { return b.scores.width }},
		{"calibration error", func(b *bandsFit) float64 { return b.scores.calibration }},
	}
	columns, rows := []string{"method"}, make([][]any, len(bandsMethods))
	for method, name := range bandsMethods {
		rows[method] = []any{name}
	}
	for _, number := range numbers {
		columns = append(columns, number.name, "±")
		for method := range bandsMethods {
			mean, stderr, err := metrics.MeanStderr(f.of(method, number.of))
			if err != nil {
				return err
			}
			rows[method] = append(rows[method], mean, stderr)
		}
	}
	r.Table("distance", "Means over the data sets with standard errors. KL(NUTS‖method) is of the predictive distributions as normals, averaged over places; the other columns are of test points from the process of the data.", columns, rows)
	return nil
}

func (f bandsFits) fit(method, seed int) *bandsFit {
	i := slices.IndexFunc(f, func(b *bandsFit) bool { return b.method == method && b.seed == seed })
	return f[i]
}

func (f bandsFits) show(r *Run) error {
	d := f[0].data
	n := len(d.grid)
	picture := report.Bands{
		X: "x", Y: "y", DataX: d.x, DataY: d.y, GridX: d.grid, YRange: [2]float64{-3, 3.5},
	}
	for _, x := range d.grid {
		picture.Truth = append(picture.Truth, bandsTruth(x))
	}
	for method, name := range bandsMethods {
		m := f.fit(method, 0).predictive.Moments()
		picture.Methods = append(picture.Methods, report.BandsOf{
			Name: name, Mean: m.Mean()[:n], Epistemic: rootOf(m.Epistemic())[:n], Sigma: rootOf(m.Variance())[:n],
		})
	}
	r.Picture("bands", "The same points, made from a fixed seed, and what three methods make of them. NUTS draws from the posterior of the network that the variational one approximates: only there the mean is as uncertain between the data as it should be. Dropout scatters most where the function is large, whether there are data or not.", picture)
	return nil
}
