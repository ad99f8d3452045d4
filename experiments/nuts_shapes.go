package experiments

import (
	"context"
	"math"

	"credence/graph"
	"credence/infer"
	"credence/prob"
	"credence/report"
)

const (
	bananaWidth = 0.3 // the standard deviation of y around x²
	// bananaAccept is for the steps that the ends of the banana need, which bend more than its middle.
	bananaAccept = 0.98
)

// banana is Rosenbrock's function as a density: x is N(1, 1), and y is N(x², bananaWidth²).
func banana() *infer.Posterior {
	g, post := newPosterior()
	x, y := post.Real("x"), post.Real("y")
	post.Add(prob.Normal{Mu: g.Const(1), Sigma: g.Const(1)}.LogProb(x), prob.Normal{Mu: x.Square(), Sigma: g.Const(bananaWidth)}.LogProb(y))
	post.Record("x y", x.Mul(y))
	return post
}

// bananaMoments follow from those of N(1, 1): 1, 2, 4, 10, 26, 76 are the means of its powers up to the sixth.
func bananaMoments() []moment {
	return []moment{
		{name: "x", mean: 1, stdDev: 1},
		{name: "y", mean: 2, stdDev: math.Sqrt(bananaWidth*bananaWidth + 10 - 4)},
		{name: "x y", mean: 4, stdDev: math.Sqrt(76 + 2*bananaWidth*bananaWidth - 16)},
	}
}

func logNormal(x, mu, sigma float64) float64 { return -0.5*math.Pow((x-mu)/sigma, 2) - math.Log(sigma) }

func (p nutsPlan) banana(ctx context.Context, r *Run) error {
	all, err := p.sample(ctx, r, bananaAccept, banana)
	if err != nil {
		return err
	}
	p.checkMoments(r, "banana", bananaMoments(), all)
	r.Info(seedMean("banana: divergences", all, divergences))
	d := all[0]
	x, y := d.Of("x"), d.Of("y")
	kept, divergent := pairs(d, func(c, i int) float64 { return x[c][i] }, func(c, i int) float64 { return y[c][i] }, 1+p.Draws/500)
	r.Picture("banana", "Draws over the contours of a density whose moments are known.",
		report.Panels{Title: "A banana", Pictures: append([]report.Picture{report.Scatter{
			X: "x", Y: "y", XRange: [2]float64{-2.5, 4.5}, YRange: [2]float64{-2, 18}, Points: kept, Marked: divergent, Mark: "diverged",
			LogDensity: func(x, y float64) float64 { return logNormal(x, 1, 1) + logNormal(y, x*x, bananaWidth) },
		}}, chainPictures("Four chains", "y", d, y)[0])})
	return nil
}

// funnelDim is the number of funnel's numbers whose scale is unknown.
const funnelDim = 9

// funnel is that of Neal 2003 (https://doi.org/10.1214/aos/1056562461, section 8): y is N(0, 3²), and each x is
// N(0, exp y). Not centred, the sampler moves through x in units of its deviation.
func funnel(centred bool) *infer.Posterior {
	g, post := newPosterior()
	y := post.Real("y")
	post.Add(prob.Normal{Mu: g.Const(0), Sigma: g.Const(3)}.LogProb(y))
	deviation := y.Scale(0.5).Exp()
	var x *graph.Node
	if centred {
		x = post.Real("x", funnelDim)
		post.Add(prob.Normal{Mu: g.Const(0), Sigma: deviation}.LogProb(x))
	} else {
		z := post.Real("z", funnelDim)
		post.Add(prob.StandardNormal(g).LogProb(z))
		x = z.Mul(deviation)
		post.Record("x", x)
	}
	return post
}

func (p nutsPlan) funnel(ctx context.Context, r *Run) error {
	free, err := p.sample(ctx, r, 0, func() *infer.Posterior { return funnel(false) })
	if err != nil {
		return err
	}
	centred, err := p.sample(ctx, r, 0, func() *infer.Posterior { return funnel(true) })
	if err != nil {
		return err
	}
	moments := []moment{{name: "y", mean: 0, stdDev: 3}}
	p.checkMoments(r, "funnel, not centred", moments, free)
	c := seedMean("funnel, not centred: divergences", free, divergences)
	c.High = new(0.0)
	r.Check(c)
	c = seedMean("funnel, centred: divergences", centred, divergences)
	c.Low = new(1.0)
	r.Check(c)
	c = seedMean("funnel, centred: samplings that Check warns of, share", centred, func(d *infer.Draws) float64 {
		if d.Check() != nil {
			return 1
		}
		return 0
	})
	c.Low = new(1.0)
	r.Check(c)
	r.Info(seedMean("funnel, centred: standard deviation of y, which is 3", centred, func(d *infer.Draws) float64 { return d.Of("y").StdDev() }))
	r.Info(seedMean("funnel, centred: effective draws of y", centred, func(d *infer.Draws) float64 { return d.Of("y").ESSBulk() }))
	r.Info(seedMean("funnel, not centred: effective draws of y", free, func(d *infer.Draws) float64 { return d.Of("y").ESSBulk() }))

	var panels []report.Picture
	for _, one := range []struct {
		name string
		d    *infer.Draws
	}{{"Not centred", free[0]}, {"Centred", centred[0]}} {
		x, y := one.d.Of("x", 0), one.d.Of("y")
		kept, divergent := pairs(one.d, func(c, i int) float64 { return x[c][i] }, func(c, i int) float64 { return y[c][i] }, 1+p.Draws/500)
		panels = append(panels, report.Scatter{
			Title: one.name, X: "one of the x", Y: "y, the log variance of x", XRange: [2]float64{-15, 15}, YRange: [2]float64{-10, 10},
			Points: kept, Marked: divergent, Mark: "diverged",
			LogDensity: func(x, y float64) float64 { return logNormal(y, 0, 3) + logNormal(x, 0, math.Exp(y/2)) },
		})
	}
	r.Picture("funnel", "Draws over the contours of one x and its log variance: moving through x itself, the sampler stops short of the neck and its trajectories diverge there.",
		report.Panels{Title: "A funnel", Pictures: panels})
	return nil
}
