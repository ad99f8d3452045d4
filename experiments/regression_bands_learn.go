package experiments

import (
	"context"
	"errors"
	"math"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/layers"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// bandsNetwork maps x [..., n, 1] to the normals of its targets: the mean by one hidden layer, and the logarithm of
// the noise by a line. A column of ones beside each layer's inputs gives it biases, so that all weights are in three
// matrices: [2, hidden], [hidden+1, 1] and [2, 1].
func bandsNetwork(x *graph.Node, first, second, noise func(*graph.Node) *graph.Node) prob.Normal {
	x = withOnes(x)
	return bandsNormal(second(withOnes(first(x).Tanh())), noise(x))
}

// bandsNormal has a noise that is none too small where the line is 0, as it is at first.
func bandsNormal(mean, line *graph.Node) prob.Normal {
	return prob.Normal{Mu: mean, Sigma: line.AddScalar(-1).Exp()}
}

func withOnes(x *graph.Node) *graph.Node {
	shape := x.Shape()
	shape[len(shape)-1] = 1
	return graph.Concat(-1, x, x.Graph().Const(1).Broadcast(shape...))
}

// bandsModel is a network that train.Fit can fit.
type bandsModel struct {
	params     *graph.Params
	forward    func(x *graph.Node) prob.Normal
	complexity func(g *graph.Graph) *graph.Node
}

func (m *bandsModel) Params() *graph.Params { return m.params }

func (m *bandsModel) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	return m.forward(x).LogProb(y).Sum(1), m.complexity(x.Graph())
}

// fit trains on all points at once, and predicts the places under draws of the weights or masks.
func (m *bandsModel) fit(ctx context.Context, d *bandsData, lr float64, steps, draws int) (*infer.Mixture, error) {
	set, err := data.NewTable(columnOf(d.x), columnOf(d.y))
	if err != nil {
		return nil, err
	}
	_, err = train.Fit(ctx, m, set, train.Settings{Epochs: steps, BatchSize: set.Len(), LR: optim.Cosine(lr, 0, steps),
		KL: train.WarmUp{Epochs: steps / 2}})
	if err != nil {
		return nil, err
	}
	g := graph.New(m.params, graph.Predict)
	places := d.places()
	y := m.forward(g.ConstArray(places, len(places), 1).Broadcast(draws, len(places), 1))
	prog, err := g.Compile(y.Mu, y.Sigma.Square())
	if err != nil {
		return nil, err
	}
	out, err := prog.Run(0, nil)
	if err != nil {
		return nil, err
	}
	predictive, n := infer.NewMixture(len(places)), len(places)
	means, variances := out[0].Float64s(), out[1].Float64s()
	for i := range draws {
		if err := predictive.Add(means[i*n:(i+1)*n], variances[i*n:(i+1)*n]); err != nil {
			return nil, err
		}
	}
	return predictive, nil
}

func columnOf(x []float64) [][]float64 {
	rows := make([][]float64, len(x))
	for i, v := range x {
		rows[i] = []float64{v}
	}
	return rows
}

// variational fits a factorised normal over all weights.
func (p bandsPlan) variational(ctx context.Context, seed uint64, d *bandsData) (*infer.Mixture, error) {
	ps := graph.NewParams(graph.Float64, seed)
	layer := func(name string, in, out int, init graph.Init) *layers.BayesDense {
		l := layers.NewBayesDense(ps, name, in, out, prob.Gaussian{Sigma: p.Prior},
			layers.BayesOptions{Mu: init, Sigma: 0.05, Estimator: layers.LocalReparameterization})
		l.B = nil
		return l
	}
	first, second, noise := layer("fc0", 2, p.Hidden, graph.Glorot), layer("fc1", p.Hidden+1, 1, graph.Glorot), layer("noise", 2, 1, graph.Zeros)
	m := &bandsModel{
		params:     ps,
		forward:    func(x *graph.Node) prob.Normal { return bandsNetwork(x, first.Forward, second.Forward, noise.Forward) },
		complexity: func(g *graph.Graph) *graph.Node { return first.KL(g).Add(second.KL(g)).Add(noise.KL(g)) },
	}
	return m.fit(ctx, d, p.LR, p.Steps, p.Draws)
}

// dropout fits a wider network whose hidden units are dropped, in prediction too.
func (p bandsPlan) dropout(ctx context.Context, seed uint64, d *bandsData) (*infer.Mixture, error) {
	ps := graph.NewParams(graph.Float64, seed)
	first := layers.NewDense(ps, "fc0", 1, p.Dropout.Hidden, graph.Glorot)
	second := layers.NewDense(ps, "fc1", p.Dropout.Hidden, 1, graph.Glorot)
	noise := layers.NewDense(ps, "noise", 1, 1, graph.Zeros)
	drop, prior := layers.MCDropout{Rate: p.Dropout.Rate}, prob.Gaussian{Sigma: p.Dropout.Prior}
	m := &bandsModel{
		params: ps,
		forward: func(x *graph.Node) prob.Normal {
			return bandsNormal(second.Forward(drop.Forward(first.Forward(x).Tanh())), noise.Forward(x))
		},
		complexity: func(g *graph.Graph) *graph.Node {
			total := g.Const(0)
			for _, w := range []*graph.Param{first.W, first.B, second.W, second.B, noise.W, noise.B} {
				total = total.Sub(prior.LogProb(g.Param(w)).Sum())
			}
			return total
		},
	}
	return m.fit(ctx, d, p.Dropout.LR, p.Dropout.Steps, p.Draws)
}

// sample draws the weights of the variational network from their posterior.
func (p bandsPlan) sample(ctx context.Context, seed uint64, fit *bandsFit) error {
	g := graph.New(graph.NewParams(graph.Float64, seed), graph.Train)
	post := infer.NewPosterior(g)
	w0, w1, noise := post.Real("w0", 2, p.Hidden), post.Real("w1", p.Hidden+1, 1), post.Real("noise", 2, 1)
	network := func(x []float64) prob.Normal {
		by := func(w *graph.Node) func(*graph.Node) *graph.Node {
			return func(h *graph.Node) *graph.Node { return h.MatMul(w) }
		}
		return bandsNetwork(g.ConstArray(x, len(x), 1), by(w0), by(w1), by(noise))
	}
	prior := prob.Gaussian{Sigma: p.Prior}
	post.Add(prior.LogProb(w0), prior.LogProb(w1), prior.LogProb(noise), network(fit.data.x).LogProb(g.ConstArray(fit.data.y, p.Points, 1)))
	places := fit.data.places()
	at := network(places)
	post.Record("mean", at.Mu)
	post.Record("variance", at.Sigma.Square())
	draws, err := infer.NUTS{Chains: p.Chains, Warmup: p.Warmup, Draws: p.Kept, MaxDepth: p.Depth, TargetAccept: p.Accept, Seed: seed}.Sample(ctx, post)
	if err != nil {
		return err
	}

	fit.predictive, fit.ess, fit.divergent = infer.NewMixture(len(places)), math.Inf(1), draws.Divergences()
	for c := range p.Chains {
		for i := range p.Kept {
			if err := fit.predictive.Add(draws.At("mean", c, i), draws.At("variance", c, i)); err != nil {
				return err
			}
		}
	}
	for i, x := range fit.data.grid {
		if seen, gap := within(x); seen || gap {
			m := draws.Of("mean", i, 0)
			fit.rhat, fit.ess = max(fit.rhat, m.RHat()), min(fit.ess, m.ESSBulk())
		}
	}
	if fit.rhat == 0 {
		return errors.New("no place to judge the chains at")
	}
	return nil
}
