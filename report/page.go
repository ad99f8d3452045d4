package report

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

// Page is the HTML report of one run. It holds its pictures and style in itself and refers to nothing
// outside, so that the one file can be sent to somebody.
type Page struct {
	Title, Summary string
	Source         string // the publication that the run is held against
	Command        string // what repeats the run
	Checks         []CheckRow
	Figures        []Figure
	Tables         []Table
	Settings       []Field
	Environment    []Field
}

// CheckRow is one line of the table of results, already written as text.
type CheckRow struct {
	Name, Paper, Provenance, Ours, Band, Data string
	Verdict                                   Verdict
}

// Verdict says how a result compares with its band.
type Verdict string

// The verdicts; a result without a band has none.
const (
	None   Verdict = ""
	Passed Verdict = "pass"
	Failed Verdict = "FAIL"
)

// Figure is a picture with its name, which is read to those who can't see it, and a sentence on it.
type Figure struct {
	Name, Caption string
	PNG           []byte
	GIF           []byte // in the place of PNG, of an animation
}

// Table is a table of further results, already written as text.
type Table struct {
	Name, Caption string
	Columns       []string
	Rows          [][]string
}

// Field is a named setting.
type Field struct{ Name, Value string }

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// Write writes the page as UTF-8 HTML.
func (p Page) Write(w io.Writer) error {
	if err := pageTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("report: writing page %q: %w", p.Title, err)
	}
	return nil
}

// FailedCount returns how many checks failed.
func (p Page) FailedCount() int { return p.count(Failed) }

// PassedCount returns how many checks passed.
func (p Page) PassedCount() int { return p.count(Passed) }

func (p Page) count(v Verdict) int {
	n := 0
	for _, c := range p.Checks {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// Data returns the picture as a data URI.
func (f Figure) Data() template.URL {
	kind, content := "png", f.PNG
	if f.GIF != nil {
		kind, content = "gif", f.GIF
	}
	return template.URL("data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(content))
}
