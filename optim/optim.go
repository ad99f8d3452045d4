package optim

import (
	"slices"

	"credence/graph"
)

// Optimizer adds the update of a parameter, and of what the optimiser remembers of it, to the graph
// of the gradient. The gradient has the parameter's shape, lr is a scalar. A hyperparameter out of
// its range, and an entry of the Params that has a slot's name but another shape or kind, are
// mistakes that Compile reports.
type Optimizer interface {
	Step(p *graph.Param, grad, lr *graph.Node)
}

// Minimize makes every run of the loss's graph end with a step of o along the gradient of loss, a
// scalar: of the parameters given or, if none is, of every trainable one that the graph uses by now.
// A graph without any is a mistake that Compile reports.
func Minimize(o Optimizer, loss, lr *graph.Node, params ...*graph.Param) {
	params, grads := gradients(loss, params)
	for i, p := range params {
		o.Step(p, grads[i], lr)
	}
}

// MinimizeClipped is Minimize with the gradient of all parameters together, as one vector, shortened
// to maxNorm where its Euclidean norm is larger (Pascanu, Mikolov and Bengio 2013, algorithm 1,
// https://arxiv.org/abs/1211.5063). maxNorm is positive. It returns the norm before clipping, a
// scalar: as an output it shows when clipping acts, and stops a run whose gradient is not finite.
func MinimizeClipped(o Optimizer, loss, lr *graph.Node, maxNorm float64, params ...*graph.Param) (norm *graph.Node) {
	g := loss.Graph()
	if !(maxNorm > 0) {
		return g.Failf("optim: gradients are clipped to the norm %v, which is not positive", maxNorm)
	}
	params, grads := gradients(loss, params)
	norm = globalNorm(g, grads)
	limit := g.Const(maxNorm)
	scale := limit.Div(norm.Maximum(limit)) // exactly 1 below the limit
	for i, p := range params {
		o.Step(p, grads[i].Mul(scale), lr)
	}
	return norm
}

func gradients(loss *graph.Node, params []*graph.Param) ([]*graph.Param, []*graph.Node) {
	g := loss.Graph()
	if len(params) == 0 {
		params = g.Used(graph.Trainable)
	}
	if len(params) == 0 {
		g.Failf("optim: nothing to minimise over: the graph uses no trainable parameter")
	}
	at := make([]*graph.Node, len(params))
	for i, p := range params {
		at[i] = g.Param(p)
	}
	return params, graph.Grad(loss, at...)
}

func globalNorm(g *graph.Graph, grads []*graph.Node) *graph.Node {
	total := g.Const(0)
	for _, d := range grads {
		total = total.Add(d.Square().Sum())
	}
	return total.Sqrt()
}

// memory returns the slot of p called by the given name, in p's shape, which starts as init.
func memory(g *graph.Graph, p *graph.Param, name string, init graph.Init) *graph.Param {
	return slot(g, p.Name()+"/"+name, init, p.Shape()...)
}

// slot declares a slot or, where an earlier graph has, looks it up.
func slot(g *graph.Graph, name string, init graph.Init, shape ...int) *graph.Param {
	s := g.Params().Lookup(name)
	switch {
	case s == nil:
		return g.Params().Declare(graph.Slot, name, init, shape...)
	case s.Kind() != graph.Slot || !slices.Equal(s.Shape(), shape):
		g.Failf("optim: %s is a %v %v, while the optimiser needs a slot %v", name, s.Kind(), s.Shape(), shape)
	}
	return s
}

// orDefault returns v or, for the zero value of a hyperparameter, its default.
func orDefault(v, preset float64) float64 {
	if v == 0 {
		return preset
	}
	return v
}

// checkFraction records a mistake unless v lies in [0, 1).
func checkFraction(g *graph.Graph, name string, v float64) {
	if !(v >= 0 && v < 1) {
		g.Failf("optim: %s is %v, outside [0, 1)", name, v)
	}
}

// checkPositive records a mistake unless v is positive.
func checkPositive(g *graph.Graph, name string, v float64) {
	if !(v > 0) {
		g.Failf("optim: %s is %v, which is not positive", name, v)
	}
}
