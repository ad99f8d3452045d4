package sparsevd_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/metrics"
	"credence/models/sparsevd"
)

// one returns a network of one layer with the given weights and log sigmas.
func one(theta, logSigma []float64) *sparsevd.Network {
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{len(theta), 1}})
	for i := range theta {
		n.Layers()[0].Theta.Value().Set(i, theta[i])
		n.Layers()[0].LogSigma2.Value().Set(i, 2*logSigma[i])
	}
	return n
}

func TestBits(t *testing.T) {
	for name, row := range map[string]struct {
		theta, sigma []float64
		want         int
	}{
		"noise as large as the weight":     {[]float64{1}, []float64{1.01}, 2}, // -1, 0 and 1 suffice
		"three steps":                      {[]float64{-1}, []float64{1.01 / 3}, 3},
		"a little more":                    {[]float64{-1}, []float64{0.99 / 3}, 4},
		"the geometric mean":               {[]float64{3, 1}, []float64{0.51, 2}, 3},
		"pruned weights count for nothing": {[]float64{1, 100}, []float64{1.01, 1000}, 2},
		"no more than there are":           {[]float64{1, 1}, []float64{1e-12, 1e-12}, 32},
		"nothing left":                     {[]float64{1}, []float64{100}, 0},
	} {
		logSigma := make([]float64, len(row.sigma))
		for i, s := range row.sigma {
			logSigma[i] = math.Log(s)
		}
		require.Equal(t, []int{row.want}, one(row.theta, logSigma).Bits(), name)
	}
}

// With the suggested bits, no weight is further from its mean than half the noise that training gave it.
func TestRoundingIsBelowTheNoise(t *testing.T) {
	const sigma = 0.03
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{50, 1}, Seed: 3, Layers: layers.SparseOptions{Theta: graph.Gaussian(0, 0.3), LogSigma2: 2 * math.Log(sigma)}})
	small, bits := n.Compact(), n.Bits()
	coarse := small.Rounded(bits)
	values, off := map[float32]bool{}, 0.0
	for i := range 50 {
		x := make([]float32, 50)
		x[i] = 1
		exact, rounded := small.Forward(x)[0], coarse.Forward(x)[0]
		values[rounded] = true
		off = max(off, math.Abs(float64(exact-rounded)))
	}
	require.LessOrEqual(t, off, sigma/2)
	require.Greater(t, off, sigma/8, "no more bits than needed")
	require.LessOrEqual(t, len(values), 1<<bits[0]-1)
	require.Equal(t, small.Weights(), small.Rounded(bits).Weights())
}

func TestRoundedWithoutWeights(t *testing.T) {
	n := pruned(1)
	require.Equal(t, []int{0, 0, 0}, n.Bits())
	x := []float32{19: 1}
	require.Equal(t, n.Compact().Forward(x), n.Compact().Rounded(n.Bits()).Forward(x))
	require.Panics(t, func() { pruned(0).Compact().Rounded([]int{1, 8, 8}) })
}

func TestBitCompression(t *testing.T) {
	n := pruned(0.5)
	all, left := 0, 0
	for i, bits := range n.Bits() {
		require.Greater(t, bits, 1)
		for _, kept := range n.Layers()[i].Kept() {
			all += 32
			if kept {
				left += bits
			}
		}
	}
	require.InDelta(t, float64(all)/float64(left), n.BitCompression(), 1e-9)
	require.Greater(t, n.BitCompression(), n.Compression())
}

func TestPredictIsTheNetworks(t *testing.T) {
	const examples = 700 // more than a batch
	x, labels := make([][]float64, examples), make([]int, examples)
	all := inputs(examples)
	for i := range x {
		x[i] = all[20*i : 20*(i+1)]
	}
	set, err := data.NewLabeledTable(x, labels, 3)
	require.NoError(t, err)
	for name, n := range map[string]*sparsevd.Network{"half": pruned(0.5), "all": pruned(1)} {
		want, err := n.Predict(set)
		require.NoError(t, err)
		got := n.Compact().Predict(set)
		require.Len(t, got, len(want), name)
		for i := range want {
			require.InDelta(t, want[i], got[i], 1e-5, name)
		}
		_, err = metrics.Accuracy(got, 3, labels)
		require.NoError(t, err)
	}
}

// A network of which nothing is left is a constant, and a file like any other.
func TestSaveAndLoadNothing(t *testing.T) {
	small := pruned(1).Compact()
	path := filepath.Join(t.TempDir(), "small.safetensors")
	require.NoError(t, small.Save(path))
	got, err := sparsevd.Load(path)
	require.NoError(t, err)
	require.Equal(t, []int{20, 0, 0, 3}, got.Widths())
	x := make([]float32, 60)
	x[7] = 3
	require.Equal(t, small.Forward(x), got.Forward(x))
	require.Equal(t, small.Forward(x[:20]), got.Forward(x[:20]))
}
