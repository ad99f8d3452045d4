package optim

import (
	"math"

	"credence/graph"
)

// Adam divides a running mean of the gradient by the root of a running mean of its square, both
// corrected for their start at zero (Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980).
// A field that is 0 means the paper's default.
//
// The corrections depend on the number of steps taken, which is one slot, adam.t, of the Params: a
// parameter that joins when others have been trained already counts as trained as long as they.
type Adam struct {
	Beta1 float64 // decay of the mean of the gradient, below 1; 0.9
	Beta2 float64 // decay of the mean of its square, below 1; 0.999
	Eps   float64 // added to the root; 1e-8
}

// Step adds the update of p.
func (o Adam) Step(p *graph.Param, grad, lr *graph.Node) {
	g := grad.Graph()
	g.Update(p, g.Param(p).Sub(o.change(p, grad, lr)))
}

// AdamW is Adam with weight decay that does not pass through the running means: besides Adam's step
// it takes lr·Decay of the weight (Loshchilov and Hutter 2019, algorithm 2,
// https://arxiv.org/abs/1711.05101). As in PyTorch the decay is per unit of learning rate; the
// paper's λ is lr·Decay before its schedule multiplier. A field that is 0 means the default.
type AdamW struct {
	Beta1, Beta2, Eps float64 // as in Adam, whose slots it shares
	Decay             float64 // positive; 0.01
}

// Step adds the update of p.
func (o AdamW) Step(p *graph.Param, grad, lr *graph.Node) {
	g := grad.Graph()
	decay := orDefault(o.Decay, 0.01)
	checkPositive(g, "AdamW.Decay", decay)
	change := Adam{o.Beta1, o.Beta2, o.Eps}.change(p, grad, lr)
	kept := lr.Scale(-decay).AddScalar(1)
	g.Update(p, g.Param(p).Mul(kept).Sub(change))
}

// change updates the running means m and v of p, and returns what the step takes from p:
//
//	lr·(m/c1) / (√(v/c2) + ε) = (lr·√c2/c1)·m / (√v + ε·√c2),  c = 1 - βᵗ
//
// of which the right side leaves the corrections to scalars.
func (o Adam) change(p *graph.Param, grad, lr *graph.Node) *graph.Node {
	g := grad.Graph()
	beta1, beta2, eps := orDefault(o.Beta1, 0.9), orDefault(o.Beta2, 0.999), orDefault(o.Eps, 1e-8)
	checkFraction(g, "Adam.Beta1", beta1)
	checkFraction(g, "Adam.Beta2", beta2)
	checkPositive(g, "Adam.Eps", eps)

	m := runningMean(g, memory(g, p, "adam.m", graph.Zeros), beta1, grad)
	v := runningMean(g, memory(g, p, "adam.v", graph.Zeros), beta2, grad.Square())
	t := adamSteps(g)
	c1, root2 := correction(beta1, t), correction(beta2, t).Sqrt()
	return m.Mul(lr.Mul(root2).Div(c1)).Div(v.Sqrt().Add(root2.Scale(eps)))
}

// runningMean moves a slot the fraction 1-beta of the way to x, and returns its new value.
func runningMean(g *graph.Graph, slot *graph.Param, beta float64, x *graph.Node) *graph.Node {
	mean := g.Param(slot).Scale(beta).Add(x.Scale(1 - beta))
	g.Update(slot, mean)
	return mean
}

// correction returns 1 - betaᵗ, without the cancellation that float32 would suffer for beta near 1.
func correction(beta float64, t *graph.Node) *graph.Node {
	return t.Scale(math.Log(beta)).Expm1().Neg()
}

// adamSteps returns the number of the step that the run takes, from 1. In float32 it stops at 2²⁴,
// when corrections have long been 1.
func adamSteps(g *graph.Graph) *graph.Node {
	type key struct{}
	return g.Once(key{}, func() *graph.Node {
		counter := slot(g, "adam.t", graph.Zeros)
		t := g.Param(counter).AddScalar(1)
		g.Update(counter, t)
		return t
	})
}
