package graph

import (
	"fmt"
	"slices"

	"credence/graph/internal/kernel"
)

// Precision is the floating-point format that a set of parameters, and every graph on it, computes in.
type Precision uint8

// Float32 is for running, Float64 for gradient checks and small exact models.
const (
	Float32 Precision = iota
	Float64
)

func (p Precision) String() string { return [...]string{"float32", "float64"}[p] }

// size is how many bytes an element takes.
func (p Precision) size() int { return [...]int{4, 8}[p] }

// Array is a dense array in row-major order, in the precision of the Params or Program that made it.
// Numbers go in and out of it as float64, which holds either precision exactly.
type Array struct {
	shape Shape
	f32   []float32
	f64   []float64
}

func newArray(p Precision, shape Shape) *Array {
	a := &Array{shape: shape}
	if p == Float32 {
		a.f32 = make([]float32, shape.Size())
	} else {
		a.f64 = make([]float64, shape.Size())
	}
	return a
}

// arrayOf wraps data without copying it.
func arrayOf[T kernel.Float](data []T, shape Shape) *Array {
	a := &Array{shape: shape}
	switch d := any(data).(type) {
	case []float32:
		a.f32 = d
	case []float64:
		a.f64 = d
	}
	return a
}

// dataOf returns the elements of a, which must be of precision T.
func dataOf[T kernel.Float](a *Array) []T {
	if d, ok := any(a.f32).([]T); ok {
		return d
	}
	return any(a.f64).([]T)
}

// Shape returns a copy of the array's shape.
func (a *Array) Shape() []int { return slices.Clone(a.shape) }

// Len returns the number of elements.
func (a *Array) Len() int { return len(a.f32) + len(a.f64) }

// At returns the element at flat index i.
func (a *Array) At(i int) float64 {
	if a.f32 != nil {
		return float64(a.f32[i])
	}
	return a.f64[i]
}

// Set stores v, rounded to the array's precision, at flat index i.
func (a *Array) Set(i int, v float64) {
	if a.f32 != nil {
		a.f32[i] = float32(v)
	} else {
		a.f64[i] = v
	}
}

// Item returns the only element of an array of one element, and the first of a longer one.
func (a *Array) Item() float64 { return a.At(0) }

// Float64s returns the elements in a new slice.
func (a *Array) Float64s() []float64 {
	return a.AppendTo(make([]float64, 0, a.Len()))
}

// Float32s returns the elements in row-major order: of an array in float32 they are the array's own, of another rounded copies.
func (a *Array) Float32s() []float32 {
	if a.f32 != nil || a.f64 == nil {
		return a.f32
	}
	x := make([]float32, len(a.f64))
	for i, v := range a.f64 {
		x[i] = float32(v)
	}
	return x
}

// AppendTo appends the elements to dst and returns it.
func (a *Array) AppendTo(dst []float64) []float64 {
	if a.f32 == nil {
		return append(dst, a.f64...)
	}
	for _, v := range a.f32 {
		dst = append(dst, float64(v))
	}
	return dst
}

// SetFloat64s replaces the elements; the number of values must be the array's length.
func (a *Array) SetFloat64s(values []float64) error {
	if len(values) != a.Len() {
		return fmt.Errorf("graph: %d values for an array of shape %v", len(values), a.shape)
	}
	copy(a.f64, values)
	for i := range a.f32 {
		a.f32[i] = float32(values[i])
	}
	return nil
}

// Fill sets every element to v.
func (a *Array) Fill(v float64) {
	for i := range a.Len() {
		a.Set(i, v)
	}
}
