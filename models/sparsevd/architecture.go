package sparsevd

import (
	"fmt"

	"credence/graph"
	"credence/layers"
)

// Architecture is what a network is made of.
type Architecture interface {
	// Layers declares the layers, which map examples [batch, ...] to logits [batch, classes]. Those that can be pruned
	// are layers.SparseVD and layers.SparseVDConv2D.
	Layers(ps *graph.Params, o layers.SparseOptions) layers.Sequential
}

// Dense is the widths of dense layers: of the inputs, the hidden layers, with rectified units, and the classes.
type Dense []int

// Layers declares fc0, fc1, and so on. It panics on fewer than two widths.
func (widths Dense) Layers(ps *graph.Params, o layers.SparseOptions) layers.Sequential {
	if len(widths) < 2 {
		panic(fmt.Sprintf("sparsevd: widths %v: want inputs and outputs at least", []int(widths)))
	}
	s := layers.Sequential{flatten}
	for i, out := range widths[1:] {
		if i > 0 {
			s = append(s, relu)
		}
		s = append(s, layers.NewSparseVD(ps, fmt.Sprintf("fc%d", i), widths[i], out, o))
	}
	return s
}

// LeNet5 is LeNet-5 as Caffe has it, for images of 28 by 28 pixels in 10 classes: convolutions of 20 and 50 filters of 5
// by 5, each with a maximum over 2 by 2 pixels, and dense layers of 500 and 10 units (LeCun et al. 1998,
// https://doi.org/10.1109/5.726791; https://github.com/BVLC/caffe, examples/mnist).
type LeNet5 struct{}

// Layers declares conv0, conv1, fc0 and fc1. Examples are [28, 28].
func (LeNet5) Layers(ps *graph.Params, o layers.SparseOptions) layers.Sequential {
	half := layers.MaxPool2D{Down: 2, Across: 2, Window: graph.Window{Stride: [2]int{2, 2}}}
	return layers.Sequential{
		images(28, 1),
		layers.NewSparseVDConv2D(ps, "conv0", [4]int{5, 5, 1, 20}, graph.Window{}, o), relu, half,
		layers.NewSparseVDConv2D(ps, "conv1", [4]int{5, 5, 20, 50}, graph.Window{}, o), relu, half,
		flatten,
		layers.NewSparseVD(ps, "fc0", 4*4*50, 500, o), relu,
		layers.NewSparseVD(ps, "fc1", 500, 10, o),
	}
}

// VGG is the network like VGG for images of 32 by 32 pixels and 3 channels in 10 classes (Molchanov et al. 2017,
// section 5.3): 13 convolutions of 3 by 3 with batch normalisation, in groups of 2, 2, 3, 3 and 3 with a maximum over 2
// by 2 pixels after each, and dense layers of 512 and 10 units.
type VGG struct {
	Width float64 // k, which scales all widths but that of the outputs; 0 is 1
}

// vggFilters are those of each group.
var vggFilters = [][]int{{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}}

// Layers declares conv0 to conv12, each with a norm, fc0 with a norm, and fc1. Examples are [32, 32, 3].
func (v VGG) Layers(ps *graph.Params, o layers.SparseOptions) layers.Sequential {
	scaled := func(width int) int {
		if v.Width == 0 {
			return width
		}
		return max(1, int(v.Width*float64(width)))
	}
	s, in, n := layers.Sequential{images(32, 3)}, 3, 0
	for _, group := range vggFilters {
		for _, width := range group {
			out, name := scaled(width), fmt.Sprintf("conv%d", n)
			conv := layers.NewSparseVDConv2D(ps, name, [4]int{3, 3, in, out}, graph.Window{Padding: [2]int{1, 1}}, o)
			s = append(s, conv, layers.NewBatchNorm(ps, name+"/norm", out, layers.BatchNormOptions{}), relu)
			in, n = out, n+1
		}
		s = append(s, layers.MaxPool2D{Down: 2, Across: 2, Window: graph.Window{Stride: [2]int{2, 2}}})
	}
	units := scaled(512)
	return append(s,
		flatten,
		layers.NewSparseVD(ps, "fc0", in, units, o), layers.NewBatchNorm(ps, "fc0/norm", units, layers.BatchNormOptions{}), relu,
		layers.NewSparseVD(ps, "fc1", units, 10, o),
	)
}

var (
	relu    = layers.Activation((*graph.Node).ReLU)
	flatten = layers.Activation((*graph.Node).Flatten)
)

// images makes square images of what has their pixels.
func images(side, channels int) layers.Activation {
	return func(x *graph.Node) *graph.Node { return x.Reshape(x.Dim(0), side, side, channels) }
}
