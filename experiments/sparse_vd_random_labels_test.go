package experiments

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

var tinyLabels = randomLabelsPlan{Units: 8, Seeds: 2, Images: 300, Epochs: 2, DropoutImages: 200, DropoutEpochs: 2, DropoutLR: 1e-2}

// A training far too short to pass goes through every part of the experiment, and comes to the same when it is
// interrupted and gone on with.
func TestRandomLabelsReportsAllItIsAskedFor(t *testing.T) {
	e := sparseVDRandomLabels
	out := t.TempDir()
	e.Run = func(ctx context.Context, r *Run) error { return tinyLabels.run(ctx, r) }
	err := Do(context.Background(), e, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard)
	var failed *ChecksError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, 4, failed.Total)
	for _, name := range []string{"result.json", "report.html", "training.png"} {
		info, err := os.Stat(filepath.Join(out, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
	}
	whole := checksOf(t, out)

	again := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	e.Run = func(ctx context.Context, r *Run) error {
		_, err := part(r, "sparse-true-seed1", func() (labelsFit, error) { cancel(); return labelsFit{}, ctx.Err() })
		if err == nil {
			t.Error("a part that was not finished must not be kept")
		}
		return tinyLabels.run(ctx, r)
	}
	require.ErrorIs(t, Do(ctx, e, Options{Scale: Quick, Seed: 1, Out: again}, io.Discard), context.Canceled)
	e.Run = func(ctx context.Context, r *Run) error { return tinyLabels.run(ctx, r) }
	require.ErrorAs(t, Do(context.Background(), e, Options{Scale: Quick, Seed: 1, Out: again}, io.Discard), &failed)
	require.Equal(t, whole, checksOf(t, again))
}

// checksOf returns the checks and tables of a run's result.json.
func checksOf(t *testing.T, out string) any {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(out, "result.json"))
	require.NoError(t, err)
	var result struct{ Checks, Tables any }
	require.NoError(t, json.Unmarshal(content, &result))
	return result
}

func TestRandomLabelsAreUniformAndTheirImagesTheSame(t *testing.T) {
	training, _, err := data.MNIST()
	require.NoError(t, err)
	digits, _ := centre(training.Scaled(256), training)
	labels := drawLabels(training.Len(), 1)
	counts, agree := make([]int, 10), 0
	for i, label := range digits.Labels() {
		counts[labels[i]]++
		if labels[i] == label {
			agree++
		}
	}
	for _, n := range counts {
		require.InDelta(t, 6000, n, 300) // 4 standard deviations
	}
	require.InDelta(t, 6000, agree, 300, "they say nothing of the digits")
	require.NotEqual(t, labels[:50], drawLabels(50, 2))
	require.Equal(t, labels[:50], drawLabels(50, 1))

	random := relabelled{digits, labels}
	require.Equal(t, labels, random.Labels())
	rows, x, y, want, truth := []int{7, 59_999}, make([]float64, 2*784), make([]float64, 2), make([]float64, 2*784), make([]float64, 2)
	random.Batch(rows, x, y)
	digits.Batch(rows, want, truth)
	require.Equal(t, want, x)
	require.Equal(t, []float64{float64(labels[7]), float64(labels[59_999])}, y)
}
