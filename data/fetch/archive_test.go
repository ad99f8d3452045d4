package fetch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// packed is a gzipped tar of files in a folder.
func packed(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	archive := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: "inside/" + name, Mode: 0o644, Size: int64(len(text))}))
		_, err := archive.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, z.Close())
	return b.Bytes()
}

// packedSet is a set of files a and b in an archive at the address.
func packedSet(archive []byte, url string) Set {
	return Set{
		Name: "set", Archive: &File{Name: "set.tar.gz", Sum: sha(archive), URLs: []string{url}},
		Files: []File{
			{Name: "a", Sum: sha([]byte("alpha"))},
			{Name: "b", Sum: sha([]byte("beta")), Instead: []File{{Name: "b.x", Sum: sha([]byte("be"))}, {Name: "b.y", Sum: sha([]byte("ta"))}}},
		},
	}
}

func TestFetchUnpacks(t *testing.T) {
	archive := packed(t, map[string]string{"a": "alpha", "b": "beta", "readme": "hello"})
	s, root := serve(t, whole(archive)), t.TempDir()
	set := packedSet(archive, s.URL)
	require.Len(t, set.Missing(root), 2)
	require.NoError(t, Fetcher{}.Fetch(t.Context(), set, root))
	require.Empty(t, set.Missing(root))
	requireFiles(t, filepath.Join(root, "set"), map[string]string{"a": "alpha", "b": "beta"})
	require.NoError(t, Fetcher{}.Fetch(t.Context(), set, root))
	require.Len(t, s.ranges, 1)

	require.NoError(t, os.Remove(filepath.Join(root, "set", "a")))
	require.NoError(t, os.WriteFile(filepath.Join(root, "set", "set.tar.gz"), archive, 0o644))
	require.NoError(t, Fetcher{}.Fetch(t.Context(), set, root))
	requireFiles(t, filepath.Join(root, "set"), map[string]string{"a": "alpha", "b": "beta"})
	require.Len(t, s.ranges, 1, "an archive that is there is not downloaded again")
}

func TestFetchUnpacksWhatIsPublished(t *testing.T) {
	for _, row := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"altered", map[string]string{"a": "alpha", "b": "gamma"}, "set.tar.gz: b: its sha256 is "},
		{"incomplete", map[string]string{"b": "beta"}, "set.tar.gz: 1 files are not in it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			archive := packed(t, row.files)
			s, root := serve(t, whole(archive)), t.TempDir()
			err := Fetcher{}.Fetch(t.Context(), packedSet(archive, s.URL), root)
			require.ErrorContains(t, err, "data: unpacking ")
			require.ErrorContains(t, err, row.want)
			require.Len(t, packedSet(archive, s.URL).Missing(root), 1)
		})
	}
}

// Files are read in other forms than the published one, which are as good as it.
func TestOtherFormsAreHere(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write([]byte("alpha"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	root := t.TempDir()
	set := packedSet(nil, "")
	require.NoError(t, os.Mkdir(filepath.Join(root, "set"), 0o755))
	for name, text := range map[string]string{"a.gz": z.String(), "b.x": "be", "b.y": "ta"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, "set", name), []byte(text), 0o644))
	}
	require.Empty(t, set.Missing(root))
	require.NoError(t, Fetcher{}.Fetch(t.Context(), set, root))

	require.NoError(t, os.WriteFile(filepath.Join(root, "set", "b.y"), []byte("at"), 0o644))
	require.ErrorContains(t, Fetcher{}.Fetch(t.Context(), set, root), "b.y is not the published file: its sha256 is ")
	require.NoError(t, os.Remove(filepath.Join(root, "set", "b.y")))
	require.Len(t, set.Missing(root), 1, "half of it is none of it")

	set.Files = []File{{Name: "b.x", Sum: sha([]byte("beta")), Instead: []File{{Name: "b.x", Sum: sha([]byte("be"))}}}}
	require.NoError(t, Fetcher{}.Fetch(t.Context(), set, root), "written anew under the same name")
}

func requireFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	got := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(t, err)
		got[f.Name()] = string(b)
	}
	require.Equal(t, want, got)
}
