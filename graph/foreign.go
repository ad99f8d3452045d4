package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"credence/graph/internal/kernel"
)

// foreign is an op of Gorgonia's, or of a user's, that is evaluated by its own Do. No two are the same
// value: an op may keep state, as a pooling keeps where it found its maxima for its gradient to read.
type foreign struct {
	op     gorgonia.Op
	id     int
	label  string // what the op and its node are called
	shape  Shape
	dtypes []tensor.Dtype // of the op's operands; further ones only say what has to run before
}

func (f *foreign) name() string                 { return f.label }
func (f *foreign) String() string               { return fmt.Sprintf("%s#%d", f.label, f.id) }
func (f *foreign) infer([]Shape) (Shape, error) { return f.shape, nil }
func (f *foreign) fallible()                    {}

func (f *foreign) loops(in []Shape, _ Shape) loops {
	return loops{foreignLoop[float32](f, in), foreignLoop[float64](f, in)}
}

func foreignLoop[T kernel.Float](f *foreign, in []Shape) loop[T] {
	args := make([]gorgonia.Value, len(f.dtypes))
	return single(func(c *call[T]) error {
		// New headers each time: some ops transpose their operands in place while they run.
		for i, dt := range f.dtypes {
			args[i] = foreignValue(c.in[i], in[i], dt)
		}
		v, err := f.do(gorgoniaValue(c.dst, f.shape), args)
		if err != nil {
			return err
		}
		return copyElements(c.dst, v)
	})
}

// do evaluates the op, into dst where it is known to fill all of it, and reports a panic as an error.
func (f *foreign) do(dst gorgonia.Value, args []gorgonia.Value) (v gorgonia.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if p, ok := f.op.(gorgonia.UsePreallocDoer); ok && fillsResult[kindOf(f.op)] {
		return p.UsePreallocDo(dst, args...)
	}
	return f.op.Do(args...)
}

// fillsResult lists the ops that write every element of memory that they are given for their result.
var fillsResult = map[string]bool{
	"*gorgonia.maxPoolOp": true, "*gorgonia.maxPoolDiffOp": true,
	"*gorgonia.avgPoolOp": true, "*gorgonia.avgPoolDiffOp": true,
}

// kindOf tells ops apart: the Go types of Gorgonia's own are mostly not exported.
func kindOf(o gorgonia.Op) string { return fmt.Sprintf("%T", o) }

// foreignValue presents elements to a foreign op; whole numbers, where it wants those.
func foreignValue[T kernel.Float](data []T, shape Shape, dt tensor.Dtype) gorgonia.Value {
	if dt != tensor.Int {
		return gorgoniaValue(data, shape)
	}
	whole := make([]int, len(data))
	for i, v := range data {
		whole[i] = int(v)
	}
	if len(shape) == 0 {
		return gorgonia.NewI(whole[0])
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(whole))
}

// copyElements copies the elements of v in row-major order.
func copyElements[T kernel.Float](dst []T, v gorgonia.Value) error {
	var a Array
	if _, err := a.read(v); err != nil {
		return err
	}
	src, ok := any(a.f32).([]T)
	if !ok {
		src = any(a.f64).([]T)
	}
	if len(src) != len(dst) {
		return fmt.Errorf("the result has %d elements of %v, not %d of %T", a.Len(), v.Dtype(), len(dst), dst[0])
	}
	if &dst[0] != &src[0] {
		copy(dst, src)
	}
	return nil
}

// grad translates the op's own symbolic gradient.
func (f *foreign) grad(in []*Node, out, dy *Node) []*Node {
	ds, err := f.symDiff(in[:len(f.dtypes)], out, dy)
	if err != nil {
		out.g.fail(fmt.Errorf("%v: gradient of %s: %w", out.at, f.label, err))
	}
	return slices.Concat(ds, make([]*Node, len(in)-len(ds)))
}

// symDiff has the op differentiate an application of itself in a graph of its own, as differentiating
// adds to, and sometimes rewrites, the graph that it is done in.
func (f *foreign) symDiff(in []*Node, out, dy *Node) (ds []*Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	o, ok := f.op.(gorgonia.SDOp)
	if !ok {
		return nil, errors.New("the op has none")
	}
	scratch := gorgonia.NewGraph()
	t := newTranslation(out.g, out.g.dtype(), importRules)
	t.leaf = func(*gorgonia.Node) (*Node, error) { return nil, errors.New("is neither an operand nor the result") }
	place := func(name string, x *Node, dt tensor.Dtype) *gorgonia.Node {
		var gn *gorgonia.Node
		if len(x.shape) == 0 {
			gn = gorgonia.NewScalar(scratch, dt, gorgonia.WithName(name))
		} else {
			gn = gorgonia.NewTensor(scratch, dt, len(x.shape), gorgonia.WithShape(x.shape...), gorgonia.WithName(name))
		}
		t.of[gn] = x
		return gn
	}
	operands := make(gorgonia.Nodes, len(in))
	for i, x := range in {
		operands[i] = place(fmt.Sprintf("operand %d", i), x, f.dtypes[i])
	}
	result, err := gorgonia.ApplyOp(f.op, operands...)
	if err != nil {
		return nil, err
	}
	t.of[result] = out
	gns, err := o.SymDiff(operands, result, place("gradient", dy, out.g.dtype()))
	if err != nil {
		return nil, err
	}
	ds = make([]*Node, len(in))
	for i, has := range o.DiffWRT(len(in)) {
		if has && gns[i] != nil {
			if ds[i], err = t.node(gns[i]); err != nil {
				return nil, err
			}
		}
	}
	return ds, nil
}
