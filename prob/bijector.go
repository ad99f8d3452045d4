package prob

import (
	"math"

	"credence/graph"
)

// Bijector is a differentiable function with an inverse: of each number, increasing, or of each event
// as a whole.
type Bijector interface {
	Forward(x *graph.Node) *graph.Node
	Inverse(y *graph.Node) *graph.Node
	// LogDet returns the logarithm of the derivative of Forward at x, elementwise or, of an event, of
	// the determinant of the derivatives.
	LogDet(x *graph.Node) *graph.Node
	// Image is where values of Forward lie; its Axes are those of an event.
	Image() graph.Constraint
}

// Affine is Shift + Scale·x, with Scale positive.
type Affine struct{ Shift, Scale *graph.Node }

// Forward returns Shift + Scale·x.
func (b Affine) Forward(x *graph.Node) *graph.Node {
	b.Scale.Require(graph.Positive, "prob.Affine: Scale")
	return b.Shift.Add(b.Scale.Mul(x))
}

// Inverse returns (y - Shift)/Scale.
func (b Affine) Inverse(y *graph.Node) *graph.Node {
	b.Scale.Require(graph.Positive, "prob.Affine: Scale")
	return y.Sub(b.Shift).Div(b.Scale)
}

// LogDet returns log Scale.
func (b Affine) LogDet(x *graph.Node) *graph.Node {
	return b.Scale.Log().Broadcast(b.Forward(x).Shape()...)
}

// Image returns all finite numbers.
func (b Affine) Image() graph.Constraint { return graph.Real }

// Exp is eˣ, onto the positive numbers.
type Exp struct{}

// Forward returns eˣ.
func (Exp) Forward(x *graph.Node) *graph.Node { return x.Exp() }

// Inverse returns log y.
func (Exp) Inverse(y *graph.Node) *graph.Node { return y.Log() }

// LogDet returns x.
func (Exp) LogDet(x *graph.Node) *graph.Node { return x }

// Image returns the positive numbers.
func (Exp) Image() graph.Constraint { return graph.Positive }

// Softplus is log(1 + eˣ), onto the positive numbers.
type Softplus struct{}

// Forward returns log(1 + eˣ).
func (Softplus) Forward(x *graph.Node) *graph.Node { return x.Softplus() }

// Inverse returns log(eʸ - 1), as y + log(1 - e⁻ʸ).
func (Softplus) Inverse(y *graph.Node) *graph.Node { return y.Add(y.Neg().Log1mExp()) }

// LogDet returns log sigmoid(x).
func (Softplus) LogDet(x *graph.Node) *graph.Node { return x.LogSigmoid() }

// Image returns the positive numbers.
func (Softplus) Image() graph.Constraint { return graph.Positive }

// Sigmoid is 1/(1 + e⁻ˣ), onto the numbers between 0 and 1.
type Sigmoid struct{}

// Forward returns 1/(1 + e⁻ˣ).
func (Sigmoid) Forward(x *graph.Node) *graph.Node { return x.Sigmoid() }

// Inverse returns the log-odds log y - log(1 - y).
func (Sigmoid) Inverse(y *graph.Node) *graph.Node { return y.Log().Sub(y.Neg().Log1p()) }

// LogDet returns log sigmoid(x) + log sigmoid(-x).
func (Sigmoid) LogDet(x *graph.Node) *graph.Node { return x.LogSigmoid().Add(x.Neg().LogSigmoid()) }

// Image returns the numbers between 0 and 1.
func (Sigmoid) Image() graph.Constraint { return graph.OpenUnit }

// Tanh is the hyperbolic tangent, onto the numbers between -1 and 1.
type Tanh struct{}

// Forward returns tanh x.
func (Tanh) Forward(x *graph.Node) *graph.Node { return x.Tanh() }

// Inverse returns artanh y.
func (Tanh) Inverse(y *graph.Node) *graph.Node { return y.Log1p().Sub(y.Neg().Log1p()).Scale(0.5) }

// LogDet returns log(1 - tanh²x), as 2·(log 2 - x - softplus(-2x)).
func (Tanh) LogDet(x *graph.Node) *graph.Node {
	return x.Add(x.Scale(-2).Softplus()).Neg().AddScalar(math.Ln2).Scale(2)
}

// Image returns the numbers between -1 and 1.
func (Tanh) Image() graph.Constraint {
	return graph.Constraint{Name: "a number between -1 and 1", Low: -1, High: 1, OpenLow: true, OpenHigh: true}
}

// LowerTriangular is Shift + Chol·x of each vector x along the last axis.
type LowerTriangular struct {
	Shift *graph.Node // [..., n]
	Chol  *graph.Node // [..., n, n], lower triangular with a positive diagonal
}

func (b LowerTriangular) require() {
	b.Chol.Require(graph.LowerTriangular, "prob.LowerTriangular: Chol")
}

// Forward returns Shift + Chol·x.
func (b LowerTriangular) Forward(x *graph.Node) *graph.Node {
	b.require()
	return b.Shift.Add(column(b.Chol.MatMul(x.ExpandDims(-1))))
}

// Inverse returns Chol⁻¹·(y - Shift).
func (b LowerTriangular) Inverse(y *graph.Node) *graph.Node {
	b.require()
	return column(b.Chol.SolveLower(y.Sub(b.Shift).ExpandDims(-1)))
}

// LogDet returns the sum of the logarithms of Chol's diagonal, without the last axis of x.
func (b LowerTriangular) LogDet(x *graph.Node) *graph.Node {
	return b.Chol.Diagonal().Log().Sum(-1).Broadcast(batch(b.Forward(x).Shape(), 1)...)
}

// Image returns the rows of finite numbers.
func (b LowerTriangular) Image() graph.Constraint { return graph.RealRows }

// Chain applies bijectors one after the other, the first one first.
type Chain []Bijector

// Forward returns the last one's value.
func (b Chain) Forward(x *graph.Node) *graph.Node {
	for _, f := range b {
		x = f.Forward(x)
	}
	return x
}

// Inverse undoes the last one first.
func (b Chain) Inverse(y *graph.Node) *graph.Node {
	for i := range b {
		y = b[len(b)-1-i].Inverse(y)
	}
	return y
}

// LogDet returns the sum over the bijectors, each at what reaches it: by event if one of them is.
func (b Chain) LogDet(x *graph.Node) *graph.Node {
	axes := b.Image().Axes
	sum := sumLast(x.Scale(0), axes)
	for _, f := range b {
		sum = sum.Add(sumLast(f.LogDet(x), axes-f.Image().Axes))
		x = f.Forward(x)
	}
	return sum
}

// Image returns that of the last one, in events if one of them is of events; all finite numbers for
// no bijector.
func (b Chain) Image() graph.Constraint {
	image := graph.Real
	for _, f := range b {
		axes := max(image.Axes, f.Image().Axes)
		image = f.Image()
		image.Axes = axes
	}
	return image
}

// Inverse is a bijector the other way round: Inverse{Exp{}} is the logarithm.
type Inverse struct{ Of Bijector }

// Forward returns Of.Inverse(x).
func (b Inverse) Forward(x *graph.Node) *graph.Node { return b.Of.Inverse(x) }

// Inverse returns Of.Forward(y).
func (b Inverse) Inverse(y *graph.Node) *graph.Node { return b.Of.Forward(y) }

// LogDet returns minus that of Of where x comes from.
func (b Inverse) LogDet(x *graph.Node) *graph.Node { return b.Of.LogDet(b.Of.Inverse(x)).Neg() }

// Image returns all finite numbers, which the bijectors of this package are defined on.
func (b Inverse) Image() graph.Constraint {
	image := graph.Real
	image.Axes = b.Of.Image().Axes
	return image
}
