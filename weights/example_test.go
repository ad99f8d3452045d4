package weights_test

import (
	"bytes"
	"fmt"

	"credence/graph"
	"credence/weights"
)

func Example() {
	trained := graph.NewParams(graph.Float32, 1)
	trained.New("fc0/w", graph.Constant(0.5), 2, 3)
	var file bytes.Buffer
	if err := weights.Write(&file, trained, map[string]string{"epochs": "20"}); err != nil {
		fmt.Println(err)
		return
	}

	ps := graph.NewParams(graph.Float32, 2)
	w := ps.New("fc0/w", graph.Glorot, 2, 3)
	meta, err := weights.Read(&file, ps)
	fmt.Println(w.Value().Float64s(), meta, err)

	ps.New("fc1/w", graph.Glorot, 3, 1)
	weights.Write(&file, trained, nil)
	_, err = weights.Read(&file, ps)
	fmt.Println(err)
	// Output:
	// [0.5 0.5 0.5 0.5 0.5 0.5] map[epochs:20] <nil>
	// weights: reading: the file does not fit the parameters: missing: fc1/w
}
