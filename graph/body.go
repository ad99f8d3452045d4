package graph

import (
	"slices"

	"credence/graph/internal/kernel"
)

// tile is how many elements a loop takes through all its moves at once: few enough that what one
// move leaves for the next is still in the first-level cache. Sums add the totals of tiles in order, so
// it is part of what a program computes.
const tile = 512

// body is what a loop over the elements of arrays of one size does: to each tile of them, move after
// move. What no one else reads stays in scratch of a tile's length.
type body struct {
	size    int
	moves   []move
	scratch int // tiles
	repeats []repeating
	matmuls []bandMatmul
}

// repeating is an operand that repeats after a few elements. Each run of the loop begins by writing it out, repeated to more
// than a tile, from which all tiles read it.
type repeating struct {
	operand int
	ref     // to where it is written
}

// move computes a stretch of one value from the same stretch of others.
type move struct {
	op  op // of an instruction, or nil to spread an operand that repeats
	in  []ref
	out []ref
	rep *rowPlan // how the operand repeats
}

// ref is where a move finds a stretch.
type ref struct {
	kind   refKind
	index  int
	period int // of what is repeated
}

type refKind uint8

const (
	operand refKind = iota // of the loop's size
	scalar                 // an operand of one element
	result
	scratch
	product  // the rows of a product that are at hand
	repeated // behind the scratch, from element index on
)

// newBody translates the instructions of a loop; shape and root are as in the code.
func newBody(s step, shape func(id int) Shape, root func(id int) int) *body {
	b := &body{size: s.size}
	where := map[int]ref{} // of each root
	for i, id := range s.in {
		where[id] = ref{kind: operand, index: i}
	}
	for i, x := range s.matmuls {
		left, right := where[root(x.in[0])].index, where[root(x.in[1])].index
		b.matmuls = append(b.matmuls, newBandMatmul(x.op.(matmul), shape(x.in[0]), shape(x.in[1]), left, right))
		where[x.out] = ref{kind: product, index: i}
	}
	spread := map[string]ref{}
	for _, x := range s.instrs {
		m := move{op: x.op}
		for _, id := range x.in {
			r, has := where[root(id)], shape(id)
			switch n := has.Size(); {
			case n == s.size:
			case n == 1:
				r.kind = scalar
			default:
				key := has.String() + "in" + shape(x.out).String() + string(rune(r.index))
				if _, ok := spread[key]; !ok {
					spread[key] = b.spread(r, rowsOf(has, shape(x.out)))
				}
				r = spread[key]
			}
			m.in = append(m.in, r)
		}
		for _, id := range x.results() {
			r := ref{kind: scratch, index: b.scratch}
			if i := slices.Index(s.out, id); i >= 0 {
				r = ref{kind: result, index: i}
			} else {
				b.scratch++
			}
			where[id] = r
			m.out = append(m.out, r)
		}
		b.moves = append(b.moves, m)
	}
	b.share()
	return b
}

// longest is how many elements an operand may repeat after that is written out once rather than tile by tile.
const longest = 8 * tile

// spread returns where the loop reads an operand that repeats.
func (b *body) spread(r ref, rep *rowPlan) ref {
	if rep.repeats() && rep.inner <= longest {
		to := ref{repeated, b.written(), rep.inner}
		b.repeats = append(b.repeats, repeating{r.index, to})
		return to
	}
	to := ref{kind: scratch, index: b.scratch}
	b.scratch++
	b.moves = append(b.moves, move{in: []ref{r}, out: []ref{to}, rep: rep})
	return to
}

// written returns how many elements the operands that are written out take.
func (b *body) written() int {
	n := 0
	for _, r := range b.repeats {
		n += tile + r.period
	}
	return n
}

// buffer returns how many elements of scratch a worker needs.
func (b *body) buffer() int { return b.scratch*tile + b.written() }

// share lets scratch be used again once it has been read for the last time, and puts what is written out behind it.
func (b *body) share() {
	last := make([]int, b.scratch)
	for i, m := range b.moves {
		for _, r := range m.in {
			if r.kind == scratch {
				last[r.index] = i
			}
		}
	}
	slot, used := make([]int, b.scratch), 0
	var free []int
	for i, m := range b.moves {
		for j, r := range m.in {
			if r.kind == scratch {
				m.in[j].index = slot[r.index]
				if last[r.index] == i && !slices.Contains(free, slot[r.index]) {
					free = append(free, slot[r.index])
				}
			}
		}
		for j, r := range m.out {
			if r.kind != scratch {
				continue
			}
			if len(free) == 0 {
				free, used = append(free, used), used+1
			}
			slot[r.index] = free[len(free)-1]
			free = free[:len(free)-1]
			m.out[j].index = slot[r.index]
		}
	}
	b.scratch = used
	for i := range b.repeats {
		b.repeats[i].index += used * tile
	}
	for _, m := range b.moves {
		for j := range m.in {
			if m.in[j].kind == repeated {
				m.in[j].index += used * tile
			}
		}
	}
}

// loopOver returns the loop of one instruction.
func loopOver(o op, size int, in []Shape, out Shape) loops {
	x := instr{op: o, in: identity(len(in)), out: len(in)}
	shape := func(id int) Shape { return append(in[:len(in):len(in)], out)[id] }
	root := func(id int) int { return id }
	return newBody(step{size: size, instrs: []instr{x}, in: x.in, out: []int{x.out}}, shape, root).loops()
}

// loops returns the loop in both precisions. Its results are in the order of newBody's out.
func (b *body) loops() loops { return loops{bodyLoop[float32](b), bodyLoop[float64](b)} }

// bodyLoop cuts the loop into blocks of whole tiles, fewer the more there is to do to each.
func bodyLoop[T kernel.Float](b *body) loop[T] {
	per := max(8, 64/(len(b.moves)+3)) * tile
	runs := make([]stretch[T], len(b.moves))
	sums := map[int][]float64{} // of each tile, by move
	var totals []func(c *call[T])
	for i, m := range b.moves {
		switch o := m.op.(type) {
		case nil:
			runs[i] = spreadStretch[T](m)
		case noise:
			runs[i] = noiseStretch[T](m, o)
		case reduction:
			partial := make([]float64, (b.size+tile-1)/tile)
			sums[i] = partial
			runs[i] = sumStretch[T](m, partial)
			totals = append(totals, func(c *call[T]) { c.out[m.out[0].index][0] = T(total(partial)) })
		case elementwise:
			runs[i] = mapStretch[T](m, o)
		case several:
			runs[i] = severalStretch[T](m, o)
		default: // repeat, duplicate
			runs[i] = mapStretch[T](m, copying)
		}
	}
	finish := func(c *call[T]) {
		for _, store := range totals {
			store(c)
		}
	}
	each := eachTile(b.repeats, runs, vectorMoves(b, sums))
	if len(b.matmuls) > 0 {
		return bandLoop(b, each, finish)
	}
	return loop[T]{
		blocks: (b.size + per - 1) / per,
		buffer: b.buffer(),
		calls:  len(b.moves),
		run: func(c *call[T]) error {
			each(c, c.block*per, min((c.block+1)*per, b.size))
			return nil
		},
		finish: finish,
	}
}

// eachTile returns what makes the moves over the elements from lo up to hi, tile by tile: vector kernels,
// where there are any, over whole tiles.
func eachTile[T kernel.Float](repeats []repeating, runs []stretch[T], vector []*vectorMove) stretch[T] {
	return func(c *call[T], lo, hi int) {
		for _, r := range repeats {
			writeOut(c.buf[r.index:][:tile+r.period], c.in[r.operand][:r.period])
		}
		for lo < hi {
			if c32, ok := any(c).(*call[float32]); ok && vector != nil && lo%tile == 0 && hi-lo >= tile {
				tiles := (hi - lo) / tile
				runVector(c32, vector, lo, tiles)
				lo += tiles * tile
				continue
			}
			end := min((lo/tile+1)*tile, hi)
			for _, run := range runs {
				run(c, lo, end)
			}
			lo = end
		}
	}
}

// stretch is a move, ready to compute the elements from lo up to hi.
type stretch[T kernel.Float] func(c *call[T], lo, hi int)

func mapStretch[T kernel.Float](m move, o elementwise) stretch[T] {
	f := mapperOf[T](o)
	var in [3]ref
	copy(in[:], m.in)
	out, a, b, d := m.out[0], in[0], in[1], in[2]
	switch len(m.in) {
	case 1:
		return func(c *call[T], lo, hi int) { f(at(out, c, lo, hi), at(a, c, lo, hi), nil, nil) }
	case 2:
		return func(c *call[T], lo, hi int) { f(at(out, c, lo, hi), at(a, c, lo, hi), at(b, c, lo, hi), nil) }
	}
	return func(c *call[T], lo, hi int) {
		f(at(out, c, lo, hi), at(a, c, lo, hi), at(b, c, lo, hi), at(d, c, lo, hi))
	}
}

func severalStretch[T kernel.Float](m move, o several) stretch[T] {
	f, ok := any(o.f32).(kernelOf[T])
	if !ok {
		f = any(o.f64).(kernelOf[T])
	}
	refs := slices.Concat(m.out, m.in)
	return func(c *call[T], lo, hi int) {
		for i, r := range refs {
			c.args[i] = at(r, c, lo, hi)
		}
		f(&c.args)
	}
}

// copying is the identity.
var copying = elementwise{label: "Copy", f32: of1(copyOrFill[float32]), f64: of1(copyOrFill[float64])}

func copyOrFill[T kernel.Float](dst, x []T) {
	if len(x) == 1 {
		fill(dst, x[0])
	} else {
		copy(dst, x)
	}
}

func noiseStretch[T kernel.Float](m move, o noise) stretch[T] {
	f := fillerOf[T](o)
	return func(c *call[T], lo, hi int) {
		f(at(m.out[0], c, lo, hi), lo, c.state.seed, uint32(o.index), c.state.step)
	}
}

func sumStretch[T kernel.Float](m move, partial []float64) stretch[T] {
	return func(c *call[T], lo, hi int) { partial[lo/tile] = kernel.SumFloat64(at(m.in[0], c, lo, hi)) }
}

func total(partial []float64) float64 {
	sum := 0.0
	for _, v := range partial {
		sum += v
	}
	return sum
}

// spreadStretch copies what the stretch reads of an operand that repeats, row by row.
func spreadStretch[T kernel.Float](m move) stretch[T] {
	inner, step := m.rep.inner, m.rep.step
	return func(c *call[T], lo, hi int) {
		dst, src := at(m.out[0], c, lo, hi), c.in[m.in[0].index]
		for at := lo; at < hi; {
			row := at / inner
			end := min((row+1)*inner, hi)
			from := m.rep.offset(row) + (at-row*inner)*step
			if step == 1 {
				copy(dst[at-lo:end-lo], src[from:])
			} else {
				fill(dst[at-lo:end-lo], src[from])
			}
			at = end
		}
	}
}

func fill[T kernel.Float](dst []T, v T) { writeOut(dst, []T{v}) }

// writeOut repeats x along dst.
func writeOut[T kernel.Float](dst, x []T) {
	for n := copy(dst, x); n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// at returns elements lo to hi of what r refers to.
func at[T kernel.Float](r ref, c *call[T], lo, hi int) []T {
	switch r.kind {
	case operand:
		return c.in[r.index][lo:hi]
	case scalar:
		return c.in[r.index][:1]
	case result:
		return c.out[r.index][lo:hi]
	case product:
		return c.rows[r.index][lo-c.first : hi-c.first]
	case repeated:
		return c.buf[r.index+lo%r.period:][:hi-lo]
	}
	return c.buf[r.index*tile:][:hi-lo]
}
