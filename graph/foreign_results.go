package graph

import (
	"errors"
	"fmt"
	"reflect"

	"gorgonia.org/gorgonia"

	"credence/graph/internal/kernel"
)

// vmResult is what a run of a VM leaves in the Gorgonia graph: the value of a node, the variable of a Read,
// or the gradient of an input.
type vmResult struct {
	gn    *gorgonia.Node  // what is computed for it
	into  *gorgonia.Value // the variable that Read names
	of    *gorgonia.Node  // the input that it is the gradient of
	array *Array          // the program's
	view  gorgonia.Value  // of the program's memory
	total gorgonia.Value  // the gradients since the solver last cleared them
	sum   Array           // the total's memory
}

// wanted lists what is read after a run, what is not a gradient first: the order in which TapeMachine would
// compute it.
func wanted(g *gorgonia.ExprGraph, watched []*gorgonia.Node) ([]*vmResult, error) {
	w := wants{in: map[*gorgonia.Node]bool{}, used: map[*gorgonia.Node]bool{}, listed: map[*gorgonia.Node]bool{}}
	for _, n := range g.AllNodes() {
		w.in[n] = true
		for _, child := range children(n) {
			w.used[child] = w.used[child] || !isStatement(n)
		}
	}
	for _, n := range g.AllNodes() {
		w.node(n)
	}
	for _, n := range watched {
		if err := w.watch(n); err != nil {
			return nil, fmt.Errorf("%s is watched and %w", describe(n), err)
		}
	}
	return append(w.results, w.gradients...), nil
}

// wants collects results.
type wants struct {
	in, used           map[*gorgonia.Node]bool // of the graph, and an operand in it
	listed             map[*gorgonia.Node]bool
	results, gradients []*vmResult
}

// node wants what a graph shows without being asked: the variables of Read, the results that nothing else is
// computed from, and the cost, which has a constant gradient, as have its terms.
func (w *wants) node(n *gorgonia.Node) {
	switch {
	case kindOf(n.Op()) == "gorgonia.readOp":
		into := (*gorgonia.Value)(reflect.ValueOf(n.Op()).FieldByName("into").UnsafePointer())
		read := children(n)[0]
		w.results = append(w.results, &vmResult{gn: read, into: into})
		w.value(&w.results, read)
	case isStatement(n):
	case n.Op() == nil:
		if w.in[n.Deriv()] {
			w.value(&w.gradients, n.Deriv())
		}
	case !w.used[n] && (len(n.DerivOf()) > 0 || !left(n)), n.Deriv() != nil && isConstant(n.Deriv()):
		w.value(&w.results, n)
	}
}

// watch wants the gradient of an input or the value of another node.
func (w *wants) watch(n *gorgonia.Node) error {
	switch d := n.Deriv(); {
	case !w.in[n]:
		return errOtherGraph
	case n.Op() != nil:
		w.value(&w.results, n)
	case d == nil:
		return errNoGradient
	default:
		w.gradients = append(w.gradients, &vmResult{gn: d, of: n})
	}
	return nil
}

var (
	errOtherGraph = errors.New("is of another graph")
	errNoGradient = errors.New("has no gradient: call gorgonia.Grad first")
)

func (w *wants) value(list *[]*vmResult, n *gorgonia.Node) {
	if !w.listed[n] && n.Op() != nil && !isConstant(n) {
		w.listed[n] = true
		*list = append(*list, &vmResult{gn: n})
	}
}

func isStatement(n *gorgonia.Node) bool {
	kind := kindOf(n.Op())
	return kind == "gorgonia.readOp" || kind == "gorgonia.letOp"
}

func isConstant(n *gorgonia.Node) bool {
	kind := kindOf(n.Op())
	return kind == "gorgonia.constantScalar" || kind == "gorgonia.constantTensor"
}

// left reports whether n is a by-product of Grad, the gradient of a batch of images say.
func left(n *gorgonia.Node) bool {
	group := reflect.ValueOf(n).Elem().FieldByName("group").String()
	return group == "gradients" || group == "undifferentiated nodes"
}

// publish hands the result over to the Gorgonia graph.
func (r *vmResult) publish() error {
	switch {
	case r.of != nil:
		return r.accumulate()
	case r.into != nil:
		return r.store()
	case r.view != nil && r.gn.Value() == r.view:
		return nil
	}
	r.view = r.array.view()
	return gorgonia.UnsafeLet(r.gn, r.view)
}

// store writes the variable of a Read.
func (r *vmResult) store() (err error) {
	if r.view == nil {
		r.view = r.array.view()
	}
	if *r.into == nil {
		*r.into, err = gorgonia.CloneValue(r.view)
		return err
	}
	_, err = gorgonia.Copy(*r.into, r.view)
	return err
}

// accumulate adds the gradient to the sum that the solver sees.
func (r *vmResult) accumulate() error {
	if bound, err := r.of.Grad(); err != nil || r.total == nil || bound != r.total {
		r.sum = *newArray(r.array.precision(), r.array.shape)
		r.total = r.sum.view()
		gorgonia.WithGrad(r.total)(r.of)
	}
	if r.sum.f32 != nil {
		kernel.Add(r.sum.f32, r.sum.f32, r.array.f32)
	} else {
		kernel.Add(r.sum.f64, r.sum.f64, r.array.f64)
	}
	return nil
}
