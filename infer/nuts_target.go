package infer

import (
	"fmt"
	"math"

	"credence/graph"
)

// target is a posterior compiled for one chain.
type target struct {
	density *graph.Program // the log-density, and its gradient input by input
	kept    *graph.Program // the quantities of which draws are kept
	q       []float64      // the position, which the feed has slices of
	feed    graph.Feed
}

// point is a position with the log-density and its gradient there.
type point struct {
	q, grad []float64
	logp    float64
}

func newPoint(dim int) point { return point{q: make([]float64, dim), grad: make([]float64, dim)} }

func (x *point) copyFrom(y *point) {
	copy(x.q, y.q)
	copy(x.grad, y.grad)
	x.logp = y.logp
}

// compile returns n targets that can run at the same time.
func (p *Posterior) compile(n int) ([]*target, error) {
	logp := p.LogDensity()
	outputs := append([]*graph.Node{logp}, graph.Grad(logp, p.inputs...)...)
	kept := make([]*graph.Node, len(p.quantities))
	for i, q := range p.quantities {
		kept[i] = q.node
	}
	targets := make([]*target, n)
	for i := range targets {
		t := &target{q: make([]float64, p.dim), feed: graph.Feed{}}
		var err error
		if t.density, err = p.graph.Compile(outputs...); err != nil {
			return nil, err
		}
		if t.kept, err = p.graph.Compile(kept...); err != nil {
			return nil, err
		}
		at := 0
		for _, u := range p.inputs {
			size := graph.Shape(u.Shape()).Size()
			t.feed[u] = t.q[at : at+size]
			at += size
		}
		targets[i] = t
	}
	return targets, nil
}

// evaluate computes the log-density and its gradient at x.q. Where a run fails, as that of a Cholesky factor may, and
// where the density is NaN or infinite, x.logp is -Inf.
func (t *target) evaluate(x *point) error {
	copy(t.q, x.q)
	out, err := t.density.Run(0, t.feed)
	if err != nil {
		x.logp = math.Inf(-1)
		return err
	}
	grad := x.grad[:0]
	for _, g := range out[1:] {
		grad = g.AppendTo(grad)
	}
	x.logp = out[0].Item()
	if math.IsNaN(x.logp) || math.IsInf(x.logp, 1) {
		x.logp = math.Inf(-1)
	}
	return nil
}

// start checks that a chain can start at x.
func (t *target) start(x *point) error {
	if err := t.evaluate(x); err != nil {
		return err
	}
	if math.IsInf(x.logp, 0) {
		return fmt.Errorf("the density is zero or not a number")
	}
	for i, g := range x.grad {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return fmt.Errorf("the log-density %v has gradient %v in unconstrained number %d", x.logp, g, i)
		}
	}
	return nil
}

// record appends the quantities at x to their draws. The step is what noise in them is a function of.
func (t *target) record(x *point, step uint64, draws [][]float64) error {
	copy(t.q, x.q)
	out, err := t.kept.Run(step, t.feed)
	if err != nil {
		return err
	}
	for i, a := range out {
		draws[i] = a.AppendTo(draws[i])
	}
	return nil
}
