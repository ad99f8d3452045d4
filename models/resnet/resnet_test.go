package resnet_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/models/resnet"
	"credence/optim"
	"credence/train"
)

// small is a network of two blocks a stage for images of 8 by 8 in 3 classes.
func small(p graph.Precision) resnet.Config {
	return resnet.Config{Depth: 14, Image: [3]int{8, 8, 1}, Width: 2, Classes: 3, Precision: p, Seed: 1}
}

// squares are images with a bright square whose row tells the class.
func squares(t *testing.T, n int, seed uint64) *data.Table {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	x, labels := make([][]float64, n), make([]int, n)
	for i := range x {
		labels[i] = rng.IntN(3)
		x[i] = make([]float64, 64)
		for k := range x[i] {
			x[i][k] = 0.3 * rng.NormFloat64()
		}
		column := rng.IntN(6)
		for k := range 9 {
			x[i][(2*labels[i]+k/3)*8+column+k%3] += 1
		}
	}
	set, err := data.NewLabeledTable(x, labels, 3)
	require.NoError(t, err)
	return set
}

// run returns the first step's outputs.
func run(t *testing.T, step uint64, nodes ...*graph.Node) [][]float64 {
	t.Helper()
	program, err := nodes[0].Graph().Compile(nodes...)
	require.NoError(t, err)
	out, err := program.Run(step, nil)
	require.NoError(t, err)
	values := make([][]float64, len(out))
	for i, a := range out {
		values[i] = a.Float64s()
	}
	return values
}

// batch returns the first images of a set and their labels as constants.
func batch(g *graph.Graph, set *data.Table, n int) (x, y *graph.Node) {
	var pixels, labels []float64
	for i := range n {
		image, label := set.At(i)
		pixels, labels = append(pixels, image...), append(labels, label...)
	}
	return g.ConstArray(pixels, n, 64), g.ConstArray(labels, n)
}

func TestDepths(t *testing.T) {
	for depth, blocks := range map[int]int{8: 1, 14: 2, 20: 3, 32: 5} {
		n := resnet.New(resnet.Config{Depth: depth, Width: 2})
		weights := 0
		for _, p := range n.Params().All(graph.Trainable) {
			if len(p.Shape()) > 1 {
				weights++
			}
		}
		require.Equal(t, 1+3*2*blocks+2+1, weights, "a convolution, two a block, two shortcuts, the last layer")
	}
	for _, depth := range []int{0, 2, 7, 33} {
		require.Panics(t, func() { resnet.New(resnet.Config{Depth: depth}) })
	}
}

// The convolutions of ResNet-32, two operations for each product: 0.9 million in the first, 47.2, 44.8 and 44.8 in the
// stages, with 0.5 in shortcuts.
func TestFLOPs(t *testing.T) {
	conv := func(pixels, size, in, out int) int { return 2 * pixels * size * size * in * out }
	want := conv(1024, 3, 3, 16) + 10*conv(1024, 3, 16, 16)
	for s, width := range []int{16, 32} {
		pixels := 256 >> (2 * s)
		want += conv(pixels, 3, width, 2*width) + 9*conv(pixels, 3, 2*width, 2*width) + conv(pixels, 1, width, 2*width)
	}
	n := resnet.New(resnet.Config{Depth: 32})
	require.Equal(t, want, n.FLOPs())
	require.InDelta(t, 138e6, n.FLOPs(), 1e6)
}

func TestNetworkLearns(t *testing.T) {
	n := resnet.New(small(graph.Float32))
	set := squares(t, 300, 1)
	history, err := n.Fit(t.Context(), set, train.Settings{Epochs: 6, BatchSize: 20, Optimizer: optim.SGD{Momentum: 0.9}, LR: optim.Constant(0.05), Seed: 1})
	require.NoError(t, err)
	require.Less(t, history[5].NLL, 0.5*history[0].NLL)
	test := squares(t, 50, 2)
	probs, err := n.Predict(test)
	require.NoError(t, err)
	g := graph.New(n.Params(), graph.Predict)
	x, _ := batch(g, test, 50)
	require.InDeltaSlice(t, run(t, 0, n.Forward(x).Softmax(-1))[0], probs, 1e-5)
}
