package graph

import (
	"fmt"

	"credence/graph/internal/kernel"
)

// reduction replaces the consecutive axes from lo up to hi by one number each.
type reduction struct {
	label  string
	f32    folder[float32]
	f64    folder[float64]
	d      func(x, out, dy *Node) *Node // out and dy keep x's rank; nil for no gradient
	lo, hi int
}

// folder reduces x [outer, n, inner] to dst [outer, inner].
type folder[T kernel.Float] func(dst, x []T, outer, n, inner int)

// shareAmongTied divides the gradient evenly among the elements that attain the extreme.
func shareAmongTied(x, out, dy *Node) *Node {
	hit := x.Equal(out)
	shares := hit
	for i, d := range out.shape {
		if d == 1 && x.shape[i] > 1 {
			shares = shares.Sum(i).ExpandDims(i)
		}
	}
	return hit.Div(shares).Mul(dy)
}

func (r reduction) name() string   { return r.label }
func (r reduction) String() string { return fmt.Sprintf("%s[%d:%d]", r.label, r.lo, r.hi) }

func (r reduction) infer(in []Shape) (Shape, error) {
	return append(append(Shape{}, in[0][:r.lo]...), in[0][r.hi:]...), nil
}

func (r reduction) loops(in []Shape, out Shape) loops {
	if r.isTotal(in[0]) {
		return loopOver(r, in[0].Size(), in, out)
	}
	outer, n, inner := in[0].fold(r.lo, r.hi)
	return loops{foldLoop(r.f32, outer, n, inner), foldLoop(r.f64, outer, n, inner)}
}

// isTotal reports whether r adds up all of an array of the shape.
func (r reduction) isTotal(s Shape) bool {
	return r.label == "Sum" && s.Size() > 1 && s[r.lo:r.hi].Size() == s.Size()
}

func foldLoop[T kernel.Float](f folder[T], outer, n, inner int) loop[T] {
	return split(outer, n*inner, func(c *call[T], lo, hi int) error {
		f(c.dst[lo*inner:hi*inner], c.in[0][lo*n*inner:hi*n*inner], hi-lo, n, inner)
		return nil
	})
}

func (r reduction) grad(in []*Node, out, dy *Node) []*Node {
	if r.d == nil {
		return []*Node{nil}
	}
	x := in[0]
	kept := make(Shape, len(x.shape))
	copy(kept, x.shape)
	for i := r.lo; i < r.hi; i++ {
		kept[i] = 1
	}
	return []*Node{r.d(x, out.Reshape(kept...), dy.Reshape(kept...))}
}

// over reduces the named axes, or all, one run of neighbours at a time from the last.
func (r reduction) over(x *Node, named []int) *Node {
	axes, err := x.shape.axes(named)
	if err != nil {
		return x.bad(r.label, err)
	}
	for end := len(axes); end > 0; {
		first := end - 1
		for first > 0 && axes[first-1] == axes[first]-1 {
			first--
		}
		r.lo, r.hi = axes[first], axes[end-1]+1
		x = x.g.apply(r, x)
		end = first
	}
	return x
}

// bad records that x does not fit the operation, unless there is a mistake already.
func (x *Node) bad(op string, err error) *Node {
	if x.g.err != nil {
		return x
	}
	return x.g.fail(&ShapeError{Pos: here().String(), Op: op, Operands: []string{x.describe()}, Reason: err.Error()})
}

// Sum adds up the elements along the axes, or all; the axes are dropped. Sums are accumulated in float64.
func (x *Node) Sum(axes ...int) *Node {
	return reduction{
		label: "Sum", f32: kernel.Sum[float32], f64: kernel.Sum[float64],
		d: func(x, _, dy *Node) *Node { return dy.Broadcast(x.shape...) },
	}.over(x, axes)
}

// Mean averages along the axes, or over all.
func (x *Node) Mean(axes ...int) *Node {
	s := x.Sum(axes...)
	return s.Scale(float64(s.shape.Size()) / float64(x.shape.Size()))
}

// Variance returns the mean square of what the elements along an axis, or of consecutive axes, or all, are away from
// their mean: the variance of a population.
func (x *Node) Variance(axes ...int) *Node {
	named, err := x.shape.axes(axes)
	if err != nil {
		return x.bad("Variance", err)
	}
	lo, hi := named[0], named[len(named)-1]+1
	if hi-lo != len(named) {
		return x.bad("Variance", fmt.Errorf("axes %v do not follow one another", axes))
	}
	n := float64(x.shape[lo:hi].Size())
	return x.g.apply(reduction{
		label: "Variance", f32: kernel.Variance[float32], f64: kernel.Variance[float64], lo: lo, hi: hi,
		d: func(x, _, dy *Node) *Node {
			mean := x.Mean(named...)
			for _, a := range named {
				mean = mean.ExpandDims(a)
			}
			return x.Sub(mean).Mul(dy.Scale(2 / n))
		},
	}, x)
}

// Max returns the largest element along the axes, or of all. Elements that tie share the gradient.
func (x *Node) Max(axes ...int) *Node {
	return reduction{label: "Max", f32: kernel.Max[float32], f64: kernel.Max[float64], d: shareAmongTied}.over(x, axes)
}

// Min returns the smallest element along the axes, or of all. Elements that tie share the gradient.
func (x *Node) Min(axes ...int) *Node {
	return reduction{label: "Min", f32: kernel.Min[float32], f64: kernel.Min[float64], d: shareAmongTied}.over(x, axes)
}

// LogSumExp returns log Σ exp(x) along the axes, or over all, without overflow.
func (x *Node) LogSumExp(axes ...int) *Node {
	return reduction{
		label: "LogSumExp", f32: kernel.LogSumExp[float32], f64: kernel.LogSumExp[float64],
		d: func(x, out, dy *Node) *Node { return x.Sub(out).Exp().Mul(dy) },
	}.over(x, axes)
}

// ArgMax returns the index of the first largest element along the axes, or of all: a whole number,
// counting in row-major order over the axes where there are several.
func (x *Node) ArgMax(axes ...int) *Node {
	named, err := x.shape.axes(axes)
	if err != nil {
		return x.bad("ArgMax", err)
	}
	last := x.moveToEnd(named)
	n := len(last.shape)
	return x.g.apply(reduction{
		label: "ArgMax", f32: kernel.ArgMax[float32], f64: kernel.ArgMax[float64], lo: n - len(named), hi: n,
	}, last)
}

// moveToEnd transposes the axes, in ascending order, behind the others.
func (x *Node) moveToEnd(axes []int) *Node {
	moved := map[int]bool{}
	for _, a := range axes {
		moved[a] = true
	}
	perm := make([]int, 0, len(x.shape))
	for i := range x.shape {
		if !moved[i] {
			perm = append(perm, i)
		}
	}
	return x.Transpose(append(perm, axes...)...)
}

// softmax normalises along one axis; its log form works on log-probabilities throughout.
type softmax struct {
	axis int
	log  bool
}

func (s softmax) name() string {
	if s.log {
		return "LogSoftmax"
	}
	return "Softmax"
}
func (s softmax) String() string                  { return fmt.Sprintf("%s[%d]", s.name(), s.axis) }
func (s softmax) infer(in []Shape) (Shape, error) { return in[0], nil }

func (s softmax) loops(in []Shape, _ Shape) loops {
	outer, n, inner := in[0].fold(s.axis, s.axis+1)
	if s.log {
		return loops{normLoop(kernel.LogSoftmax[float32], outer, n, inner), normLoop(kernel.LogSoftmax[float64], outer, n, inner)}
	}
	return loops{normLoop(kernel.Softmax[float32], outer, n, inner), normLoop(kernel.Softmax[float64], outer, n, inner)}
}

func normLoop[T kernel.Float](f folder[T], outer, n, inner int) loop[T] {
	return split(outer, n*inner, func(c *call[T], lo, hi int) error {
		f(c.dst[lo*n*inner:hi*n*inner], c.in[0][lo*n*inner:hi*n*inner], hi-lo, n, inner)
		return nil
	})
}

func (s softmax) grad(_ []*Node, out, dy *Node) []*Node {
	if s.log {
		return []*Node{dy.Sub(out.Exp().Mul(dy.Sum(s.axis).ExpandDims(s.axis)))}
	}
	return []*Node{out.Mul(dy.Sub(out.Mul(dy).Sum(s.axis).ExpandDims(s.axis)))}
}

func (x *Node) softmax(axis int, log bool) *Node {
	a, err := x.shape.axis(axis)
	if err != nil {
		return x.bad(softmax{log: log}.name(), err)
	}
	return x.g.apply(softmax{a, log}, x)
}

// Softmax returns exp(x) / Σ exp(x) along the axis.
func (x *Node) Softmax(axis int) *Node { return x.softmax(axis, false) }

// LogSoftmax returns x - log Σ exp(x) along the axis.
func (x *Node) LogSoftmax(axis int) *Node { return x.softmax(axis, true) }
