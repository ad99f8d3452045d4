package experiments

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCoin(t *testing.T) {
	out := t.TempDir()
	require.NoError(t, Do(t.Context(), coin, Options{Scale: Quick, Seed: 1, Out: out}, io.Discard))
	require.Equal(t, []string{"inference.png", "log-loss.png", "narrowing.png", "report.html", "result.json"}, fileNames(t, out))
}
