package weights

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"credence/graph"
)

// MismatchError lists how the arrays of a file differ from the entries that they should be loaded into.
type MismatchError struct {
	Missing    []string // entries that the file has no array for
	Unexpected []string // arrays that the Params have no entry for, of the kinds asked for
	Differing  []string // arrays of another shape or precision than their entries, with both
}

func (e *MismatchError) Error() string {
	var parts []string
	for _, list := range []struct {
		what  string
		names []string
	}{{"missing", e.Missing}, {"unexpected", e.Unexpected}, {"differing", e.Differing}} {
		if len(list.names) > 0 {
			parts = append(parts, list.what+": "+strings.Join(list.names, ", "))
		}
	}
	return "the file does not fit the parameters: " + strings.Join(parts, "; ")
}

// compare returns a *MismatchError unless there is one array for each entry.
func compare(entries []*graph.Param, arrays map[string]*safetensors.TensorInfo) error {
	var e MismatchError
	rest := maps.Clone(arrays)
	for _, p := range entries {
		a, want := arrays[p.Name()], dtypeOf(p.Params())
		delete(rest, p.Name())
		switch {
		case a == nil:
			e.Missing = append(e.Missing, p.Name())
		case a.DType != want || !slices.Equal(a.Shape, shapeOf(p)):
			e.Differing = append(e.Differing, fmt.Sprintf("%s is %v %v in the file, %v %v here", p.Name(), a.DType, a.Shape, want, p.Shape()))
		}
	}
	e.Unexpected = slices.Sorted(maps.Keys(rest))
	if len(e.Missing)+len(e.Unexpected)+len(e.Differing) > 0 {
		return &e
	}
	return nil
}
