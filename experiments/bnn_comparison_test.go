package experiments

import (
	"context"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/models/bnn"
)

// tinyComparison is bnn-comparison in seconds: it need not show anything, only do everything.
func tinyComparison(t *testing.T) Experiment {
	t.Helper()
	all, test, err := data.MNIST()
	require.NoError(t, err)
	test, rest, err := test.Split(60)
	require.NoError(t, err)
	rest, _, err = rest.Split(50)
	require.NoError(t, err)
	p := comparisonPlan{
		Digits: 120, HeldOut: 40, Units: 6, Epochs: 2, Batch: 30, Seeds: 2, Members: 3, TriedMembers: 2,
		Draws: 3, Curve: []int{1, 4}, MaxError: 100,
	}
	e := bnnComparison
	e.Run = func(ctx context.Context, r *Run) error {
		return p.run(ctx, r, all, test, []otherSet{{"other digits", rest}})
	}
	return e
}

func TestBNNComparison(t *testing.T) {
	out := filepath.Join(t.TempDir(), "whole")
	failed := new(ChecksError)
	if err := Do(t.Context(), tinyComparison(t), Options{Scale: Quick, Seed: 3, Out: out}, io.Discard); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.Equal(t, []string{"draws.png", "report.html", "result.json"}, fileNames(t, out))
	result := readResult(t, out)
	rows := func(result map[string]any, table int) []any {
		return result["tables"].([]any)[table].(map[string]any)["rows"].([]any)
	}
	require.Len(t, rows(result, 0), 7, "the methods and the control")
	require.Len(t, rows(result, 1), 5)
	require.Len(t, rows(result, 2), 3*3+3, "the mean network and two numbers of draws, or the members")
	require.Len(t, rows(result, 3), 4*6, "as many tries for every method")
	for _, row := range rows(result, 3) {
		nll := row.([]any)[2].(float64)
		require.Greater(t, nll, 0.0)
		require.Less(t, nll, 10.0)
	}
	// Stopped while it chooses and while it tests, it goes on to the same numbers.
	parts := filepath.Join(t.TempDir(), "parts")
	for _, patience := range []int{30, 120} {
		err := Do(&impatient{t.Context(), patience}, tinyComparison(t), Options{Scale: Quick, Seed: 3, Out: parts}, io.Discard)
		require.ErrorIs(t, err, context.Canceled)
	}
	_ = Do(t.Context(), tinyComparison(t), Options{Scale: Quick, Seed: 3, Out: parts}, io.Discard)
	again := readResult(t, parts)
	require.Equal(t, result["checks"], again["checks"])
	require.Equal(t, rows(result, 3), rows(again, 3))
}

func TestComparisonTries(t *testing.T) {
	posteriors := map[string]comparisonTry{}
	for _, m := range comparisonMethods {
		require.Len(t, m.tries, len(comparisonMethods[0].tries), m.name)
		for _, try := range m.tries {
			require.Regexp(t, fileName, try.key)
			require.Greater(t, try.rate, 0.0)
			try.around, try.text = 0, ""
			if same, ok := posteriors[try.key]; ok {
				require.Equal(t, same, try, "what shares a checkpoint is trained the same way")
			}
			posteriors[try.key] = try
		}
	}
	require.Equal(t, "ml", comparisonMethods[0].key)
}

// An ensemble keeps its members, a Gaussian posterior two numbers a weight, a Laplace approximation more than its network.
func TestComparisonSizes(t *testing.T) {
	all, _, err := data.MNIST()
	require.NoError(t, err)
	digits, _, err := all.Split(20)
	require.NoError(t, err)
	const weights, biases = 784*6 + 6*10, 6 + 10
	for i, want := range []int{
		4 * (weights + biases), 4 * (weights + biases), 4 * (weights + biases), 4 * (2*weights + biases),
		2 * 4 * (weights + biases), 4*(weights+biases) + 8*(7*7+10*10+2*70),
	} {
		m := comparisonMethods[i]
		c := bnn.Config{Widths: []int{784, 6, 10}, Posterior: m.tries[0].posterior, Prior: m.tries[0].prior}
		nets := []*bnn.Classifier{bnn.NewClassifier(c)}
		if m.many {
			nets = append(nets, bnn.NewClassifier(c))
		}
		_, bytes, err := m.build(t.Context(), m.tries[0], nets, digits)
		require.NoError(t, err)
		require.Equal(t, want, bytes, m.name)
	}
}

func TestMeanInk(t *testing.T) {
	set, err := data.NewImages([]byte{0, 0, 255, 255, 255, 255}, 1, 2, []int{0, 1, 1}, 2)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0, 1, 1}, meanInk(set), 1e-12)
	area, err := separation([]float64{0.1, 0.3}, []float64{0.2, 0.4})
	require.NoError(t, err)
	require.Equal(t, 0.75, area)
}
