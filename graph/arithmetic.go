package graph

import "credence/graph/internal/kernel"

// Add returns x + y.
func (x *Node) Add(y *Node) *Node {
	return elementwise{
		label: "Add", f32: of2(kernel.Add[float32]), f64: of2(kernel.Add[float64]),
		d: func(_ []*Node, _, dy *Node) []*Node { return []*Node{dy, dy} },
	}.on(x, y)
}

// Sub returns x - y.
func (x *Node) Sub(y *Node) *Node {
	return elementwise{
		label: "Sub", f32: of2(kernel.Sub[float32]), f64: of2(kernel.Sub[float64]),
		d: func(_ []*Node, _, dy *Node) []*Node { return []*Node{dy, dy.Neg()} },
	}.on(x, y)
}

// Mul returns x·y, element by element.
func (x *Node) Mul(y *Node) *Node {
	return elementwise{
		label: "Mul", f32: of2(kernel.Mul[float32]), f64: of2(kernel.Mul[float64]),
		d: func(in []*Node, _, dy *Node) []*Node { return []*Node{dy.Mul(in[1]), dy.Mul(in[0])} },
	}.on(x, y)
}

// Div returns x / y.
func (x *Node) Div(y *Node) *Node {
	return elementwise{
		label: "Div", f32: of2(kernel.Div[float32]), f64: of2(kernel.Div[float64]),
		d: func(in []*Node, out, dy *Node) []*Node {
			dx := dy.Div(in[1])
			return []*Node{dx, dx.Mul(out).Neg()}
		},
	}.on(x, y)
}

// AddScalar returns x + c.
func (x *Node) AddScalar(c float64) *Node { return x.Add(x.g.Const(c)) }

// Scale returns c·x.
func (x *Node) Scale(c float64) *Node { return x.Mul(x.g.Const(c)) }

// Pow returns x to the power y. A negative x has a power, and a gradient, for whole y only.
func (x *Node) Pow(y *Node) *Node {
	return elementwise{
		label: "Pow", f32: of2(kernel.Pow[float32]), f64: of2(kernel.Pow[float64]),
		d: func(in []*Node, out, dy *Node) []*Node {
			x, y := in[0], in[1]
			zero, one := x.g.Const(0), x.g.Const(1)
			dx := y.Equal(zero).Where(zero, y.Mul(x.Pow(y.Sub(one))))
			// At x = 0 the power is 0 for every positive y: its logarithm does not count.
			dlog := x.Equal(zero).Where(zero, x.Equal(zero).Where(one, x).Log().Mul(out))
			return []*Node{dy.Mul(dx), dy.Mul(dlog)}
		},
	}.on(x, y)
}

// XLogY returns x·log(y), and 0 where x is 0; where both are 0 the gradients are 0 too.
func (x *Node) XLogY(y *Node) *Node {
	return elementwise{
		label: "XLogY", f32: of2(kernel.XLogY[float32]), f64: of2(kernel.XLogY[float64]),
		d: func(in []*Node, _, dy *Node) []*Node {
			x, y := in[0], in[1]
			zero := x.g.Const(0)
			none := x.Equal(zero)
			return []*Node{dy.Mul(none.Mul(y.Equal(zero)).Where(zero, y.Log())), dy.Mul(none.Where(zero, x.Div(y)))}
		},
	}.on(x, y)
}

// Maximum returns the larger of x and y; where they tie each gets half the gradient.
func (x *Node) Maximum(y *Node) *Node {
	return elementwise{
		label: "Maximum", f32: of2(kernel.Maximum[float32]), f64: of2(kernel.Maximum[float64]), d: toWinner,
	}.on(x, y)
}

// Minimum returns the smaller of x and y; where they tie each gets half the gradient.
func (x *Node) Minimum(y *Node) *Node {
	return elementwise{
		label: "Minimum", f32: of2(kernel.Minimum[float32]), f64: of2(kernel.Minimum[float64]), d: toWinner,
	}.on(x, y)
}

func toWinner(in []*Node, out, dy *Node) []*Node {
	a, b := in[0].Equal(out), in[1].Equal(out)
	share := dy.Div(a.Add(b))
	return []*Node{share.Mul(a), share.Mul(b)}
}

// Where returns a where x is not 0 and b where it is. No gradient passes to x.
func (x *Node) Where(a, b *Node) *Node {
	return elementwise{
		label: "Where", f32: of3(kernel.Where[float32]), f64: of3(kernel.Where[float64]),
		d: func(in []*Node, _, dy *Node) []*Node {
			zero := dy.g.Const(0)
			return []*Node{nil, in[0].Where(dy, zero), in[0].Where(zero, dy)}
		},
	}.on(x, a, b)
}

// Less returns 1 where x < y and 0 elsewhere. Like all comparisons it has no gradient.
func (x *Node) Less(y *Node) *Node {
	return elementwise{label: "Less", f32: of2(kernel.Less[float32]), f64: of2(kernel.Less[float64])}.on(x, y)
}

// LessEqual returns 1 where x <= y and 0 elsewhere.
func (x *Node) LessEqual(y *Node) *Node {
	return elementwise{label: "LessEqual", f32: of2(kernel.LessEqual[float32]), f64: of2(kernel.LessEqual[float64])}.on(x, y)
}

// Greater returns 1 where x > y and 0 elsewhere.
func (x *Node) Greater(y *Node) *Node {
	return elementwise{label: "Greater", f32: of2(kernel.Greater[float32]), f64: of2(kernel.Greater[float64])}.on(x, y)
}

// GreaterEqual returns 1 where x >= y and 0 elsewhere.
func (x *Node) GreaterEqual(y *Node) *Node {
	return elementwise{label: "GreaterEqual", f32: of2(kernel.GreaterEqual[float32]), f64: of2(kernel.GreaterEqual[float64])}.on(x, y)
}

// Equal returns 1 where x = y and 0 elsewhere.
func (x *Node) Equal(y *Node) *Node {
	return elementwise{label: "Equal", f32: of2(kernel.Equal[float32]), f64: of2(kernel.Equal[float64])}.on(x, y)
}

// NotEqual returns 1 where x differs from y and 0 elsewhere.
func (x *Node) NotEqual(y *Node) *Node {
	return elementwise{label: "NotEqual", f32: of2(kernel.NotEqual[float32]), f64: of2(kernel.NotEqual[float64])}.on(x, y)
}
