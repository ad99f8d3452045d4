package experiments

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// fake returns an experiment of one scale that does what run does.
func fake(run func(ctx context.Context, r *Run) error) Experiment {
	return Experiment{
		Name: "fake", Summary: "shows nothing", Needs: "nothing", Paper: "Nobody 2000", Scales: []Scale{Quick, Paper}, Run: run,
	}
}

// good is a check that passes.
var good = Check{Name: "error, %", Value: 1.5, High: new(2.0)}

// do runs a fake experiment in a fresh folder and returns the folder and what was printed.
func do(t *testing.T, run func(ctx context.Context, r *Run) error) (out, printed string, err error) {
	t.Helper()
	out = filepath.Join(t.TempDir(), "out")
	var stdout bytes.Buffer
	err = Do(t.Context(), fake(run), Options{Scale: Quick, Seed: 7, Out: out}, &stdout)
	return out, stdout.String(), err
}

func readResult(t *testing.T, out string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(out, "result.json"))
	require.NoError(t, err)
	var result map[string]any
	require.NoError(t, json.Unmarshal(data, &result))
	return result
}

func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}
