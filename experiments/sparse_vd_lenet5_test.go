package experiments

import (
	"context"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/layers"
	"credence/models/sparsevd"
	"credence/optim"
	"credence/train"
	"credence/weights"
)

var tinyLeNet5 = lenet5Plan{
	sparseFit{Images: 200, Tested: 50, Epochs: 2, Seeds: 2, LR: optim.Constant(1e-3), LRText: "1e-3", KL: train.WarmUp{Epochs: 2}},
	sparseBands{MinAccuracy: 98, MinCompression: 30},
}

// A training far too short to pass goes through every part of the experiment, and leaves the same files when it is
// interrupted and gone on with.
func TestLeNet5ReportsAllItIsAskedFor(t *testing.T) {
	e := sparseVDLeNet5
	out := t.TempDir()
	e.Run = func(ctx context.Context, r *Run) error { return tinyLeNet5.run(ctx, r) }
	var failed *ChecksError
	require.ErrorAs(t, Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard), &failed)
	require.Len(t, failed.Failed, 2)
	require.Equal(t, 2, failed.Total)
	require.Equal(t, "test error, % (quick)", failed.Failed[0].Name)
	require.Equal(t, "compression, weights over those not pruned (quick)", failed.Failed[1].Name)
	require.Len(t, readResult(t, out)["checks"], 2+4+1, "error and compression, the layers, bits")
	require.Equal(t, []string{
		"filters.png", "model.safetensors", "pruning.png", "report.html", "result.json", "training.png",
	}, fileNames(t, out))
	ps := sparsevd.New(sparsevd.Config{Network: sparsevd.LeNet5{}}).Params()
	_, err := weights.Load(filepath.Join(out, "model.safetensors"), ps)
	require.NoError(t, err)

	again := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	stopped := tinyLeNet5
	stopped.LR = func(step int) float64 {
		if step == 2 { // the first of the second epoch
			cancel()
		}
		return tinyLeNet5.LR(step)
	}
	e.Run = func(ctx context.Context, r *Run) error { return stopped.run(ctx, r) }
	err = Do(ctx, e, Options{Scale: Quick, Seed: 1, Out: again}, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	saved, err := filepath.Glob(filepath.Join(again, "checkpoints", "*", "seed*", "checkpoint.safetensors"))
	require.NoError(t, err)
	require.NotEmpty(t, saved)
	e.Run = func(ctx context.Context, r *Run) error { return tinyLeNet5.run(ctx, r) }
	require.ErrorAs(t, Do(t.Context(), e, Options{Scale: Quick, Seed: 1, Out: again}, io.Discard), &failed)
	require.Equal(t, fileNames(t, out), fileNames(t, again))
	for _, name := range fileNames(t, out) {
		require.Equal(t, contentOf(t, out, name), contentOf(t, again, name), name)
	}
}

func TestFilters(t *testing.T) {
	ps := graph.NewParams(graph.Float64, 1)
	l := layers.NewSparseVDConv2D(ps, "conv", [4]int{1, 2, 1, 2}, graph.Window{}, layers.SparseOptions{Theta: graph.Constant(2)})
	l.Theta.Value().Set(1, -1)    // of the second filter, to the left
	l.LogSigma2.Value().Set(2, 9) // of the first, to the right: pruned
	l.Theta.Value().Set(3, -2)
	require.Equal(t, []float64{1, 0.5, 0.25, 0}, filters(l.Sparse()))
}
