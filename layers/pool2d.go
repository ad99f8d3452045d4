package layers

import "credence/graph"

// MaxPool2D takes the largest element of each window of images. See graph.Node.MaxPool2D.
type MaxPool2D struct {
	Down, Across int // pixels of a window
	Window       graph.Window
}

// Forward maps images [batch, height, width, channels] to [batch, rows, columns, channels].
func (l MaxPool2D) Forward(x *graph.Node) *graph.Node { return x.MaxPool2D(l.Down, l.Across, l.Window) }

// AveragePool2D takes the mean of each window of images. See graph.Node.AveragePool2D.
type AveragePool2D struct {
	Down, Across int // pixels of a window
	Window       graph.Window
}

// Forward maps images [batch, height, width, channels] to [batch, rows, columns, channels].
func (l AveragePool2D) Forward(x *graph.Node) *graph.Node {
	return x.AveragePool2D(l.Down, l.Across, l.Window)
}

// GlobalAveragePool2D takes the mean of each channel of an image.
type GlobalAveragePool2D struct{}

// Forward maps images [batch, height, width, channels] to [batch, channels].
func (GlobalAveragePool2D) Forward(x *graph.Node) *graph.Node { return x.Mean(1, 2) }
