package experiments

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBayesianLinearRegression(t *testing.T) {
	out := t.TempDir()
	require.NoError(t, Do(t.Context(), bayesianLinearRegression, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard))
	require.Equal(t, []string{
		"inference.png", "narrowing.png", "overconfidence.png", "predictive.png", "report.html", "result.json",
	}, fileNames(t, out))
}
