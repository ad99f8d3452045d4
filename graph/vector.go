package graph

import (
	"slices"

	"credence/graph/internal/kernel"
)

// vectorMove is a move whose kernel the process can call by itself, tile after tile, without coming back
// to Go in between.
type vectorMove struct {
	call  kernel.Call // without its arguments
	bind  func(v *vectorMove, call *kernel.Call, c *call[float32], lo int)
	at    []ref     // results, then operands
	k     []ref     // numbers
	attr  []float64 // numbers of the op
	noise noise
	sums  []float64 // of each tile
}

// vectorMoves returns the moves of a body as vector kernels, or nil if one of them is none.
func vectorMoves(b *body, sums map[int][]float64) []*vectorMove {
	var moves []*vectorMove
	for i, m := range b.moves {
		v := &vectorMove{at: slices.Concat(m.out, m.in), sums: sums[i]}
		name := ""
		switch o := m.op.(type) {
		case elementwise:
			name, v.bind, v.attr = o.label, bindElementwise, o.attr
			if swapped, ok := map[string]string{"Greater": "Less", "GreaterEqual": "LessEqual"}[name]; ok {
				name, v.at[1], v.at[2] = swapped, v.at[2], v.at[1]
			}
		case several:
			name, v.bind = o.label, bindSeveral
			if name == adam.label {
				v.bind, v.at, v.k = bindAdam, v.at[:7], v.at[7:]
			}
		case noise:
			name, v.bind, v.noise = o.label, bindNoise, o
		case reduction:
			name, v.bind = "Sum", bindSum
		}
		var ok bool
		if v.call, ok = kernel.NewCall(name); !ok {
			return nil
		}
		moves = append(moves, v)
	}
	return moves
}

// runVector makes the moves over whole tiles, from the first of which lo is the first element.
func runVector(c *call[float32], moves []*vectorMove, lo, tiles int) {
	for i, v := range moves {
		c.calls[i] = v.call
		v.bind(v, &c.calls[i], c, lo)
	}
	kernel.RunTiles(c.calls[:len(moves)], tiles)
}

// argument returns where the stretch is that r refers to.
func argument(r ref, c *call[float32], lo int) kernel.Argument {
	a := kernel.Argument{At: &at(r, c, lo, lo+1)[0], Single: r.kind == scalar, Fixed: r.kind == scratch}
	if r.kind == repeated {
		a.Start, a.Period = &c.buf[r.index], r.period
	}
	return a
}

func (v *vectorMove) arguments(c *call[float32], lo int) []kernel.Argument {
	for i, r := range v.at {
		c.arguments[i] = argument(r, c, lo)
	}
	return c.arguments[:len(v.at)]
}

func bindElementwise(v *vectorMove, call *kernel.Call, c *call[float32], lo int) {
	call.Elementwise(tile, len(v.at) > 2, v.arguments(c, lo)...)
	if len(v.attr) > 0 {
		call.Numbers(v.attr...)
	}
}

func bindSeveral(v *vectorMove, call *kernel.Call, c *call[float32], lo int) {
	call.Elementwise(tile, false, v.arguments(c, lo)...)
}

func bindAdam(v *vectorMove, call *kernel.Call, c *call[float32], lo int) {
	var k [6]float32
	for i, r := range v.k {
		k[i] = at(r, c, lo, lo+1)[0]
	}
	call.Adam(tile, k, v.arguments(c, lo)...)
}

func bindNoise(v *vectorMove, call *kernel.Call, c *call[float32], lo int) {
	call.Noise(tile, argument(v.at[0], c, lo), lo, c.state.seed, uint32(v.noise.index), c.state.step)
}

func bindSum(v *vectorMove, call *kernel.Call, c *call[float32], lo int) {
	call.Sum(tile, argument(v.at[1], c, lo), &v.sums[lo/tile])
}
