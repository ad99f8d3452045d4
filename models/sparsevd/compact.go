package sparsevd

import (
	"fmt"
	"slices"

	"credence/layers"
)

// Compact is what is left of a Network without its pruned weights and the units that then neither get nor
// give anything: sparse matrices, with rectified units between them. It runs by itself, without a graph,
// and is safe for concurrent use.
type Compact struct {
	inputs int
	layers []matrix
}

// Compact returns the network of the means of the weights that are not pruned. Its outputs are those of
// ForwardMean up to rounding. A hidden unit without incoming weights is a constant, which goes into the
// biases that it reaches. It panics if the architecture is not Dense, and if a layer has more than 65,536 inputs.
func (n *Network) Compact() *Compact {
	widths, ok := n.config.Network.(Dense)
	if !ok {
		panic(fmt.Sprintf("sparsevd: a compact network is made of dense layers, not of %T", n.config.Network))
	}
	if widest := slices.Max(widths[:len(widths)-1]); widest > maxInputs {
		panic(fmt.Sprintf("sparsevd: a layer of %d inputs, more than %d", widest, maxInputs))
	}
	var dense []*affine
	for _, l := range n.sparse {
		dense = append(dense, prunedMeans(l))
	}
	for changed := true; changed; {
		changed = false
		for i := range len(dense) - 1 {
			changed = removeDead(dense[i], dense[i+1]) || changed
		}
	}
	c := &Compact{inputs: widths[0]}
	for _, a := range dense {
		c.layers = append(c.layers, a.compress())
	}
	return c
}

// affine is a dense layer on the way to a matrix: w[o][i] reaches output o from input i.
type affine struct {
	w    [][]float32
	bias []float32
}

func prunedMeans(l *layers.SparseWeights) *affine {
	theta, kept := l.Theta.Value(), l.Kept()
	in, out := theta.Shape()[0], theta.Shape()[1]
	a := &affine{w: make([][]float32, out), bias: make([]float32, out)}
	for o := range out {
		a.w[o], a.bias[o] = make([]float32, in), float32(l.B.Value().At(o))
		for i := range in {
			if kept[i*out+o] {
				a.w[o][i] = float32(theta.At(i*out + o))
			}
		}
	}
	return a
}

// removeDead takes out the units between two layers that nothing reaches or that reach nothing.
func removeDead(from, to *affine) bool {
	dead := map[int]bool{}
	for u, w := range from.w {
		switch reached, used := anyOf(w), false; {
		case !reached:
			for o := range to.w {
				to.bias[o] += to.w[o][u] * max(from.bias[u], 0)
			}
			dead[u] = true
		default:
			for o := range to.w {
				used = used || to.w[o][u] != 0
			}
			dead[u] = !used
		}
	}
	alive := func(u int) bool { return !dead[u] }
	before := len(from.w)
	from.w, from.bias = keep(from.w, alive), keep(from.bias, alive)
	for o := range to.w {
		to.w[o] = keep(to.w[o], alive)
	}
	return len(from.w) < before
}

func anyOf(w []float32) bool {
	for _, v := range w {
		if v != 0 {
			return true
		}
	}
	return false
}

// keep returns the elements whose index is alive.
func keep[T any](all []T, alive func(i int) bool) []T {
	var kept []T
	for i, v := range all {
		if alive(i) {
			kept = append(kept, v)
		}
	}
	return kept
}

func (a *affine) compress() matrix {
	m := matrix{out: len(a.w), start: []int32{0}, bias: a.bias}
	for _, w := range a.w {
		m.in = len(w)
		for i, v := range w {
			if v != 0 {
				m.column, m.value = append(m.column, uint16(i)), append(m.value, v)
			}
		}
		m.start = append(m.start, int32(len(m.column)))
	}
	return m
}

// Widths returns the inputs, the units that are left of each hidden layer, and the outputs.
func (c *Compact) Widths() []int {
	widths := []int{c.inputs}
	for _, m := range c.layers {
		widths = append(widths, m.out)
	}
	return widths
}

// Weights returns how many weights there are, without biases.
func (c *Compact) Weights() int {
	n := 0
	for _, m := range c.layers {
		n += len(m.value)
	}
	return n
}

// Forward returns the logits of one example or several, [n, outputs], for inputs x [n, inputs]. It panics
// if x is not of whole examples.
func (c *Compact) Forward(x []float32) []float32 {
	if len(x)%c.inputs != 0 || len(x) == 0 {
		panic(fmt.Sprintf("sparsevd: %d numbers are no examples of %d inputs", len(x), c.inputs))
	}
	n := len(x) / c.inputs
	h := x
	if n > 1 {
		h = transposed(x, n, c.inputs)
	}
	for i := range c.layers {
		m := &c.layers[i]
		y := make([]float32, m.out*n)
		if n > 1 {
			m.applyAll(y, h, n)
		} else {
			m.apply(y, h)
		}
		if i < len(c.layers)-1 {
			for k, v := range y {
				y[k] = max(v, 0)
			}
		}
		h = y
	}
	if n > 1 {
		return transposed(h, len(h)/n, n)
	}
	return h
}

// transposed returns x [rows, columns] as [columns, rows].
func transposed(x []float32, rows, columns int) []float32 {
	y := make([]float32, len(x))
	for i := range rows {
		for j, v := range x[i*columns : (i+1)*columns] {
			y[j*rows+i] = v
		}
	}
	return y
}
