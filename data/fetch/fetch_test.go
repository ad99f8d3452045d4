package fetch

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// content is what the servers of these tests have, and what the files of setOf are.
var content = func() []byte {
	b := make([]byte, 300_000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}()

func sha(b []byte) Sum { return Sum(fmt.Sprintf("sha256:%x", sha256.Sum256(b))) }

// setOf is a set of one file with content, at the addresses.
func setOf(urls ...string) Set {
	return Set{Name: "group/set", Files: []File{{Name: "folder/file", Bytes: int64(len(content)), Sum: sha(content), URLs: urls}}}
}

// place is where setOf's file belongs.
func place(root string) string { return filepath.Join(root, "group", "set", "folder", "file") }

// leave puts a part file beside the place.
func leave(t *testing.T, root string, part []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(place(root)), 0o755))
	require.NoError(t, os.WriteFile(place(root)+".part", part, 0o644))
}

// requireWhole asks for the file, and nothing else.
func requireWhole(t *testing.T, root string) {
	t.Helper()
	got, err := os.ReadFile(place(root))
	require.NoError(t, err)
	require.True(t, string(content) == string(got), "another content")
	require.NoFileExists(t, place(root)+".part")
}

// server answers requests with answer, which is told how many came before, and keeps their Range headers.
type server struct {
	*httptest.Server
	ranges []string
}

func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, before int)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		answer(w, r, len(s.ranges)-1)
	}))
	t.Cleanup(s.Close)
	return s
}

// whole serves b, with ranges.
func whole(b []byte) func(w http.ResponseWriter, r *http.Request, before int) {
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(b)))
	}
}

func noRanges(w http.ResponseWriter, _ *http.Request, _ int) { w.Write(content) }

// broken serves so many bytes of what is asked for, then breaks the connection.
func broken(w http.ResponseWriter, from, bytes int) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(content[from : from+bytes])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestFetch(t *testing.T) {
	s, root := serve(t, whole(content)), t.TempDir()
	var last Progress
	calls := 0
	f := Fetcher{Observe: func(p Progress) { last, calls = p, calls+1 }}
	require.NoError(t, f.Fetch(t.Context(), setOf(s.URL+"/file"), root))
	requireWhole(t, root)
	require.Greater(t, calls, 2)
	require.Greater(t, last.Rate, 0.0)
	last.Rate = 0
	total := int64(len(content))
	require.Equal(t, Progress{File: "group/set/folder/file", Host: host(s.URL), Done: total, Total: total, Complete: true}, last)

	require.NoError(t, f.Fetch(t.Context(), setOf(s.URL+"/file"), root))
	require.Len(t, s.ranges, 1, "what is there is not asked for")
}

func TestFetchResumes(t *testing.T) {
	half := len(content) / 2
	rest := fmt.Sprintf("bytes=%d-", half)
	other := append([]byte("another file"), content[12:half]...)
	for _, row := range []struct {
		name   string
		part   []byte
		answer func(w http.ResponseWriter, r *http.Request, before int)
		ranges []string
	}{
		{"from the middle", content[:half], whole(content), []string{rest}},
		{"all had come", content, whole(content), nil},
		{"a server without ranges", content[:half], noRanges, []string{rest}},
		{"the part is of another file", other, whole(content), []string{rest, ""}},
		{"the part is too long", append(content[:len(content):len(content)], 1), whole(content), []string{fmt.Sprintf("bytes=%d-", len(content)+1), ""}},
		{"another range than asked for", content[:half], func(w http.ResponseWriter, r *http.Request, before int) {
			if before > 0 {
				w.Write(content)
				return
			}
			broken(w, half-1, 10)
		}, []string{rest, ""}},
		{"the server's file has another size", content[:half], func(w http.ResponseWriter, r *http.Request, before int) {
			if before > 0 {
				w.Write(content)
				return
			}
			whole(content[:len(content)-1])(w, r, before)
		}, []string{rest, ""}},
		{"a connection that breaks", nil, func(w http.ResponseWriter, r *http.Request, before int) {
			if before < 3 {
				broken(w, before*half/3, half/3)
			}
			whole(content)(w, r, before)
		}, []string{"", "bytes=50000-", "bytes=100000-", "bytes=150000-"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, root := serve(t, row.answer), t.TempDir()
			if row.part != nil {
				leave(t, root, row.part)
			}
			require.NoError(t, Fetcher{}.Fetch(t.Context(), setOf(s.URL), root))
			requireWhole(t, root)
			require.Equal(t, row.ranges, s.ranges)
		})
	}
}

func TestFetchTriesTheMirrors(t *testing.T) {
	wrong := serve(t, whole(make([]byte, len(content))))
	gone := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusNotFound) })
	long := serve(t, whole(append(content[:len(content):len(content)], 1)))
	right := serve(t, whole(content))
	root := t.TempDir()
	require.NoError(t, Fetcher{}.Fetch(t.Context(), setOf(wrong.URL, gone.URL, long.URL, right.URL), root))
	requireWhole(t, root)

	root = t.TempDir()
	err := Fetcher{}.Fetch(t.Context(), setOf(wrong.URL, gone.URL), root)
	require.EqualError(t, err, fmt.Sprintf("data: fetching folder/file from %s: its sha256 is %x, not %x as published; "+
		"from %s: the server says 404 Not Found; the file can be put by hand at %s",
		host(wrong.URL), sha256.Sum256(make([]byte, len(content))), sha256.Sum256(content), host(gone.URL), place(root)))
	require.NoFileExists(t, place(root))
	require.NoFileExists(t, place(root)+".part", "nothing to go on from")
}

func TestFetchOffline(t *testing.T) {
	s, root := serve(t, whole(content)), t.TempDir()
	s.Close()
	err := Fetcher{}.Fetch(t.Context(), setOf(s.URL), root)
	require.ErrorContains(t, err, "data: fetching folder/file from "+host(s.URL)+": ")
	require.ErrorContains(t, err, ": no connection; the file can be put by hand at "+place(root))
	require.NoFileExists(t, place(root)+".part")
	leave(t, root, content[:10])
	require.Error(t, Fetcher{}.Fetch(t.Context(), setOf(s.URL), root))
	require.FileExists(t, place(root)+".part", "kept for when there is a connection")
}

func TestFetchGivesUpAStalledConnection(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	stalls := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Write(content[:10])
		w.(http.Flusher).Flush()
		<-release
	})
	right, root := serve(t, whole(content)), t.TempDir()
	require.NoError(t, Fetcher{Stalled: 50 * time.Millisecond}.Fetch(t.Context(), setOf(stalls.URL, right.URL), root))
	requireWhole(t, root)
	require.Equal(t, []string{"bytes=10-"}, right.ranges, "the mirror goes on from there")
}

func TestFetchInterrupted(t *testing.T) {
	s, root := serve(t, whole(content)), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := Fetcher{Observe: func(p Progress) { cancel() }}.Fetch(ctx, setOf(s.URL), root)
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "data: fetching folder/file was interrupted; the next fetch goes on from "+place(root)+".part: context canceled")
	require.NoFileExists(t, place(root))
	require.Positive(t, sizeOf(place(root)+".part"))
	require.NoError(t, Fetcher{}.Fetch(t.Context(), setOf(s.URL), root))
	requireWhole(t, root)
	require.NotEmpty(t, s.ranges[1])
}

func TestFetchVerifiesWhatIsThere(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Dir(place(root)), 0o755))
	require.NoError(t, os.WriteFile(place(root), []byte("altered"), 0o644))
	err := Fetcher{}.Fetch(t.Context(), setOf(), root)
	require.ErrorContains(t, err, "data: group/set: "+place(root)+" is not the published file: its sha256 is ")
	require.ErrorContains(t, err, "remove it, and fetch it again")
	got, err := os.ReadFile(place(root))
	require.NoError(t, err)
	require.Equal(t, "altered", string(got), "it may be dear to somebody")
}

func TestFetchWhereItCannotWrite(t *testing.T) {
	s, root := serve(t, whole(content)), filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(root, nil, 0o644))
	err := Fetcher{}.Fetch(t.Context(), setOf(s.URL), root)
	require.ErrorContains(t, err, "data: fetching folder/file: ")
	require.ErrorContains(t, err, "not a directory")
}

func TestMD5(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o644))
	require.NoError(t, Sum(fmt.Sprintf("md5:%x", md5.Sum(content))).verify(path))
	require.ErrorContains(t, Sum("md5:00").verify(path), "its md5 is ")
}
