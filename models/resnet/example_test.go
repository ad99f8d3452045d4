package resnet_test

import (
	"fmt"
	"log"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/models/resnet"
)

// An image takes what it needs: here each halts after the first block of each stage.
func Example() {
	net := resnet.NewAdaptive(resnet.AdaptiveConfig{Config: resnet.Config{Depth: 32, Width: 4}, Bias: 9})
	image := make([]byte, 32*32*3)
	images, err := data.NewColorImages(image, 32, 32, 3, []int{7}, 10)
	if err != nil {
		log.Fatal(err)
	}
	p, err := net.Predict(images.Standardized())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("blocks in each stage:", p.Blocks)
	fmt.Printf("operations: %.1f of %.1f million\n", float64(p.FLOPs[0])/1e6, float64(net.FLOPs())/1e6)
	// Output:
	// blocks in each stage: [1 1 1]
	// operations: 1.7 of 8.8 million
}

// How deep an example goes is a variable of the model, with an exact posterior.
func ExamplePrefixes() {
	ps := graph.NewParams(graph.Float64, 1)
	net := resnet.Prefixes{Tau: 0.5, Head: layers.NewDense(ps, "head", 2, 2, graph.Constant(0))}
	for _, name := range []string{"a", "b", "c"} {
		net.Layers = append(net.Layers, layers.NewDense(ps, name, 2, 2, graph.Glorot))
	}
	g := graph.New(ps, graph.Predict)
	x, y := g.ConstArray([]float64{1, -1}, 1, 2), g.ConstArray([]float64{1}, 1)
	program, err := g.Compile(net.Posterior(x, y).Probs())
	if err != nil {
		log.Fatal(err)
	}
	out, err := program.Run(0, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("p(z|x, y), of a head that learns nothing from depth: %.3f\n", out[0].Float64s())
	// Output: p(z|x, y), of a head that learns nothing from depth: [0.506 0.307 0.186]
}
