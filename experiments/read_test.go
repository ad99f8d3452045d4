package experiments

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadResult(t *testing.T) {
	out, _, err := do(t, func(_ context.Context, r *Run) error {
		r.Setting("z", 1e-3)
		r.Setting("seeds", 3)
		r.Setting("widths", []int{784, 10})
		c := ofSeeds("error, %", []float64{1, 2, 4.5})
		c.High = new(3.0)
		r.Check(c)
		r.Info(Check{Name: "lost", Value: math.NaN()})
		r.Table("by size", "smaller is worse", []string{"N", "NLL"}, [][]any{{50, math.NaN()}, {60000, "0.1 ± 0.2"}})
		return nil
	})
	require.NoError(t, err)
	r, err := ReadResult(filepath.Join(out, "result.json"))
	require.NoError(t, err)
	require.Equal(t, []any{"fake", "Nobody 2000", Quick, uint64(7), []uint64{7, 8, 9}}, []any{r.Experiment, r.Paper, r.Scale, r.Seed, r.Seeds})
	require.Equal(t, Settings{{"z", 1e-3}, {"seeds", 3.0}, {"widths", []any{784.0, 10.0}}}, r.Settings)
	require.Equal(t, []float64{1, 2, 4.5}, r.Checks[0].Values)
	require.Equal(t, 3.0, *r.Checks[0].High)
	require.True(t, math.IsNaN(r.Checks[1].Value))
	_, rows := r.Tables[0].Text()
	require.Equal(t, [][]string{{"50", "NaN"}, {"60000", "0.1 ± 0.2"}}, rows)
}

func TestReadResultOfAnOlderVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"experiment": "coin", "seed": 4, "settings": {"seeds": 2}, "new": true}`), 0o644))
	r, err := ReadResult(path)
	require.NoError(t, err)
	require.Equal(t, coin.Paper, r.Paper)
	require.Equal(t, []uint64{4, 5}, r.Seeds)
}

func TestReadResultMistakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	_, err := ReadResult(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	for name, text := range map[string]string{
		"no JSON":           "{",
		"no result":         "{}",
		"a number in words": `{"experiment": "coin", "checks": [{"value": "many"}]}`,
		"settings in a row": `{"experiment": "coin", "settings": []}`,
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		_, err := ReadResult(path)
		require.ErrorContains(t, err, path, name)
	}
}

// Standard errors have columns of their own in result.json, and stand beside their values for a reader.
func TestTableText(t *testing.T) {
	columns, rows := Table{Columns: []string{"N", "NLL", "±", "from"}, Rows: [][]any{
		{50, 2.0657, 0.1176, "here"}, {60000, 0.0667, 0.0, "there"}, {1, "–", "–", 0.25},
	}}.Text()
	require.Equal(t, []string{"N", "NLL", "from"}, columns)
	require.Equal(t, [][]string{{"50", "2.07 ± 0.12", "here"}, {"60000", "0.07 ± 0.00", "there"}, {"1", "–", "0.25"}}, rows)
}
