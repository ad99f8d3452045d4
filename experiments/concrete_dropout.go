package experiments

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

var concreteDropout = Experiment{
	Name:    "concrete-dropout",
	Summary: "a line with noise, learnt from 10 to 10,000 points by a network that learns its rates of dropout: what is not known and what is noise",
	Needs:   "no data: it makes its own; quick: 18 networks of 1,024 units and 18 of 256, six minutes on two cores; paper: 36 of 1,024, forty minutes",
	Paper:   "Gal, Hron and Kendall 2017, Concrete Dropout, https://arxiv.org/abs/1705.07832",
	Scales:  []Scale{Quick, Paper},
	Run:     func(ctx context.Context, r *Run) error { return concretePlanFor(r.Scale).run(ctx, r) },
}

// concretePlan is the settings of one scale.
type concretePlan struct {
	Sizes  []concreteSize
	Steps  int    // of the schedule that is the same for all sizes
	Hidden [2]int // rectified linear units of each of three layers, by schedule
	Seeds  int
	Test   int // points
	Draws  int // of the dropout masks, for each prediction
}

// concreteSize is a number of training points and the notebook's passes over them.
type concreteSize struct{ N, Epochs int }

// The settings of both scales, those of the authors' notebook.
const (
	concreteBatch       = 20
	concreteLR          = 1e-3
	concreteLengthScale = 1e-4
	concreteRate        = 0.1 // at the start
	concreteTemperature = 0.1
)

func concretePlanFor(s Scale) concretePlan {
	p := concretePlan{
		Hidden: [2]int{1024, 1024}, Seeds: 3, Test: 1000, Draws: 20, Steps: 10_000,
		Sizes: []concreteSize{{10, 2000}, {25, 1000}, {50, 500}, {100, 200}, {1000, 20}, {10_000, 2}},
	}
	if s == Quick {
		p.Hidden[concreteEqual] = 256
	}
	return p
}

// The schedules. A rate that the data don't hold back grows by as much as the optimiser moves it, so that how long a
// network is trained shows in its rates: the notebook trains those of few points for longer.
const (
	concreteNotebook = iota
	concreteEqual
)

// epochs returns the passes over a size under a schedule.
func (p concretePlan) epochs(schedule int, z concreteSize) int {
	if schedule == concreteNotebook {
		return z.Epochs
	}
	batches := (z.N + concreteBatch - 1) / concreteBatch
	return max(1, p.Steps/batches)
}

func (p concretePlan) run(ctx context.Context, r *Run) error {
	p.record(r)
	results := concreteResults{concretePlan: p}
	for schedule := range results.fits {
		for _, z := range p.Sizes {
			fits := make([]concreteFit, p.Seeds)
			for i := range fits {
				var err error
				if fits[i], err = p.fitOnce(ctx, r, schedule, z, r.Seed+uint64(i)); err != nil {
					return err
				}
			}
			results.fits[schedule] = append(results.fits[schedule], fits)
		}
	}
	results.check(r)
	results.tables(r)
	results.picture(r)
	return nil
}

func (p concretePlan) record(r *Run) {
	sizes, epochs := make([]int, len(p.Sizes)), make([]int, len(p.Sizes))
	for i, z := range p.Sizes {
		sizes[i], epochs[i] = z.N, z.Epochs
	}
	r.Setting("data", "y = 2x + 8 + e, x and e from N(0, 1), drawn anew for each size and seed")
	r.Setting("points", sizes)
	r.Setting("network", "three layers of ReLU, heads for mean and log-variance; concrete dropout before each")
	r.Setting("the notebook's schedule", fmt.Sprintf("%d units a layer, epochs %v", p.Hidden[concreteNotebook], epochs))
	r.Setting("the same steps for all sizes", fmt.Sprintf("%d units a layer, %d steps", p.Hidden[concreteEqual], p.Steps))
	r.Setting("batch", concreteBatch)
	r.Setting("optimiser", fmt.Sprintf("Adam, learning rate %g", concreteLR))
	r.Setting("length-scale of the prior", concreteLengthScale)
	r.Setting("rate at the start", concreteRate)
	r.Setting("temperature", concreteTemperature)
	r.Setting("test points", p.Test)
	r.Setting("draws", p.Draws)
	r.Setting("seeds", p.Seeds)
}

// data draws points of y = 2x + 8 + e with x and e from N(0, 1).
func (p concretePlan) data(n int, seed uint64) (training, test *data.Table, err error) {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	draw := func(n int) (*data.Table, error) {
		x, y := make([][]float64, n), make([][]float64, n)
		for i := range n {
			at := rng.NormFloat64()
			x[i], y[i] = []float64{at}, []float64{2*at + 8 + rng.NormFloat64()}
		}
		return data.NewTable(x, y)
	}
	if training, err = draw(n); err != nil {
		return nil, nil, err
	}
	test, err = draw(p.Test)
	return training, test, err
}

// concreteNet is the network: three hidden layers, and two heads for the mean and the logarithm of the variance,
// each with dropout before it.
type concreteNet struct {
	params *graph.Params
	hidden []*layers.ConcreteDropout
	mu     *layers.ConcreteDropout
	logVar *layers.ConcreteDropout
}

func newConcreteNet(hidden int, seed uint64) *concreteNet {
	n := &concreteNet{params: graph.NewParams(graph.Float32, seed)}
	layer := func(name string, in, out int) *layers.ConcreteDropout {
		return layers.NewConcreteDropout(n.params, name, in, out, concreteLengthScale,
			layers.ConcreteOptions{W: graph.Glorot, Rate: concreteRate, Temperature: concreteTemperature})
	}
	for i, in := range []int{1, hidden, hidden} {
		n.hidden = append(n.hidden, layer(fmt.Sprint("fc", i), in, hidden))
	}
	n.mu, n.logVar = layer("mu", hidden, 1), layer("log-variance", hidden, 1)
	return n
}

func (n *concreteNet) layers() []*layers.ConcreteDropout {
	return append(n.hidden[:3:3], n.mu, n.logVar)
}

// forward maps x [batch, 1] to a draw of the means and log-variances of the targets, [batch, 1].
func (n *concreteNet) forward(x *graph.Node) (mu, logVar *graph.Node) {
	for _, l := range n.hidden {
		x = l.Forward(x).ReLU()
	}
	return n.mu.Forward(x), n.logVar.Forward(x)
}

// Params implements train.Model.
func (n *concreteNet) Params() *graph.Params { return n.params }

// Terms implements train.Model.
func (n *concreteNet) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	mu, logVar := n.forward(x)
	complexity = x.Graph().Const(0)
	for _, l := range n.layers() {
		complexity = complexity.Add(l.KL(x.Graph()))
	}
	return prob.Normal{Mu: mu, Sigma: logVar.Scale(0.5).Exp()}.LogProb(y).Sum(1), complexity
}

// concreteFit is what is kept of a fit.
type concreteFit struct {
	RMSE      float64
	LogLik    float64   // mean log-density of a test point, nats
	Epistemic float64   // root of the variance of the draws' means, averaged over the test points
	Aleatoric float64   // root of exp(the draws' average log-variance), averaged likewise
	Rates     []float64 // of the layers, the heads last
}

// fitOnce is fit as a part of the run.
func (p concretePlan) fitOnce(ctx context.Context, r *Run, schedule int, z concreteSize, seed uint64) (concreteFit, error) {
	name := fmt.Sprintf("%s-n%d-seed%d", [...]string{"notebook", "equal"}[schedule], z.N, seed)
	folder := filepath.Join(r.CheckpointDir(), name)
	fit, err := part(r, name, func() (concreteFit, error) {
		return p.fit(ctx, r, newConcreteNet(p.Hidden[schedule], seed), z.N, p.epochs(schedule, z), seed, folder)
	})
	if err != nil {
		return fit, err
	}
	return fit, os.RemoveAll(folder) // many megabytes a fit
}

func (p concretePlan) fit(ctx context.Context, r *Run, net *concreteNet, n, epochs int, seed uint64, folder string) (fit concreteFit, err error) {
	r.Phase(fmt.Sprintf("N %d, seed %d", n, seed))
	training, test, err := p.data(n, seed)
	if err != nil {
		return fit, err
	}
	_, err = train.Fit(ctx, net, training, train.Settings{
		Epochs: epochs, BatchSize: concreteBatch, LR: optim.Constant(concreteLR), Seed: seed, Checkpoint: folder,
		Observe: func(s train.Step) {
			if s.Step%20 == 0 || s.Step == s.Steps {
				r.Progress(s.Step, s.Steps, fmt.Sprintf("NLL %.3f  KL %.4g", s.NLL, s.KL))
			}
		},
	})
	if err != nil {
		return fit, err
	}
	for _, l := range net.layers() {
		fit.Rates = append(fit.Rates, l.Rate())
	}
	return fit, p.test(ctx, net, test, &fit)
}

// test predicts the test points by the average over draws.
func (p concretePlan) test(ctx context.Context, n *concreteNet, test *data.Table, fit *concreteFit) error {
	g := graph.New(n.params, graph.Predict)
	x, y := make([]float64, p.Test), make([]float64, p.Test)
	for i := range x {
		at, target := test.At(i)
		x[i], y[i] = at[0], target[0]
	}
	mu, logVar := n.forward(g.ConstArray(x, p.Test, 1))
	prog, err := g.Compile(mu, logVar)
	if err != nil {
		return err
	}
	predicted := infer.NewRegression(p.Test)
	if err := predicted.Against(y); err != nil {
		return err
	}
	logVariance, variance := make([]float64, p.Test), make([]float64, p.Test)
	for draw := range p.Draws {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		out, err := prog.Run(infer.PredictSteps+uint64(draw), nil)
		if err != nil {
			return err
		}
		for i, v := range out[1].Float64s() {
			logVariance[i] += v / float64(p.Draws)
			variance[i] = math.Exp(v)
		}
		if err := predicted.Add(out[0].Float64s(), variance); err != nil {
			return err
		}
	}
	for i, mean := range predicted.Mean() {
		fit.RMSE += (mean - y[i]) * (mean - y[i]) / float64(p.Test)
		fit.Aleatoric += math.Exp(logVariance[i]) / float64(p.Test)
	}
	fit.RMSE, fit.Aleatoric = math.Sqrt(fit.RMSE), math.Sqrt(fit.Aleatoric)
	fit.Epistemic = math.Sqrt(average(predicted.Epistemic()))
	fit.LogLik = average(predicted.LogProb())
	return nil
}
