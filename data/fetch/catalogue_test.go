package fetch

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCatalogue(t *testing.T) {
	names := map[string]bool{}
	for _, s := range Sets() {
		require.False(t, names[s.Name], s.Name)
		names[s.Name] = true
		require.NotEmpty(t, s.What, s.Name)
		require.NotEmpty(t, s.Licence, s.Name)
		require.NotEmpty(t, s.Files, s.Name)
		for _, f := range s.Files {
			name := s.Name + "/" + f.Name
			if s.Archive == nil {
				requireAddresses(t, f)
			} else {
				require.NotContains(t, f.Name, "/", "%s: archives are unpacked flat", name)
			}
			requireSum(t, name, f.Sum)
			for _, other := range f.Instead {
				requireSum(t, name, other.Sum)
			}
			if s.Name != "frey-face" {
				require.Positive(t, f.Bytes, name)
			}
		}
		if s.Archive != nil {
			requireAddresses(t, *s.Archive)
			requireSum(t, s.Archive.Name, s.Archive.Sum)
		}
	}
	require.Len(t, names, 7+9)
}

func requireAddresses(t *testing.T, f File) {
	t.Helper()
	require.NotEmpty(t, f.URLs, f.Name)
	for _, address := range f.URLs {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Contains(t, []string{"http", "https"}, u.Scheme)
		require.True(t, strings.HasSuffix(u.Path, "/"+f.Name), address)
	}
}

func requireSum(t *testing.T, name string, s Sum) {
	t.Helper()
	require.Regexp(t, `^(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$`, string(s), name)
}

// Each UCI set has its data, its columns, and the rows of each split.
func TestUCI(t *testing.T) {
	require.Equal(t, 438, strings.Count(uciSums, "\n"))
	for _, s := range uci() {
		names := map[string]bool{}
		for _, f := range s.Files {
			names[f.Name] = true
		}
		splits := 20
		if s.Name == "uci/protein-tertiary-structure" {
			splits = 5
		}
		require.Len(t, s.Files, 2*splits+12, s.Name)
		for _, name := range []string{"data.txt", "index_features.txt", "index_target.txt", "index_train_0.txt", "index_test_4.txt"} {
			require.True(t, names["data/"+name], "%s: %s", s.Name, name)
		}
	}
}

func TestNamed(t *testing.T) {
	sets, err := Named(Sets(), "uci", "kmnist")
	require.NoError(t, err)
	require.Len(t, sets, 10)
	require.Equal(t, "kmnist", sets[9].Name)
	_, err = Named(Sets(), "kmnist", "uci/boston")
	require.ErrorContains(t, err, `unknown data set "uci/boston"; known: mnist, fashion-mnist, `)
}

// What lies in the folder that CREDENCE_DATA names is what is published.
func TestTheFolderHere(t *testing.T) {
	root := os.Getenv("CREDENCE_DATA")
	if root == "" || testing.Short() {
		t.Skip("reads all data sets in the folder that CREDENCE_DATA names; it is not set, or -short is")
	}
	for _, s := range Sets() {
		_, err := s.verify(root)
		require.NoError(t, err)
	}
}
