package optim

import "credence/graph"

// AdaGrad divides the gradient by the root of the sum of the squares of all gradients so far (Duchi,
// Hazan and Singer 2011, https://jmlr.org/papers/v12/duchi11a.html).
type AdaGrad struct {
	Eps                float64 // added to the root; 0 means 1e-10
	InitialAccumulator float64 // what the sum starts from, not negative
}

// Step adds the update of p.
func (o AdaGrad) Step(p *graph.Param, grad, lr *graph.Node) {
	g := grad.Graph()
	eps := orDefault(o.Eps, 1e-10)
	checkPositive(g, "AdaGrad.Eps", eps)
	if !(o.InitialAccumulator >= 0) {
		g.Failf("optim: AdaGrad.InitialAccumulator is %v, which is negative", o.InitialAccumulator)
	}
	slot := memory(g, p, "adagrad.sum", graph.Constant(o.InitialAccumulator))
	sum := g.Param(slot).Add(grad.Square())
	g.Update(slot, sum)
	g.Update(p, g.Param(p).Sub(grad.Mul(lr).Div(sum.Sqrt().AddScalar(eps))))
}
