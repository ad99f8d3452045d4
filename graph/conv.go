package graph

import (
	"errors"
	"fmt"

	"credence/graph/internal/kernel"
)

// Window says how a filter or a pool passes over images, first along their rows and then along their columns. A field
// that is zero means what its comment says.
type Window struct {
	Stride   [2]int // pixels from one window to the next; 1
	Padding  [2]int // pixels of zeros above and below, left and right of an image; none
	Dilation [2]int // pixels from one element of a window to the next; 1
}

// withDefaults returns the window with its defaults, or what is wrong with it.
func (w Window) withDefaults() (Window, error) {
	for axis := range 2 {
		for _, field := range []*int{&w.Stride[axis], &w.Dilation[axis]} {
			if *field == 0 {
				*field = 1
			}
			if *field < 0 {
				return w, fmt.Errorf("window %+v: stride and dilation are 1 or more", w)
			}
		}
		if w.Padding[axis] < 0 {
			return w, fmt.Errorf("window %+v: padding is 0 or more", w)
		}
	}
	return w, nil
}

// places returns how many windows of size elements fit into n padded pixels.
func (w Window) places(axis, n, size int) (int, error) {
	padded, reach := n+2*w.Padding[axis], (size-1)*w.Dilation[axis]+1
	if padded < reach {
		return 0, fmt.Errorf("a window of %d pixels does not fit into the %s' %d", reach, [...]string{"columns", "rows"}[axis], padded)
	}
	return (padded-reach)/w.Stride[axis] + 1, nil
}

// convolution is that of images [batch, height, width, in] by a filter [down, across, in, out].
type convolution struct {
	kernel.Conv
	batch int
}

func (c convolution) name() string { return "Conv2D" }

func (c convolution) String() string {
	return fmt.Sprintf("Conv2D[stride %d, dilation %d, spread %d, before %d, to %d x %d]", c.Stride, c.Dilation, c.Spread, c.Before, c.Rows, c.Cols)
}

func (c convolution) images() Shape  { return Shape{c.batch, c.Height, c.Width, c.In} }
func (c convolution) filter() Shape  { return Shape{c.Down, c.Across, c.In, c.Out} }
func (c convolution) results() Shape { return Shape{c.batch, c.Rows, c.Cols, c.Out} }

func (c convolution) infer([]Shape) (Shape, error) { return c.results(), nil }

func (c convolution) loops([]Shape, Shape) loops {
	return loops{convLoop[float32](c), convLoop[float64](c)}
}

// convWork is how many multiplications count as an element when work is cut into blocks.
const convWork = 32

// convLoop computes some lines of some images' results in a block.
func convLoop[T kernel.Float](o convolution) loop[T] {
	rows := o.PanelRows()
	panels := (o.Rows + rows - 1) / rows
	image, result := o.images()[1:].Size(), o.results()[1:].Size()
	l := split(o.batch*panels, rows*o.Cols*o.filter().Size()/convWork, func(c *call[T], lo, hi int) error {
		for p := lo; p < hi; p++ {
			b, row := p/panels, p%panels*rows
			kernel.Convolve(o.Conv, c.dst[b*result:][:result], c.in[0][b*image:][:image], c.in[1], row, min(row+rows, o.Rows), c.buf)
		}
		return nil
	})
	l.buffer = o.ConvBuffer(rows)
	return l
}

// adjoint returns the convolution, of images of the shape of this one's results, that is the gradient with respect to
// this one's images: by the filter that turned returns.
func (c convolution) adjoint() convolution {
	t := c
	t.Height, t.Width, t.In, t.Rows, t.Cols, t.Out = c.Rows, c.Cols, c.Out, c.Height, c.Width, c.In
	t.Stride, t.Spread = c.Spread, c.Stride
	for axis, taps := range [2]int{c.Down, c.Across} {
		t.Before[axis] = (taps-1)*c.Dilation[axis] - c.Before[axis]
	}
	return t
}

// turned returns a filter [down, across, in, out] upside down, back to front, and with the last axes exchanged.
func turned(w *Node) *Node { return w.Flip(0, 1).Transpose(0, 1, 3, 2) }

func (c convolution) grad(in []*Node, _, dy *Node) []*Node {
	x, w := in[0], in[1]
	return []*Node{dy.g.apply(c.adjoint(), dy, turned(w)), dy.g.apply(convFilter{c}, x, dy)}
}

// convFilter is the gradient of a convolution with respect to its filter, from the images and the gradient
// with respect to the results.
type convFilter struct{ convolution }

func (c convFilter) name() string { return "Conv2DFilter" }
func (c convFilter) String() string {
	return fmt.Sprintf("Conv2DFilter %v by %d x %d", c.convolution, c.Down, c.Across)
}

func (c convFilter) infer([]Shape) (Shape, error) { return c.filter(), nil }

func (c convFilter) loops([]Shape, Shape) loops {
	return loops{filterLoop[float32](c.convolution), filterLoop[float64](c.convolution)}
}

// Sums over the images are cut into this many parts, for as many cores, where that leaves each element of the filter enough
// products to outweigh adding up the parts.
const (
	filterParts = 8
	partWork    = 512
)

// filterLoop adds up, in each block, what some of the images give, and in the end the blocks' sums, in float64.
func filterLoop[T kernel.Float](o convolution) loop[T] {
	rows, size := o.PanelRows(), o.filter().Size()
	image, result := o.images()[1:].Size(), o.results()[1:].Size()
	parts := max(1, min(filterParts, o.batch, o.batch*o.Rows*o.Cols/partWork))
	var sums, turned []T
	if parts > 1 || o.FilterTurned() {
		sums = make([]T, parts*size)
	}
	if o.FilterTurned() {
		turned = make([]T, size)
	}
	l := loop[T]{
		blocks: parts,
		buffer: o.ConvBuffer(rows),
		run: func(c *call[T]) error {
			dw, first := c.dst, c.block*o.batch/parts
			if sums != nil {
				dw = sums[c.block*size:][:size]
			}
			for b := first; b < (c.block+1)*o.batch/parts; b++ {
				x, dy := c.in[0][b*image:][:image], c.in[1][b*result:][:result]
				for row := 0; row < o.Rows; row += rows {
					kernel.ConvolveFilter(o.Conv, dw, x, dy, row, min(row+rows, o.Rows), b > first || row > 0, c.buf)
				}
			}
			return nil
		},
	}
	switch {
	case turned != nil:
		l.finish = func(c *call[T]) {
			kernel.Sum(turned, sums, 1, parts, size)
			kernel.TurnFilter(o.Conv, c.dst, turned)
		}
	case sums != nil:
		l.finish = func(c *call[T]) { kernel.Sum(c.dst, sums, 1, parts, size) }
	}
	return l
}

func (c convFilter) grad(in []*Node, _, dw *Node) []*Node {
	x, dy := in[0], in[1]
	return []*Node{dw.g.apply(c.adjoint(), dy, turned(dw)), dw.g.apply(c.convolution, x, dw)}
}

// Conv2D returns the cross-correlation, which networks call convolution, of images x [batch, height, width, in] by the
// filter w [down, across, in, out]: [batch, rows, columns, out], with, at each of the window's places, the sum of the
// products of w and what lies under it. Along an axis of n pixels the window has
// (n + 2·padding - (size-1)·dilation - 1)/stride + 1 places, rounded down; a window that has none is a mistake.
func (x *Node) Conv2D(w *Node, o Window) *Node {
	if x.g != w.g {
		panic("graph: Conv2D mixes the nodes of two graphs")
	}
	if x.g.err != nil {
		return x
	}
	c, err := newConvolution(x.shape, w.shape, o)
	if err != nil {
		return x.g.fail(&ShapeError{Pos: here().String(), Op: "Conv2D", Operands: []string{x.describe(), w.describe()}, Reason: err.Error()})
	}
	return x.g.apply(c, x, w)
}

func newConvolution(x, w Shape, o Window) (c convolution, err error) {
	if len(x) != 4 || len(w) != 4 {
		return c, errors.New("want images [batch, height, width, in] and a filter [down, across, in, out]")
	}
	if x[3] != w[2] {
		return c, errors.New("channels differ")
	}
	if o, err = o.withDefaults(); err != nil {
		return c, err
	}
	c = convolution{batch: x[0], Conv: kernel.Conv{
		Height: x[1], Width: x[2], In: x[3], Down: w[0], Across: w[1], Out: w[3],
		Stride: o.Stride, Dilation: o.Dilation, Spread: [2]int{1, 1}, Before: o.Padding,
	}}
	if c.Rows, err = o.places(0, c.Height, c.Down); err != nil {
		return c, err
	}
	c.Cols, err = o.places(1, c.Width, c.Across)
	return c, err
}
