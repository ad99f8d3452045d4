package experiments

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// few is small-data in a second: it need not show anything, only do everything.
var few = smallDataPlan{
	Hidden: []int{6}, Batch: 20, LR: 0.01, Seeds: 2, Draws: 2,
	Sizes: []smallDataSize{
		{N: 10, Steps: 3, MAP: 1, Rate: 0.2, BNN: 0.2, KL: 0.1},
		{N: 50, Steps: 6, MAP: 1, Rate: 0.2, BNN: 0.2, KL: 0.1},
		{N: 200, Steps: 20, MAP: 1, Rate: 0.2, BNN: 0.2, KL: 1},
	},
}

func (p smallDataPlan) experiment() Experiment {
	e := smallData
	e.Run = p.run
	return e
}

// impatient ends after its Err has been asked so many times.
type impatient struct {
	context.Context
	left int
}

func (c *impatient) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestSmallData(t *testing.T) {
	out := filepath.Join(t.TempDir(), "whole")
	failed := new(ChecksError)
	if err := Do(t.Context(), few.experiment(), Quick, 3, out, io.Discard); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.Equal(t, []string{"error.png", "model.safetensors", "nll.png", "report.html", "result.json"}, fileNames(t, out))
	result := readResult(t, out)
	require.Len(t, result["checks"], 7)
	rows := result["tables"].([]any)[0].(map[string]any)["rows"].([]any)
	require.Len(t, rows, 3*smallDataMethods+1)
	for _, row := range rows {
		nll := row.([]any)[5].(float64)
		require.Greater(t, nll, 0.0)
		require.Less(t, nll, 10.0)
	}

	// Stopped in training and again at the test set, it goes on to the same result.
	parts := filepath.Join(t.TempDir(), "parts")
	for _, patience := range []int{40, 160} {
		err := Do(&impatient{t.Context(), patience}, few.experiment(), Quick, 3, parts, io.Discard)
		require.True(t, errors.Is(err, context.Canceled), "%v", err)
		require.ErrorContains(t, err, "to go on from ")
	}
	_ = Do(t.Context(), few.experiment(), Quick, 3, parts, io.Discard)
	require.Equal(t, result["checks"], readResult(t, parts)["checks"])
	one, err := os.ReadFile(filepath.Join(out, "model.safetensors"))
	require.NoError(t, err)
	two, err := os.ReadFile(filepath.Join(parts, "model.safetensors"))
	require.NoError(t, err)
	require.Equal(t, one, two)
}

func TestSmallDataPlans(t *testing.T) {
	for _, s := range smallData.Scales {
		p := smallDataPlanFor(s)
		require.GreaterOrEqual(t, p.Seeds, 3)
		for i, z := range p.Sizes {
			epochs, batches := p.epochs(z.N, z.Steps)
			require.InDelta(t, z.Steps, epochs*batches, float64(batches)/2)
			require.True(t, z.MAP > 0 && z.Rate > 0 && z.Rate < 1 && z.BNN > 0 && z.KL > 0 && z.KL <= 1, "N %d", z.N)
			require.True(t, i == 0 || z.N > p.Sizes[i-1].N)
		}
	}
}
