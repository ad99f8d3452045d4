package resnet

import (
	"credence/graph"
	"credence/layers"
)

// block adds to images what two convolutions make of them. One that changes the shape has a convolution of 1 by 1 for the
// images themselves.
type block struct {
	norm0, norm1 *layers.BatchNorm
	conv0, conv1 *layers.Conv2D
	shortcut     *layers.Conv2D // nil for the identity
	activation   layers.Activation
}

func newBlock(ps *graph.Params, name string, in, out, stride int, f layers.Activation) *block {
	b := &block{
		norm0: newNorm(ps, name+"/norm0", in), conv0: newConv(ps, name+"/conv0", 3, in, out, stride),
		norm1: newNorm(ps, name+"/norm1", out), conv1: newConv(ps, name+"/conv1", 3, out, out, 1),
		activation: f,
	}
	if in != out || stride > 1 {
		b.shortcut = newConv(ps, name+"/shortcut", 1, in, out, stride)
	}
	return b
}

// Forward maps images [batch, height, width, in] to [batch, height/stride, width/stride, out].
func (b *block) Forward(x *graph.Node) *graph.Node {
	h := b.activation(b.norm0.Forward(x))
	if b.shortcut != nil {
		x = b.shortcut.Forward(h)
	}
	return x.Add(b.conv1.Forward(b.activation(b.norm1.Forward(b.conv0.Forward(h)))))
}

// newConv declares a convolution without bias that keeps the size of an image but for its stride.
func newConv(ps *graph.Params, name string, size, in, out, stride int) *layers.Conv2D {
	w := graph.Window{Stride: [2]int{stride, stride}, Padding: [2]int{size / 2, size / 2}}
	return &layers.Conv2D{W: ps.New(name+"/w", graph.He, size, size, in, out), Window: w}
}

func newNorm(ps *graph.Params, name string, width int) *layers.BatchNorm {
	return layers.NewBatchNorm(ps, name, width, layers.BatchNormOptions{})
}
