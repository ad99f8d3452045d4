package report

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var page = Page{
	Title: "bayes-by-backprop", Summary: "weights < activations & more", Source: "Blundell and others 2015",
	Command: "credence reproduce bayes-by-backprop",
	Checks: []CheckRow{
		{Name: "error, %", Paper: "1.34", Provenance: "second-hand", Ours: "1.5", Band: "≤ 2", Data: "test", Verdict: Passed},
		{Name: "ECE", Ours: "NaN", Verdict: Failed},
		{Name: "steps", Ours: "9"},
	},
	Figures:     []Figure{{Name: "curves", Caption: `"falls"`, PNG: []byte("png")}},
	Tables:      []Table{{Name: "by size", Columns: []string{"N"}, Rows: [][]string{{"50"}}}},
	Settings:    []Field{{"units", "400"}},
	Environment: []Field{{"CPU", "fast"}},
}

func TestPageHoldsEverythingInItself(t *testing.T) {
	var buf bytes.Buffer
	require.NoError(t, page.Write(&buf))
	html := buf.String()
	for _, want := range []string{
		"weights &lt; activations &amp; more", `src="data:image/png;base64,cG5n"`, `alt="curves"`, "&#34;falls&#34;",
		"✗ 1 failed", "✓ 1 passed", "<small>second-hand</small>", "<dt>units</dt><dd>400</dd>", "<td>50</td>",
		"credence reproduce bayes-by-backprop", "prefers-color-scheme: dark", "Blundell and others 2015",
	} {
		require.Contains(t, html, want)
	}
	require.NotRegexp(t, `https?://|<script|<link|@import|url\(`, html, "nothing is loaded from elsewhere")
	for _, tag := range []string{"table", "tbody", "tr", "td", "th", "figure", "dl", "main", "html"} {
		opened := len(regexp.MustCompile(`<`+tag+`[ >]`).FindAllString(html, -1))
		require.Equal(t, opened, strings.Count(html, "</"+tag+">"), tag)
	}
}

func TestPageWithoutFailures(t *testing.T) {
	var buf bytes.Buffer
	require.NoError(t, Page{Title: "t", Checks: page.Checks[:1]}.Write(&buf))
	require.NotContains(t, buf.String(), "failed")
	require.NotContains(t, buf.String(), "Pictures")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestPageReturnsTheWritersError(t *testing.T) {
	require.EqualError(t, page.Write(fullDisk{}), `report: writing page "bayes-by-backprop": no space left`)
}
