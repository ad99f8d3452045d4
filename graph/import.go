package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Imported is a Gorgonia graph carried over by Import.
type Imported struct {
	Graph  *Graph
	Cost   *Node
	Wrt    []*Node // what the cost was differentiated with respect to
	Grads  []*Node // the gradients, by our own rules
	Merges []Merge // what Gorgonia may have merged
	// Nodes holds what stands for each node that the cost, and what it is differentiated with respect to,
	// depend on.
	Nodes map[*gorgonia.Node]*Node

	t      *translation
	inputs map[*gorgonia.Node]*Node
}

// Import carries what cost, a scalar of a Gorgonia graph, is computed from over into a graph of ours, and
// differentiates it afresh, whether or not gorgonia.Grad has been called:
//
//	imp, err := graph.Import(cost, w, b)
//	optim.Adam{}.Minimize(imp.Cost, rate) // or imp.Graph.Update(..., imp.Grads[0])
//	prog, err := imp.Graph.Compile(imp.Cost)
//	...
//	gorgonia.Let(x, batch)
//	out, err := prog.Run(step, imp.Feed())
//
// Inputs with respect to which the cost is differentiated become trainable parameters, under their names.
// They must have values and keep them where they are: what one graph learns, the other sees. The other
// inputs become inputs. The gradients are right also where Gorgonia's own are wrong (those of Log2,
// InverseSqrt, OuterProd, ByIndices, AveragePool2D, GlobalAveragePool2D and Dropout, of a second cost, and
// the second ones). Values are Gorgonia's, the surprising ones included: AveragePool2D divides by the width
// of the image.
//
// Ops that we have no equal of run by their own Do and are differentiated by their own SymDiff. Dropout that
// trains draws from our noise, with seed 0. The other random ops are refused, as are, by name, ops without a
// gradient on the way and elements of another type than the cost's, but for whole-number inputs.
//
// Gorgonia merges nodes whose 32-bit hashes agree, and some hashes leave out what sets nodes apart. Merges
// lists the nodes that may stand for several; what a chance collision of hashes has merged leaves no trace.
func Import(cost *gorgonia.Node, wrt ...*gorgonia.Node) (*Imported, error) {
	imp, err := importGraph(cost, wrt)
	if err != nil {
		return nil, fmt.Errorf("graph: Import: %w", err)
	}
	return imp, nil
}

func importGraph(cost *gorgonia.Node, wrt []*gorgonia.Node) (*Imported, error) {
	precision, ok := map[tensor.Dtype]Precision{tensor.Float32: Float32, tensor.Float64: Float64}[cost.Dtype()]
	switch {
	case !ok:
		return nil, fmt.Errorf("the cost, %s, has elements of %v", describe(cost), cost.Dtype())
	case Shape(cost.Shape()).Size() != 1:
		return nil, fmt.Errorf("the cost, %s, is not a scalar", describe(cost))
	}
	g := New(NewParams(precision, 0), Train)
	imp := &Imported{Graph: g, t: newTranslation(g, cost.Dtype(), importRules), inputs: map[*gorgonia.Node]*Node{}}
	imp.t.leaf, imp.Nodes = imp.input, imp.t.of
	for _, w := range wrt {
		if w.Graph() != cost.Graph() {
			return nil, fmt.Errorf("%s is of another graph than the cost", describe(w))
		}
		if w.Op() == nil {
			if err := imp.param(w); err != nil {
				return nil, fmt.Errorf("%s: %w", describe(w), err)
			}
		}
	}
	top, err := imp.t.node(cost)
	if err != nil {
		return nil, err
	}
	imp.Cost = top.Reshape()
	for _, w := range wrt {
		x, err := imp.t.node(w)
		if err != nil {
			return nil, err
		}
		imp.Wrt = append(imp.Wrt, x)
	}
	imp.Grads = Grad(imp.Cost, imp.Wrt...)
	imp.Merges = merges(cost)
	return imp, g.Err()
}

// param makes the parameter of an input, in the input's memory.
func (imp *Imported) param(n *gorgonia.Node) error {
	if imp.Nodes[n] != nil {
		return nil
	}
	if err := imp.t.check(n, Shape(n.Shape())); err != nil {
		return err
	}
	if n.Dtype() != imp.t.dtype {
		return errors.New("whole numbers have no gradient")
	}
	if n.Value() == nil {
		return errors.New("has no value: give it one by WithInit, WithValue or Let")
	}
	p := imp.Graph.params.Declare(Trainable, imp.free(givenName(n)), Zeros, n.Shape()...)
	shared, err := p.value.read(n.Value())
	switch {
	case err != nil:
		return err
	case !shared:
		return errors.New("its value is a view that is not in row-major order: bind a clone")
	case p.value.Len() != p.value.shape.Size():
		return fmt.Errorf("its value has %d elements", p.value.Len())
	}
	imp.Nodes[n] = imp.Graph.Param(p)
	return nil
}

// input makes the input of an input.
func (imp *Imported) input(n *gorgonia.Node) (*Node, error) {
	x := imp.Graph.Input(imp.free(givenName(n)), n.Shape()...)
	imp.inputs[n] = x
	return x, nil
}

// free returns a name like the one given that no input and no parameter has.
func (imp *Imported) free(name string) string {
	for imp.Graph.inputs[name] != nil || imp.Graph.params.Lookup(name) != nil {
		name += "'"
	}
	return name
}

// Feed returns the values that the inputs are bound to at the moment, in their own memory. An input that has
// none is left out, and a run reports it.
func (imp *Imported) Feed() Feed {
	feed := Feed{}
	for n, x := range imp.inputs {
		v := n.Value()
		if v == nil {
			continue
		}
		a := reader(imp.Graph.params.precision, n)
		if _, err := a.read(v); err != nil {
			feed[x] = v // which no run takes
			continue
		}
		feed[x] = a
	}
	return feed
}
