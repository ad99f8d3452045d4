package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// result is what one number of threads gave.
type result struct {
	Machine string   `json:"machine"`
	Threads int      `json:"threads"`
	Columns []column `json:"systems"`
	Rows    []row    `json:"works"`
}

type column struct {
	Kind  string `json:"kind"`
	Title string `json:"title"` // with the version
}

type row struct {
	Work     string    `json:"work"`
	Unit     string    `json:"unit"`               // of the values
	Values   []float64 `json:"values"`             // of each system, 0 where there is none
	Elements int       `json:"elements,omitempty"` // as benchmarks.Work has them
	FLOPs    int       `json:"flops,omitempty"`    // as benchmarks.Task has them, of our way to do the work
}

// render prints the result as a Markdown table.
func (r *result) render(out io.Writer) {
	t := table.NewWriter()
	header := table.Row{"work"}
	for _, c := range r.Columns {
		header = append(header, c.Title)
	}
	t.AppendHeader(append(header, "we do", "we / "+eager, "we / best peer"))
	for _, row := range r.Rows {
		cells := table.Row{row.Work + ", " + row.Unit}
		for _, v := range row.Values {
			cells = append(cells, number(v))
		}
		we, torch, best := r.contenders(row)
		t.AppendRow(append(cells, row.rate(we), ratio(we, torch), ratio(we, best)))
	}
	fmt.Fprintf(out, "%s, threads: %d\n\n%s\n\n", r.Machine, r.Threads, t.RenderMarkdown())
}

// contenders returns our value, the best of eager PyTorch, and the best of all peers; 0 for none.
func (r *result) contenders(row row) (we, torch, best float64) {
	better := func(a, b float64) float64 {
		if a == 0 || b > 0 && b < a {
			return b
		}
		return a
	}
	for i, v := range row.Values {
		switch r.Columns[i].Kind {
		case ours:
			we = v
			continue
		case eager:
			torch = better(torch, v)
		}
		best = better(best, v)
	}
	return we, torch, best
}

// rate says how much the work does a nanosecond, when it takes milliseconds ms.
func (r row) rate(ms float64) string {
	switch ns := 1e6 * ms; {
	case ns == 0:
		return ""
	case r.Elements > 0:
		return fmt.Sprintf("%.3g elements/ns", float64(r.Elements)/ns)
	case r.FLOPs > 0:
		return fmt.Sprintf("%.3g GFLOP/s", float64(r.FLOPs)/ns)
	}
	return ""
}

// save writes the results as JSON.
func save(path string, results []*result) error {
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("peers: writing the results: %w", err)
	}
	return nil
}

// machine names the processor, where the system tells it.
func machine() string {
	name := runtime.GOARCH
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		_, after, _ := strings.Cut(string(info), "model name")
		model, _, _ := strings.Cut(after, "\n")
		if model = strings.Trim(model, "\t: "); model != "" {
			name = model
		}
	}
	return fmt.Sprintf("%s, %d cores", name, runtime.NumCPU())
}

func ratio(a, b float64) string {
	if a == 0 || b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", a/b)
}

// number prints three digits, more before the point if there are.
func number(v float64) string {
	switch {
	case v == 0:
		return "–"
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
