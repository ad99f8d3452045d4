package sparsevd

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"credence/graph"
	"credence/weights"
)

// Save writes the network to a file of package weights: of each layer the weights, the inputs that they
// read and the number of each output's; what is empty is left out. The file appears in whole or not at all.
func (c *Compact) Save(path string) error {
	ps := graph.NewParams(graph.Float32, 0)
	for i, m := range c.layers {
		name := func(part string) string { return fmt.Sprintf("fc%d/%s", i, part) }
		counts := make([]float32, m.out)
		for o := range counts {
			counts[o] = float32(m.start[o+1] - m.start[o])
		}
		columns := make([]float32, len(m.column))
		for k, v := range m.column {
			columns[k] = float32(v)
		}
		put(ps, name("weights"), m.value)
		put(ps, name("inputs"), columns)
		put(ps, name("counts"), counts)
		put(ps, name("b"), m.bias)
	}
	meta := map[string]string{"model": "sparsevd.Compact", "inputs": strconv.Itoa(c.inputs), "layers": strconv.Itoa(len(c.layers))}
	if err := weights.Save(path, ps, meta); err != nil {
		return fmt.Errorf("sparsevd: %w", err)
	}
	return nil
}

func put(ps *graph.Params, name string, values []float32) {
	if len(values) == 0 {
		return
	}
	p := ps.New(name, graph.Zeros, len(values))
	for i, v := range values {
		p.Value().Set(i, float64(v))
	}
}

// maxLayers bounds what a file can ask for.
const maxLayers = 1000

// Load reads what Save wrote. A file that holds no such network is an error.
func Load(path string) (*Compact, error) {
	ps, meta, err := weights.Open(path)
	if err != nil {
		return nil, fmt.Errorf("sparsevd: %w", err)
	}
	c, err := compactFrom(ps, meta)
	if err != nil {
		return nil, fmt.Errorf("sparsevd: %s is no compact network: %w", path, err)
	}
	return c, nil
}

func compactFrom(ps *graph.Params, meta map[string]string) (*Compact, error) {
	inputs, err := strconv.Atoi(meta["inputs"])
	if err != nil || inputs < 1 || inputs > maxInputs {
		return nil, fmt.Errorf("it says that it has %q inputs", meta["inputs"])
	}
	n, err := strconv.Atoi(meta["layers"])
	if err != nil || n < 1 || n > maxLayers {
		return nil, fmt.Errorf("it says that it has %q layers", meta["layers"])
	}
	c := &Compact{inputs: inputs, layers: make([]matrix, n)}
	in := inputs
	for i := range c.layers {
		if c.layers[i], err = matrixFrom(ps, i, in); err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		in = c.layers[i].out
	}
	if in == 0 {
		return nil, errors.New("it has no outputs")
	}
	return c, nil
}

func matrixFrom(ps *graph.Params, layer, in int) (matrix, error) {
	values := func(part string) []float64 {
		if p := ps.Lookup(fmt.Sprintf("fc%d/%s", layer, part)); p != nil {
			return p.Value().Float64s()
		}
		return nil
	}
	w, columns, counts, bias := values("weights"), values("inputs"), values("counts"), values("b")
	if len(w) != len(columns) || len(counts) != len(bias) {
		return matrix{}, fmt.Errorf("%d weights of %d inputs, %d counts and %d biases", len(w), len(columns), len(counts), len(bias))
	}
	m := matrix{in: in, out: len(bias), start: []int32{0}}
	for o, n := range counts {
		next := float64(m.start[o]) + n
		if !(n >= 0 && next <= float64(len(w))) || n != math.Trunc(n) {
			return matrix{}, fmt.Errorf("output %d has %v of %d weights", o, n, len(w))
		}
		m.start, m.bias = append(m.start, int32(next)), append(m.bias, float32(bias[o]))
	}
	if int(m.start[m.out]) != len(w) {
		return matrix{}, fmt.Errorf("%d of %d weights belong to outputs", m.start[m.out], len(w))
	}
	for k, column := range columns {
		if !(column >= 0 && column < float64(in)) || column != math.Trunc(column) {
			return matrix{}, fmt.Errorf("weight %d reads input %v of %d", k, column, in)
		}
		m.column, m.value = append(m.column, uint16(column)), append(m.value, float32(w[k]))
	}
	return m, nil
}
