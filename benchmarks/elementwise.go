package benchmarks

import "credence/graph"

// elements is the length of what elementwise works read and write.
const elements = 1_000_000

// elementwise has functions of a million numbers in memory, and as many draws of noise.
func elementwise() []Work {
	type node = graph.Node
	return []Work{
		// What no function of numbers in memory can be much faster than.
		function("copy", graph.Between(-1, 1), func(x *node) *node { return x }),
		function("exp", graph.Between(-10, 10), (*node).Exp),
		function("log", graph.Between(1e-3, 10), (*node).Log),
		function("tanh", graph.Between(-5, 5), (*node).Tanh),
		function("sigmoid", graph.Between(-10, 10), (*node).Sigmoid),
		function("softplus", graph.Between(-10, 10), (*node).Softplus),
		million("chain", "elementwise", divergence),
		million("normal", "normal", func(g *graph.Graph) *node { return g.Normal(elements) }),
	}
}

// divergence is a chain of eight operations on two operands: KL(N(mu, softplus(rho)²) ‖ N(0, 1)).
func divergence(g *graph.Graph) *graph.Node {
	ps := g.Params()
	mu := g.Param(ps.New("mu", graph.Between(-1, 1), elements))
	sigma := g.Param(ps.New("rho", graph.Between(-5, 1), elements)).Softplus()
	return sigma.Square().Add(mu.Square()).AddScalar(-1).Scale(0.5).Sub(sigma.Log())
}

func function(name string, x graph.Init, f func(*graph.Node) *graph.Node) Work {
	return million(name, "elementwise", func(g *graph.Graph) *graph.Node {
		return f(g.Param(g.Params().New("x", x, elements)))
	})
}

func million(name, group string, f func(*graph.Graph) *graph.Node) Work {
	return Work{
		Name: name, Group: group, Elements: elements,
		build: func() (*Task, error) {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Predict)
			return compile(g, nil, f(g))
		},
	}
}
