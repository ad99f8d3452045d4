package sparsevd_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
)

// Numbers of weights as the papers count them, without biases.
func TestArchitectures(t *testing.T) {
	for _, c := range []struct {
		name    string
		network sparsevd.Architecture
		image   []int
		weights []int
	}{
		{"LeNet-300-100", sparsevd.Dense{784, 300, 100, 10}, []int{28, 28}, []int{235_200, 30_000, 1000}},
		{"LeNet-5", sparsevd.LeNet5{}, []int{28, 28}, []int{500, 25_000, 400_000, 5000}},
		{"VGG, an eighth as wide", sparsevd.VGG{Width: 0.125}, []int{32, 32, 3}, []int{
			216, 576, 1152, 2304, 4608, 9216, 9216, 18_432, 36_864, 36_864, 36_864, 36_864, 36_864, 4096, 640,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := sparsevd.New(sparsevd.Config{Network: c.network, Seed: 1})
			var weights []int
			for _, l := range n.Layers() {
				weights = append(weights, len(l.Kept()))
			}
			require.Equal(t, c.weights, weights)
			g := graph.New(n.Params(), graph.Train)
			x := g.Const(0.5).Broadcast(append([]int{3}, c.image...)...)
			logLik, kl := n.Terms(x, g.Const(7).Broadcast(3))
			require.Equal(t, []int{3}, logLik.Shape())
			prog, err := g.Compile(n.Forward(x), logLik, kl)
			if _, norms := c.network.(sparsevd.VGG); norms {
				require.ErrorContains(t, err, "is updated twice", "batch normalisation allows one call")
				return
			}
			require.NoError(t, err)
			out, err := prog.Run(1, nil)
			require.NoError(t, err)
			require.Equal(t, []int{3, 10}, out[0].Shape())
		})
	}
	require.Panics(t, func() { sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{7}}) })
	require.PanicsWithValue(t, "sparsevd: a compact network is made of dense layers, not of sparsevd.LeNet5", func() {
		sparsevd.New(sparsevd.Config{Network: sparsevd.LeNet5{}}).Compact()
	})
}

// patches are images of noise with a bright square at a place that is the label's row.
func patches(t *testing.T, n, side, channels, classes int, seed uint64) *data.Table {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	x, labels := make([][]float64, n), make([]int, n)
	for i := range x {
		labels[i] = rng.IntN(classes)
		x[i] = make([]float64, side*side*channels)
		for k := range x[i] {
			x[i][k] = 0.1 * rng.Float64()
		}
		row, column := labels[i]*(side-3)/(classes-1), rng.IntN(side-3)
		for k := range 9 * channels {
			x[i][((row+k/3/channels)*side+column+k/channels%3)*channels+k%channels] = 1
		}
	}
	set, err := data.NewLabeledTable(x, labels, 10)
	require.NoError(t, err)
	return set
}

// A convolutional network learns, and drops some of its weights.
func TestLeNet5Learns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.LeNet5{}, Seed: 1, Layers: layers.SparseOptions{LogSigma2: -8}})
	history, err := n.Fit(t.Context(), patches(t, 400, 28, 1, 3, 1), train.Settings{
		Epochs: 6, BatchSize: 50, LR: optim.Constant(2e-3), KL: train.WarmUp{Epochs: 600}, Seed: 1, // few examples hold little against half a million weights
	})
	require.NoError(t, err)
	require.Less(t, history[5].NLL, 0.5*history[0].NLL)
	test := patches(t, 100, 28, 1, 3, 2)
	probs, err := n.Predict(test)
	require.NoError(t, err)
	right := 0
	for i, label := range test.Labels() {
		if probs[10*i+label] > 0.5 {
			right++
		}
	}
	require.Greater(t, right, 90)
	require.Greater(t, n.Compression(), 1.0)
	require.False(t, math.IsInf(n.Compression(), 0))
}

// VGG trains, with its norms' averages, and predicts.
func TestVGGTrains(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.VGG{Width: 0.0625}, Seed: 1})
	set := patches(t, 60, 32, 3, 2, 1)
	history, err := n.Fit(t.Context(), set, train.Settings{Epochs: 6, BatchSize: 20, LR: optim.Constant(3e-3), Seed: 1})
	require.NoError(t, err)
	require.Less(t, history[5].NLL, history[0].NLL)
	require.NotEqual(t, 0.0, n.Params().Lookup("conv0/norm/mean").Value().At(0))
	probs, err := n.Predict(set)
	require.NoError(t, err)
	require.Len(t, probs, 600)
}
