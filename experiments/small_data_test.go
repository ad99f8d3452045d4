package experiments

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// few is small-data in a second: it need not show anything, only do everything.
var few = smallDataPlan{
	Hidden: []int{6}, Batch: 20, LR: 0.01, Seeds: 2, Draws: 2,
	Sizes: []smallDataSize{
		{N: 10, Steps: 3, MAP: 1, Rate: 0.2, Bound: 0.5, Cold: 0.2, KL: 0.1},
		{N: 50, Steps: 6, MAP: 1, Rate: 0.2, Bound: 0.5, Cold: 0.2, KL: 0.1},
		{N: 200, Steps: 20, MAP: 1, Rate: 0.2, Bound: 0.5, Cold: 0.2, KL: 1},
	},
}

// fewDigits is small-data with few for a plan and 300 digits to test on.
func fewDigits(t *testing.T) Experiment {
	t.Helper()
	all, test, err := data.MNIST()
	require.NoError(t, err)
	test, _, err = test.Split(300)
	require.NoError(t, err)
	e := smallData
	e.Run = func(ctx context.Context, r *Run) error { return few.run(ctx, r, all, test) }
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
	if err := Do(t.Context(), fewDigits(t), Options{Scale: Quick, Seed: 3, Out: out}, io.Discard); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.Equal(t, []string{"error.png", "model.safetensors", "nll.png", "report.html", "result.json"}, fileNames(t, out))
	result := readResult(t, out)
	require.Len(t, result["checks"], 9)
	rows := result["tables"].([]any)[0].(map[string]any)["rows"].([]any)
	require.Len(t, rows, 3*len(smallDataMethods))
	for _, row := range rows {
		nll := row.([]any)[5].(float64)
		require.Greater(t, nll, 0.0)
		require.Less(t, nll, 10.0)
	}

	// Stopped in training and again at the test set, it goes on to the same result.
	parts := filepath.Join(t.TempDir(), "parts")
	for _, stop := range []struct {
		patience int
		where    string
	}{{40, "training: "}, {270, "test set: "}} {
		var stdout bytes.Buffer
		err := Do(&impatient{t.Context(), stop.patience}, fewDigits(t), Options{Scale: Quick, Seed: 3, Out: parts}, &stdout)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, "to go on from ")
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		require.Contains(t, lines[len(lines)-1], stop.where)
	}
	_ = Do(t.Context(), fewDigits(t), Options{Scale: Quick, Seed: 3, Out: parts}, io.Discard)
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
			require.True(t, z.MAP > 0 && z.Rate > 0 && z.Rate < 1 && z.Bound > 0 && z.Cold > 0 && z.KL > 0 && z.KL <= 1, "N %d", z.N)
			require.True(t, i == 0 || z.N > p.Sizes[i-1].N)
		}
	}
}
