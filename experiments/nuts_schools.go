package experiments

import (
	"context"
	"fmt"
	"math"

	"credence/infer"
	"credence/prob"
	"credence/report"
)

// schools is the model of the eight schools (Rubin 1981), whose effects theta scatter by an unknown tau around an
// unknown mu. Centred, the sampler moves through theta itself, whose scatter shrinks with tau; not centred, through
// its deviations in units of tau.
func schools(centred bool) *infer.Posterior {
	g, post := newPosterior()
	y := g.ConstArray([]float64{28, 8, -3, 7, -1, 1, 18, 12}, 8)
	sigma := g.ConstArray([]float64{15, 10, 16, 11, 9, 11, 10, 18}, 8)
	mu, tau := post.Real("mu"), post.Positive("tau")
	post.Add(prob.Normal{Mu: g.Const(0), Sigma: g.Const(5)}.LogProb(mu), prob.HalfCauchy{Scale: g.Const(5)}.LogProb(tau))
	if centred {
		theta := post.Real("theta", 8)
		post.Add(prob.Normal{Mu: mu, Sigma: tau}.LogProb(theta), prob.Normal{Mu: theta, Sigma: sigma}.LogProb(y))
		return post
	}
	eta := post.Real("eta", 8)
	theta := mu.Add(tau.Mul(eta))
	post.Record("theta", theta)
	post.Add(prob.StandardNormal(g).LogProb(eta), prob.Normal{Mu: theta, Sigma: sigma}.LogProb(y))
	return post
}

// schoolsReference has the means, their Monte Carlo standard errors and the mean squares of posteriordb's reference
// draws (Magnusson et al. 2024, https://arxiv.org/abs/2407.04967; https://github.com/stan-dev/posteriordb,
// eight_schools-eight_schools_noncentered): theta, mu, tau.
var schoolsReference = [10][3]float64{
	{6.15050229334425, 0.0557375282295219, 69.36345},
	{4.9395811407422, 0.0462293788624847, 45.9787},
	{3.90590609001582, 0.0542313705632124, 43.13923},
	{4.79601675138494, 0.0474935816762281, 45.76135},
	{3.6144363246799, 0.0461450610244603, 34.35767},
	{4.0511475789675, 0.0485195392528031, 39.4135},
	{6.31716975886893, 0.0498766794075794, 64.93269},
	{4.88399694353288, 0.0542511606560972, 52.12845},
	{4.41051833695493, 0.0330374705950917, 30.40302},
	{3.60205952364059, 0.0318615135640706, 23.20407},
}

// schoolsMoments returns the reference with its errors. That of a standard deviation follows from as many draws as
// the mean's, and from the fourth moment of ours.
func schoolsMoments(d *infer.Draws) []moment {
	moments := make([]moment, len(schoolsReference))
	for i, ref := range schoolsReference {
		m := moment{name: "theta", index: []int{i}, mean: ref[0], meanError: ref[1], stdDev: math.Sqrt(ref[2] - ref[0]*ref[0])}
		switch i {
		case 8:
			m.name, m.index = "mu", nil
		case 9:
			m.name, m.index = "tau", nil
		}
		ours := d.Of(m.name, m.index...)
		mean, variance, spread, n := ours.Mean(), ours.StdDev()*ours.StdDev(), 0.0, 0.0
		for _, c := range ours {
			for _, x := range c {
				away := (x-mean)*(x-mean) - variance
				spread, n = spread+away*away, n+1
			}
		}
		draws := math.Pow(m.stdDev/m.meanError, 2)
		m.stdDevError = math.Sqrt(spread/n/draws) / (2 * m.stdDev)
		moments[i] = m
	}
	return moments
}

// schools samples both ways: the same posterior, easy and hard.
func (p nutsPlan) schools(ctx context.Context, r *Run) error {
	free, err := p.sample(ctx, r, 0, func() *infer.Posterior { return schools(false) })
	if err != nil {
		return err
	}
	centred, err := p.sample(ctx, r, 0, func() *infer.Posterior { return schools(true) })
	if err != nil {
		return err
	}
	moments := schoolsMoments(free[0])
	p.checkMoments(r, "eight schools, not centred", moments, free)
	c := seedMean("eight schools, not centred: divergences", free, divergences)
	c.High = new(0.002 * float64(4*p.Draws))
	r.Check(c)
	c = seedMean("eight schools, centred: divergences", centred, divergences)
	c.Low = new(1.0)
	r.Check(c)
	ess := func(d *infer.Draws) float64 { return d.Of("tau").ESSBulk() }
	tau := seedMean("", centred, ess).Value
	c = seedMean("eight schools, effective draws of tau: not centred over centred", free, func(d *infer.Draws) float64 { return ess(d) / tau })
	c.Low = new(3.0)
	r.Check(c)
	away, rhat := furthest(moments, centred)
	r.Info(Check{Name: "eight schools, centred: furthest mean or sd from the truth, standard errors", Value: away, NSeeds: p.Seeds})
	r.Info(Check{Name: "eight schools, centred: largest R-hat", Value: rhat, NSeeds: p.Seeds})

	var rows [][]any
	for _, m := range moments {
		row := []any{m.name, m.mean, m.stdDev}
		if m.index != nil {
			row[0] = fmt.Sprintf("theta[%d]", m.index[0])
		}
		for _, d := range []*infer.Draws{free[0], centred[0]} {
			x := d.Of(m.name, m.index...)
			row = append(row, x.Mean(), x.StdDev(), x.MCSE(), x.ESSBulk(), x.RHat())
		}
		rows = append(rows, row)
	}
	r.Table("eight schools", "Posterior of the first seed, in points of the test, beside posteriordb's reference; not centred, then centred.",
		[]string{"", "reference mean", "sd", "not centred: mean", "sd", "MCSE", "ESS", "R-hat", "centred: mean", "sd", "MCSE", "ESS", "R-hat"}, rows)
	p.showSchools(r, free[0], centred[0])
	return nil
}

func (p nutsPlan) showSchools(r *Run, free, centred *infer.Draws) {
	var necks, chains []report.Picture
	for _, one := range []struct {
		name string
		d    *infer.Draws
	}{{"Not centred", free}, {"Centred", centred}} {
		theta, tau := one.d.Of("theta", 0), one.d.Of("tau")
		kept, divergent := pairs(one.d,
			func(c, i int) float64 { return theta[c][i] },
			func(c, i int) float64 { return math.Log(tau[c][i]) }, 1+p.Draws/1000)
		necks = append(necks, report.Scatter{
			Title: one.name, X: "theta of the first school", Y: "log tau", XRange: [2]float64{-20, 40}, YRange: [2]float64{-6, 4},
			Points: kept, Marked: divergent, Mark: "diverged",
		})
		log := make(infer.Marginal, len(tau))
		for c := range tau {
			for _, v := range tau[c] {
				log[c] = append(log[c], math.Log(v))
			}
		}
		chains = append(chains, chainPictures(one.name, "log tau", one.d, log)...)
	}
	r.Picture("schools", "Draws of the first school's effect and of the scatter of all: where tau is small the effects must agree, a neck that a step size made for the rest does not fit. The trajectories that diverged show where.",
		report.Panels{Title: "Eight schools", Pictures: necks})
	r.Picture("schools-chains", "Traces and rank plots of log tau. Chains that sample the same distribution have ranks as often low as high.",
		report.Panels{Title: "Eight schools, four chains", Pictures: chains})
}
