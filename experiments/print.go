package experiments

import (
	"fmt"
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/vbauerster/mpb/v8/cwriter"

	"credence/report"
)

// printChecks writes the table "check, paper, ours, accepted, verdict"; verdicts are coloured on a terminal
// unless NO_COLOR is set.
func printChecks(w io.Writer, rows []report.CheckRow) {
	color := isTerminal(w) && os.Getenv("NO_COLOR") == ""
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.Style().Options.SeparateRows = false
	t.AppendHeader(table.Row{"check", "paper", "ours", "accepted", "verdict"})
	for _, r := range rows {
		t.AppendRow(table.Row{joined(r.Name, r.Data), joined(r.Paper, r.Provenance), r.Ours, r.Band, mark(r.Verdict, color)})
	}
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 1, WidthMax: 48, WidthMaxEnforcer: text.WrapSoft},
		{Number: 2, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 3, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight},
	})
	fmt.Fprintln(w, t.Render())
}

func joined(s, detail string) string {
	if detail == "" {
		return s
	}
	return s + " (" + detail + ")"
}

func mark(v report.Verdict, color bool) string {
	switch {
	case v == report.None:
		return "–"
	case color && v == report.Passed:
		return text.Escape(string(v), "\x1b[32m")
	case color:
		return text.Escape(string(v), "\x1b[1;31m")
	}
	return string(v)
}

// isTerminal reports whether w shows what is written to somebody, and can rewrite a line.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || !cwriter.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return false
	}
	width, height, err := cwriter.GetSize(int(f.Fd()))
	return err == nil && width > 0 && height > 0
}
