package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"credence/graph"
	"credence/infer"
	"credence/prob"
	"credence/report"
)

// networkPlan is the settings of the network: one layer of tanh units, points with a gap between them, noise that is
// known, and both ways to its posterior.
type networkPlan struct {
	Hidden, Points int
	Noise          float64
	Warmup, Draws  int     // of each of the sampler's four chains
	Rate           float64 // variational inference: Adam's, falling to 0
	Steps          int
	PerStep        int // draws of each step's bound
	Predict        int // draws of the prediction
}

var networkPlanQuick = networkPlan{
	Hidden: 6, Points: 14, Noise: 0.25, Warmup: 500, Draws: 1000, Rate: 0.02, Steps: 4000, PerStep: 8, Predict: 4000,
}

// Where data lie, in |x|, and the gap around 0 that is looked at.
var (
	networkData = [2]float64{0.8, 2}
	networkGap  = 0.4
	networkGrid = linspace(-3, 3, 61)
)

func networkTruth(x float64) float64 { return math.Sin(2*x) + 0.3*x }

func (p networkPlan) record(r *Run) {
	r.Setting("network", fmt.Sprintf("1-%d-1, tanh", p.Hidden))
	r.Setting("network, prior deviations", "2 of the first layer's weights and biases, 2/√units of the second's weights, 1 of its bias")
	r.Setting("network, noise", p.Noise)
	r.Setting("network, points", p.Points)
	r.Setting("network, warm-up and draws of a chain", []int{p.Warmup, p.Draws})
	r.Setting("network, variational inference", fmt.Sprintf("%d steps of %d draws, Adam, learning rate %g falling to 0", p.Steps, p.PerStep, p.Rate))
}

// size is the number of weights and biases.
func (p networkPlan) size() int { return 3*p.Hidden + 1 }

// forward maps x [n] to the network's outputs [..., n] for z [..., size]: weights and biases in units of their prior
// deviations, so that the prior of all is N(0, 1).
func (p networkPlan) forward(x, z *graph.Node) *graph.Node {
	row := func(from, to int) *graph.Node {
		part := z.Slice(-1, from, to)
		return part.Reshape(slices.Concat(z.Shape()[:z.Rank()-1], []int{1, to - from})...)
	}
	h := p.Hidden
	hidden := x.Reshape(-1, 1).Mul(row(0, h)).Add(row(h, 2*h)).Scale(2).Tanh()
	out := hidden.Mul(row(2*h, 3*h)).Scale(2 / math.Sqrt(float64(h))).Sum(-1)
	return out.Add(z.Slice(-1, 3*h, 3*h+1))
}

// logLik is log p(y|x, z), [...].
func (p networkPlan) logLik(d points, z *graph.Node) *graph.Node {
	g := z.Graph()
	mean := p.forward(g.ConstArray(d.x, len(d.x)), z)
	return prob.Normal{Mu: mean, Sigma: g.Const(p.Noise)}.LogProb(g.ConstArray(d.y, len(d.y))).Sum(-1)
}

// points are observations of networkTruth.
type points struct{ x, y []float64 }

func (p networkPlan) observe(seed uint64) points {
	rng := rand.New(rand.NewPCG(seed, 1))
	var d points
	for i := range p.Points {
		x := networkData[0] + (networkData[1]-networkData[0])*rng.Float64()
		if i%2 == 0 {
			x = -x
		}
		d.x, d.y = append(d.x, x), append(d.y, networkTruth(x)+p.Noise*rng.NormFloat64())
	}
	return d
}

// posterior is the sampler's: the same model as the bound's.
func (p networkPlan) posterior(d points) *infer.Posterior {
	g, post := newPosterior()
	z := post.Real("z", p.size())
	post.Add(prob.StandardNormal(g).LogProb(z), p.logLik(d, z))
	post.Record("f", p.forward(g.ConstArray(networkGrid, len(networkGrid)), z))
	return post
}

// bands is what one way to the posterior predicts on networkGrid.
type bands struct{ mean, epistemic []float64 }

// networkRun is one data set with both predictions.
type networkRun struct {
	points
	draws        *infer.Draws
	exact, bound bands
	elbo         float64 // after the last step, in nats
}

// infer fits the fully factorised normal distribution to the posterior, by the evidence lower bound.
func (p networkPlan) infer(ctx context.Context, run *networkRun, seed uint64) error {
	ps := graph.NewParams(graph.Float64, seed)
	mu, rho := ps.New("mu", graph.Gaussian(0, 0.5), p.size()), ps.New("rho", graph.Constant(-2), p.size())
	q := func(g *graph.Graph) prob.DiagonalNormal {
		return prob.DiagonalNormal{Mu: g.Param(mu), Sigma: g.Param(rho).Softplus()}
	}
	g := graph.New(ps, graph.Train)
	zeros, ones := make([]float64, p.size()), slices.Repeat([]float64{1}, p.size())
	prior := prob.DiagonalNormal{Mu: g.ConstArray(zeros, p.size()), Sigma: g.ConstArray(ones, p.size())}
	bound := p.logLik(run.points, q(g).Sample(p.PerStep)).Mean(0).Sub(q(g).KL(prior))
	if err := maximise(ctx, bound, p.Rate, p.Steps, func(bound float64) { run.elbo = bound }); err != nil {
		return err
	}
	predict := graph.New(ps, graph.Predict)
	prog, err := predict.Compile(p.forward(predict.ConstArray(networkGrid, len(networkGrid)), q(predict).Sample(p.Predict)))
	if err != nil {
		return err
	}
	out, err := prog.Run(0, nil)
	if err != nil {
		return err
	}
	run.bound, err = bandsOf(slices.Collect(slices.Chunk(out[0].Float64s(), len(networkGrid))))
	return err
}

// bandsOf averages functions over draws of them.
func bandsOf(draws [][]float64) (b bands, err error) {
	r := infer.NewRegression(len(networkGrid))
	for _, f := range draws {
		if err := r.Add(f, make([]float64, len(f))); err != nil {
			return b, err
		}
	}
	b = bands{r.Mean(), r.Epistemic()}
	for i, v := range b.epistemic {
		b.epistemic[i] = math.Sqrt(v)
	}
	return b, nil
}

func (p nutsPlan) network(ctx context.Context, r *Run) error {
	n := p.Network
	runs := make([]*networkRun, p.Seeds)
	for i := range runs {
		seed := r.Seed + uint64(i)
		run := &networkRun{points: n.observe(seed)}
		var err error
		if run.draws, err = (infer.NUTS{Warmup: n.Warmup, Draws: n.Draws, Seed: seed}).Sample(ctx, n.posterior(run.points)); err != nil {
			return err
		}
		var functions [][]float64
		for c := range run.draws.Chains {
			for at := range run.draws.PerChain {
				functions = append(functions, run.draws.At("f", c, at))
			}
		}
		if run.exact, err = bandsOf(functions); err != nil {
			return err
		}
		if err := n.infer(ctx, run, seed); err != nil {
			return err
		}
		runs[i] = run
		r.Progress(i+1, p.Seeds, fmt.Sprintf("seed %d: %d divergences", seed, run.draws.Divergences()))
	}
	n.check(r, runs)
	n.show(r, runs)
	return nil
}

// mean averages over the grid's numbers at which where is true.
func meanWhere(values []float64, where func(x float64) bool) float64 {
	sum, n := 0.0, 0.0
	for i, x := range networkGrid {
		if where(x) {
			sum, n = sum+values[i], n+1
		}
	}
	return sum / n
}

func inGap(x float64) bool { return math.Abs(x) <= networkGap+1e-9 }
func onData(x float64) bool {
	return math.Abs(x) >= networkData[0]-1e-9 && math.Abs(x) <= networkData[1]+1e-9
}

// divergence is KL(sampled‖variational) of a new observation at each point of the grid, both as normals, in nats.
func (p networkPlan) divergence(run *networkRun) []float64 {
	out := make([]float64, len(networkGrid))
	for i := range out {
		v := math.Pow(run.exact.epistemic[i], 2) + p.Noise*p.Noise
		w := math.Pow(run.bound.epistemic[i], 2) + p.Noise*p.Noise
		away := run.exact.mean[i] - run.bound.mean[i]
		out[i] = 0.5 * (v/w - 1 - math.Log(v/w) + away*away/w)
	}
	return out
}

func (p networkPlan) check(r *Run, runs []*networkRun) {
	rhat, ess := 0.0, math.Inf(1)
	for _, run := range runs {
		for i := range networkGrid {
			f := run.draws.Of("f", i)
			rhat, ess = max(rhat, f.RHat()), min(ess, f.ESSBulk(), f.ESSTail())
		}
	}
	r.Check(Check{Name: "network: largest R-hat of the function at 61 points", Value: rhat, NSeeds: len(runs), High: new(1.01)})
	r.Check(Check{Name: "network: least effective draws of the function", Value: ess, NSeeds: len(runs), Low: new(400.0)})
	gap := func(b bands) float64 { return meanWhere(b.epistemic, inGap) }
	data := func(b bands) float64 { return meanWhere(b.epistemic, onData) }
	c := seedMean("network: sd of the function in the gap, variational over sampled", runs, func(run *networkRun) float64 { return gap(run.bound) / gap(run.exact) })
	c.High = new(0.8)
	r.Check(c)
	c = seedMean("network: sd of the function in the gap over that on data, sampled", runs, func(run *networkRun) float64 { return gap(run.exact) / data(run.exact) })
	c.Low = new(2.0)
	r.Check(c)
	r.Info(seedMean("network: sd of the function in the gap over that on data, variational", runs, func(run *networkRun) float64 { return gap(run.bound) / data(run.bound) }))
	r.Info(seedMean("network: sd of the function on data, variational over sampled", runs, func(run *networkRun) float64 { return data(run.bound) / data(run.exact) }))
	r.Info(seedMean("network: KL(sampled‖variational) of an observation in the gap, nats", runs, func(run *networkRun) float64 { return meanWhere(p.divergence(run), inGap) }))
	r.Info(seedMean("network: KL(sampled‖variational) of an observation on data, nats", runs, func(run *networkRun) float64 { return meanWhere(p.divergence(run), onData) }))
	r.Info(seedMean("network: divergences of the sampler", runs, func(run *networkRun) float64 { return divergences(run.draws) }))
	r.Info(seedMean("network: bound after variational inference, nats", runs, func(run *networkRun) float64 { return run.elbo }))
}

func (p networkPlan) show(r *Run, runs []*networkRun) {
	run := runs[0]
	truth := make([]float64, len(networkGrid))
	for i, x := range networkGrid {
		truth[i] = networkTruth(x)
	}
	sampled := report.Line{Name: "sampled", X: networkGrid, Y: run.exact.mean, Err: doubled(run.exact.epistemic)}
	variational := report.Line{Name: "mean-field variational", X: networkGrid, Y: run.bound.mean, Err: doubled(run.bound.epistemic)}
	data := report.Line{Name: "data", Dots: true}
	for i := range run.x { // the gaps between leave dots without a line
		data.X, data.Y = append(data.X, run.x[i], math.NaN()), append(data.Y, run.y[i], math.NaN())
	}
	deviation := func(name string, of func(run *networkRun) bands) report.Line {
		l := report.Line{Name: name, X: networkGrid}
		for i := range networkGrid {
			c := seedMean("", runs, func(run *networkRun) float64 { return of(run).epistemic[i] })
			l.Y = append(l.Y, c.Value)
			if c.Stderr != nil {
				l.Err = append(l.Err, *c.Stderr)
			}
		}
		return l
	}
	r.Picture("network", "A network's function by its sampled posterior and by mean-field variational inference of the same model: means, ± 2 standard deviations of the function.",
		report.Curves{Title: "A small network", X: "x", Y: "y", Lines: []report.Line{
			sampled, variational, data, {Name: "truth", X: networkGrid, Y: truth, Dashed: true},
		}})
	r.Picture("network-deviation", fmt.Sprintf("Its standard deviation along x, mean of %d data sets ± a standard error: between the data and beyond them the factorised posterior is too sure.", len(runs)),
		report.Curves{Title: "Standard deviation of the function", X: "x", Y: "sd", LogY: true, Lines: []report.Line{
			deviation("sampled", func(run *networkRun) bands { return run.exact }),
			deviation("mean-field variational", func(run *networkRun) bands { return run.bound }),
		}})
	middle := len(networkGrid) / 2
	r.Picture("network-chains", "Traces and rank plots of the function in the middle of the gap.",
		report.Panels{Title: "The function at 0, four chains", Pictures: chainPictures("f(0)", "f(0)", run.draws, run.draws.Of("f", middle))})
}

func doubled(sd []float64) []float64 {
	out := make([]float64, len(sd))
	for i, s := range sd {
		out[i] = 2 * s
	}
	return out
}
