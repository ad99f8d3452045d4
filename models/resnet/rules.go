package resnet

import (
	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// Relaxed draws, after each block, a number between 0 and 1 in the place of whether to halt, from the relaxation of the
// Bernoulli distribution (Maddison, Mnih and Teh 2017, https://arxiv.org/abs/1611.00712), and a stage gives a mixture of its
// blocks' outputs. Gradients pass through the draws; as an estimate of J's they are biased, the less the lower the temperature.
type Relaxed struct {
	Temperature float64 // 2/3
}

func (r Relaxed) halt(logits []*graph.Node, c cost) ([]*graph.Node, halted) {
	g := c.logPrior.Graph()
	temperature := r.Temperature
	if temperature == 0 {
		temperature = 2. / 3
	}
	var drawn []*graph.Node
	for _, logit := range logits {
		drawn = append(drawn, prob.RelaxedBernoulli{Logits: logit, Temperature: g.Const(temperature)}.Sample())
	}
	weights := stick(drawn, c.batch, g)
	return weights, halted{reward: expected(weights, c.logPrior)}
}

func (Relaxed) objective(logLik *graph.Node, terms []halted) *graph.Node {
	return logLik.Add(total(terms, rewardOf))
}

// ScoreFunction draws z, and has the score function gradient of J (Williams 1992), without bias.
type ScoreFunction struct {
	Baseline infer.Baseline // of the objective of each image; nil for none. A MovingAverage without State gets one of the network's
}

// withState gives a moving average its state.
func (r ScoreFunction) withState(ps *graph.Params) ScoreFunction {
	if average, ok := r.Baseline.(infer.MovingAverage); ok && average.State == nil {
		average.State = ps.Declare(graph.State, "baseline", graph.Zeros)
		r.Baseline = average
	}
	return r
}

func (ScoreFunction) halt(logits []*graph.Node, c cost) ([]*graph.Node, halted) {
	g := c.logPrior.Graph()
	running, logQ := g.Const(1).Broadcast(c.batch), g.Const(0).Broadcast(c.batch)
	var drawn []*graph.Node
	for _, logit := range logits {
		q := prob.Bernoulli{Logits: logit}
		halt := q.Sample().StopGradient()
		drawn, logQ = append(drawn, halt), logQ.Add(running.Mul(q.LogProb(halt)))
		running = running.Mul(halt.Neg().AddScalar(1))
	}
	weights := stick(drawn, c.batch, g)
	return weights, halted{reward: expected(weights, c.logPrior), logQ: logQ}
}

func (r ScoreFunction) objective(logLik *graph.Node, terms []halted) *graph.Node {
	value := logLik.Add(total(terms, rewardOf))
	reward := value.StopGradient().ExpandDims(0) // of one draw
	gain, surrogate := reward, value
	if r.Baseline != nil {
		b := r.Baseline.Predict(reward)
		gain = reward.Sub(b.Value.StopGradient())
		if b.Fit != nil {
			surrogate = surrogate.Sub(b.Fit.Sum(0))
		}
	}
	logQ := total(terms, func(t halted) *graph.Node { return t.logQ })
	surrogate = surrogate.Add(gain.Sum(0).Mul(logQ))
	return value.StopGradient().Add(surrogate.Sub(surrogate.StopGradient()))
}

// ACT is the adaptive computation time of Graves 2016 (https://arxiv.org/abs/1603.08983): a stage gives the mixture of
// its blocks' outputs by the probabilities h_l, up to the first block at which their sum reaches 1 - Epsilon, which has the
// rest of 1. The objective is log p(y|x) - Tau·(blocks + rest), summed over the stages, which jumps where the number of blocks does.
type ACT struct {
	Epsilon float64 // 0.01
}

// epsilon returns Epsilon or its default.
func (r ACT) epsilon() float64 {
	if r.Epsilon == 0 {
		return 0.01
	}
	return r.Epsilon
}

func (r ACT) halt(logits []*graph.Node, c cost) ([]*graph.Node, halted) {
	g := c.logPrior.Graph()
	one := g.Const(1).Broadcast(c.batch)
	running, left, ponder := one, one, g.Const(0).Broadcast(c.batch) // whether block l runs; 1 - Σ h before it
	var weights []*graph.Node
	for l := range len(logits) + 1 {
		h := one
		if l < len(logits) {
			h = logits[l].Sigmoid()
		}
		next := running.Mul(left.Sub(h).Greater(g.Const(r.epsilon()))) // whether the block after it runs
		if l == len(logits) {
			next = g.Const(0).Broadcast(c.batch)
		}
		last := running.Sub(next).StopGradient()
		weights = append(weights, next.StopGradient().Mul(h).Add(last.Mul(left)))
		ponder = ponder.Add(running.StopGradient()).Add(last.Mul(left))
		left, running = left.Sub(h), next
	}
	return weights, halted{reward: ponder.Scale(-c.tau)}
}

func (ACT) objective(logLik *graph.Node, terms []halted) *graph.Node {
	return logLik.Add(total(terms, rewardOf))
}

// share follows the rule of training.
func (r ACT) share(h, taken float64) (weight float64, halts bool) {
	if taken+h >= 1-r.epsilon() {
		return 1 - taken, true
	}
	return h, false
}

// share halts where that is more probable than not.
func (Relaxed) share(h, _ float64) (weight float64, halts bool) { return share(h) }

// share halts where that is more probable than not.
func (ScoreFunction) share(h, _ float64) (weight float64, halts bool) { return share(h) }

func share(h float64) (weight float64, halts bool) {
	if h > 0.5 {
		return 1, true
	}
	return 0, false
}
