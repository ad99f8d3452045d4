package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"credence/experiments"
	"credence/report"
)

// runLine says how a result came about.
func runLine(r experiments.Result, link string) string {
	passed, failed := 0, len(r.Failed())
	for _, c := range r.Checks {
		if c.Verdict() == report.Passed {
			passed++
		}
	}
	verdict := fmt.Sprintf("All %d checks passed.", passed)
	if failed > 0 {
		verdict = fmt.Sprintf("**%d of %d checks missed.**", failed, passed+failed)
	}
	took := time.Duration(math.Round(r.WallSeconds)) * time.Second
	return fmt.Sprintf("`go run ./cmd/credence reproduce %s --scale %s --seed %d`: %s, %v on %s; version %s, %s. %s Paper: %s. Everything: [result.json](%s).\n",
		r.Experiment, r.Scale, r.Seed, seeds(r), took, r.CPU, short(r.Version), r.Go, verdict, r.Paper, link)
}

// seeds lists the seeds of a run.
func seeds(r experiments.Result) string {
	if len(r.Seeds) < 2 {
		several := slices.ContainsFunc(r.Checks, func(c experiments.Check) bool { return c.NSeeds > 1 })
		if several { // of which only the first is known
			return fmt.Sprintf("seeds from %d on", r.Seed)
		}
		return fmt.Sprintf("seed %d", r.Seed)
	}
	words := make([]string, len(r.Seeds))
	for i, s := range r.Seeds {
		words[i] = fmt.Sprint(s)
	}
	last := len(words) - 1
	return "seeds " + strings.Join(words[:last], ", ") + " and " + words[last]
}

// short cuts a revision to as much as identifies it.
func short(version string) string {
	revision, modified, _ := strings.Cut(version, "-")
	if len(revision) != 40 {
		return version
	}
	if modified != "" {
		modified = "-" + modified
	}
	return revision[:12] + modified
}

// checks returns the checks of those names, or all. Columns that would be empty are left out.
func checks(r experiments.Result, names []string) (string, error) {
	chosen := r.Checks
	if len(names) > 0 {
		chosen = nil
	}
	for _, name := range names {
		i := slices.IndexFunc(r.Checks, func(c experiments.Check) bool { return c.Name == name })
		if i < 0 {
			return "", fmt.Errorf("%s has no check %q; it has: %s", r.Experiment, name, quoted(r.Checks, func(c experiments.Check) string { return c.Name }))
		}
		chosen = append(chosen, r.Checks[i])
	}
	columns := []string{"", "on", "published", "ours, " + string(r.Scale), "accepted", ""}
	rows := make([][]string, len(chosen))
	for i, c := range chosen {
		rows[i] = []string{c.Name, c.Data(), c.Published(), c.Ours(), c.Band(), verdict(c)}
	}
	for j := len(columns) - 1; j > 0; j-- {
		if !slices.ContainsFunc(rows, func(row []string) bool { return row[j] != "" && row[j] != "–" }) {
			columns = slices.Delete(columns, j, j+1)
			for i := range rows {
				rows[i] = slices.Delete(rows[i], j, j+1)
			}
		}
	}
	return markdown(columns, rows), nil
}

func verdict(c experiments.Check) string {
	switch c.Verdict() {
	case report.Passed:
		return "passed"
	case report.Failed:
		return "**missed**"
	}
	return ""
}

func table(r experiments.Result, name string) (string, error) {
	t, err := tableOf(r, name)
	if err != nil {
		return "", err
	}
	columns, rows := t.Text()
	return markdown(columns, rows), nil
}

// pivot returns the cells of one column by the values of two others, in the order of their first appearance.
func pivot(r experiments.Result, name, row, column, cell string) (string, error) {
	t, err := tableOf(r, name)
	if err != nil {
		return "", err
	}
	columns, rows := t.Text()
	var at [3]int
	for i, c := range []string{row, column, cell} {
		if at[i] = slices.Index(columns, c); at[i] < 0 {
			return "", fmt.Errorf("table %q has no column %q; it has: %s", name, c, quoted(columns, func(s string) string { return s }))
		}
	}
	across, down := []string{row}, [][]string{}
	for _, cells := range rows {
		i := slices.IndexFunc(down, func(d []string) bool { return d[0] == cells[at[0]] })
		if i < 0 {
			i, down = len(down), append(down, []string{cells[at[0]]})
		}
		j := slices.Index(across[1:], cells[at[1]]) + 1
		if j == 0 {
			j, across = len(across), append(across, cells[at[1]])
		}
		for len(down[i]) <= j {
			down[i] = append(down[i], "")
		}
		if down[i][j] != "" {
			return "", fmt.Errorf("table %q has two cells for %s %s and %s %s", name, row, down[i][0], column, across[j])
		}
		down[i][j] = cells[at[2]]
	}
	return markdown(across, down), nil
}

func tableOf(r experiments.Result, name string) (experiments.Table, error) {
	for _, t := range r.Tables {
		if t.Name == name {
			return t, nil
		}
	}
	return experiments.Table{}, fmt.Errorf("%s has no table %q; it has: %s", r.Experiment, name, quoted(r.Tables, func(t experiments.Table) string { return t.Name }))
}

func quoted[T any](all []T, name func(T) string) string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = fmt.Sprintf("%q", name(one))
	}
	return strings.Join(names, ", ")
}

// markdown writes a table with a blank line before and after it; rows may end early.
func markdown(columns []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for j := range columns {
			cell := ""
			if j < len(cells) {
				cell = strings.ReplaceAll(cells[j], "|", `\|`)
			}
			b.WriteString(strings.TrimRight("| "+cell, " ") + " ")
		}
		b.WriteString("|\n")
	}
	b.WriteString("\n")
	line(columns)
	line(slices.Repeat([]string{"---"}, len(columns)))
	for _, row := range rows {
		line(row)
	}
	b.WriteString("\n")
	return b.String()
}
