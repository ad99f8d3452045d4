package graph

import (
	"math"

	"credence/graph/internal/kernel"
)

// Exp returns eˣ.
func (x *Node) Exp() *Node {
	return elementwise{
		label: "Exp", f32: of1(kernel.Exp[float32]), f64: of1(kernel.Exp[float64]),
		d: func(_ []*Node, out, dy *Node) []*Node { return []*Node{dy.Mul(out)} },
	}.on(x)
}

// Expm1 returns eˣ - 1, accurate near 0.
func (x *Node) Expm1() *Node {
	return elementwise{
		label: "Expm1", f32: of1(kernel.Expm1[float32]), f64: of1(kernel.Expm1[float64]),
		d: func(_ []*Node, out, dy *Node) []*Node { return []*Node{dy.Mul(out.AddScalar(1))} },
	}.on(x)
}

// Log returns the natural logarithm.
func (x *Node) Log() *Node {
	return elementwise{
		label: "Log", f32: of1(kernel.Log[float32]), f64: of1(kernel.Log[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Div(in[0])} },
	}.on(x)
}

// Log1p returns log(1 + x), accurate near 0.
func (x *Node) Log1p() *Node {
	return elementwise{
		label: "Log1p", f32: of1(kernel.Log1p[float32]), f64: of1(kernel.Log1p[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Div(in[0].AddScalar(1))} },
	}.on(x)
}

// Square returns x².
func (x *Node) Square() *Node {
	return elementwise{
		label: "Square", f32: of1(kernel.Square[float32]), f64: of1(kernel.Square[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Scale(2).Mul(in[0])} },
	}.on(x)
}

// Sqrt returns √x.
func (x *Node) Sqrt() *Node {
	return elementwise{
		label: "Sqrt", f32: of1(kernel.Sqrt[float32]), f64: of1(kernel.Sqrt[float64]),
		d: func(_ []*Node, out, dy *Node) []*Node { return []*Node{dy.Div(out.Scale(2))} },
	}.on(x)
}

// Reciprocal returns 1/x.
func (x *Node) Reciprocal() *Node {
	return elementwise{
		label: "Reciprocal", f32: of1(kernel.Reciprocal[float32]), f64: of1(kernel.Reciprocal[float64]),
		d: func(_ []*Node, out, dy *Node) []*Node { return []*Node{dy.Mul(out.Square()).Neg()} },
	}.on(x)
}

// Neg returns -x.
func (x *Node) Neg() *Node {
	return elementwise{
		label: "Neg", f32: of1(kernel.Neg[float32]), f64: of1(kernel.Neg[float64]),
		d: func(_ []*Node, _, dy *Node) []*Node { return []*Node{dy.Neg()} },
	}.on(x)
}

// Abs returns |x|, whose gradient at 0 is 0.
func (x *Node) Abs() *Node {
	return elementwise{
		label: "Abs", f32: of1(kernel.Abs[float32]), f64: of1(kernel.Abs[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Mul(in[0].Sign())} },
	}.on(x)
}

// Sign returns -1, 0 or 1. It has no gradient.
func (x *Node) Sign() *Node {
	return elementwise{label: "Sign", f32: of1(kernel.Sign[float32]), f64: of1(kernel.Sign[float64])}.on(x)
}

// Sin returns the sine of x in radians.
func (x *Node) Sin() *Node {
	return elementwise{
		label: "Sin", f32: of1(kernel.Sin[float32]), f64: of1(kernel.Sin[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Mul(in[0].Cos())} },
	}.on(x)
}

// Cos returns the cosine of x in radians.
func (x *Node) Cos() *Node {
	return elementwise{
		label: "Cos", f32: of1(kernel.Cos[float32]), f64: of1(kernel.Cos[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Mul(in[0].Sin()).Neg()} },
	}.on(x)
}

// Erf returns the error function.
func (x *Node) Erf() *Node {
	return elementwise{
		label: "Erf", f32: of1(kernel.Erf[float32]), f64: of1(kernel.Erf[float64]),
		d: func(in []*Node, _, dy *Node) []*Node {
			return []*Node{dy.Mul(in[0].Square().Neg().Exp()).Scale(2 / math.SqrtPi)}
		},
	}.on(x)
}
