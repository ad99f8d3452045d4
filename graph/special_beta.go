package graph

import "credence/graph/internal/kernel"

// BetaInc returns the regularised incomplete beta function I_x(a, b): the probability that a Beta(a, b)
// draw is below x, for x in [0, 1] and a, b > 0. Second derivatives with respect to a and b are NaN: they
// are not known here.
func (x *Node) BetaInc(a, b *Node) *Node {
	return special3("BetaInc", kernel.BetaInc, func(in []*Node, _, dy *Node) []*Node {
		x, a, b := in[0], in[1], in[2]
		return []*Node{dy.Mul(x.betaDensity(a, b)), dy.Mul(x.betaIncSlopeA(a, b)), dy.Mul(x.betaIncSlopeB(a, b))}
	}).on(x, a, b)
}

// BetaIncInv returns the z with I_z(a, b) = x, the quantile of Beta(a, b). Its gradients are by the
// implicit function theorem; see BetaInc.
func (x *Node) BetaIncInv(a, b *Node) *Node {
	return special3("BetaIncInv", kernel.BetaIncInv, func(in []*Node, out, dy *Node) []*Node {
		a, b := in[1], in[2]
		dx := dy.Div(out.betaDensity(a, b))
		return []*Node{dx, dx.Mul(out.betaIncSlopeA(a, b)).Neg(), dx.Mul(out.betaIncSlopeB(a, b)).Neg()}
	}).on(x, a, b)
}

// betaDensity returns the density of Beta(a, b) at x, the derivative of I_x(a, b) with respect to x.
func (x *Node) betaDensity(a, b *Node) *Node {
	return special3("BetaDensity", kernel.BetaDensity, func(in []*Node, out, dy *Node) []*Node {
		x, a, b := in[0], in[1], in[2]
		dy = dy.Mul(out)
		one := x.g.Const(1)
		dx := a.Sub(one).Div(x).Sub(b.Sub(one).Div(one.Sub(x)))
		return []*Node{
			dy.Mul(dx), dy.Mul(x.Log().Sub(a.digammaDrop(b))), dy.Mul(x.Neg().Log1p().Sub(b.digammaDrop(a))),
		}
	}).on(x, a, b)
}

// betaIncSlopeA returns the derivative of I_x(a, b) with respect to a, and betaIncSlopeB to b.
func (x *Node) betaIncSlopeA(a, b *Node) *Node {
	return special3("BetaIncSlopeA", kernel.BetaIncSlopeA, func(in []*Node, _, dy *Node) []*Node {
		x, a, b := in[0], in[1], in[2]
		dx := x.betaDensity(a, b).Mul(x.Log().Sub(a.digammaDrop(b)))
		return []*Node{dy.Mul(dx), unknown(dy), unknown(dy)}
	}).on(x, a, b)
}

func (x *Node) betaIncSlopeB(a, b *Node) *Node {
	return special3("BetaIncSlopeB", kernel.BetaIncSlopeB, func(in []*Node, _, dy *Node) []*Node {
		x, a, b := in[0], in[1], in[2]
		dx := x.betaDensity(a, b).Mul(x.Neg().Log1p().Sub(b.digammaDrop(a)))
		return []*Node{dy.Mul(dx), unknown(dy), unknown(dy)}
	}).on(x, a, b)
}
