package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var pools = []Pool{
	{Height: 1, Width: 1, Channels: 1, Rows: 1, Cols: 1, Down: 1, Across: 1, Stride: one, Dilation: one},
	{Height: 6, Width: 8, Channels: 20, Rows: 3, Cols: 4, Down: 2, Across: 2, Stride: [2]int{2, 2}, Dilation: one},
	{Height: 5, Width: 7, Channels: 3, Rows: 5, Cols: 7, Down: 3, Across: 3, Stride: one, Dilation: one, Before: one},
	{Height: 5, Width: 7, Channels: 16, Rows: 2, Cols: 3, Down: 2, Across: 3, Stride: [2]int{3, 2}, Dilation: [2]int{2, 1}},
	{Height: 4, Width: 4, Channels: 33, Rows: 1, Cols: 1, Down: 4, Across: 4, Stride: one, Dilation: one},
	{Height: 3, Width: 3, Channels: 5, Rows: 3, Cols: 3, Down: 2, Across: 2, Stride: one, Dilation: [2]int{2, 2}, Before: one},
}

// each calls with the place of each result, and those of its window's elements on the image, in order.
func (p Pool) eachByDefinition(each func(result int, pixels []int)) {
	for r := range p.Rows {
		for c := range p.Cols {
			for k := range p.Channels {
				var pixels []int
				for i := range p.Down {
					for j := range p.Across {
						y, x := r*p.Stride[0]+i*p.Dilation[0]-p.Before[0], c*p.Stride[1]+j*p.Dilation[1]-p.Before[1]
						if y >= 0 && y < p.Height && x >= 0 && x < p.Width {
							pixels = append(pixels, (y*p.Width+x)*p.Channels+k)
						}
					}
				}
				each((r*p.Cols+c)*p.Channels+k, pixels)
			}
		}
	}
}

// betweenGuards returns n elements, and a check of what is about them.
func betweenGuards[T Float](t *testing.T, n int) (x []T, check func()) {
	x, whole := guarded[T](n)
	return x, func() { require.Equal(t, []T{-77, -77}, []T{whole[0], whole[n+1]}, "guards") }
}

func testPool[T Float](t *testing.T, p Pool, x, d []T) {
	t.Helper()
	size, results := p.Height*p.Width*p.Channels, p.Rows*p.Cols*p.Channels
	flushed := func(v T) T { return flush(v, smallest[T]()) }
	same := func(want, got T, what string, at int) {
		require.True(t, want == got || want != want && got != got, "%s, element %d: want %v, got %v", what, at, want, got)
	}
	y, check := betweenGuards[T](t, results)
	PoolMax(p, y, x)
	check()
	sums, check := betweenGuards[T](t, results)
	PoolSum(p, sums, x)
	check()
	p.eachByDefinition(func(at int, pixels []int) {
		most, sum := T(math.Inf(-1)), T(0)
		for _, i := range pixels {
			most, sum = max(most, flushed(x[i])), flushed(sum+flushed(x[i]))
		}
		same(most, y[at], "largest", at)
		same(sum, sums[at], "sum", at)
	})

	placed, check := betweenGuards[T](t, size)
	PoolPlace(p, placed, x, y, d)
	check()
	spread, check := betweenGuards[T](t, size)
	PoolSpread(p, spread, d)
	check()
	picked, check := betweenGuards[T](t, results)
	PoolPick(p, picked, x, y, x)
	check()
	wantPlaced, wantSpread := make([]T, size), make([]T, size)
	p.eachByDefinition(func(at int, pixels []int) {
		found := false
		for _, i := range pixels {
			wantSpread[i] = flushed(wantSpread[i] + flushed(d[at]))
			if !found && flushed(x[i]) == y[at] {
				found = true
				wantPlaced[i] = flushed(wantPlaced[i] + flushed(d[at]))
				same(x[i], picked[at], "picked", at)
			}
		}
	})
	for i := range size {
		same(wantPlaced[i], placed[i], "placed", i)
		same(wantSpread[i], spread[i], "spread", i)
	}
}

func TestPools(t *testing.T) {
	for i, p := range pools {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			require.True(t, p.Covered())
			size, results := p.Height*p.Width*p.Channels, p.Rows*p.Cols*p.Channels
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			testPool(t, p, randoms[float32](rng, size), randoms[float32](rng, results))
			testPool(t, p, randoms[float64](rng, size), randoms[float64](rng, results))
			// Ties, zeros of both signs, and what is no number.
			extremes := []float32{0, float32(math.Copysign(0, -1)), 1, 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1e-40, -1e-40}
			x, d := randoms[float32](rng, size), randoms[float32](rng, results)
			for k := range x {
				x[k] = extremes[rng.IntN(len(extremes))]
			}
			d[0] = 1e-40
			testPool(t, p, x, d)
		})
	}
	far := pools[2]
	far.Before = [2]int{3, 1}
	require.False(t, far.Covered())
}

func FuzzPools(f *testing.F) {
	for i := range pools {
		f.Add(uint64(i), []byte{0, 1, 2, 3})
	}
	f.Fuzz(func(t *testing.T, seed uint64, values []byte) {
		rng := rand.New(rand.NewPCG(seed, 5))
		pair := func(n int) [2]int { return [2]int{1 + rng.IntN(n), 1 + rng.IntN(n)} }
		window := pair(3)
		p := Pool{
			Height: 1 + rng.IntN(6), Width: 1 + rng.IntN(6), Channels: 1 + rng.IntN(40), Rows: 1 + rng.IntN(4), Cols: 1 + rng.IntN(4),
			Down: window[0], Across: window[1], Stride: pair(3), Dilation: pair(2), Before: [2]int{rng.IntN(3), rng.IntN(3)},
		}
		if !p.Covered() || len(values) == 0 {
			t.Skip()
		}
		x, d := make([]float32, p.Height*p.Width*p.Channels), make([]float32, p.Rows*p.Cols*p.Channels)
		for i := range x {
			x[i] = math.Float32frombits(uint32(values[i%len(values)]) << 24)
		}
		for i := range d {
			d[i] = math.Float32frombits(uint32(values[(i+7)%len(values)]) << 23)
		}
		for level = plain; level <= best(); level++ {
			testPool(t, p, x, d)
		}
		level = best()
	})
}
