package prob

import "credence/graph"

// Independent is Base with its last axes taken as one event: the log-probability of an event is the
// sum over those Axes, of at least 1. A latent vector of normals, say, is
// Independent{Normal{Mu, Sigma}, 1} with Mu [batch, latent], and its LogProb is [batch].
type Independent struct {
	Base Distribution
	Axes int
}

// Parameters returns those of Base.
func (d Independent) Parameters() []Parameter { return d.Base.Parameters() }

// Support returns that of Base, which every number of an event must lie in.
func (d Independent) Support() graph.Constraint {
	c := d.Base.Support()
	c.Axes += d.Axes
	return c
}

// Sample returns a draw of Base.
func (d Independent) Sample(leading ...int) *graph.Node { return d.Base.Sample(leading...) }

// LogProb returns the log-probability of the events of x, without their axes.
func (d Independent) LogProb(x *graph.Node) *graph.Node { return d.sum(d.Base.LogProb(x)) }

// Entropy returns the entropy of an event. If Base has none, that is a mistake that Compile reports.
func (d Independent) Entropy() *graph.Node {
	base, ok := d.Base.(interface{ Entropy() *graph.Node })
	if !ok {
		return graphOf(d).Failf("%s: %s has no Entropy in closed form", name(d), name(d.Base))
	}
	return d.sum(base.Entropy())
}

// Values returns all events of a Base of finitely many values, [n, event...]: the k values of each of its
// e elements in every combination, n = kᵉ, the last element changing fastest. More than 2¹⁶ events are
// a mistake that Compile reports, as is a Base without Values.
func (d Independent) Values() *graph.Node {
	g := graphOf(d)
	base, ok := d.Base.(Enumerable)
	shape := shapeOf(d.Base)
	if !ok || d.Axes > len(shape) { // as it is after a mistake
		return g.Failf("%s: %s %v has no finite list of values", name(d), name(d.Base), shape)
	}
	event := shape[len(shape)-d.Axes:]
	size := graph.Shape(event).Size()
	values := base.Values()
	k, n := values.Dim(0), 1
	for range size {
		if n *= k; n > 1<<16 {
			return g.Failf("%s: %d elements of %d values are too many combinations to list", name(d), size, k)
		}
	}
	digits := make([]float64, n*size)
	for i := range n {
		for rest, e := i, size-1; e >= 0; rest, e = rest/k, e-1 {
			digits[i*size+e] = float64(rest % k)
		}
	}
	return values.Gather(0, g.ConstArray(digits, append([]int{n}, event...)...))
}

func (d Independent) sum(x *graph.Node) *graph.Node {
	if d.Axes < 1 || d.Axes > x.Rank() {
		return x.Graph().Failf("%s: an event of %d axes in %v", name(d), d.Axes, x.Shape())
	}
	return sumLast(x, d.Axes)
}

// Enumerable is a distribution of finitely many values.
type Enumerable interface {
	Distribution
	// Values returns all that can be drawn, [n, event...].
	Values() *graph.Node
}
