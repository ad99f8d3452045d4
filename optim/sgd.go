package optim

import "credence/graph"

// SGD is stochastic gradient descent, w - lr·u, along the velocity u = Momentum·u + gradient (Polyak
// 1964). With the zero value there is no momentum, and no memory.
type SGD struct {
	Momentum float64 // in [0, 1)
	// Nesterov steps along gradient + Momentum·u: Nesterov's accelerated gradient, as rewritten by
	// Bengio, Boulanger-Lewandowski and Pascanu 2012, https://arxiv.org/abs/1212.0901.
	Nesterov bool
}

// Step adds the update of p.
func (o SGD) Step(p *graph.Param, grad, lr *graph.Node) {
	g := grad.Graph()
	checkFraction(g, "SGD.Momentum", o.Momentum)
	direction := grad
	if o.Momentum != 0 {
		velocity := memory(g, p, "sgd.velocity", graph.Zeros)
		u := g.Param(velocity).Scale(o.Momentum).Add(grad)
		g.Update(velocity, u)
		direction = u
		if o.Nesterov {
			direction = u.Scale(o.Momentum).Add(grad)
		}
	}
	g.Update(p, g.Param(p).Sub(direction.Mul(lr)))
}
