package weights_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/weights"
)

func TestOpen(t *testing.T) {
	for _, precision := range []graph.Precision{graph.Float32, graph.Float64} {
		ps := graph.NewParams(precision, 1)
		ps.New("b", graph.Gaussian(0, 1), 3)
		ps.New("a/w", graph.Gaussian(0, 1), 2, 4)
		ps.New("scalar", graph.Constant(0.1))
		path := filepath.Join(t.TempDir(), "model.safetensors")
		require.NoError(t, weights.Save(path, ps, map[string]string{"key": "value"}))
		got, meta, err := weights.Open(path)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"key": "value"}, meta)
		require.Equal(t, precision, got.Precision())
		require.Len(t, got.All(), 3)
		for _, p := range ps.All() {
			require.Equal(t, p.Shape(), got.Lookup(p.Name()).Shape())
			require.Equal(t, p.Value().Float64s(), got.Lookup(p.Name()).Value().Float64s())
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	_, _, err := weights.Open(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	path := filepath.Join(t.TempDir(), "short")
	require.NoError(t, os.WriteFile(path, []byte("1234"), 0o600))
	_, _, err = weights.Open(path)
	require.ErrorIs(t, err, weights.ErrCorrupt)
	mixed := `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}}`
	file := append([]byte{byte(len(mixed)), 0, 0, 0, 0, 0, 0, 0}, mixed...)
	require.NoError(t, os.WriteFile(path, append(file, make([]byte, 12)...), 0o600))
	_, _, err = weights.Open(path)
	require.ErrorContains(t, err, "b is F64, want F32")
}
