package weights_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/weights"
)

func TestSaveReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	for seed := range uint64(2) {
		ps := model(graph.Float32, seed)
		require.NoError(t, weights.Save(path, ps, nil))
		got := model(graph.Float32, 9)
		_, err := weights.Load(path, got)
		require.NoError(t, err)
		require.Equal(t, bitsOf(ps, graph.Trainable), bitsOf(got, graph.Trainable))
	}
	requireOnly(t, dir, "model.safetensors")
}

func TestSaveWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "missing", "model.safetensors")
	err := weights.Save(path, model(graph.Float32, 1), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "weights: saving "+path)

	require.NoError(t, os.MkdirAll(path, 0o755))
	require.Error(t, weights.Save(path, model(graph.Float32, 1), nil))
	requireOnly(t, filepath.Dir(path), "model.safetensors")
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	_, err := weights.Load(path, model(graph.Float32, 1))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path)

	require.NoError(t, os.WriteFile(path, []byte("nonsense"), 0o644))
	_, err = weights.Load(path, model(graph.Float32, 1))
	require.ErrorIs(t, err, weights.ErrCorrupt)
	require.ErrorContains(t, err, path)
}

// A process that saves one version after another is killed at any time: the file is always one of them.
func TestKilledSaveLeavesAWholeFile(t *testing.T) {
	if path := os.Getenv("CREDENCE_SAVE_UNTIL_KILLED"); path != "" {
		ps := graph.NewParams(graph.Float64, 1)
		w := ps.New("w", graph.Zeros, 1<<15)
		for version := 1.0; ; version++ {
			w.Value().Fill(version)
			if err := weights.Save(path, ps, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if testing.Short() {
		t.Skip("starts and kills processes for a second")
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	for kill := range 20 {
		saver := exec.Command(os.Args[0], "-test.run=^TestKilledSaveLeavesAWholeFile$")
		saver.Env = append(os.Environ(), "CREDENCE_SAVE_UNTIL_KILLED="+path)
		require.NoError(t, saver.Start())
		require.Eventually(t, func() bool {
			_, err := os.Stat(path)
			return err == nil
		}, 30*time.Second, time.Millisecond)
		time.Sleep(time.Duration(17*kill%61) * time.Millisecond)
		require.NoError(t, saver.Process.Kill())
		require.Error(t, saver.Wait())

		ps := graph.NewParams(graph.Float64, 1)
		w := ps.New("w", graph.Zeros, 1<<15)
		_, err := weights.Load(path, ps)
		require.NoError(t, err)
		require.GreaterOrEqual(t, w.Value().At(0), 1.0)
		require.Equal(t, w.Value().At(0), w.Value().At(w.Value().Len()-1))
	}
}

func requireOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.Equal(t, names, got)
}
