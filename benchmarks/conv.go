package benchmarks

import (
	"fmt"

	"credence/graph"
)

// filters are the convolutions of LeNet-5 and of ResNet-32 for CIFAR: of batches of square images.
var filters = []struct {
	name                       string
	batch, side, in, out, size int
	stride, padding            int
}{
	{"lenet5_1", 100, 28, 1, 20, 5, 1, 0},
	{"lenet5_2", 100, 12, 20, 50, 5, 1, 0},
	{"resnet_3", 128, 32, 3, 16, 3, 1, 1},
	{"resnet_16", 128, 32, 16, 16, 3, 1, 1},
	{"resnet_16_32", 128, 32, 16, 32, 3, 2, 1},
	{"resnet_32", 128, 16, 32, 32, 3, 1, 1},
	{"resnet_32_64", 128, 16, 32, 64, 3, 2, 1},
	{"resnet_64", 128, 8, 64, 64, 3, 1, 1},
}

// convolutions has of each the results, and the gradients with respect to the images and the filter. Operands are in
// memory.
func convolutions() []Work {
	var works []Work
	for _, f := range filters {
		rows := (f.side+2*f.padding-f.size)/f.stride + 1
		work := func(what string, of func(x, w, y, dy *graph.Node) *graph.Node) {
			works = append(works, Work{
				Name: fmt.Sprintf("conv_%s_%s", f.name, what), Group: "conv",
				build: func() (*Task, error) {
					ps := graph.NewParams(graph.Float32, 1)
					array := func(name string, shape ...int) *graph.Param { return ps.New(name, graph.Between(-1, 1), shape...) }
					x, w := array("x", f.batch, f.side, f.side, f.in), array("w", f.size, f.size, f.in, f.out)
					dy := array("dy", f.batch, rows, rows, f.out)
					g := graph.New(ps, graph.Predict)
					window := graph.Window{Stride: [2]int{f.stride, f.stride}, Padding: [2]int{f.padding, f.padding}}
					return compile(g, nil, of(g.Param(x), g.Param(w), g.Param(x).Conv2D(g.Param(w), window), g.Param(dy)))
				},
			})
		}
		gradient := func(y, dy, of *graph.Node) *graph.Node { return graph.Grad(y.Mul(dy).Sum(), of)[0] }
		work("results", func(_, _, y, _ *graph.Node) *graph.Node { return y })
		work("images", func(x, _, y, dy *graph.Node) *graph.Node { return gradient(y, dy, x) })
		work("filter", func(_, w, y, dy *graph.Node) *graph.Node { return gradient(y, dy, w) })
	}
	return works
}
