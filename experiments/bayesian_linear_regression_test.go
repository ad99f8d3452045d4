package experiments

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBayesianLinearRegression(t *testing.T) {
	out := t.TempDir()
	require.NoError(t, Do(t.Context(), bayesianLinearRegression, Quick, 1, out, io.Discard))
	require.Equal(t, []string{
		"inference.png", "narrowing.png", "overconfidence.png", "predictive.png", "report.html", "result.json",
	}, fileNames(t, out))
}
