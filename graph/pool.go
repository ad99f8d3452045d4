package graph

import (
	"errors"
	"fmt"

	"credence/graph/internal/kernel"
)

// pool computes, image by image, from windows on images [batch, height, width, channels] results [batch, rows, columns, channels],
// or, if back, images from results.
type pool struct {
	kernel.Pool
	label string
	back  bool
	f32   poolKernel[float32]
	f64   poolKernel[float64]
	d     func(o pool, in []*Node, out, dy *Node) []*Node
}

// poolKernel computes the result of one image from what each operand holds of it.
type poolKernel[T kernel.Float] func(p kernel.Pool, dst []T, in [3][]T)

// The operations: the gradient of each is another. What a window's largest element is, placed and picked ones take
// from two further operands, the images and their largest elements.
func maxPool(p kernel.Pool) pool {
	return pool{
		Pool: p, label: "MaxPool2D", f32: poolMax[float32], f64: poolMax[float64],
		d: func(o pool, in []*Node, out, dy *Node) []*Node {
			return []*Node{dy.g.apply(placePool(o.Pool), in[0], out, dy)}
		},
	}
}

func placePool(p kernel.Pool) pool {
	return pool{
		Pool: p, label: "PlaceLargest", back: true, f32: poolPlace[float32], f64: poolPlace[float64],
		d: func(o pool, in []*Node, _, dy *Node) []*Node {
			return []*Node{nil, nil, dy.g.apply(pickPool(o.Pool), in[0], in[1], dy)}
		},
	}
}

func pickPool(p kernel.Pool) pool {
	return pool{
		Pool: p, label: "PickLargest", f32: poolPick[float32], f64: poolPick[float64],
		d: func(o pool, in []*Node, _, dy *Node) []*Node {
			return []*Node{nil, nil, dy.g.apply(placePool(o.Pool), in[0], in[1], dy)}
		},
	}
}

func sumPool(p kernel.Pool) pool {
	return pool{
		Pool: p, label: "SumPool2D", f32: poolSum[float32], f64: poolSum[float64],
		d: func(o pool, _ []*Node, _, dy *Node) []*Node { return []*Node{dy.g.apply(spreadPool(o.Pool), dy)} },
	}
}

func spreadPool(p kernel.Pool) pool {
	return pool{
		Pool: p, label: "SpreadPool2D", back: true, f32: poolSpread[float32], f64: poolSpread[float64],
		d: func(o pool, _ []*Node, _, dy *Node) []*Node { return []*Node{dy.g.apply(sumPool(o.Pool), dy)} },
	}
}

func poolMax[T kernel.Float](p kernel.Pool, y []T, in [3][]T)     { kernel.PoolMax(p, y, in[0]) }
func poolSum[T kernel.Float](p kernel.Pool, y []T, in [3][]T)     { kernel.PoolSum(p, y, in[0]) }
func poolSpread[T kernel.Float](p kernel.Pool, dx []T, in [3][]T) { kernel.PoolSpread(p, dx, in[0]) }
func poolPlace[T kernel.Float](p kernel.Pool, dx []T, in [3][]T) {
	kernel.PoolPlace(p, dx, in[0], in[1], in[2])
}
func poolPick[T kernel.Float](p kernel.Pool, dy []T, in [3][]T) {
	kernel.PoolPick(p, dy, in[0], in[1], in[2])
}

func (o pool) name() string { return o.label }

func (o pool) String() string {
	return fmt.Sprintf("%s[%d x %d, stride %d, dilation %d, before %d, %d x %d on %d x %d]",
		o.label, o.Down, o.Across, o.Stride, o.Dilation, o.Before, o.Rows, o.Cols, o.Height, o.Width)
}

func (o pool) infer(in []Shape) (Shape, error) {
	if o.back {
		return Shape{in[0][0], o.Height, o.Width, o.Channels}, nil
	}
	return Shape{in[0][0], o.Rows, o.Cols, o.Channels}, nil
}

func (o pool) loops(in []Shape, out Shape) loops {
	return loops{poolLoop(o, o.f32, out[0]), poolLoop(o, o.f64, out[0])}
}

func poolLoop[T kernel.Float](o pool, f poolKernel[T], batch int) loop[T] {
	return split(batch, o.Rows*o.Cols*o.Channels*o.Down*o.Across, func(c *call[T], lo, hi int) error {
		for b := lo; b < hi; b++ {
			var in [3][]T
			for i, x := range c.in {
				in[i] = ofImage(x, b, batch)
			}
			f(o.Pool, ofImage(c.dst, b, batch), in)
		}
		return nil
	})
}

// ofImage returns what x holds of an image of a batch.
func ofImage[T kernel.Float](x []T, image, batch int) []T {
	n := len(x) / batch
	return x[image*n:][:n]
}

func (o pool) grad(in []*Node, out, dy *Node) []*Node { return o.d(o, in, out, dy) }

// MaxPool2D returns the largest element of each window of down by across pixels on images x [batch, height, width,
// channels]: [batch, rows, columns, channels], with the window's places as in Conv2D. Padding has no largest element: a
// window that lies in it alone is a mistake. The gradient goes to the first of elements that tie.
func (x *Node) MaxPool2D(down, across int, w Window) *Node {
	return x.pool("MaxPool2D", down, across, w, func(p kernel.Pool) (pool, error) {
		if !p.Covered() {
			return pool{}, errors.New("a window lies in the padding alone")
		}
		return maxPool(p), nil
	})
}

// AveragePool2D returns the mean of each window, as MaxPool2D its largest element; the zeros of the padding count. The
// mean over all of an image is x.Mean(1, 2).
func (x *Node) AveragePool2D(down, across int, w Window) *Node {
	sum := x.pool("AveragePool2D", down, across, w, func(p kernel.Pool) (pool, error) { return sumPool(p), nil })
	return sum.Scale(1 / float64(down*across))
}

func (x *Node) pool(op string, down, across int, w Window, of func(p kernel.Pool) (pool, error)) *Node {
	if x.g.err != nil {
		return x
	}
	p, err := newPool(x.shape, down, across, w)
	if err != nil {
		return x.bad(op, err)
	}
	o, err := of(p)
	if err != nil {
		return x.bad(op, err)
	}
	return x.g.apply(o, x)
}

func newPool(x Shape, down, across int, w Window) (p kernel.Pool, err error) {
	if len(x) != 4 {
		return p, errors.New("want images [batch, height, width, channels]")
	}
	if down < 1 || across < 1 {
		return p, fmt.Errorf("a window of %d x %d pixels", down, across)
	}
	if w, err = w.withDefaults(); err != nil {
		return p, err
	}
	p = kernel.Pool{
		Height: x[1], Width: x[2], Channels: x[3], Down: down, Across: across,
		Stride: w.Stride, Dilation: w.Dilation, Before: w.Padding,
	}
	if p.Rows, err = w.places(0, p.Height, down); err != nil {
		return p, err
	}
	p.Cols, err = w.places(1, p.Width, across)
	return p, err
}
