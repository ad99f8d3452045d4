package graph

import (
	"math"

	"credence/graph/internal/kernel"
)

// gradient gives the gradients of an elementwise function: see elementwise.
type gradient func(in []*Node, out, dy *Node) []*Node

// special1, special2 and special3 are functions of one, two and three numbers that are computed in
// float64 in either precision.
func special1(label string, f func(x float64) float64, d gradient) elementwise {
	return elementwise{label: label, f32: of1(kernel.Map[float32](f)), f64: of1(kernel.Map[float64](f)), d: d}
}

func special2(label string, f func(a, b float64) float64, d gradient) elementwise {
	return elementwise{label: label, f32: of2(kernel.Map2[float32](f)), f64: of2(kernel.Map2[float64](f)), d: d}
}

func special3(label string, f func(a, b, c float64) float64, d gradient) elementwise {
	return elementwise{label: label, f32: of3(kernel.Map3[float32](f)), f64: of3(kernel.Map3[float64](f)), d: d}
}

// unknown is the gradient where there is one that is not known here: NaN, rather than nothing.
func unknown(dy *Node) *Node { return dy.Scale(math.NaN()) }

// Tan returns the tangent of x in radians.
func (x *Node) Tan() *Node {
	return special1("Tan", math.Tan, func(_ []*Node, out, dy *Node) []*Node {
		return []*Node{dy.Mul(out.Square().AddScalar(1))}
	}).on(x)
}

// Atan returns the arctangent of x in radians, in [-π/2, π/2].
func (x *Node) Atan() *Node {
	return special1("Atan", math.Atan, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Div(in[0].Square().AddScalar(1))}
	}).on(x)
}

// Floor returns the largest whole number that is not above x. It has no gradient.
func (x *Node) Floor() *Node { return special1("Floor", math.Floor, nil).on(x) }

// Log1mExp returns log(1 - eˣ), for x <= 0, accurate near 0 and far from it.
func (x *Node) Log1mExp() *Node {
	return special1("Log1mExp", kernel.Log1mExp, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Div(in[0].Neg().Expm1()).Neg()}
	}).on(x)
}

// Erfc returns 1 - erf(x), accurate where that is small.
func (x *Node) Erfc() *Node {
	return special1("Erfc", math.Erfc, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].Square().Neg().Exp()).Scale(-2 / math.SqrtPi)}
	}).on(x)
}

// ErfInv returns the inverse of the error function, for x in [-1, 1].
func (x *Node) ErfInv() *Node {
	return special1("ErfInv", kernel.ErfInv, func(_ []*Node, out, dy *Node) []*Node {
		return []*Node{dy.Mul(out.Square().Exp()).Scale(math.SqrtPi / 2)}
	}).on(x)
}

// Ndtr returns the standard normal distribution function.
func (x *Node) Ndtr() *Node {
	return special1("Ndtr", kernel.Ndtr, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].Square().Scale(-0.5).Exp()).Scale(1 / math.Sqrt(2*math.Pi))}
	}).on(x)
}

// LogNdtr returns the logarithm of the standard normal distribution function, far into either tail.
func (x *Node) LogNdtr() *Node {
	return special1("LogNdtr", kernel.LogNdtr, func(in []*Node, _, dy *Node) []*Node {
		return []*Node{dy.Mul(in[0].normalHazard())}
	}).on(x)
}

// normalHazard returns the density of the standard normal over its distribution function.
func (x *Node) normalHazard() *Node {
	return special1("NormalHazard", kernel.NormalHazard, func(in []*Node, out, dy *Node) []*Node {
		return []*Node{dy.Mul(out).Mul(out.Add(in[0])).Neg()}
	}).on(x)
}

// NdtrInv returns the standard normal quantile of x, a probability.
func (x *Node) NdtrInv() *Node {
	return special1("NdtrInv", kernel.NdtrInv, func(_ []*Node, out, dy *Node) []*Node {
		return []*Node{dy.Mul(out.Square().Scale(0.5).Exp()).Scale(math.Sqrt(2 * math.Pi))}
	}).on(x)
}

// NdtrInvExp returns the standard normal quantile of eˣ, x the logarithm of a probability.
func (x *Node) NdtrInvExp() *Node {
	return special1("NdtrInvExp", kernel.NdtrInvExp, func(_ []*Node, out, dy *Node) []*Node {
		return []*Node{dy.Div(out.normalHazard())}
	}).on(x)
}
