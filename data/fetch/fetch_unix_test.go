//go:build linux || darwin

package fetch

import (
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A limit on the size of files stands for a disk that fills up.
func TestFetchOnAFullDisk(t *testing.T) {
	s, root := serve(t, whole(content)), t.TempDir()
	mirror := serve(t, whole(content))
	lift := limitFiles(t, uint64(len(content)/2))
	err := Fetcher{}.Fetch(t.Context(), setOf(s.URL, mirror.URL), root)
	require.ErrorIs(t, err, syscall.EFBIG)
	require.ErrorContains(t, err, "data: fetching folder/file: writing "+place(root)+".part: ")
	require.Empty(t, mirror.ranges, "another address would not help")
	require.NoFileExists(t, place(root))
	lift()
	require.NoError(t, Fetcher{}.Fetch(t.Context(), setOf(s.URL), root))
	requireWhole(t, root)
	require.Equal(t, "bytes=150000-", s.ranges[1])
}

// limitFiles makes writes beyond so many bytes of a file fail until lift, or the end of the test.
func limitFiles(t *testing.T, bytes uint64) (lift func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: was.Max}))
	lift = func() {
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was))
		signal.Reset(syscall.SIGXFSZ)
	}
	t.Cleanup(lift)
	return lift
}
