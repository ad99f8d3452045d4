package weights

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"credence/graph"
)

// declare makes Params of a file's arrays.
func declare(file []byte) (*graph.Params, map[string]string, error) {
	f, err := parse(file)
	if err != nil {
		return nil, nil, err
	}
	names := slices.Sorted(maps.Keys(f.arrays))
	precision := graph.Float32
	if len(names) > 0 && f.arrays[names[0]].DType == safetensors.F64 {
		precision = graph.Float64
	}
	ps := graph.NewParams(precision, 0)
	for _, name := range names {
		a := f.arrays[name]
		if a.DType != dtypeOf(ps) {
			return nil, nil, fmt.Errorf("%s is %v, want %v", name, a.DType, dtypeOf(ps))
		}
		var shape []int // none for a scalar, as for those who declare one
		for _, d := range a.Shape {
			shape = append(shape, int(d))
		}
		ps.New(name, graph.Zeros, shape...)
	}
	return ps, f.meta, f.fill(ps.All())
}
