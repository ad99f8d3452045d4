package graph

import (
	"math"

	"credence/graph/internal/kernel"
)

// Tanh returns the hyperbolic tangent.
func (x *Node) Tanh() *Node {
	return elementwise{
		label: "Tanh", f32: of1(kernel.Tanh[float32]), f64: of1(kernel.Tanh[float64]),
		d: func(_ []*Node, out, dy *Node) []*Node {
			return []*Node{dy.Mul(out.g.Const(1).Sub(out.Mul(out)))}
		},
	}.on(x)
}

// Sigmoid returns 1 / (1 + e⁻ˣ).
func (x *Node) Sigmoid() *Node {
	return elementwise{
		label: "Sigmoid", f32: of1(kernel.Sigmoid[float32]), f64: of1(kernel.Sigmoid[float64]),
		d: func(_ []*Node, out, dy *Node) []*Node {
			return []*Node{dy.Mul(out.Mul(out.g.Const(1).Sub(out)))}
		},
	}.on(x)
}

// LogSigmoid returns log sigmoid(x) = -softplus(-x), without overflow.
func (x *Node) LogSigmoid() *Node {
	return elementwise{
		label: "LogSigmoid", f32: of1(kernel.LogSigmoid[float32]), f64: of1(kernel.LogSigmoid[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Mul(in[0].Neg().Sigmoid())} },
	}.on(x)
}

// Softplus returns log(1 + eˣ), without overflow.
func (x *Node) Softplus() *Node {
	return elementwise{
		label: "Softplus", f32: of1(kernel.Softplus[float32]), f64: of1(kernel.Softplus[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Mul(in[0].Sigmoid())} },
	}.on(x)
}

// ReLU returns max(x, 0), whose gradient at 0 is 0.
func (x *Node) ReLU() *Node {
	return elementwise{
		label: "ReLU", f32: of1(kernel.ReLU[float32]), f64: of1(kernel.ReLU[float64]),
		d: func(_ []*Node, out, dy *Node) []*Node { return []*Node{dy.Mul(out.Step())} }, // so that in need not be kept
	}.on(x)
}

// Step returns 1 where x > 0 and 0 elsewhere. It has no gradient.
func (x *Node) Step() *Node {
	return elementwise{label: "Step", f32: of1(kernel.Step[float32]), f64: of1(kernel.Step[float64])}.on(x)
}

// LeakyReLU returns x where x > 0 and slope·x elsewhere.
func (x *Node) LeakyReLU(slope float64) *Node {
	return elementwise{
		label: "LeakyReLU", attr: []float64{slope},
		f32: of1(func(dst, x []float32) { kernel.LeakyReLU(dst, x, float32(slope)) }),
		f64: of1(func(dst, x []float64) { kernel.LeakyReLU(dst, x, slope) }),
		d: func(in []*Node, _, dy *Node) []*Node {
			return []*Node{in[0].Step().Where(dy, dy.Scale(slope))}
		},
	}.on(x)
}

// ELU returns x where x > 0 and alpha·(eˣ - 1) elsewhere (Clevert et al. 2016).
func (x *Node) ELU(alpha float64) *Node {
	return elementwise{
		label: "ELU", attr: []float64{alpha},
		f32: of1(func(dst, x []float32) { kernel.ELU(dst, x, float32(alpha)) }),
		f64: of1(func(dst, x []float64) { kernel.ELU(dst, x, alpha) }),
		d: func(in []*Node, out, dy *Node) []*Node {
			return []*Node{in[0].Step().Where(dy, dy.Mul(out.AddScalar(alpha)))}
		},
	}.on(x)
}

// GELU returns x·Φ(x), Φ being the standard normal distribution function (Hendrycks and Gimpel
// 2016), exactly rather than by the tanh approximation.
func (x *Node) GELU() *Node {
	return elementwise{
		label: "GELU", f32: of1(kernel.GELU[float32]), f64: of1(kernel.GELU[float64]),
		d: func(in []*Node, _, dy *Node) []*Node {
			x := in[0]
			cdf := x.Scale(1 / math.Sqrt2).Erf().AddScalar(1).Scale(0.5)
			pdf := x.Square().Scale(-0.5).Exp().Scale(1 / math.Sqrt(2*math.Pi))
			return []*Node{dy.Mul(cdf.Add(x.Mul(pdf)))}
		},
	}.on(x)
}

// Clamp returns x limited to [lo, hi]. The gradient passes where lo <= x <= hi.
func (x *Node) Clamp(lo, hi float64) *Node {
	return elementwise{
		label: "Clamp", attr: []float64{lo, hi},
		f32: of1(func(dst, x []float32) { kernel.Clamp(dst, x, float32(lo), float32(hi)) }),
		f64: of1(func(dst, x []float64) { kernel.Clamp(dst, x, lo, hi) }),
		d:   func(in []*Node, out, dy *Node) []*Node { return []*Node{dy.Mul(in[0].Equal(out))} },
	}.on(x)
}
