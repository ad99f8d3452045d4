package graph

import (
	"fmt"

	"credence/graph/internal/kernel"
)

// constant is an array known when the graph is built.
type constant struct {
	values []float64
	shape  Shape
	sum    [32]byte // of the values, which String cannot list
}

func (c *constant) name() string                       { return "Const" }
func (c *constant) infer([]Shape) (Shape, error)       { return c.shape, nil }
func (c *constant) grad([]*Node, *Node, *Node) []*Node { return nil }
func (c *constant) loops([]Shape, Shape) loops {
	return loops{constLoop[float32](c), constLoop[float64](c)}
}
func (c *constant) scalar() (v float64, isScalar bool) { return c.values[0], len(c.values) == 1 }

func (c *constant) String() string {
	if v, ok := c.scalar(); ok && len(c.shape) == 0 {
		return fmt.Sprintf("Const(%v)", v)
	}
	return fmt.Sprintf("Const%v#%x", c.shape, c.sum[:8])
}

func constLoop[T kernel.Float](k *constant) loop[T] {
	return single(func(c *call[T]) error {
		for i, v := range k.values {
			c.dst[i] = T(v)
		}
		return nil
	})
}

// noise is a draw. Its index among the graph's draws is part of its identity and of its numbers.
type noise struct {
	label string
	index int
	shape Shape
	f32   filler[float32]
	f64   filler[float64]
}

// filler fills dst with the elements from first on of a draw.
type filler[T kernel.Float] func(dst []T, first int, seed uint64, node uint32, step uint64)

func (noise) draws()                               {}
func (n noise) name() string                       { return n.label }
func (n noise) String() string                     { return fmt.Sprintf("%s#%d", n.label, n.index) }
func (n noise) infer([]Shape) (Shape, error)       { return n.shape, nil }
func (n noise) grad([]*Node, *Node, *Node) []*Node { return nil }

func (n noise) loops(_ []Shape, out Shape) loops { return loopOver(n, out.Size(), nil, out) }

func fillerOf[T kernel.Float](n noise) filler[T] {
	if f, ok := any(n.f32).(filler[T]); ok {
		return f
	}
	return any(n.f64).(filler[T])
}

// Normal draws independent standard normals, afresh at every step of a run.
//
// Each element is a function of (seed, draw, step, element) by Philox4x32-10 (Salmon et al. 2011)
// and the Box-Muller transform: the seed of the graph's Params is the key; element e lies in group
// e/64, where lane e%16 has the counter {16·group + lane, index of the draw in its graph, step} and
// its word e%64/16; words 0 and 1 give the radius and the angle of elements 0 and 1 of the lane,
// words 2 and 3 those of elements 2 and 3.
func (g *Graph) Normal(shape ...int) *Node {
	return g.draw(noise{label: "Normal", f32: kernel.Normal[float32], f64: kernel.Normal[float64]}, shape)
}

// Uniform draws independent numbers uniformly from the open interval (0, 1), afresh at every step of
// a run: odd multiples of 2⁻²⁴, by the same counters as Normal.
func (g *Graph) Uniform(shape ...int) *Node {
	return g.draw(noise{label: "Uniform", f32: kernel.Uniform[float32], f64: kernel.Uniform[float64]}, shape)
}

func (g *Graph) draw(n noise, shape []int) *Node {
	n.shape = append(Shape{}, shape...)
	n.shape.check()
	n.index = g.noises
	g.noises++
	return g.apply(n)
}
