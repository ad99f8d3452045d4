package infer

import (
	"math"
	"slices"

	"credence/graph"
)

// Posterior is an unnormalised log-density on a graph: the latent variables, declared by Real, Positive, Interval
// and Simplex, and the terms that Add adds up. A sampler moves through unconstrained numbers, of which the latent
// variables are functions; the logarithms of their Jacobians are added here, so terms are densities of the variables
// as they are declared.
//
// Data are constants of the graph. The graph should compute in float64, and has no use for updates. Noise in a term
// is one draw, the same wherever the density is evaluated; noise in what Record records is another for each draw. A
// Posterior is as little safe for concurrent use as its graph is.
type Posterior struct {
	graph      *graph.Graph
	inputs     []*graph.Node // unconstrained
	dim        int
	quantities []quantity
	terms      []*graph.Node
}

// quantity is what draws are recorded of: a latent variable or a function of them.
type quantity struct {
	name string
	node *graph.Node
}

// NewPosterior returns the density 1 of no variables, on g.
func NewPosterior(g *graph.Graph) *Posterior { return &Posterior{graph: g} }

// Graph returns the graph that the density is built on.
func (p *Posterior) Graph() *graph.Graph { return p.graph }

// Real declares a variable of any real numbers, and returns its node. No shape declares a scalar. A name that is
// taken, by a variable, a record or an input of the graph, is a mistake that sampling reports.
func (p *Posterior) Real(name string, shape ...int) *graph.Node {
	return p.declare(name, p.input(name, shape...), nil)
}

// Positive declares a variable of positive numbers: exp u of the unconstrained u, with log-Jacobian u.
func (p *Posterior) Positive(name string, shape ...int) *graph.Node {
	u := p.input(name, shape...)
	return p.declare(name, u.Exp(), u)
}

// Interval declares a variable of numbers between lo and hi: lo + (hi - lo)·sigmoid(u). Bounds that are not finite
// or not in order are a mistake that sampling reports.
func (p *Posterior) Interval(name string, lo, hi float64, shape ...int) *graph.Node {
	width := hi - lo
	if !(width > 0) || math.IsInf(width, 1) {
		return p.graph.Failf("posterior: %s lies between %v and %v: want finite bounds in order", name, lo, hi)
	}
	u := p.input(name, shape...)
	x := u.Sigmoid().Scale(width).AddScalar(lo)
	return p.declare(name, x, u.LogSigmoid().Add(u.Neg().LogSigmoid()).AddScalar(math.Log(width)))
}

// Simplex declares a variable whose rows, along the last axis of length k >= 2, are positive and sum to one: the
// pieces of a stick from which piece i takes the part sigmoid(uᵢ - log(k - 1 - i)) of what is left, and the last one
// the rest (the Stan Reference Manual's unit simplex transform). There are k - 1 unconstrained numbers a row, and 0
// is the row of equal parts.
func (p *Posterior) Simplex(name string, shape ...int) *graph.Node {
	if len(shape) == 0 || shape[len(shape)-1] < 2 {
		return p.graph.Failf("posterior: simplex %s has shape %v: want a last axis of at least 2", name, shape)
	}
	k := shape[len(shape)-1]
	free := slices.Clone(shape)
	free[len(free)-1] = k - 1
	even, before := make([]float64, k-1), make([]float64, (k-1)*k)
	for i := range k - 1 {
		even[i] = -math.Log(float64(k - 1 - i))
		for j := i + 1; j < k; j++ {
			before[i*k+j] = 1
		}
	}
	g := p.graph
	u := p.input(name, free...).Add(g.ConstArray(even, k-1))
	logTaken, logLeft := u.LogSigmoid(), u.Neg().LogSigmoid()
	rest := g.Const(0).Broadcast(append(free[:len(free)-1:len(free)-1], 1)...)
	logX := graph.Concat(-1, logTaken, rest).Add(logLeft.MatMul(g.ConstArray(before, k-1, k)))
	return p.declare(name, logX.Exp(), logX.Slice(-1, 0, k-1).Add(logLeft))
}

// Add adds the sum of all elements of each term to the log-density, in nats: log-priors and log-likelihoods.
func (p *Posterior) Add(terms ...*graph.Node) {
	for _, t := range terms {
		p.terms = append(p.terms, t.Sum())
	}
}

// Record makes draws of a function of the variables, such as a prediction, be kept beside theirs under a name.
func (p *Posterior) Record(name string, x *graph.Node) {
	if slices.ContainsFunc(p.quantities, func(q quantity) bool { return q.name == name }) {
		p.graph.Failf("posterior: %s is declared or recorded twice", name)
	}
	p.quantities = append(p.quantities, quantity{name, x})
}

// LogDensity returns the log-density of the unconstrained numbers in nats, up to a constant: all terms and
// log-Jacobians so far. It is a scalar.
func (p *Posterior) LogDensity() *graph.Node {
	sum := p.graph.Const(0)
	for _, t := range p.terms {
		sum = sum.Add(t)
	}
	return sum
}

func (p *Posterior) input(name string, shape ...int) *graph.Node {
	u := p.graph.Input(name, shape...)
	p.inputs = append(p.inputs, u)
	p.dim += graph.Shape(shape).Size()
	return u
}

func (p *Posterior) declare(name string, x, logJacobian *graph.Node) *graph.Node {
	p.Record(name, x)
	if logJacobian != nil {
		p.Add(logJacobian)
	}
	return x
}
