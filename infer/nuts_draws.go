package infer

import (
	"fmt"
	"slices"
	"strings"

	"credence/graph"
)

// Draws is what a sampler kept: draws of each variable and each recorded quantity, by chain. It is safe for
// concurrent use.
type Draws struct {
	Chains   int // how many
	PerChain int // draws of each
	Stats    []ChainStats
	names    []string
	shapes   map[string]graph.Shape
	values   map[string][][]float64 // of each chain, one draw after the other
}

func newDraws(p *Posterior, chains []*chain) *Draws {
	d := &Draws{
		Chains: len(chains), PerChain: chains[0].settings.Draws,
		shapes: map[string]graph.Shape{}, values: map[string][][]float64{},
	}
	for i, q := range p.quantities {
		d.names = append(d.names, q.name)
		d.shapes[q.name] = q.node.Shape()
		for _, c := range chains {
			d.values[q.name] = append(d.values[q.name], c.draws[i])
		}
	}
	for _, c := range chains {
		d.Stats = append(d.Stats, c.stats)
	}
	return d
}

// Names returns the variables and the recorded quantities in the order of their declaration.
func (d *Draws) Names() []string { return slices.Clone(d.names) }

// Shape returns the shape of a quantity. Like all methods that take a name it panics if there is no such quantity.
func (d *Draws) Shape(name string) []int {
	d.check(name)
	return slices.Clone(d.shapes[name])
}

func (d *Draws) check(name string) {
	if d.values[name] == nil {
		panic(fmt.Sprintf("infer: no draws of %s, there are those of %s", name, strings.Join(d.names, ", ")))
	}
}

// At returns one draw of a quantity, row-major: a view that must not be written to.
func (d *Draws) At(name string, chain, draw int) []float64 {
	d.check(name)
	size := d.shapes[name].Size()
	return d.values[name][chain][draw*size : (draw+1)*size : (draw+1)*size]
}

// Of returns the draws of one number: of a scalar, or of the element of a quantity at an index, such as
// Of("theta", 3) or Of("w", 2, 0). It panics if the index does not fit.
func (d *Draws) Of(name string, index ...int) Marginal {
	shape := d.Shape(name)
	if len(index) != len(shape) {
		panic(fmt.Sprintf("infer: %s has shape %v, which index %v does not fit", name, shape, index))
	}
	at := 0
	for axis, i := range index {
		if i < 0 || i >= shape[axis] {
			panic(fmt.Sprintf("infer: %s has shape %v, which index %v does not fit", name, shape, index))
		}
		at = at*shape[axis] + i
	}
	return d.element(name, at)
}

func (d *Draws) element(name string, at int) Marginal {
	m := make(Marginal, d.Chains)
	for c := range m {
		m[c] = make([]float64, d.PerChain)
		for i := range m[c] {
			m[c][i] = d.At(name, c, i)[at]
		}
	}
	return m
}

// Divergences returns how many draws have a trajectory that diverged.
func (d *Draws) Divergences() int {
	n := 0
	for _, s := range d.Stats {
		n += len(s.Divergent)
	}
	return n
}
