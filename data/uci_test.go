package data

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// writeUCI writes a set of four rows and two splits, with the changed files in place of its own.
func writeUCI(t *testing.T, changed map[string]string) Folder {
	t.Helper()
	files := map[string]string{
		"data/data.txt":           " 1.5  10 7\n2\t20 7 \n3e0 30 7\n4 40 7\n\n",
		"data/index_features.txt": "0\n2\n", "data/index_target.txt": "1\n",
		"data/n_splits.txt": "2\n", "data/n_hidden.txt": "50\n", "data/n_epochs.txt": "40",
		"data/dropout_rates.txt": "0.005\n0.01\n", "data/tau_values.txt": "0.1\n0.15\n0.2\n",
		"data/index_train_0.txt": "3\n0\n2\n", "data/index_test_0.txt": "1\n",
		"data/index_train_1.txt": "1\n2\n", "data/index_test_1.txt": "0\n3\n",
	}
	for i, what := range []string{"MC_rmse", "ll", "rmse", "tau"} {
		files["results/test_"+what+"_100_xepochs_1_hidden_layers.txt"] = fmt.Sprintf("%d.5\n%d.25\n", i, i)
	}
	root := t.TempDir()
	for name, content := range files {
		if other, ok := changed[name]; ok {
			content = other
		}
		path := filepath.Join(root, "uci", "tiny", filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if content != "" {
			require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		}
	}
	return Folder(root)
}

func TestUCI(t *testing.T) {
	u, err := writeUCI(t, nil).UCI("tiny")
	require.NoError(t, err)
	require.Equal(t, 4, u.Table.Len())
	x, y := u.Table.At(2)
	require.Equal(t, []float64{3, 7}, x)
	require.Equal(t, []float64{30}, y)
	require.Equal(t, []UCISplit{{Train: []int{3, 0, 2}, Test: []int{1}}, {Train: []int{1, 2}, Test: []int{0, 3}}}, u.Splits)
	require.Equal(t, 50, u.Hidden)
	require.Equal(t, 40, u.Epochs)
	require.Equal(t, []float64{0.005, 0.01}, u.Rates)
	require.Equal(t, []float64{0.1, 0.15, 0.2}, u.Taus)
	require.Equal(t, []UCIScore{{0.5, 1.5, 2.5, 3.5}, {0.25, 1.25, 2.25, 3.25}}, u.Published)
}

func TestUCIMistakes(t *testing.T) {
	result := "results/test_ll_100_xepochs_1_hidden_layers.txt"
	for name, c := range map[string]struct{ file, content, want string }{
		"a word":                  {"data/data.txt", "1 10 7\n2 twenty 7\n", `data/data.txt: line 2, column 2: "twenty" is not a finite number`},
		"not a number":            {"data/data.txt", "1 10 7\n2 20 NaN\n", `line 2, column 3: "NaN" is not a finite number`},
		"a short row":             {"data/data.txt", "1 10 7\n2 20\n", "data/data.txt: line 2: 2 columns, want 3"},
		"an empty line":           {"data/data.txt", "1 10 7\n\n2 20 7\n", "data/data.txt: line 2: 0 columns, want 3"},
		"nothing":                 {"data/data.txt", "\n", "data/data.txt: line 1: no numbers"},
		"a column beyond":         {"data/index_features.txt", "0\n3\n", "data/index_features.txt: line 2: 3, want a whole number in 0..2"},
		"two targets":             {"data/index_target.txt", "1\n2\n", "data/index_target.txt: line 2: a second target"},
		"a fraction of a row":     {"data/index_test_1.txt", "0.5\n3\n", "data/index_test_1.txt: line 1: 0.5, want a whole number in 0..3"},
		"a row beyond":            {"data/index_test_1.txt", "0\n4\n", "data/index_test_1.txt: line 2: 4, want a whole number in 0..3"},
		"a row twice":             {"data/index_test_1.txt", "0\n2\n", "data/index_test_1.txt: line 2: row 2 is in data/index_train_1.txt already"},
		"a row left out":          {"data/index_test_1.txt", "0\n", "data/index_train_1.txt: with the test rows 3 rows, want 4"},
		"two numbers of units":    {"data/n_hidden.txt", "50\n50\n", "data/n_hidden.txt: [50 50], want a single whole number of at least 1"},
		"no units":                {"data/n_hidden.txt", "0\n", "data/n_hidden.txt: [0], want"},
		"a rate of 1":             {"data/dropout_rates.txt", "0.1\n1\n", "data/dropout_rates.txt: line 2: 1, want at least 0 and below 1"},
		"no precision":            {"data/tau_values.txt", "0\n", "data/tau_values.txt: line 1: 0, want above 0"},
		"a result too few":        {result, "1\n", result + ": 1 results for 2 splits"},
		"a split that is missing": {"data/index_train_1.txt", "", "index_train_1.txt is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := writeUCI(t, map[string]string{c.file: c.content}).UCI("tiny")
			require.ErrorContains(t, err, "data: uci/tiny: ")
			require.ErrorContains(t, err, c.want)
			require.Nil(t, u)
		})
	}
	_, err := Folder(t.TempDir()).UCI("yacht")
	var missing *MissingError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, "uci/yacht", missing.Set)
}

// The published sets, where they are: their sizes, and the means of the authors' results that their README prints.
func TestPublishedUCI(t *testing.T) {
	if os.Getenv("CREDENCE_DATA") == "" {
		t.Skip("CREDENCE_DATA names no folder of data sets")
	}
	for set, c := range map[string]struct {
		rows, features, splits, hidden int
		rmse, logLik                   float64
	}{
		"bostonHousing":              {506, 13, 20, 50, 2.90, -2.40},
		"concrete":                   {1030, 8, 20, 50, 4.82, -2.93},
		"energy":                     {768, 8, 20, 50, 0.54, -1.21},
		"kin8nm":                     {8192, 8, 20, 50, 0.08, 1.14},
		"naval-propulsion-plant":     {11934, 16, 20, 50, 0, 4.45},
		"power-plant":                {9568, 4, 20, 50, 4.01, -2.80},
		"protein-tertiary-structure": {45730, 9, 5, 100, 4.27, -2.87},
		"wine-quality-red":           {1599, 11, 20, 50, 0.62, -0.93},
		"yacht":                      {308, 6, 20, 50, 0.67, -1.25},
	} {
		t.Run(set, func(t *testing.T) {
			u, err := Folder("").UCI(set)
			require.NoError(t, err)
			require.Equal(t, c.rows, u.Table.Len())
			require.Equal(t, []int{c.features}, u.Table.XShape())
			require.Len(t, u.Splits, c.splits)
			require.Equal(t, c.hidden, u.Hidden)
			require.Len(t, u.Rates, 4)
			require.Len(t, u.Taus, 3)
			var rmse, logLik float64
			for _, s := range u.Published {
				rmse += s.RMSE / float64(c.splits)
				logLik += s.LogLik / float64(c.splits)
				require.Contains(t, u.Taus, s.Tau)
			}
			require.InDelta(t, c.rmse, rmse, 0.0101)
			require.InDelta(t, c.logLik, logLik, 0.0101)
		})
	}
}
