package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// convs are convolutions of every kind: small and odd, spread, dilated, cut off, and of several panels.
var convs = []Conv{
	{Height: 1, Width: 1, In: 1, Rows: 1, Cols: 1, Out: 1, Down: 1, Across: 1, Stride: one, Dilation: one, Spread: one},
	{Height: 5, Width: 7, In: 3, Rows: 5, Cols: 7, Out: 4, Down: 3, Across: 3, Stride: one, Dilation: one, Spread: one, Before: one},
	{Height: 9, Width: 8, In: 2, Rows: 3, Cols: 4, Out: 33, Down: 2, Across: 3, Stride: [2]int{3, 2}, Dilation: one, Spread: one, Before: [2]int{0, 1}},
	{Height: 9, Width: 8, In: 2, Rows: 9, Cols: 4, Out: 5, Down: 3, Across: 2, Stride: one, Dilation: [2]int{2, 4}, Spread: one, Before: [2]int{2, 0}},
	{Height: 3, Width: 4, In: 5, Rows: 9, Cols: 8, Out: 2, Down: 2, Across: 3, Stride: one, Dilation: one, Spread: [2]int{3, 2}, Before: [2]int{1, 1}},
	{Height: 6, Width: 6, In: 1, Rows: 2, Cols: 3, Out: 2, Down: 2, Across: 2, Stride: one, Dilation: one, Spread: [2]int{2, 3}, Before: [2]int{-3, -4}},
	{Height: 2, Width: 2, In: 3, Rows: 8, Cols: 9, Out: 2, Down: 1, Across: 1, Stride: one, Dilation: one, Spread: one, Before: [2]int{3, 4}},
	{Height: 4, Width: 5, In: 2, Rows: 13, Cols: 14, Out: 3, Down: 3, Across: 4, Stride: one, Dilation: [2]int{2, 3}, Spread: [2]int{2, 4}, Before: [2]int{3, 2}},
	{Height: 4, Width: 4, In: 3, Rows: 7, Cols: 7, Out: 17, Down: 1, Across: 1, Stride: one, Dilation: one, Spread: [2]int{2, 2}},
	{Height: 6, Width: 9, In: 40, Rows: 6, Cols: 9, Out: 3, Down: 2, Across: 2, Stride: one, Dilation: [2]int{1, 2}, Spread: one, Before: one},
	{Height: 60, Width: 20, In: 16, Rows: 60, Cols: 20, Out: 16, Down: 3, Across: 3, Stride: one, Dilation: one, Spread: one, Before: one},
	{Height: 12, Width: 12, In: 20, Rows: 8, Cols: 8, Out: 50, Down: 5, Across: 5, Stride: one, Dilation: one, Spread: one},
}

var one = [2]int{1, 1}

// products calls each with the places of the factors of every product: in the result, the image and the filter. What is
// outside of the image is at -1.
func (g Conv) products(each func(y, x, w int)) {
	for r := range g.Rows {
		for c := range g.Cols {
			for o := range g.Out {
				for i := range g.Down {
					for j := range g.Across {
						row, col := r*g.Stride[0]+i*g.Dilation[0]-g.Before[0], c*g.Stride[1]+j*g.Dilation[1]-g.Before[1]
						inside := row >= 0 && col >= 0 && row%g.Spread[0] == 0 && col%g.Spread[1] == 0 && row/g.Spread[0] < g.Height && col/g.Spread[1] < g.Width
						for n := range g.In {
							x := -1
							if inside {
								x = (row/g.Spread[0]*g.Width+col/g.Spread[1])*g.In + n
							}
							each((r*g.Cols+c)*g.Out+o, x, ((i*g.Across+j)*g.In+n)*g.Out+o)
						}
					}
				}
			}
		}
	}
}

// convolved returns y, or dw, computed in panels of so many lines, with guards around the results and what the
// scratch held before.
func convolved[T Float](t *testing.T, g Conv, size, rows int, run func(dst []T, lo, hi int, buf []T)) []T {
	t.Helper()
	const guard = -77
	around, buf := slices.Repeat([]T{guard}, size+2), slices.Repeat([]T{T(math.NaN())}, g.ConvBuffer(rows)+1)
	buf[len(buf)-1] = guard
	for lo := 0; lo < g.Rows; lo += rows {
		run(around[1:size+1], lo, min(lo+rows, g.Rows), buf[:len(buf)-1])
	}
	require.Equal(t, []T{guard, guard, guard}, []T{around[0], around[size+1], buf[len(buf)-1]}, "guards")
	return around[1 : size+1]
}

func testConv[T Float](t *testing.T, g Conv, x, w, dy []T) {
	t.Helper()
	value := func(x []T, at int) float64 {
		if at < 0 || math.Abs(float64(x[at])) < float64(smallestNormal[T]()) {
			return 0
		}
		return float64(x[at])
	}
	y := newSums(len(dy))
	g.products(func(at, image, filter int) { y.add(at, value(x, image)*value(w, filter)) })
	g.products(func(at, image, filter int) {
		if image < 0 && value(w, filter)-value(w, filter) != 0 {
			y.sum[at] = math.NaN() // or not: zeros of the padding times what is not finite
			y.open[at] = true
		}
	})
	dw := newSums(len(w))
	g.products(func(at, image, filter int) { dw.add(filter, value(x, image)*value(dy, at)) })

	forward := func(dst []T, lo, hi int, buf []T) { Convolve(g, dst, x, w, lo, hi, buf) }
	backward := func(dst []T, lo, hi int, buf []T) { ConvolveFilter(g, dst, x, dy, lo, hi, lo > 0, buf) }
	for _, c := range []struct {
		name  string
		run   func(dst []T, lo, hi int, buf []T)
		want  *sums
		terms int
	}{{"results", forward, y, g.Down * g.Across * g.In}, {"filter", backward, dw, g.Rows * g.Cols}} {
		whole := convolved(t, g, len(c.want.sum), g.Rows, c.run)
		if c.want == dw && g.FilterTurned() {
			TurnFilter(g, whole, slices.Clone(whole))
		}
		closed := slices.Clone(whole)
		for i, open := range c.want.open {
			if open {
				closed[i] = T(math.NaN())
			}
		}
		requireGemm(t, closed, c.want.sum, c.want.magnitude, c.terms)
		for _, rows := range []int{1, g.PanelRows()} {
			cut := convolved(t, g, len(c.want.sum), rows, c.run)
			if c.want == dw && g.FilterTurned() {
				TurnFilter(g, cut, slices.Clone(cut))
			}
			for i := range whole {
				require.True(t, whole[i] == cut[i] || whole[i] != whole[i] && cut[i] != cut[i], "%s, panels of %d lines: element %d", c.name, rows, i)
			}
		}
	}
}

// sums are sums of products and of their magnitudes, and whether they are left open.
type sums struct {
	sum, magnitude []float64
	open           []bool
}

func newSums(n int) *sums { return &sums{make([]float64, n), make([]float64, n), make([]bool, n)} }

func (s *sums) add(at int, product float64) {
	s.sum[at] += product
	s.magnitude[at] += math.Abs(product)
}

func (g Conv) sizes() (x, w, y int) {
	return g.Height * g.Width * g.In, g.Down * g.Across * g.In * g.Out, g.Rows * g.Cols * g.Out
}

func TestConvolve(t *testing.T) {
	for i, g := range convs {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			nx, nw, ny := g.sizes()
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			testConv(t, g, randoms[float32](rng, nx), randoms[float32](rng, nw), randoms[float32](rng, ny))
			testConv(t, g, randoms[float64](rng, nx), randoms[float64](rng, nw), randoms[float64](rng, ny))
		})
	}
}

// Infinities, NaN, denormals and numbers that overflow.
func TestConvolveExtremes(t *testing.T) {
	extremes := []float32{float32(math.Inf(1)), float32(math.NaN()), 1e-40, -1e-40, math.MaxFloat32, 0, float32(math.Copysign(0, -1)), 1e-30}
	for i, g := range convs[:9] {
		nx, nw, ny := g.sizes()
		rng := rand.New(rand.NewPCG(2, uint64(i)))
		for _, e := range extremes {
			x, w, dy := randoms[float32](rng, nx), randoms[float32](rng, nw), randoms[float32](rng, ny)
			x[rng.IntN(nx)], w[rng.IntN(nw)], dy[rng.IntN(ny)] = e, e, e
			testConv(t, g, x, w, dy)
		}
	}
}

func TestConvolveDoesNotAllocate(t *testing.T) {
	g := convs[1]
	nx, nw, ny := g.sizes()
	x, w, y, buf := make([]float32, nx), make([]float32, nw), make([]float32, ny), make([]float32, g.ConvBuffer(g.Rows))
	require.Zero(t, testing.AllocsPerRun(5, func() {
		Convolve(g, y, x, w, 0, g.Rows, buf)
		ConvolveFilter(g, w, x, y, 0, g.Rows, false, buf)
	}))
}

func FuzzConvolve(f *testing.F) {
	for i := range convs {
		f.Add(uint64(i), uint8(3), uint8(2), uint8(1), uint8(1), int8(1))
	}
	f.Fuzz(func(t *testing.T, seed uint64, taps, stride, dilation, spread uint8, before int8) {
		rng := rand.New(rand.NewPCG(seed, 3))
		pair := func(most uint8) [2]int { return [2]int{1 + rng.IntN(1+int(most%4)), 1 + rng.IntN(1+int(most%4))} }
		size := pair(taps)
		g := Conv{
			Height: 1 + rng.IntN(6), Width: 1 + rng.IntN(6), In: 1 + rng.IntN(5), Rows: 1 + rng.IntN(6), Cols: 1 + rng.IntN(20), Out: 1 + rng.IntN(40),
			Down: size[0], Across: size[1], Stride: pair(stride), Dilation: pair(dilation), Spread: one,
			Before: [2]int{int(before % 5), int(before / 5 % 5)},
		}
		if spread > 1 { // no convolution both spreads and strides
			g.Stride, g.Spread = one, pair(spread)
		}
		nx, nw, ny := g.sizes()
		x, w, dy := randoms[float32](rng, nx), randoms[float32](rng, nw), randoms[float32](rng, ny)
		for level = plain; level <= best(); level++ {
			testConv(t, g, x, w, dy)
		}
		level = best()
	})
}

func BenchmarkConvolve(b *testing.B) {
	for _, c := range []struct {
		name  string
		g     Conv
		batch int
	}{
		{"lenet5-conv1", Conv{Height: 28, Width: 28, In: 1, Rows: 24, Cols: 24, Out: 20, Down: 5, Across: 5, Stride: one, Dilation: one, Spread: one}, 100},
		{"lenet5-conv2", Conv{Height: 12, Width: 12, In: 20, Rows: 8, Cols: 8, Out: 50, Down: 5, Across: 5, Stride: one, Dilation: one, Spread: one}, 100},
		{"resnet-3", Conv{Height: 32, Width: 32, In: 3, Rows: 32, Cols: 32, Out: 16, Down: 3, Across: 3, Stride: one, Dilation: one, Spread: one, Before: one}, 128},
		{"resnet-16", Conv{Height: 32, Width: 32, In: 16, Rows: 32, Cols: 32, Out: 16, Down: 3, Across: 3, Stride: one, Dilation: one, Spread: one, Before: one}, 128},
		{"resnet-32", Conv{Height: 16, Width: 16, In: 32, Rows: 16, Cols: 16, Out: 32, Down: 3, Across: 3, Stride: one, Dilation: one, Spread: one, Before: one}, 128},
		{"resnet-64", Conv{Height: 8, Width: 8, In: 64, Rows: 8, Cols: 8, Out: 64, Down: 3, Across: 3, Stride: one, Dilation: one, Spread: one, Before: one}, 128},
	} {
		nx, nw, ny := c.g.sizes()
		rng := rand.New(rand.NewPCG(1, 1))
		x, w, y := randoms[float32](rng, nx*c.batch), randoms[float32](rng, nw), randoms[float32](rng, ny*c.batch)
		rows := c.g.PanelRows()
		buf, dw := make([]float32, c.g.ConvBuffer(rows)), make([]float32, nw)
		rate := func(b *testing.B) {
			b.ReportMetric(2*float64(ny)*float64(nw)/float64(c.g.Out)*float64(c.batch)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		}
		b.Run(c.name+"/results", func(b *testing.B) {
			for b.Loop() {
				for n := range c.batch {
					for lo := 0; lo < c.g.Rows; lo += rows {
						Convolve(c.g, y[n*ny:][:ny], x[n*nx:][:nx], w, lo, min(lo+rows, c.g.Rows), buf)
					}
				}
			}
			rate(b)
		})
		b.Run(c.name+"/filter", func(b *testing.B) {
			for b.Loop() {
				for n := range c.batch {
					for lo := 0; lo < c.g.Rows; lo += rows {
						ConvolveFilter(c.g, dw, x[n*nx:][:nx], y[n*ny:][:ny], lo, min(lo+rows, c.g.Rows), n+lo > 0, buf)
					}
				}
			}
			rate(b)
		})
	}
}
