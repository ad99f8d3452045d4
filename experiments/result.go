package experiments

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"credence/report"
)

// Result is what a run leaves behind, and all that is needed to repeat it.
type Result struct {
	Experiment  string   `json:"experiment"`
	Paper       string   `json:"paper,omitempty"` // that it is held against
	Scale       Scale    `json:"scale"`
	Seed        uint64   `json:"seed"`
	Seeds       []uint64 `json:"seeds,omitempty"` // all, where there are several; the first is Seed
	Version     string   `json:"version"`         // the revision it was built from, or "devel"
	Go          string   `json:"go"`
	CPU         string   `json:"cpu"`
	Settings    Settings `json:"settings"`
	WallSeconds float64  `json:"wall_seconds"` // of all processes, where the run was interrupted
	Checks      []Check  `json:"checks"`
	Tables      []Table  `json:"tables,omitempty"`
}

// Setting is one named choice of a run.
type Setting struct {
	Name  string
	Value any
}

// Settings are a JSON object whose keys keep their order.
type Settings []Setting

// MarshalJSON writes the settings in order.
func (s Settings) MarshalJSON() ([]byte, error) {
	buf := bytes.NewBufferString("{")
	for i, one := range s {
		if i > 0 {
			buf.WriteByte(',')
		}
		name, err := json.Marshal(one.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(jsonValue(one.Value))
		if err != nil {
			return nil, fmt.Errorf("setting %q: %w", one.Name, err)
		}
		buf.Write(name)
		buf.WriteByte(':')
		buf.Write(value)
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}

// Table is further results by row. Cells are strings, integers or floats.
type Table struct {
	Name    string   `json:"name"`
	Caption string   `json:"caption"`
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

// MarshalJSON writes the table; floats that are not finite are the strings "NaN", "+Inf" and "-Inf".
func (t Table) MarshalJSON() ([]byte, error) {
	rows := make([][]any, len(t.Rows))
	for i, row := range t.Rows {
		rows[i] = make([]any, len(row))
		for j, cell := range row {
			rows[i][j] = jsonValue(cell)
		}
	}
	type plain Table // without this method
	return json.Marshal(plain{t.Name, t.Caption, t.Columns, rows})
}

func (t Table) page() report.Table {
	columns, rows := t.Text()
	return report.Table{Name: t.Name, Caption: t.Caption, Columns: columns, Rows: rows}
}

// Text returns the table for a reader. A column named ± that holds the standard errors of the one before it is
// put into that: "1.57 ± 0.02".
func (t Table) Text() (columns []string, rows [][]string) {
	rows = make([][]string, len(t.Rows))
	for j, column := range t.Columns {
		if column == "±" && j > 0 {
			continue
		}
		columns = append(columns, column)
		errors := j+1 < len(t.Columns) && t.Columns[j+1] == "±"
		for i, row := range t.Rows {
			cell := format(row[j])
			if mean, ok := row[j].(float64); ok && errors {
				if stderr, ok := row[j+1].(float64); ok {
					cell = plusMinus(mean, &stderr)
				}
			}
			rows[i] = append(rows[i], cell)
		}
	}
	return columns, rows
}

// seedsOf returns the seeds of a run: as many as the setting "seeds" says, from the first on; nil without it.
func seedsOf(settings Settings, first uint64) []uint64 {
	var seeds []uint64
	for _, s := range settings {
		if s.Name != "seeds" {
			continue
		}
		n := 0
		switch v := s.Value.(type) {
		case int:
			n = v
		case float64: // read back
			n = int(v)
		}
		for i := range n {
			seeds = append(seeds, first+uint64(i))
		}
	}
	return seeds
}

// Failed returns the checks that failed.
func (r Result) Failed() []Check {
	var failed []Check
	for _, c := range r.Checks {
		if c.Verdict() == report.Failed {
			failed = append(failed, c)
		}
	}
	return failed
}

// page returns the report of r.
func (r Result) page(e Experiment, figures []report.Figure, command string) report.Page {
	p := report.Page{Title: e.Name, Summary: e.Summary, Source: e.Paper, Command: command, Figures: figures}
	for _, c := range r.Checks {
		p.Checks = append(p.Checks, c.row())
	}
	for _, t := range r.Tables {
		p.Tables = append(p.Tables, t.page())
	}
	for _, s := range r.Settings {
		p.Settings = append(p.Settings, report.Field{Name: s.Name, Value: format(s.Value)})
	}
	p.Environment = []report.Field{
		{Name: "scale", Value: string(r.Scale)},
		{Name: "seed", Value: fmt.Sprint(r.Seed)},
		{Name: "version", Value: r.Version},
		{Name: "Go", Value: r.Go},
		{Name: "CPU", Value: r.CPU},
		{Name: "wall time", Value: time.Duration(math.Round(r.WallSeconds*10) * 1e8).String()},
	}
	return p
}
