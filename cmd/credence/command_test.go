package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/experiments"
)

// known are two experiments that do next to nothing: one passes, one fails.
var known = experiments.List{
	{
		Name: "coin", Summary: "a coin's bias", Needs: "a second", Paper: "Bayes 1763",
		Scales: []experiments.Scale{experiments.Quick, experiments.Paper},
		Run: func(ctx context.Context, r *experiments.Run) error {
			r.Setting("seed given", r.Seed)
			r.Check(experiments.Check{Name: "bias", Value: 0.5, Low: new(0.4)})
			return ctx.Err()
		},
	},
	{
		Name: "small-data", Summary: "data per parameter", Needs: "ten minutes", Paper: "Nobody 2000",
		Scales: []experiments.Scale{experiments.Reduced},
		Run: func(_ context.Context, r *experiments.Run) error {
			r.Check(experiments.Check{Name: "error, %", Value: 3, High: new(2.0)})
			return nil
		},
	},
}

func execute(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(ctx, known, args, &out, &errs)
	return status, out.String(), errs.String()
}

func TestMistakesGetOneLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	const flags = "; known flags: --data-dir, --help, --out, --scale, --seed"
	const seeds = `flag: a seed is a whole number from 0 to 18446744073709551615` + flags
	for _, row := range []struct {
		name   string
		args   string
		status int
		want   string
	}{
		{"unknown command", "train", 2, `unknown command "train"; known: data, help, reproduce, version`},
		{"unknown flag of the program", "--fast", 2, "credence: unknown flag: --fast; known flags: --help"},
		{"unknown experiment", "reproduce con", 2, `unknown experiment "con"; known: coin, small-data`},
		{"experiment in another case", "reproduce Coin", 2, `unknown experiment "Coin"; known: coin, small-data`},
		{"two experiments", "reproduce coin small-data", 2, `reproduce runs one experiment at a time; got ["coin" "small-data"]`},
		{"unknown flag", "reproduce coin --epochs 3", 2, "credence reproduce: unknown flag: --epochs" + flags},
		{"unknown short flag", "reproduce coin -s 3", 2, "credence reproduce: unknown shorthand flag: 's' in -s" + flags},
		{"flag without its value", "reproduce coin --seed", 2, "credence reproduce: flag needs an argument: --seed" + flags},
		{"unknown scale", "reproduce coin --scale huge", 2, `unknown scale "huge"; known: quick, reduced, paper`},
		{"scale that it has not", "reproduce coin --scale reduced", 2, `coin has no scale "reduced"; it has: quick, paper`},
		{"negative seed", "reproduce coin --seed -1", 2, `credence reproduce: invalid argument "-1" for "--seed" ` + seeds},
		{"seed in words", "reproduce coin --seed=one", 2, `credence reproduce: invalid argument "one" for "--seed" ` + seeds},
		{"fractional seed", "reproduce coin --seed 1.5", 2, `credence reproduce: invalid argument "1.5" for "--seed" ` + seeds},
		{"seed too large", "reproduce coin --seed 18446744073709551616", 2, `credence reproduce: invalid argument "18446744073709551616" for "--seed" ` + seeds},
		{"empty scale", "reproduce coin --scale=", 2, `unknown scale ""; known: quick, reduced, paper`},
		{"empty folder", "reproduce coin --out=", 2, "--out is empty"},
		{"help on nothing known", "help train", 2, `unknown command "train"; known: data, help, reproduce, version`},
		{"version with an argument", "version 2", 2, `version takes no arguments; got ["2"]`},
		{"a file for a folder", "reproduce coin --out " + file, 1, "experiments: results can't be written to " + file + ": not a directory"},
		{"below a file", "reproduce coin --out " + file + "/x", 1, "experiments: results can't be written to " + file + "/x: not a directory"},
		{"failed check", "reproduce small-data --out " + t.TempDir(), 1, "experiments: small-data: 1 of 1 checks failed: error, % is 3, not ≤ 2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, stdout, stderr := execute(t.Context(), strings.Fields(row.args)...)
			require.Equal(t, "credence: "+row.want+"\n", stderr)
			require.Equal(t, row.status, status)
			require.NotContains(t, stdout, "Usage")
		})
	}
}

func TestReproduceLists(t *testing.T) {
	status, stdout, stderr := execute(t.Context(), "reproduce")
	require.Equal(t, 0, status, stderr)
	require.Equal(t, `coin        a coin's bias
            needs: a second; scales: quick, paper
small-data  data per parameter
            needs: ten minutes; scales: reduced
`, stdout)
}

func TestReproduceRuns(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new", "folder")
	status, stdout, stderr := execute(t.Context(), "reproduce", "coin", "--scale", "paper", "--seed", "18446744073709551615", "--out", out)
	require.Equal(t, 0, status, stderr)
	require.Empty(t, stderr)
	require.Contains(t, stdout, "report: "+filepath.Join(out, "report.html"))
	result, err := os.ReadFile(filepath.Join(out, "result.json"))
	require.NoError(t, err)
	require.Contains(t, string(result), `"scale": "paper"`)
	require.Contains(t, string(result), `"seed given": 18446744073709551615`)
}

func TestReproduceDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	status, _, stderr := execute(t.Context(), "reproduce", "coin")
	require.Equal(t, 0, status, stderr)
	require.FileExists(t, "results/coin-quick-seed1/result.json")
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := t.TempDir()
	status, _, stderr := execute(ctx, "reproduce", "coin", "--out", out)
	require.Equal(t, 130, status)
	require.Equal(t, "credence: experiments: coin was interrupted before anything was saved (context canceled); "+
		"to start again: credence reproduce coin --scale quick --seed 1 --out "+out+"\n", stderr)
}

func TestVersion(t *testing.T) {
	status, stdout, _ := execute(t.Context(), "version")
	require.Equal(t, 0, status)
	require.Equal(t, "credence "+experiments.Version()+"\n", stdout)
}

func TestHelp(t *testing.T) {
	status, stdout, stderr := execute(t.Context())
	require.Equal(t, 0, status, stderr)
	require.Contains(t, stdout, "reproduce   List the experiments, or run one")
	require.Empty(t, stderr)
	for _, args := range []string{"help reproduce", "reproduce --help"} {
		status, stdout, stderr := execute(t.Context(), strings.Fields(args)...)
		require.Equal(t, 0, status, stderr)
		require.Contains(t, stdout, "--seed N", args)
	}
}
