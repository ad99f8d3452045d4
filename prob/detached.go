package prob

import (
	"reflect"

	"credence/graph"
)

// Detached returns d with parameters through which no gradient passes. It is the same distribution:
// draws and densities are equal, and the gradient of a density at x passes to x alone.
func Detached[D Distribution](d D) D {
	v := reflect.New(reflect.TypeOf(d)).Elem()
	v.Set(reflect.ValueOf(d))
	detach(v)
	return v.Interface().(D)
}

// detach stops the gradients of the nodes that v holds, in its fields, theirs, and so on.
func detach(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if n, ok := v.Interface().(*graph.Node); ok && n != nil {
			v.Set(reflect.ValueOf(n.StopGradient()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			inner := reflect.New(v.Elem().Type()).Elem()
			inner.Set(v.Elem())
			detach(inner)
			v.Set(inner)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				detach(v.Field(i))
			}
		}
	case reflect.Slice:
		copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(copied, v)
		for i := range v.Len() {
			detach(copied.Index(i))
		}
		v.Set(copied)
	}
}
