package experiments

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWallGoesOn(t *testing.T) {
	dir := t.TempDir()
	w := startWall(dir, time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	require.Less(t, w.stop(), time.Minute)
	require.Empty(t, fileNames(t, dir), "nothing is kept of this run")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "last"), nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "wall-seconds"), []byte("3600.0\n"), 0o644))
	w = startWall(dir, time.Hour)
	require.InDelta(t, time.Hour, w.stop(), float64(time.Minute))
	require.NoError(t, os.Remove(filepath.Join(dir, "last")))
	w = startWall(dir, time.Hour)
	require.InDelta(t, time.Hour, w.stop(), float64(time.Minute), "as noted when it stopped")
}

// The time of a run that was interrupted is that of all its processes.
func TestDoAddsTheTimes(t *testing.T) {
	o := Options{Scale: Quick, Seed: 7, Out: filepath.Join(t.TempDir(), "out")}
	ctx, cancel := context.WithCancel(t.Context())
	interrupted := fake(func(ctx context.Context, r *Run) error {
		require.NoError(t, os.WriteFile(filepath.Join(r.CheckpointDir(), "last"), nil, 0o644))
		time.Sleep(300 * time.Millisecond)
		cancel()
		return ctx.Err()
	})
	require.ErrorIs(t, Do(ctx, interrupted, o, io.Discard), context.Canceled)
	require.NoError(t, Do(t.Context(), fake(func(_ context.Context, r *Run) error {
		r.Check(good)
		return nil
	}), o, io.Discard))
	require.GreaterOrEqual(t, readResult(t, o.Out)["wall_seconds"], 0.3)
	require.Equal(t, []string{"report.html", "result.json"}, fileNames(t, o.Out))
}
