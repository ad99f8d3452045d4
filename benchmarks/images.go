package benchmarks

import (
	"fmt"

	"credence/graph"
	"credence/layers"
)

// flat makes a row of each image.
type flat struct{}

func (flat) Forward(x *graph.Node) *graph.Node { return x.Flatten() }

// lenet5 is LeNet-5 as Caffe has it, under sparse variational dropout.
func lenet5(ps *graph.Params) network {
	half := layers.MaxPool2D{Down: 2, Across: 2, Window: graph.Window{Stride: [2]int{2, 2}}}
	return network{
		newSparseConv(ps, "conv0", 5, 5, 1, 20), relu{}, half,
		newSparseConv(ps, "conv1", 5, 5, 20, 50), relu{}, half, flat{},
		newSparseDense(ps, "fc0", 800, 500), relu{},
		newSparseDense(ps, "fc1", 500, 10),
	}
}

// resnet32 is the pre-activation network of He et al. 2016, https://arxiv.org/abs/1603.05027, for CIFAR: three stages of
// five blocks, of 16, 32 and 64 channels, the first block of a stage halving the image. Shortcuts that change the shape
// are convolutions of 1 by 1.
func resnet32(ps *graph.Params) network {
	n := network{conv(ps, "conv", 3, 3, 16, 1)}
	in := 16
	for stage, out := range []int{16, 32, 64} {
		for unit := range 5 {
			stride := 1
			if stage > 0 && unit == 0 {
				stride = 2
			}
			n = append(n, newBlock(ps, fmt.Sprintf("stage%d/unit%d", stage, unit), in, out, stride))
			in = out
		}
	}
	return append(n, norm(ps, "norm", in), relu{}, layers.GlobalAveragePool2D{}, plain(ps, "fc", in, classes))
}

// block is a residual block of two convolutions of 3 by 3.
type block struct {
	before   network // what both paths read, where the shape changes
	path     network
	shortcut layers.Layer // nil for the identity
}

func newBlock(ps *graph.Params, name string, in, out, stride int) layers.Layer {
	b := &block{before: network{norm(ps, name+"/norm0", in), relu{}}}
	b.path = network{
		conv(ps, name+"/conv0", 3, in, out, stride), norm(ps, name+"/norm1", out), relu{}, conv(ps, name+"/conv1", 3, out, out, 1),
	}
	if in != out {
		b.shortcut = conv(ps, name+"/shortcut", 1, in, out, stride)
	}
	return b
}

func (b *block) Forward(x *graph.Node) *graph.Node {
	h := b.before.Forward(x)
	if b.shortcut != nil {
		x = b.shortcut.Forward(h)
	}
	return x.Add(b.path.Forward(h))
}

// conv is a convolution without bias that keeps the size of an image but for its stride.
func conv(ps *graph.Params, name string, size, in, out, stride int) layers.Layer {
	w := graph.Window{Stride: [2]int{stride, stride}, Padding: [2]int{size / 2, size / 2}}
	return &layers.Conv2D{W: ps.New(name+"/w", graph.He, size, size, in, out), Window: w}
}

func norm(ps *graph.Params, name string, width int) layers.Layer {
	return layers.NewBatchNorm(ps, name, width, layers.BatchNormOptions{})
}
