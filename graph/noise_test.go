package graph_test

import (
	"math"
	"math/bits"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
)

// philox is Philox4x32-10 written from the paper (Salmon et al. 2011, section 3.3): ten rounds, each
// two multiplications and a permutation, the key raised by the Weyl constants between them.
func philox(ctr [4]uint32, key [2]uint32) [4]uint32 {
	for round := range 10 {
		if round > 0 {
			key[0] += 0x9E3779B9
			key[1] += 0xBB67AE85
		}
		hi0, lo0 := bits.Mul32(0xD2511F53, ctr[0])
		hi1, lo1 := bits.Mul32(0xCD9E8D57, ctr[2])
		ctr = [4]uint32{hi1 ^ ctr[1] ^ key[0], lo1, hi0 ^ ctr[3] ^ key[1], lo0}
	}
	return ctr
}

// TestPhiloxOfTheTests checks it against the vectors that Random123 publishes (kat_vectors).
func TestPhiloxOfTheTests(t *testing.T) {
	const ones = 0xffffffff
	require.Equal(t, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, philox([4]uint32{}, [2]uint32{}))
	require.Equal(t, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, philox([4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}))
	require.Equal(t, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		philox([4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}))
}

// drawn is what the documentation of Normal and Uniform says that element e of a draw is.
func drawn(e int, seed uint64, draw uint32, step uint64) (normal, uniform float64) {
	group, lane, word := e/64, e%16, e%64/16
	block := philox([4]uint32{uint32(16*group + lane), draw, uint32(step), uint32(step >> 32)}, [2]uint32{uint32(seed), uint32(seed >> 32)})
	radius := math.Sqrt(-2 * math.Log((float64(block[word/2*2])+1)*0x1p-32))
	sin, cos := math.Sincos(2 * math.Pi * float64(block[word/2*2+1]) * 0x1p-32)
	return radius * []float64{cos, sin}[word%2], (2*float64(block[word]>>9) + 1) * 0x1p-24
}

func TestNoiseHasTheDocumentedLayout(t *testing.T) {
	const seed, step = 0x123456789abcdef0, 0xfedcba9876543210
	for _, p := range precisions {
		g := graph.New(graph.NewParams(p, seed), graph.Train)
		draws := []*graph.Node{g.Normal(7, 43), g.Uniform(7, 43), g.Normal(200, 100), g.Uniform(3)}
		values := runAt(t, step, nil, draws...)
		for i, v := range values {
			for e, got := range v {
				normal, uniform := drawn(e, seed, uint32(i), step)
				if i%2 == 1 {
					require.Equal(t, uniform, got, "uniform %d, element %d", i, e)
				} else if d := math.Abs(normal - got); !(d <= map[graph.Precision]float64{graph.Float32: 3e-6, graph.Float64: 1e-13}[p]) {
					require.Failf(t, "normal", "%v, draw %d, element %d: want %v, got %v", p, i, e, normal, got)
				}
			}
		}
	}
}

// runAt returns the outputs of one run.
func runAt(t *testing.T, step uint64, feed graph.Feed, outputs ...*graph.Node) [][]float64 {
	t.Helper()
	prog, err := outputs[0].Graph().Compile(outputs...)
	require.NoError(t, err)
	out, err := prog.Run(step, feed)
	require.NoError(t, err)
	values := make([][]float64, len(out))
	for i, a := range out {
		values[i] = a.Float64s()
	}
	return values
}

func TestNoiseIsAFunctionOfSeedDrawAndStep(t *testing.T) {
	draw := func(seed, step uint64, index int) []float64 {
		g := graph.New(graph.NewParams(graph.Float32, seed), graph.Train)
		for range index {
			g.Normal()
		}
		return runAt(t, step, nil, g.Normal(40))[0]
	}
	require.Equal(t, draw(1, 2, 3), draw(1, 2, 3))
	var seen [][]float64
	for _, c := range [][3]uint64{{1, 2, 3}, {2, 2, 3}, {1 + 1<<32, 2, 3}, {1, 3, 3}, {1, 2 + 1<<32, 3}, {1, 2, 4}} {
		seen = append(seen, draw(c[0], c[1], int(c[2])))
	}
	requireAllDiffer(t, seen)
}

func TestDrawsKeepTheirNumbersWhateverIsCompiled(t *testing.T) {
	g := newGraph(graph.Float32)
	a, b, c := g.Normal(4), g.Uniform(4), g.Normal(4)
	all := runAt(t, 9, nil, a, b, c)
	require.Equal(t, all[2], runAt(t, 9, nil, c)[0])
	require.Equal(t, all[:2], runAt(t, 9, nil, a, b))
	g.Normal(100)
	require.Equal(t, all, runAt(t, 9, nil, a, b, c), "after more was declared")
	_, err := g.Reference(1, nil, c)
	require.NoError(t, err)
	require.Equal(t, all[1], runAt(t, 9, nil, g.Const(1).Mul(b))[0], "after a reference run of another step")
}

func TestShapeDoesNotChangeNoise(t *testing.T) {
	draw := func(shape ...int) []float64 { return runAt(t, 0, nil, newGraph(graph.Float32).Normal(shape...))[0] }
	require.Equal(t, draw(6), draw(2, 3))
	require.Equal(t, draw(1000)[:6], draw(6), "an element is a function of its flat index")
}

func TestNoiseIsTheSameForwardAndBackward(t *testing.T) {
	g := newGraph(graph.Float64)
	x := g.Input("x", 50)
	e := g.Normal(50)
	values := both(t, graph.Feed{x: make([]float64, 50)}, e, graph.Grad(x.Mul(e).Sum(), x)[0])
	require.Equal(t, values[0], values[1])
}

func TestNoiseMoments(t *testing.T) {
	const n = 200_000
	g := newGraph(graph.Float32)
	e, u := g.Normal(n), g.Uniform(n)
	third := e.Mul(e.Square()).Mean()
	values := runAt(t, 0, nil, e.Mean(), e.Square().Mean(), third, e.Square().Square().Mean(), u.Mean(), u.Square().Mean(), e.Mul(u).Mean(), u)
	for i, c := range []struct{ mean, variance float64 }{{0, 1}, {1, 2}, {0, 15}, {3, 96}, {0.5, 1.0 / 12}, {1.0 / 3, 4.0 / 45}, {0, 1.0 / 3}} {
		require.InDelta(t, c.mean, values[i][0], 4*math.Sqrt(c.variance/n), "moment %d", i)
	}
	require.Positive(t, slices.Min(values[7]))
	require.Less(t, slices.Max(values[7]), 1.0)
}
