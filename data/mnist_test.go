package data_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
)

func TestMNIST(t *testing.T) {
	train, test, err := data.MNIST()
	require.NoError(t, err)
	for _, c := range []struct {
		name      string
		set       *data.Images
		ofClass   []int
		mean, std float64 // of pixel/255; 0 where no figure is published
	}{
		{"train", train, []int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, 0.1307, 0.3081},
		{"test", test, []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, []int{28, 28, 10}, []int{c.set.Width(), c.set.Height(), c.set.Classes()})
			ofClass := make([]int, 10)
			for _, label := range c.set.Labels() {
				ofClass[label]++
			}
			require.Equal(t, c.ofClass, ofClass)
			if c.mean > 0 {
				mean, std := pixelMoments(c.set)
				require.InDelta(t, c.mean, mean, 5e-5)
				require.InDelta(t, c.std, std, 5e-5)
			}
		})
	}
	require.Equal(t, []int{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, train.Labels()[:10])
	require.Equal(t, []int{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}, test.Labels()[:10])

	again, _, err := data.MNIST()
	require.NoError(t, err)
	require.Same(t, train, again)
}

func pixelMoments(s *data.Images) (mean, std float64) {
	x, y := make([]float64, 28*28), make([]float64, 1)
	var sum, squares float64
	for i := range s.Len() {
		s.Batch([]int{i}, x, y)
		for _, v := range x {
			sum += v
			squares += v * v
		}
	}
	n := float64(s.Len() * 28 * 28)
	mean = sum / n
	return mean, math.Sqrt(squares/n - mean*mean)
}

func TestMNISTFrom(t *testing.T) {
	fromFiles, test, err := data.MNISTFrom("mnist")
	require.NoError(t, err)
	embedded, _, err := data.MNIST()
	require.NoError(t, err)
	require.Equal(t, embedded, fromFiles)
	require.Equal(t, 10_000, test.Len())
}

func TestMNISTFromNamesTheBadFile(t *testing.T) {
	const labels = "train-labels-idx1-ubyte.gz"
	original, err := os.ReadFile(filepath.Join("mnist", labels))
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		spoil func([]byte) []byte
		want  string
	}{
		{"one byte altered", func(b []byte) []byte { b[100] ^= 1; return b },
			labels + ": the file was altered: found SHA-256 "},
		{"gzip's name for the file altered", func(b []byte) []byte { b[12] ^= 32; return b },
			labels + ": the file was altered: found SHA-256 "},
		{"truncated", func(b []byte) []byte { return b[:1000] },
			labels + ": found 1000 bytes, want the original's 28881"},
		{"longer", func(b []byte) []byte { return append(b, 0) },
			labels + ": found 28882 bytes, want the original's 28881"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS("mnist")))
			require.NoError(t, os.WriteFile(filepath.Join(dir, labels), c.spoil(append([]byte(nil), original...)), 0o600))
			_, _, err := data.MNISTFrom(dir)
			require.ErrorContains(t, err, "data: MNIST from "+dir+": "+c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, _, err = data.MNISTFrom(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "train-images-idx3-ubyte.gz")
}

func BenchmarkMNISTFrom(b *testing.B) {
	for b.Loop() {
		_, _, err := data.MNISTFrom("mnist")
		require.NoError(b, err)
	}
}
