package graph_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/graph/graphtest"
)

// windows are the ways over images that the operations of images are tried on.
var windows = []graph.Window{
	{},
	{Stride: [2]int{2, 1}, Padding: [2]int{1, 2}},
	{Dilation: [2]int{1, 3}, Padding: [2]int{1, 3}},
	{Stride: [2]int{3, 2}, Dilation: [2]int{2, 1}, Padding: [2]int{2, 0}},
}

// at returns where the pixels of a window lie, along an axis, that are on an image of the given length.
func under(w graph.Window, axis, place, size, length int, each func(tap, pixel int)) {
	for tap := range size {
		pixel := place*max(1, w.Stride[axis]) + tap*max(1, w.Dilation[axis]) - w.Padding[axis]
		if pixel >= 0 && pixel < length {
			each(tap, pixel)
		}
	}
}

// convRow is the row of convolutions by a window, on pairs of images and filters.
func convRow(w graph.Window, cases ...[2][]int) opRow {
	r := opRow{
		op:    "Node.Conv2D",
		build: func(x ...*graph.Node) *graph.Node { return x[0].Conv2D(x[1], w) },
		element: func(in []array, at []int) float64 {
			x, f, s := in[0], in[1], 0.0
			under(w, 0, at[1], f.shape[0], x.shape[1], func(i, row int) {
				under(w, 1, at[2], f.shape[1], x.shape[2], func(j, col int) {
					for c := range f.shape[2] {
						s += x.at(at[0], row, col, c) * f.at(i, j, c, at[3])
					}
				})
			})
			return s
		},
	}
	for _, shapes := range cases {
		r.cases = append(r.cases, []graphtest.Arg{graphtest.Between(-1, 1, shapes[0]...), graphtest.Between(-1, 1, shapes[1]...)})
	}
	for _, other := range windows {
		if other != w {
			r.others = append(r.others, func(x ...*graph.Node) *graph.Node { return x[0].Conv2D(x[1], other) })
		}
	}
	return r
}

// poolRow is the row of windows of 2 by 3 pixels.
func poolRow(op string, pool func(x *graph.Node, down, across int, w graph.Window) *graph.Node, fold func(pixels []float64) float64, w graph.Window, shapes ...[]int) opRow {
	build := func(down, across int, w graph.Window) graphtest.Func {
		return func(x ...*graph.Node) *graph.Node { return pool(x[0], down, across, w) }
	}
	r := opRow{
		op: op, build: build(2, 3, w),
		element: func(in []array, at []int) float64 {
			var pixels []float64
			under(w, 0, at[1], 2, in[0].shape[1], func(_, row int) {
				under(w, 1, at[2], 3, in[0].shape[2], func(_, col int) {
					pixels = append(pixels, in[0].at(at[0], row, col, at[3]))
				})
			})
			return fold(pixels)
		},
		others: []graphtest.Func{build(3, 3, w), build(2, 4, w)},
	}
	for _, s := range shapes {
		r.cases = append(r.cases, []graphtest.Arg{graphtest.Between(-2, 2, s...)})
	}
	return r
}

var imageRows = func() (rows []opRow) {
	flip := arrayRow("Node.Flip", func(x *graph.Node) *graph.Node { return x.Flip(1, -1) }, func(x array, at []int) float64 {
		from := slices.Clone(at)
		for _, axis := range []int{1, len(at) - 1} {
			from[axis] = x.shape[axis] - 1 - at[axis]
		}
		return x.at(from...)
	}, []int{3, 4, 5}, []int{1, 1, 2}, []int{2, 3, 2, 3}).
		otherThan(func(x *graph.Node) *graph.Node { return x.Flip(0) }, func(x *graph.Node) *graph.Node { return x.Flip() })
	rows = append(rows, flip)
	for _, w := range windows {
		rows = append(rows,
			convRow(w, [2][]int{{2, 5, 8, 3}, {2, 3, 3, 4}}, [2][]int{{1, 4, 7, 1}, {2, 3, 1, 1}}, [2][]int{{3, 9, 10, 2}, {4, 1, 2, 5}},
				[2][]int{{2, 24, 20, 17}, {5, 4, 17, 33}}),
			poolRow("Node.MaxPool2D", (*graph.Node).MaxPool2D, slices.Max[[]float64], w, []int{2, 5, 8, 3}, []int{1, 3, 7, 1}, []int{3, 30, 20, 12}),
			poolRow("Node.AveragePool2D", (*graph.Node).AveragePool2D, func(pixels []float64) float64 { return sum(pixels) / 6 }, w,
				[]int{2, 5, 8, 3}, []int{1, 3, 7, 1}, []int{3, 30, 20, 12}),
		)
	}
	return rows
}()

// What is at the edge of what fits.
func TestConv2DAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		name     string
		x, w     []int
		o        graph.Window
		want     []int
		elements float64 // of ones, the sum at the first place
	}{
		{"images of one pixel", []int{2, 1, 1, 3}, []int{1, 1, 3, 2}, graph.Window{}, []int{2, 1, 1, 2}, 3},
		{"a filter as large as the image", []int{1, 4, 5, 2}, []int{4, 5, 2, 1}, graph.Window{}, []int{1, 1, 1, 1}, 40},
		{"a filter larger than the image, in its padding", []int{1, 2, 2, 1}, []int{5, 5, 1, 1}, graph.Window{Padding: [2]int{2, 2}}, []int{1, 2, 2, 1}, 4},
		{"a stride beyond the width", []int{1, 4, 4, 1}, []int{2, 2, 1, 1}, graph.Window{Stride: [2]int{9, 9}}, []int{1, 1, 1, 1}, 4},
		{"a stride beyond the filter", []int{1, 7, 7, 1}, []int{1, 1, 1, 1}, graph.Window{Stride: [2]int{3, 3}}, []int{1, 3, 3, 1}, 1},
		{"a signal", []int{1, 1, 9, 2}, []int{1, 3, 2, 1}, graph.Window{Padding: [2]int{0, 1}}, []int{1, 1, 9, 1}, 4},
		{"padding beyond the filter", []int{1, 2, 2, 1}, []int{1, 1, 1, 1}, graph.Window{Padding: [2]int{2, 2}}, []int{1, 6, 6, 1}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
			x, w := g.Const(1).Broadcast(c.x...), g.Const(1).Broadcast(c.w...)
			y := x.Conv2D(w, c.o)
			prog, err := g.Compile(append([]*graph.Node{y}, graph.Grad(y.Sum(), x, w)...)...)
			require.NoError(t, err)
			require.Equal(t, c.want, y.Shape())
			out, err := prog.Run(0, nil)
			require.NoError(t, err)
			require.Equal(t, c.elements, out[0].At(0))
			// Each product of a one and a one counts in all three.
			total := sum(out[0].Float64s())
			require.Equal(t, total, sum(out[1].Float64s()))
			require.Equal(t, total, sum(out[2].Float64s()))
		})
	}
}

func TestImageMistakes(t *testing.T) {
	for _, c := range []struct {
		name   string
		build  func(g *graph.Graph) *graph.Node
		reason string
	}{
		{"ranks", func(g *graph.Graph) *graph.Node {
			return g.Input("x", 2, 3).Conv2D(g.Input("w", 3, 3, 1, 1), graph.Window{})
		},
			"Conv2D x [2 3], w [3 3 1 1]: want images [batch, height, width, in] and a filter [down, across, in, out]"},
		{"channels", func(g *graph.Graph) *graph.Node {
			return g.Input("x", 2, 8, 8, 3).Conv2D(g.Input("w", 3, 3, 1, 1), graph.Window{})
		}, "Conv2D x [2 8 8 3], w [3 3 1 1]: channels differ"},
		{"larger than the image", func(g *graph.Graph) *graph.Node {
			return g.Input("x", 2, 8, 4, 3).Conv2D(g.Input("w", 5, 5, 3, 1), graph.Window{})
		}, "Conv2D x [2 8 4 3], w [5 5 3 1]: a window of 5 pixels does not fit into the rows' 4"},
		{"negative stride", func(g *graph.Graph) *graph.Node {
			return g.Input("x", 2, 8, 8, 3).Conv2D(g.Input("w", 5, 5, 3, 1), graph.Window{Stride: [2]int{1, -1}})
		}, "stride and dilation are 1 or more"},
		{"negative padding", func(g *graph.Graph) *graph.Node {
			return g.Input("x", 2, 8, 8, 3).MaxPool2D(2, 2, graph.Window{Padding: [2]int{-1, 0}})
		}, "padding is 0 or more"},
		{"a pool of nothing", func(g *graph.Graph) *graph.Node { return g.Input("x", 2, 8, 8, 3).AveragePool2D(0, 2, graph.Window{}) },
			"AveragePool2D x [2 8 8 3]: a window of 0 x 2 pixels"},
		{"a pool in the padding", func(g *graph.Graph) *graph.Node {
			return g.Input("x", 2, 8, 8, 3).MaxPool2D(2, 2, graph.Window{Padding: [2]int{2, 0}})
		}, "MaxPool2D x [2 8 8 3]: a window lies in the padding alone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
			_, err := g.Compile(c.build(g))
			var shape *graph.ShapeError
			require.ErrorAs(t, err, &shape)
			require.Contains(t, err.Error(), "ops_images_test.go:")
			require.Contains(t, err.Error(), c.reason)
		})
	}
}

// The first of the elements that tie has the gradient, and numbers that are none have no largest.
func TestMaxPool2DTies(t *testing.T) {
	g := graph.New(graph.NewParams(graph.Float64, 1), graph.Train)
	x := g.Input("x", 1, 2, 4, 1)
	y := x.MaxPool2D(2, 2, graph.Window{Stride: [2]int{2, 2}})
	prog, err := g.Compile(y, graph.Grad(y.Mul(g.ConstArray([]float64{3, 5}, 1, 1, 2, 1)).Sum(), x)[0])
	require.NoError(t, err)
	out, err := prog.Run(0, graph.Feed{x: []float64{1, 2, -1, math.Inf(-1), 2, 2, -3, -1}})
	require.NoError(t, err)
	require.Equal(t, []float64{2, -1}, out[0].Float64s())
	require.Equal(t, []float64{0, 3, 5, 0, 0, 0, 0, 0}, out[1].Float64s())
}

// Results do not depend on how they are cut into panels and blocks: an image alone has the bits that it has in a batch.
func TestConv2DOfAnImageAlone(t *testing.T) {
	run := func(batch int) (y, dx []float64) {
		g := graph.New(graph.NewParams(graph.Float32, 1), graph.Train)
		x, w := g.Input("x", batch, 40, 37, 5), g.Input("w", 3, 3, 5, 7)
		conv := x.Conv2D(w, graph.Window{Padding: [2]int{1, 1}})
		prog, err := g.Compile(conv, graph.Grad(conv.Square().Sum(), x)[0])
		require.NoError(t, err)
		feed := graph.Feed{x: make([]float64, batch*40*37*5), w: make([]float64, 3*3*5*7)}
		for n, values := range feed {
			for i := range values.([]float64) {
				values.([]float64)[i] = math.Sin(float64(i%(40*37*5)) + float64(n.Rank()))
			}
		}
		out, err := prog.Run(0, feed)
		require.NoError(t, err, fmt.Sprint(batch))
		return out[0].Float64s(), out[1].Float64s()
	}
	y, dx := run(1)
	ys, dxs := run(3)
	require.Equal(t, y, ys[2*len(y):])
	require.Equal(t, dx, dxs[2*len(dx):])
}
