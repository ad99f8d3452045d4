package prob_test

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"credence/graph"
	"credence/prob"
)

// distribution is what the shared checks need of n independent variables.
type distribution interface {
	Sample() *graph.Node
	LogProb(x *graph.Node) *graph.Node
	Mean() *graph.Node
	Variance() *graph.Node
}

// row is a distribution of numbers with what is known of it. A new distribution adds its own.
type row struct {
	name     string
	theta    [][]float64 // the parameters, each a number or, if longer, a vector
	make     func(g *graph.Graph, n int, theta []*graph.Node) distribution
	density  func(x float64) float64 // log-density by other means
	mean     float64
	variance float64
	support  points
	discrete bool

	other    [][]float64 // the parameters of p in KL(q‖p), where kl has a closed form
	kl       func(q, p distribution) *graph.Node
	pathwise []float64 // the gradient of E[x²] in theta, if draws are reparameterised
	extreme  func(e *graph.Node) *graph.Node
}

var rows = []row{
	{
		name: "Normal", theta: [][]float64{{0.7}, {1.3}}, other: [][]float64{{-0.4}, {0.9}}, make: normal,
		density: distuv.Normal{Mu: 0.7, Sigma: 1.3}.LogProb, mean: 0.7, variance: 1.69, support: line(1, 30),
		kl: func(q, p distribution) *graph.Node { return q.(prob.Normal).KL(p.(prob.Normal)) },
		// E[x²] = Mu² + Sigma².
		pathwise: []float64{1.4, 2.6},
		extreme: func(e *graph.Node) *graph.Node {
			standard := prob.StandardNormal(e.Graph())
			return standard.LogProb(e).Add(prob.Normal{Mu: e, Sigma: e.Abs().AddScalar(1e-3)}.KL(standard))
		},
	},
	{
		name: "Bernoulli", theta: [][]float64{{0.8}}, other: [][]float64{{-1.1}}, make: bernoulli,
		density: distuv.Bernoulli{P: sigmoid(0.8)}.LogProb, mean: sigmoid(0.8), variance: sigmoid(0.8) * sigmoid(-0.8),
		support: integers(2), discrete: true,
		kl: func(q, p distribution) *graph.Node { return q.(prob.Bernoulli).KL(p.(prob.Bernoulli)) },
		extreme: func(e *graph.Node) *graph.Node {
			d, even := prob.Bernoulli{Logits: e}, prob.Bernoulli{Logits: e.Graph().Const(0)}
			zero, half, one := e.Graph().Const(0), e.Graph().Const(0.5), e.Graph().Const(1)
			return d.LogProb(zero).Add(d.LogProb(half)).Add(d.LogProb(one)).Add(d.Entropy()).Add(d.KL(even)).Add(even.KL(d))
		},
	},
	{
		name: "Categorical", theta: [][]float64{{0.3, -1.2, 1.1, 0}}, other: [][]float64{{-0.5, 0.5, 0.2, 1}}, make: categorical,
		density: categoricalDensity, mean: categoricalMoment(1),
		variance: categoricalMoment(2) - categoricalMoment(1)*categoricalMoment(1), support: integers(4), discrete: true,
		kl: func(q, p distribution) *graph.Node { return q.(indices).KL(p.(indices).Categorical) },
		extreme: func(e *graph.Node) *graph.Node {
			zero := e.Scale(0)
			d, even := prob.Categorical{Logits: graph.Stack(-1, e, e.Neg(), zero)}, prob.Categorical{Logits: graph.Stack(-1, zero, zero, zero)}
			sum := d.Entropy().Add(d.KL(even)).Add(even.KL(d))
			for k := range 3 {
				sum = sum.Add(d.LogProb(zero.AddScalar(float64(k)).StopGradient()))
			}
			return sum
		},
	},
	{
		name: "Gaussian prior", make: of(prob.Gaussian{Sigma: 0.3}), density: distuv.Normal{Sigma: 0.3}.LogProb,
		variance: 0.09, support: line(0.3, 30), extreme: prob.Gaussian{Sigma: 0.3}.LogProb,
	},
	mixture("scale mixture", prob.ScaleMixture{Pi: 0.5, Sigma1: 1, Sigma2: math.Exp(-6)}),
	mixture("scale mixture, mostly narrow", prob.ScaleMixture{Pi: 0.25, Sigma1: math.Exp(-1), Sigma2: math.Exp(-8)}),
	mixture("scale mixture, narrow first", prob.ScaleMixture{Pi: 0.75, Sigma1: math.Exp(-8), Sigma2: 1}),
	mixture("scale mixture of equals", prob.ScaleMixture{Pi: 0.75, Sigma1: 0.5, Sigma2: 0.5}),
}

func normal(_ *graph.Graph, _ int, theta []*graph.Node) distribution {
	return prob.Normal{Mu: theta[0], Sigma: theta[1]}
}

func bernoulli(_ *graph.Graph, _ int, theta []*graph.Node) distribution {
	return prob.Bernoulli{Logits: theta[0]}
}

func categorical(_ *graph.Graph, _ int, theta []*graph.Node) distribution {
	return indices{prob.Categorical{Logits: theta[0]}}
}

// indices is Categorical with its index taken as a number.
type indices struct{ prob.Categorical }

func (d indices) moment(power float64) *graph.Node {
	g, k := d.Logits.Graph(), d.Logits.Dim(-1)
	values := make([]float64, k)
	for i := range values {
		values[i] = math.Pow(float64(i), power)
	}
	return d.Probs().MatMul(g.ConstArray(values, k))
}

func (d indices) Mean() *graph.Node     { return d.moment(1) }
func (d indices) Variance() *graph.Node { return d.moment(2).Sub(d.moment(1).Square()) }

func categoricalDensity(x float64) float64 {
	logits := []float64{0.3, -1.2, 1.1, 0}
	return logits[int(x)] - floats.LogSumExp(logits)
}

func categoricalMoment(power float64) float64 {
	sum := 0.0
	for k := range 4 {
		sum += math.Pow(float64(k), power) * math.Exp(categoricalDensity(float64(k)))
	}
	return sum
}

// prior is a distribution without parameters in the graph.
type prior interface {
	prob.Prior
	Sample(g *graph.Graph, shape ...int) *graph.Node
	Mean() float64
	Variance() float64
}

// of makes n weights of a prior.
func of(p prior) func(*graph.Graph, int, []*graph.Node) distribution {
	return func(g *graph.Graph, n int, _ []*graph.Node) distribution { return weights{p, g, n} }
}

type weights struct {
	prior
	g *graph.Graph
	n int
}

func (d weights) Sample() *graph.Node   { return d.prior.Sample(d.g, d.n) }
func (d weights) Mean() *graph.Node     { return d.g.Const(d.prior.Mean()).Broadcast(d.n) }
func (d weights) Variance() *graph.Node { return d.g.Const(d.prior.Variance()).Broadcast(d.n) }

func mixture(name string, p prob.ScaleMixture) row {
	density := func(x float64) float64 {
		return floats.LogSumExp([]float64{
			math.Log(p.Pi) + distuv.Normal{Sigma: p.Sigma1}.LogProb(x),
			math.Log(1-p.Pi) + distuv.Normal{Sigma: p.Sigma2}.LogProb(x),
		})
	}
	variance := p.Pi*p.Sigma1*p.Sigma1 + (1-p.Pi)*p.Sigma2*p.Sigma2
	return row{
		name: name, make: of(p), density: density, variance: variance,
		support: line(min(p.Sigma1, p.Sigma2), 20*max(p.Sigma1, p.Sigma2)), extreme: p.LogProb,
	}
}

// points are where a density is looked at, and the weight of each in an integral.
type points struct{ x, weight []float64 }

// line spans ±limit, dense within ±scale and ever wider outside, for the trapezoidal rule.
func line(scale, limit float64) points {
	const n = 8001
	var p points
	end := math.Asinh(limit / scale)
	for i := range n {
		s := end * (2*float64(i)/(n-1) - 1)
		p.x = append(p.x, scale*math.Sinh(s))
		p.weight = append(p.weight, scale*math.Cosh(s)*2*end/(n-1))
	}
	return p
}

func integers(n int) points {
	var p points
	for i := range n {
		p.x, p.weight = append(p.x, float64(i)), append(p.weight, 1)
	}
	return p
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
