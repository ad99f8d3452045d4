package data

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFolderOpens(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "set"), 0o755))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte("words"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for name, content := range map[string][]byte{
		"plain": []byte("words"), "packed.gz": packed.Bytes(), "torn.gz": packed.Bytes()[:packed.Len()-6],
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, "set", name), content, 0o644))
	}
	for _, name := range []string{"plain", "packed", "packed.gz"} {
		content, err := Folder(root).open("set", name)
		require.NoError(t, err, name)
		require.Equal(t, "words", string(content), name)
	}
	_, err = Folder(root).open("set", "torn")
	require.ErrorContains(t, err, "data: set: "+filepath.Join(root, "set", "torn"))
	_, err = Folder(root).open("other", "plain")
	var missing *MissingError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, "other", missing.Set)
	require.ErrorContains(t, err, "credence data fetch other")
}

func TestFolderPath(t *testing.T) {
	t.Setenv("CREDENCE_DATA", "from-environment")
	path, err := Folder("given").Path()
	require.NoError(t, err)
	require.Equal(t, "given", path)
	path, err = Folder("").Path()
	require.NoError(t, err)
	require.Equal(t, "from-environment", path)
	t.Setenv("CREDENCE_DATA", "")
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	path, err = Folder("").Path()
	require.NoError(t, err)
	require.Equal(t, "credence", filepath.Base(path))
}
