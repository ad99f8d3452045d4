package experiments

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/report"
)

func TestDoWritesEverything(t *testing.T) {
	out, printed, err := do(t, func(_ context.Context, r *Run) error {
		r.Setting("widths", []int{784, 10})
		r.Setting("lr", 1e-3)
		r.Setting("clip", math.Inf(1))
		r.Check(good)
		r.Info(Check{Name: "paper's, %", Value: 1.6, Paper: new(1.34), Provenance: FromMemory, Low: new(9.0)})
		r.Table("by size", "smaller is worse", []string{"N", "NLL"}, [][]any{{50, math.NaN()}})
		r.Picture("curves", "falls", report.Curves{Lines: []report.Line{{X: []float64{1, 2}, Y: []float64{2, 1}}}})
		r.Model(func(path string) error { return os.WriteFile(path, []byte("weights"), 0o644) })
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"curves.png", "model.safetensors", "report.html", "result.json"}, fileNames(t, out))

	result := readResult(t, out)
	for _, key := range []string{"version", "go", "cpu"} {
		require.NotEmpty(t, result[key], key)
		delete(result, key)
	}
	require.Greater(t, result["wall_seconds"], 0.0)
	delete(result, "wall_seconds")
	check := result["checks"].([]any)[1].(map[string]any)
	require.Equal(t, "from memory", check["provenance"])
	require.Nil(t, check["pass"])
	require.Nil(t, check["low"])
	delete(result, "checks")
	require.Equal(t, map[string]any{
		"experiment": "fake", "paper": "Nobody 2000", "scale": "quick", "seed": 7.0,
		"settings": map[string]any{"widths": []any{784.0, 10.0}, "lr": 1e-3, "clip": "+Inf"},
		"tables": []any{map[string]any{
			"name": "by size", "caption": "smaller is worse", "columns": []any{"N", "NLL"}, "rows": []any{[]any{50.0, "NaN"}},
		}},
	}, result)

	require.Regexp(t, `error, % +│ +– │ +1.5 │ +≤ 2 │ pass`, printed)
	require.Regexp(t, `paper's, % +│ 1.34 \(from memory\) │ +1.6 │ +– │ –`, printed)
	require.NotContains(t, printed, "\x1b", "colours are for terminals")

	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), "credence reproduce fake --scale quick --seed 7 --out "+out)
	require.Contains(t, string(page), "Nobody 2000")
}

func TestDoKeepsTheSettingsInOrder(t *testing.T) {
	out, _, err := do(t, func(_ context.Context, r *Run) error {
		for _, name := range []string{"z", "a", "m"} {
			r.Setting(name, name)
		}
		r.Check(good)
		return nil
	})
	require.NoError(t, err)
	data, err := os.ReadFile(filepath.Join(out, "result.json"))
	require.NoError(t, err)
	require.Regexp(t, `(?s)"z".*"a".*"m"`, string(data))
}

func TestDoReportsFailedChecks(t *testing.T) {
	out, printed, err := do(t, func(_ context.Context, r *Run) error {
		r.Check(good)
		r.Check(Check{Name: "NLL, nats", Value: math.NaN(), High: new(1.0)})
		return nil
	})
	var failed *ChecksError
	require.ErrorAs(t, err, &failed)
	require.EqualError(t, err, "experiments: fake: 1 of 2 checks failed: NLL, nats is NaN, not ≤ 1")
	require.Contains(t, printed, "FAIL")
	require.Len(t, readResult(t, out)["checks"], 2, "a failed run is written like any other")
}

func TestDoReportsMistakesOfTheExperiment(t *testing.T) {
	curves := report.Curves{}
	for _, row := range []struct {
		name string
		run  func(r *Run)
		want string
	}{
		{"no band", func(r *Run) { r.Check(Check{Name: "x", Value: 1}) }, `check "x" has no band`},
		{"no name", func(r *Run) { r.Info(Check{Value: 1}) }, "a check of value 1 has no name"},
		{"paper without provenance", func(r *Run) { r.Info(Check{Name: "x", Paper: new(1.0)}) }, `check "x" gives the paper's number without`},
		{"provenance without paper", func(r *Run) { r.Info(Check{Name: "x", Provenance: Verified}) }, `check "x" is verified, but`},
		{"check twice", func(r *Run) { r.Check(good) }, `a second check "error, %"`},
		{"setting twice", func(r *Run) { r.Setting("a", 1); r.Setting("a", 2) }, `a second setting "a"`},
		{"picture twice", func(r *Run) { r.Picture("a", "", curves); r.Picture("a", "", curves) }, `a second picture "a"`},
		{"picture's name is a path", func(r *Run) { r.Picture("../a", "", curves) }, `picture "../a": a name is lower case`},
		{"picture can't be drawn", func(r *Run) { r.Picture("a", "", report.Panels{}) }, "picture a: report: panels"},
		{"ragged table", func(r *Run) { r.Table("t", "", []string{"a"}, [][]any{{1}, {}}) }, `table "t": row 1 has 0 cells for 1 columns`},
		{"model can't be saved", func(r *Run) { r.Model(func(string) error { return syscall.ENOSPC }) }, "saving model: no space left on device"},
		{"model not written", func(r *Run) { r.Model(func(string) error { return nil }) }, "saving model: open "},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, _, err := do(t, func(_ context.Context, r *Run) error {
				r.Check(good)
				row.run(r)
				return nil
			})
			require.ErrorContains(t, err, row.want)
			require.Contains(t, fileNames(t, out), "result.json", "the rest of the run is not lost")
		})
	}
}

func TestDoWantsACheckThatCanFail(t *testing.T) {
	_, _, err := do(t, func(_ context.Context, r *Run) error {
		r.Info(Check{Name: "x", Value: 1})
		return nil
	})
	require.EqualError(t, err, "experiments: fake: it recorded no check that can fail")
}

func TestDoChecksTheFolderBeforeTheWork(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	out := filepath.Join(file, "out")
	err := Do(t.Context(), fake(func(context.Context, *Run) error {
		t.Fatal("ran")
		return nil
	}), Options{Scale: Quick, Seed: 1, Out: out}, io.Discard)
	require.EqualError(t, err, "experiments: results can't be written to "+out+": not a directory")
}

func TestDoRefusesAScaleThatIsNotThere(t *testing.T) {
	err := Do(t.Context(), fake(nil), Options{Scale: Reduced, Seed: 1, Out: t.TempDir()}, io.Discard)
	require.EqualError(t, err, `experiments: fake has no scale "reduced"; it has: quick, paper`)
}

func TestDoWritesUnderResultsByDefault(t *testing.T) {
	t.Chdir(t.TempDir())
	err := Do(t.Context(), fake(func(_ context.Context, r *Run) error {
		r.Check(good)
		return nil
	}), Options{Scale: Paper, Seed: 3}, io.Discard)
	require.NoError(t, err)
	require.FileExists(t, "results/fake-paper-seed3/result.json")
}

func TestDoInterrupted(t *testing.T) {
	out := filepath.Join(t.TempDir(), "my out")
	command := "credence reproduce fake --scale quick --seed 7 --out '" + out + "'"
	attempt := func(ctx context.Context, cancel func(), save bool) error {
		return Do(ctx, fake(func(ctx context.Context, r *Run) error {
			if save {
				require.NoError(t, os.WriteFile(filepath.Join(r.CheckpointDir(), "last"), nil, 0o644))
			}
			r.Check(good)
			cancel()
			return ctx.Err()
		}), Options{Scale: Quick, Seed: 7, Out: out}, io.Discard)
	}

	ctx, cancel := context.WithCancel(t.Context())
	err := attempt(ctx, cancel, false)
	require.ErrorIs(t, err, context.Canceled)
	require.EqualError(t, err, "experiments: fake was interrupted before anything was saved (context canceled); to start again: "+command)

	ctx, cancel = context.WithCancel(t.Context())
	err = attempt(ctx, cancel, true)
	require.ErrorIs(t, err, context.Canceled)
	dir := filepath.Join(out, "checkpoints", "fake-quick-seed7")
	require.EqualError(t, err, "experiments: fake was interrupted (context canceled); to go on from "+dir+": "+command)
	require.Equal(t, []string{"checkpoints"}, fileNames(t, out), "no results of an unfinished run")
	require.FileExists(t, filepath.Join(dir, "last"))

	require.NoError(t, attempt(t.Context(), func() {}, true))
	require.Equal(t, []string{"report.html", "result.json"}, fileNames(t, out), "a finished run needs no checkpoints")
}

func TestDoKeepsWhatWentWrongWhileInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := Do(ctx, fake(func(context.Context, *Run) error {
		cancel()
		return syscall.ENOSPC
	}), Options{Scale: Quick, Seed: 7, Out: t.TempDir()}, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, syscall.ENOSPC)
}

func TestDoReturnsTheExperimentsError(t *testing.T) {
	out, _, err := do(t, func(context.Context, *Run) error { return errors.New("bnn: step 3: loss is NaN") })
	require.EqualError(t, err, "experiments: fake: bnn: step 3: loss is NaN")
	require.Empty(t, fileNames(t, out))
}

func TestWriteFileIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "result.json")
	require.NoError(t, writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, "old"); return err }))
	err := writeFile(path, func(w io.Writer) error {
		io.WriteString(w, "half of the new")
		return syscall.ENOSPC
	})
	require.ErrorIs(t, err, syscall.ENOSPC)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(data))
	require.Equal(t, []string{"result.json"}, fileNames(t, dir))
}

func TestMakeWritableSweepsWhatAKilledRunLeft(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{unfinished + "123", unfinished + "model.safetensors", "." + unfinished + "model.safetensors123", "kept"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, unfinished+"sizes", "file"), 0o755))
	require.NoError(t, makeWritable(dir))
	require.Equal(t, []string{"kept"}, fileNames(t, dir))
}

func TestShellQuote(t *testing.T) {
	for in, want := range map[string]string{
		"/tmp/a-b_c.d": "/tmp/a-b_c.d", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "": "''",
	} {
		require.Equal(t, want, shellQuote(in))
	}
}

func TestMark(t *testing.T) {
	require.Equal(t, "pass", mark(report.Passed, false))
	require.Equal(t, "\x1b[32mpass\x1b[0m", mark(report.Passed, true))
	require.True(t, strings.HasPrefix(mark(report.Failed, true), "\x1b[1;31mFAIL"))
	require.Equal(t, "–", mark(report.None, true))
	require.False(t, isTerminal(&bytes.Buffer{}))
}
