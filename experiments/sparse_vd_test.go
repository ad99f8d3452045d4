package experiments

import (
	"context"
	"errors"
	"image/gif"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/layers"
	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
)

var tinySparse = sparsePlan{
	sparseFit: sparseFit{
		Images: 500, Tested: 200, Epochs: 3, Seeds: 2, LR: optim.Constant(1e-3), LRText: "1e-3", KL: train.WarmUp{Epochs: 2},
	},
	sparseBands: sparseBands{MinAccuracy: 98, MinCompression: 30}, Rounds: 3,
}

// A training far too short to pass goes through every part of the experiment.
func TestSparseVDReportsAllItIsAskedFor(t *testing.T) {
	e := sparseVDLeNet300
	e.Run = func(ctx context.Context, r *Run) error { return tinySparse.run(ctx, r) }
	out := t.TempDir()
	err := Do(context.Background(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard)
	var failed *ChecksError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "test error, % (quick)", failed.Failed[0].Name)
	require.Equal(t, 3, failed.Total)
	for _, name := range []string{
		"result.json", "report.html", "model.safetensors", "training.png", "pruning.png", "log-alpha.png", "sparsification.gif",
	} {
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
	}
	small, err := sparsevd.Load(filepath.Join(out, "model.safetensors"))
	require.NoError(t, err)
	require.Equal(t, 10, small.Widths()[3])

	f, err := os.Open(filepath.Join(out, "sparsification.gif"))
	require.NoError(t, err)
	defer f.Close()
	animation, err := gif.DecodeAll(f)
	require.NoError(t, err)
	require.Len(t, animation.Image, 4, "before training and after each epoch")
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), `src="data:image/gif;base64,`)
	require.Contains(t, string(page), "weight ratio with bits")
}

// A training that was interrupted has all its frames in the end, and one that kept none has the first and last.
func TestSparseFilmSurvivesInterruptions(t *testing.T) {
	network := func(seed uint64) *sparsevd.Network {
		return sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{4, 3, 2}, Seed: seed, Layers: layers.SparseOptions{Theta: graph.Glorot}})
	}
	r := &Run{Scale: Quick, Seed: 1, Out: t.TempDir(), name: "film"}
	before := sparseFilm{run: r, net: network(1), epochs: 7, every: 2}
	for epoch := range 4 {
		require.NoError(t, before.watch(epoch))
	}
	after := sparseFilm{run: r, net: network(2), epochs: 7, every: 2}
	for epoch := 2; epoch <= 7; epoch++ {
		require.NoError(t, after.watch(epoch))
	}
	frames, err := after.frames()
	require.NoError(t, err)
	var epochs []int
	for _, f := range frames {
		epochs = append(epochs, f.Epoch)
	}
	require.Equal(t, []int{0, 2, 4, 6, 7}, epochs)
	require.Equal(t, before.take(2), frames[1], "what was taken stays")
	require.Equal(t, after.take(4), frames[2])

	old := sparseFilm{run: &Run{Scale: Quick, Seed: 1, Out: t.TempDir(), name: "film"}, net: network(1), epochs: 7, every: 2}
	require.NoError(t, errors.Join(old.watch(0), old.watch(7)))
	frames, err = old.frames()
	require.NoError(t, err)
	require.Len(t, frames, 2)
}

func TestSparseFrame(t *testing.T) {
	n := sparsevd.New(sparsevd.Config{Network: sparsevd.Dense{2, 2}, Layers: layers.SparseOptions{Theta: graph.Constant(brightest)}})
	l := n.Layers()[0]
	l.LogSigma2.Value().Set(1, 9)        // pruned
	l.Theta.Value().Set(2, -brightest/5) // a fifth as bright
	l.Theta.Value().Set(3, 7*brightest)  // no brighter than the brightest
	f := sparseFilm{net: n, epochs: 1}.take(1)
	require.Equal(t, []byte{255, 0, 51, 255}, f.First)
	require.Equal(t, [2]int{3, 4}, [2]int{f.Left, f.Total})
	sum := 0.0
	for _, share := range f.LogAlpha[0] {
		sum += share
	}
	require.InDelta(t, 100, sum, 1e-9)
	require.Equal(t, 25.0, f.LogAlpha[0][bins-1], "the pruned one, whose log alpha is cut")
}
