package experiments

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/layers"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// A network far too small to pass goes through every part of the experiment.
func TestBayesByBackpropReportsAllItIsAskedFor(t *testing.T) {
	tiny := digitsPlan{
		Units: 8, Train: 1000, Epochs: 2, Batch: 100, Seeds: 2, Draws: 2, LR: optim.Constant(1e-2), LRText: "1e-2",
		Estimator: layers.LocalReparameterization, Prior: prob.Gaussian{Sigma: 1}, KL: train.Uniform{}, Sigma: 0.01, Paper: 1.36,
	}
	e := bayesByBackprop
	e.Run = func(ctx context.Context, r *Run) error { return tiny.run(ctx, r) }
	out := t.TempDir()
	err := Do(context.Background(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard)
	var failed *ChecksError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "test error of the averaged posterior, % (quick)", failed.Failed[0].Name)
	require.Equal(t, 6, failed.Total)
	for _, name := range []string{
		"result.json", "report.html", "model.safetensors", "learning-curves.png", "reliability.png", "least-sure.png",
		"rotation.png", "rotation-uncertainty.png", "signal-to-noise.png", "pruning.png",
	} {
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
	}
}
