//go:build linux || darwin

package weights_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/weights"
)

// A limit on the size of files stands for a disk that fills up while a file is written.
func TestFullDiskLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	old := model(graph.Float32, 1)
	require.NoError(t, weights.Save(path, old, nil))

	big := graph.NewParams(graph.Float32, 1)
	big.New("w", graph.Zeros, 1<<20)
	limitFiles(t, 1<<20)
	err := weights.Save(path, big, nil)
	require.ErrorIs(t, err, syscall.EFBIG)
	require.ErrorContains(t, err, "weights: saving "+path)

	got := model(graph.Float32, 2)
	_, err = weights.Load(path, got)
	require.NoError(t, err)
	require.Equal(t, bitsOf(old, graph.Trainable), bitsOf(got, graph.Trainable))
	requireOnly(t, dir, "model.safetensors")
}

// limitFiles makes writes beyond so many bytes of a file fail until the end of the test.
func limitFiles(t *testing.T, bytes uint64) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: was.Max}))
	t.Cleanup(func() {
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
		signal.Reset(syscall.SIGXFSZ)
	})
}

func TestSaveSweepsWhatKilledOnesLeft(t *testing.T) {
	dir := t.TempDir()
	names := []string{".model.safetensors123", ".model.safetensors.swp", ".other.safetensors123", ".model.safetensors"}
	for _, n := range append(names, ".model.safetensors456") {
		require.NoError(t, os.WriteFile(filepath.Join(dir, n), nil, 0o644))
	}
	for _, n := range names {
		yesterday := time.Now().Add(-24 * time.Hour)
		require.NoError(t, os.Chtimes(filepath.Join(dir, n), yesterday, yesterday))
	}
	require.NoError(t, weights.Save(filepath.Join(dir, "model.safetensors"), model(graph.Float32, 1), nil))
	// Gone is the old one of the same path; one that may still be written stays.
	requireOnly(t, dir, ".model.safetensors", ".model.safetensors.swp", ".model.safetensors456", ".other.safetensors123", "model.safetensors")
}

func TestSavedFilesCanBeShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	umask := syscall.Umask(0o022)
	defer syscall.Umask(umask)
	for _, want := range []os.FileMode{0o644, 0o600} {
		require.NoError(t, weights.Save(path, model(graph.Float32, 1), nil))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Perm())
		require.NoError(t, os.Chmod(path, 0o600)) // which the next save keeps
	}
}
