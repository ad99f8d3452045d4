package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// Reference computes the outputs on Gorgonia's TapeMachine, op by op, from the same feed, parameters
// and noise as a run of the Program. It stores no updates. It is slow, and is what tests hold a
// Program equal to.
func (g *Graph) Reference(step uint64, feed Feed, outputs ...*Node) ([]*Array, error) {
	if err := g.Err(); err != nil {
		return nil, err
	}
	// The machine's registers are used again: results that are also operands are read through a copy.
	// It also refuses a graph without inputs, say one of noise only.
	anchor := g.Once(snapshot{}, func() *Node { return g.leaf(&Node{kind: inputNode, name: "anchor", at: here()}) })
	roots := make(gorgonia.Nodes, len(outputs))
	for i, n := range outputs {
		roots[i] = g.apply(snapshot{i}, n, anchor).gn
	}
	for _, n := range g.nodes {
		if n.op != nil {
			continue
		}
		v := newArray(g.params.precision, n.shape)
		switch fed, ok := feed[n]; {
		case n.param != nil:
			v = n.param.value
		case ok:
			if err := v.fill(fed); err != nil {
				return nil, fmt.Errorf("graph: input %s: %w", n.describe(), err)
			}
		}
		if err := gorgonia.Let(n.gn, v.gorgonia()); err != nil {
			return nil, fmt.Errorf("graph: input %s: %w", n.describe(), err)
		}
	}
	g.run.step = step
	sub := g.expr.ExactSubgraphRoots(roots...)
	vm := gorgonia.NewTapeMachine(sub)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		return nil, fmt.Errorf("graph: reference: %w", err)
	}
	out := make([]*Array, len(outputs))
	for i, n := range outputs {
		if g.params.precision == Float64 {
			out[i] = arrayOf(elements[float64](roots[i].Value()), n.shape)
		} else {
			out[i] = arrayOf(elements[float32](roots[i].Value()), n.shape)
		}
	}
	return out, nil
}

// snapshot copies a result of the reference. Its index keeps two of one node apart.
type snapshot struct{ index int }

func (snapshot) name() string                       { return "Snapshot" }
func (s snapshot) String() string                   { return fmt.Sprintf("Snapshot#%d", s.index) }
func (snapshot) infer(in []Shape) (Shape, error)    { return in[0], nil }
func (snapshot) grad([]*Node, *Node, *Node) []*Node { return []*Node{nil, nil} }
func (snapshot) loops(_ []Shape, out Shape) loops {
	return loops{copyLoop[float32](out), copyLoop[float64](out)}
}

// gorgonia returns a copy of the array as a value of Gorgonia's.
func (a *Array) gorgonia() gorgonia.Value {
	if a.f32 != nil {
		return gorgoniaValue(append([]float32{}, a.f32...), a.shape)
	}
	return gorgoniaValue(append([]float64{}, a.f64...), a.shape)
}
