package sparsevd_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/graph/graphtest"
	"credence/layers"
	"credence/metrics"
	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
)

// pruned returns a network of which a fraction of the weights, and some units whole, are beyond the threshold.
func pruned(fraction float64) *sparsevd.Network {
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{20, 12, 8, 3}, Seed: 1, Layers: layers.SparseOptions{Theta: graph.Gaussian(0, 1)}})
	rng := rand.New(rand.NewPCG(1, 2))
	for li, l := range n.Layers() {
		in, out := l.Theta.Shape()[0], l.Theta.Shape()[1]
		for i := range in {
			for o := range out {
				// The second unit of each hidden layer reads nothing, the third is read by nothing.
				if rng.Float64() < fraction || o == 1 && li < 2 || i == 2 && li > 0 {
					l.LogSigma2.Value().Set(i*out+o, 20)
				}
			}
		}
		for o := range out {
			l.B.Value().Set(o, rng.NormFloat64())
		}
	}
	return n
}

func inputs(n int) []float64 {
	rng := rand.New(rand.NewPCG(3, 4))
	x := make([]float64, n*20)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func TestCompactComputesTheSame(t *testing.T) {
	for name, n := range map[string]*sparsevd.Network{"half": pruned(0.5), "most": pruned(0.9), "all": pruned(1), "none": pruned(0)} {
		for _, batch := range []int{1, 2, 33} {
			x := inputs(batch)
			g := graph.New(n.Params(), graph.Predict)
			in := g.Input("x", batch, 20)
			program, err := g.Compile(n.ForwardMean(in))
			require.NoError(t, err)
			out, err := program.Run(0, graph.Feed{in: x})
			require.NoError(t, err)
			x32 := make([]float32, len(x))
			for i, v := range x {
				x32[i] = float32(v)
			}
			small := n.Compact()
			got := small.Forward(x32)
			require.Len(t, got, 3*batch)
			for i, v := range got {
				require.InDelta(t, out[0].At(i), v, 1e-4, "%s, batch %d", name, batch)
			}
			require.LessOrEqual(t, small.Widths()[1], 10, "two of the units are dead")
		}
	}
	require.Equal(t, []int{20, 0, 0, 3}, pruned(1).Compact().Widths())
	require.Zero(t, pruned(1).Compact().Weights())
}

func TestCompactForwardPanics(t *testing.T) {
	require.PanicsWithValue(t, "sparsevd: 21 numbers are no examples of 20 inputs", func() { pruned(0.5).Compact().Forward(make([]float32, 21)) })
}

func TestSaveAndLoad(t *testing.T) {
	small := pruned(0.8).Compact()
	path := filepath.Join(t.TempDir(), "small.safetensors")
	require.NoError(t, small.Save(path))
	got, err := sparsevd.Load(path)
	require.NoError(t, err)
	require.Equal(t, small.Widths(), got.Widths())
	x := []float32{1, -1, 2, 0, 0, 3, 1, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}
	require.Equal(t, small.Forward(x), got.Forward(x))

	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	_, err = sparsevd.Load(path)
	require.ErrorContains(t, err, "altered")
}

func TestSparsity(t *testing.T) {
	n := pruned(0.5)
	kept, all := 0, 0
	for i, l := range n.Layers() {
		k := 0
		for _, alive := range l.Kept() {
			if alive {
				k++
			}
		}
		require.InDelta(t, 1-float64(k)/float64(len(l.Kept())), n.Sparsity()[i], 1e-15)
		kept, all = kept+k, all+len(l.Kept())
	}
	require.InDelta(t, float64(all)/float64(kept), n.Compression(), 1e-12)
}

// A network whose inputs are mostly noise learns to do without them.
func TestFitFindsTheInputsThatMatter(t *testing.T) {
	const examples, features = 2000, 10
	rng := rand.New(rand.NewPCG(5, 6))
	x, labels := make([][]float64, examples), make([]int, examples)
	for i := range x {
		x[i] = make([]float64, features)
		for j := range x[i] {
			x[i][j] = rng.NormFloat64()
		}
		if x[i][0]+2*x[i][3] > 0 {
			labels[i] = 1
		}
	}
	set, err := data.NewLabeledTable(x, labels, 2)
	require.NoError(t, err)
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{features, 8, 2}, Seed: 1, Layers: layers.SparseOptions{LogSigma2: -6}})
	_, err = n.Fit(t.Context(), set, train.Settings{Epochs: 300, BatchSize: 100, LR: optim.Linear(1e-2, 1e-5, 300*20), KL: train.WarmUp{Epochs: 50}})
	require.NoError(t, err)
	probs, err := n.Predict(set)
	require.NoError(t, err)
	accuracy, err := metrics.Accuracy(probs, 2, labels)
	require.NoError(t, err)
	require.Greater(t, accuracy, 0.95)
	require.Greater(t, n.Compression(), 2.0)
	kept, used := n.Layers()[0].Kept(), make([]int, features)
	for i, k := range kept {
		if k {
			used[i/8]++
		}
	}
	t.Log("weights that read each input: ", used)
	require.GreaterOrEqual(t, min(used[0], used[3]), 3)
	for i, n := range used {
		if i != 0 && i != 3 {
			require.LessOrEqual(t, n, 1, "input %d", i)
		}
	}
}

func TestObjectiveGradient(t *testing.T) {
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{4, 3, 2}, Seed: 1, Precision: graph.Float64, Layers: layers.SparseOptions{LogSigma2: -2}})
	g := graph.New(n.Params(), graph.Train)
	x, y := g.Input("x", 5, 4), g.Input("y", 5)
	logLik, kl := n.Terms(x, y)
	graphtest.ParamGradient(t, kl.Scale(0.1).Sub(logLik.Sum()), graph.Feed{x: inputs(1), y: []int{0, 1, 1, 0, 1}})
}
