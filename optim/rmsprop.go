package optim

import "credence/graph"

// RMSProp divides the gradient by the root of a running mean of its square (Hinton, Srivastava and
// Swersky 2012, lecture 6e, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf),
// and may step along a velocity of such quotients.
type RMSProp struct {
	Decay    float64 // of the running mean, below 1; 0 means the lecture's 0.9
	Eps      float64 // added to the root; 0 means 1e-8
	Momentum float64 // of the velocity, in [0, 1); 0 means none
}

// Step adds the update of p.
func (o RMSProp) Step(p *graph.Param, grad, lr *graph.Node) {
	g := grad.Graph()
	decay, eps := orDefault(o.Decay, 0.9), orDefault(o.Eps, 1e-8)
	checkFraction(g, "RMSProp.Decay", decay)
	checkFraction(g, "RMSProp.Momentum", o.Momentum)
	checkPositive(g, "RMSProp.Eps", eps)

	v := runningMean(g, memory(g, p, "rmsprop.v", graph.Zeros), decay, grad.Square())
	direction := grad.Div(v.Sqrt().AddScalar(eps))
	if o.Momentum != 0 {
		velocity := memory(g, p, "rmsprop.velocity", graph.Zeros)
		direction = g.Param(velocity).Scale(o.Momentum).Add(direction)
		g.Update(velocity, direction)
	}
	g.Update(p, g.Param(p).Sub(direction.Mul(lr)))
}
