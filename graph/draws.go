package graph

import (
	"fmt"
	"slices"

	"credence/graph/internal/kernel"
)

// drawn is a draw with operands, all of its shape. As of noise, its index among the graph's draws is part
// of its identity and of its numbers; unlike noise it takes long, and is computed once.
type drawn struct {
	label string
	index int
	f32   sampler[float32]
	f64   sampler[float64]
	// d returns the gradient with respect to the operand; nil for none.
	d func(x, out, dy *Node) *Node
}

// sampler fills dst with the elements from first on of a draw, of which a and b are operands.
type sampler[T kernel.Float] func(dst, a, b []T, first int, seed uint64, node uint32, step uint64)

func (drawn) draws()           {}
func (d drawn) name() string   { return d.label }
func (d drawn) String() string { return fmt.Sprintf("%s#%d", d.label, d.index) }

func (d drawn) infer(in []Shape) (Shape, error) {
	if len(in) > 1 && !slices.Equal(in[0], in[1]) {
		return nil, errBroadcast
	}
	return in[0], nil
}

func (d drawn) loops(in []Shape, _ Shape) loops {
	return loops{drawLoop(d.f32, uint32(d.index), in), drawLoop(d.f64, uint32(d.index), in)}
}

// drawCost is what an element takes, in elements of a plain kernel.
const drawCost = 64

func drawLoop[T kernel.Float](f sampler[T], index uint32, in []Shape) loop[T] {
	return split(in[0].Size(), drawCost, func(c *call[T], lo, hi int) error {
		f(c.dst[lo:hi], c.in[0][lo:hi], c.in[len(in)-1][lo:hi], lo, c.state.seed, index, c.state.step)
		return nil
	})
}

func (d drawn) grad(in []*Node, out, dy *Node) []*Node {
	ds := make([]*Node, len(in))
	if d.d != nil {
		ds[0] = d.d(in[0], out, dy)
	}
	return ds
}

// of1Draw takes the kernel of a draw with one operand.
func of1Draw[T kernel.Float](f func(dst, a []T, first int, seed uint64, node uint32, step uint64)) sampler[T] {
	return func(dst, a, _ []T, first int, seed uint64, node uint32, step uint64) {
		f(dst, a, first, seed, node, step)
	}
}

// of draws, under the graph's next index, at operands of one shape.
func (d drawn) of(g *Graph, operands ...*Node) *Node {
	if g.noises >= kernel.DrawNodes {
		return g.Failf("%s: a graph has at most %d draws", d.label, kernel.DrawNodes)
	}
	d.index = g.noises
	g.noises++
	return g.apply(d, operands...)
}

// LogGamma draws the logs of independent Gamma(alpha, 1) variables, in the shape of alpha, afresh at
// every step of a run. In logs, draws of small shapes do not underflow: at alpha = 10⁻⁴ half of them are
// below -6900. Where alpha is not positive and finite the result is NaN. The method is that of
// Marsaglia and Tsang 2000.
//
// Each element is a function of (seed, draw, step, element) by Philox4x32-10, from a stream of its own
// of uniforms in (0, 1), odd multiples of 2⁻⁵³: the seed of the graph's Params is the key; block t of
// element e has the counter {e, index of the draw in its graph + (t+1)·2²⁰, step} and gives two. No
// other draw, nor Normal or Uniform, uses the same counters.
//
// The gradient in alpha is that of the quantile at which a draw lies (implicit reparameterisation,
// Figurnov et al. 2018, https://arxiv.org/abs/1805.08498): -∂F/∂alpha divided by ∂F/∂z, for the distribution
// function F. It has no gradient itself.
func (g *Graph) LogGamma(alpha *Node) *Node {
	return drawn{
		label: "LogGamma", f32: of1Draw(kernel.LogGamma[float32]), f64: of1Draw(kernel.LogGamma[float64]),
		d: func(x, out, dy *Node) *Node { return dy.Mul(x.g.apply(logGammaSlope{}, x, out)) },
	}.of(g, alpha)
}

// Poisson draws independent Poisson variables, in the shape of rate, afresh at every step of a run, from
// streams as LogGamma's: whole numbers, as far as the precision holds them. Where the rate is not
// finite and at least 0 the result is NaN. It has no gradient. It inverts small rates, and from 10 on
// rejects by PTRS (Hörmann 1993).
func (g *Graph) Poisson(rate *Node) *Node {
	return drawn{label: "Poisson", f32: of1Draw(kernel.Poisson[float32]), f64: of1Draw(kernel.Poisson[float64])}.of(g, rate)
}

// Binomial draws independent numbers of successes among n trials of probability p, in the shape that n
// and p broadcast to, afresh at every step of a run, from streams as LogGamma's. Where n is not a
// whole number, finite and at least 0, or p not in [0, 1], the result is NaN. It has no gradient. It
// inverts where the mean is small, and from 10 on rejects by BTRS (Hörmann 1993).
func (g *Graph) Binomial(n, p *Node) *Node {
	d := drawn{label: "Binomial", f32: kernel.Binomial[float32], f64: kernel.Binomial[float64]}
	if n.g == p.g && g.err == nil {
		if s, err := broadcast(n.shape, p.shape); err == nil {
			n, p = n.Broadcast(s...), p.Broadcast(s...)
		}
	}
	return d.of(g, n, p)
}

// logGammaSlope is the derivative of a draw of LogGamma in its shape.
type logGammaSlope struct{}

func (logGammaSlope) name() string                       { return "LogGammaSlope" }
func (logGammaSlope) String() string                     { return "LogGammaSlope" }
func (logGammaSlope) infer(in []Shape) (Shape, error)    { return in[0], nil }
func (logGammaSlope) grad([]*Node, *Node, *Node) []*Node { return []*Node{nil, nil} }
func (logGammaSlope) loops(in []Shape, _ Shape) loops {
	return loops{slopeLoop[float32](in[0].Size()), slopeLoop[float64](in[0].Size())}
}

func slopeLoop[T kernel.Float](n int) loop[T] {
	return split(n, drawCost, func(c *call[T], lo, hi int) error {
		kernel.LogGammaDrawGrad(c.dst[lo:hi], c.in[0][lo:hi], c.in[1][lo:hi])
		return nil
	})
}
