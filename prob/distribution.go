package prob

import (
	"fmt"
	"math"
	"slices"

	"credence/graph"
)

// Distribution is what every distribution has. Many also have, as methods of the same form, Mean,
// Variance, Mode, Median, Entropy, CDF and Quantile, where mathematics has them, and KL.
type Distribution interface {
	// Parameters lists the nodes that the distribution is made of, with what each must satisfy.
	Parameters() []Parameter
	// Support is where values lie; its Axes are those of an event, the last ones of a draw. A bound that
	// is itself a parameter is not part of it.
	Support() graph.Constraint
	// Sample returns independent draws, in the shape that the parameters broadcast to after the
	// leading axes. Each call is another draw, and each step of a run.
	Sample(leading ...int) *graph.Node
	// LogProb returns the log-density, or log-probability, of x in nats.
	LogProb(x *graph.Node) *graph.Node
}

// Parameter is one parameter of a distribution.
type Parameter struct {
	Name       string
	Node       *graph.Node
	Constraint graph.Constraint
}

// check requires of the parameters of d what they must satisfy, in every run that uses them.
func check(d Distribution) {
	for _, p := range d.Parameters() {
		p.Node.Require(p.Constraint, fmt.Sprintf("%s: %s", name(d), p.Name))
	}
}

// checkAt is check, and requires x to lie in the support if it is fed: what is computed may lie
// outside, where the probability is 0.
func checkAt(d Distribution, x *graph.Node) {
	check(d)
	x.RequireFed(d.Support(), name(d)+": value")
}

// name is what messages call a distribution: prob.Gamma.
func name(d Distribution) string { return fmt.Sprintf("%T", d) }

// graphOf returns the graph of a distribution with parameters.
func graphOf(d Distribution) *graph.Graph { return d.Parameters()[0].Node.Graph() }

// shapeOf returns the leading axes, and after them those that the parameters broadcast to.
func shapeOf(d Distribution, leading ...int) []int {
	params := d.Parameters()
	all := params[0].Node
	for _, p := range params[1:] {
		all = all.Add(p.Node)
	}
	return slices.Concat(leading, all.Shape())
}

// whole broadcasts what depends on some of the parameters to the shape of all.
func whole(d Distribution, x *graph.Node) *graph.Node { return x.Broadcast(shapeOf(d)...) }

// batch returns a shape without the axes of an event; what is left of an empty one, as nodes have after
// a mistake, is empty.
func batch(shape []int, axes int) []int { return shape[:max(0, len(shape)-axes)] }

// sumLast sums over the last axes.
func sumLast(x *graph.Node, axes int) *graph.Node {
	for range axes {
		x = x.Sum(-1)
	}
	return x
}

// where returns f at x where inside is 1, and otherwise there. f and its gradient see safe in place
// of the points outside, so that nothing there is computed of them.
func where(inside, x, safe *graph.Node, otherwise float64, f func(x *graph.Node) *graph.Node) *graph.Node {
	return inside.Where(f(inside.Where(x, safe)), inside.Graph().Const(otherwise))
}

// inf is +Inf, of which the negative is the log-density outside the support.
var inf = math.Inf(1)
