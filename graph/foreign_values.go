package graph

import (
	"fmt"
	"unsafe"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// read makes a hold the elements of a value of Gorgonia's, in row-major order, and reports whether they
// are the value's own memory. Whole numbers are converted into the memory that a has.
func (a *Array) read(v gorgonia.Value) (shared bool, err error) {
	switch v := v.(type) {
	case *gorgonia.F32:
		a.f32 = unsafe.Slice((*float32)(v), 1)
		return true, nil
	case *gorgonia.F64:
		a.f64 = unsafe.Slice((*float64)(v), 1)
		return true, nil
	case *tensor.Dense:
		shared = rowMajor(v)
		if !shared {
			v = v.Materialize().(*tensor.Dense)
		}
		switch v.Dtype() {
		case tensor.Float32:
			a.f32 = v.Float32s()
		case tensor.Float64:
			a.f64 = v.Float64s()
		case tensor.Int:
			return false, a.readWhole(v.Ints())
		default:
			return false, fmt.Errorf("elements of %v", v.Dtype())
		}
		return shared, nil
	}
	return false, fmt.Errorf("a value of type %T", v)
}

// reader returns an array to read the values of n into: with memory for whole numbers to be converted in,
// without any for what is read where it is.
func reader(p Precision, n *gorgonia.Node) *Array {
	if n.Dtype() == tensor.Int {
		return newArray(p, Shape(n.Shape()))
	}
	return &Array{shape: Shape(n.Shape())}
}

func (a *Array) readWhole(whole []int) error {
	if fillFrom(a, whole) != a.Len() {
		return fmt.Errorf("%d numbers for %d elements", len(whole), a.Len())
	}
	for i, v := range whole {
		if int(a.At(i)) != v {
			return fmt.Errorf("%d at element %d has no exact %v", v, i, a.precision())
		}
	}
	return nil
}

func (a *Array) precision() Precision {
	if a.f32 != nil {
		return Float32
	}
	return Float64
}

// rowMajor reports whether the elements lie in memory in row-major order, without gaps.
func rowMajor(t *tensor.Dense) bool {
	shape, strides, want := t.Shape(), t.Strides(), 1
	if t.DataSize() == 1 {
		return true
	}
	if len(strides) != len(shape) {
		return false
	}
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 && strides[i] != want {
			return false
		}
		want *= shape[i]
	}
	return true
}

// view returns the array's memory as a value of Gorgonia's.
func (a *Array) view() gorgonia.Value {
	switch {
	case len(a.shape) > 0 && a.f32 != nil:
		return gorgoniaValue(a.f32, a.shape)
	case len(a.shape) > 0:
		return gorgoniaValue(a.f64, a.shape)
	case a.f32 != nil:
		return (*gorgonia.F32)(&a.f32[0])
	}
	return (*gorgonia.F64)(&a.f64[0])
}

// sameMemory reports whether a and b begin at the same element.
func (a *Array) sameMemory(b *Array) bool {
	if a.f32 != nil && b.f32 != nil {
		return &a.f32[0] == &b.f32[0]
	}
	return a.f64 != nil && b.f64 != nil && &a.f64[0] == &b.f64[0]
}
