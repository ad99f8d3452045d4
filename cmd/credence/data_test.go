package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data/fetch"
)

// servedSets are a set of a server, and one that nobody has.
func servedSets(t *testing.T) []fetch.Set {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "six by nine") }))
	t.Cleanup(server.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	sum := fetch.Sum(fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("six by nine"))))
	return []fetch.Set{
		{Name: "numbers", What: "a product", Licence: "CC0", Files: []fetch.File{
			{Name: "one", Bytes: 11, Sum: sum, URLs: []string{server.URL}}, {Name: "two", Bytes: 11, Sum: sum, URLs: []string{server.URL}},
		}},
		{Name: "words", What: "nothing", Licence: "none", Files: []fetch.File{{Name: "one", Sum: sum, URLs: []string{gone.URL}}}},
	}
}

func executeData(ctx context.Context, sets []fetch.Set, args ...string) (stdout string, err error) {
	var out bytes.Buffer
	root := rootCommand()
	root.AddCommand(dataCommand(sets))
	root.SetArgs(append([]string{"data"}, args...))
	root.SetOut(&out)
	root.SetErr(&out)
	err = root.ExecuteContext(ctx)
	return out.String(), err
}

func TestDataListsAndFetches(t *testing.T) {
	sets, root := servedSets(t), t.TempDir()
	stdout, err := executeData(t.Context(), sets, "--data-dir", root)
	require.NoError(t, err)
	require.Equal(t, "numbers  a product\n         22 B; CC0; missing\nwords    nothing\n         size unknown; none; missing\n", stdout)

	folder := filepath.Join(root, "numbers")
	stdout, err = executeData(t.Context(), sets, "fetch", "numbers", "--data-dir", root)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 3, "one for each file, and one for the set: %s", stdout)
	require.Regexp(t, `^numbers/one  11 B, \S+ [kM]?B/s from 127.0.0.1:\d+$`, lines[0])
	require.Equal(t, "numbers: 2 files in "+folder, lines[2])

	require.NoError(t, os.Remove(filepath.Join(folder, "two")))
	t.Setenv("CREDENCE_DATA", root)
	stdout, err = executeData(t.Context(), sets)
	require.NoError(t, err)
	require.Contains(t, stdout, "1 of 2 files missing in "+folder)
	_, err = executeData(t.Context(), sets, "fetch", "numbers")
	require.NoError(t, err)
	stdout, err = executeData(t.Context(), sets)
	require.NoError(t, err)
	require.Contains(t, stdout, "CC0; in "+folder)
}

func TestDataMistakes(t *testing.T) {
	sets, root := servedSets(t), t.TempDir()
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name   string
		ctx    context.Context
		args   []string
		status int
		want   string
	}{
		{"no name", t.Context(), []string{"fetch"}, 2, "fetch wants the names of data sets; credence data lists them"},
		{"unknown set", t.Context(), []string{"fetch", "numbers", "letters"}, 2, `unknown data set "letters"; known: numbers, words`},
		{"unknown command", t.Context(), []string{"get"}, 2, `unknown command "get"; known: fetch`},
		{"offline", t.Context(), []string{"fetch", "words"}, 1, "no connection; the file can be put by hand at " + filepath.Join(root, "words", "one")},
		{"interrupted", interrupted, []string{"fetch", "numbers"}, 130, "interrupted; the next fetch goes on from "},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := executeData(row.ctx, sets, append(row.args, "--data-dir", root)...)
			require.ErrorContains(t, err, row.want)
			require.Equal(t, row.status, status(err))
		})
	}
}

func TestFetchProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := &fetchProgress{out: &out, live: true}
	p.observe(fetch.Progress{File: "set/file", Host: "example.org", Done: 25e6, Total: 100e6, Rate: 2e6})
	p.observe(fetch.Progress{File: "set/file", Host: "example.org", Done: 25e6 + 1, Total: 100e6, Rate: 2e6})
	p.end()
	require.Equal(t, "\r\x1b[Kset/file  25 MB of 100 MB, 25%, 2 MB/s from example.org\r\x1b[K", out.String(), "drawn at most ten times a second")
}
