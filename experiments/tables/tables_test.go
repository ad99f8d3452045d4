package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocumentsAreCurrent fails if a document shows other numbers than the results have: run
// go run ./experiments/tables.
func TestDocumentsAreCurrent(t *testing.T) {
	root := filepath.Join("..", "..")
	paths, err := documents(root)
	require.NoError(t, err)
	require.Greater(t, len(paths), 2)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		want, err := filled(root, path, string(text))
		require.NoError(t, err)
		require.Equal(t, want, string(text), "%s is stale: go run ./experiments/tables", path)
	}
}

const dice = `{
	"experiment": "dice", "paper": "Pascal 1654, https://example.org", "scale": "reduced", "seed": 3, "seeds": [3, 4, 5],
	"version": "0123456789012345678901234567890123456789-modified", "go": "go1.26", "cpu": "Abacus", "settings": {}, "wall_seconds": 4210.4,
	"checks": [
		{"name": "error, %", "value": 2.512, "stderr": 0.0432, "n_seeds": 3, "split": "test", "paper": 1.9, "provenance": "verified", "high": 2, "pass": false},
		{"name": "size", "value": 40, "n_seeds": 1, "low": 30, "pass": true},
		{"name": "a|b", "value": "NaN"}
	],
	"tables": [{"name": "by size", "caption": "", "columns": ["N", "method", "NLL", "±"],
		"rows": [[50, "MAP", 2.06, 0.117], [50, "ML", 3, 0.5], [100, "ML", 1, 0.25]]}]
}`

// root returns a folder of documents with one result.
func root(t *testing.T, readme string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "docs", "results", "dice-reduced"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "docs", "results", "dice-reduced", "result.json"), []byte(dice), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "docs", "page.md"), []byte("# Page\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "README.md"), []byte(readme), 0o644))
	return dir
}

func TestBlocks(t *testing.T) {
	for _, row := range []struct{ name, wanted, want string }{
		{"run", `run`, "`go run ./cmd/credence reproduce dice --scale reduced --seed 3`: seeds 3, 4 and 5, 1h10m10s on Abacus; " +
			"version 012345678901-modified, go1.26. **1 of 2 checks missed.** " +
			"Paper: Pascal 1654, https://example.org. Everything: [result.json](docs/results/dice-reduced/result.json).\n"},
		{"all checks", `checks`, `
| | on | published | ours, reduced | accepted | |
| --- | --- | --- | --- | --- | --- |
| error, % | test, 3 seeds | 1.9 (verified) | 2.512 ± 0.043 | ≤ 2 | **missed** |
| size | | – | 40 | ≥ 30 | passed |
| a\|b | | – | NaN | – | |

`},
		{"some checks", `checks "a|b"  "size"`, `
| | ours, reduced | accepted | |
| --- | --- | --- | --- |
| a\|b | NaN | – | |
| size | 40 | ≥ 30 | passed |

`},
		{"table", `table "by size"`, `
| N | method | NLL |
| --- | --- | --- |
| 50 | MAP | 2.06 ± 0.12 |
| 50 | ML | 3.00 ± 0.50 |
| 100 | ML | 1.00 ± 0.25 |

`},
		{"pivot", `pivot "by size" "N" "method" "NLL"`, `
| N | MAP | ML |
| --- | --- | --- |
| 50 | 2.06 ± 0.12 | 3.00 ± 0.50 |
| 100 | | 1.00 ± 0.25 |

`},
	} {
		t.Run(row.name, func(t *testing.T) {
			begin, end := "before\n<!-- results: dice-reduced "+row.wanted+" -->\n", "<!-- end of results -->\nafter\n"
			dir := root(t, begin+"old\n\nnumbers\n"+end)
			for range 2 { // the second time, nothing is left to do
				require.NoError(t, rewrite(dir))
				got, err := os.ReadFile(filepath.Join(dir, "README.md"))
				require.NoError(t, err)
				require.Equal(t, begin+row.want+end, string(got))
			}
		})
	}
}

func TestMistakesNameTheLine(t *testing.T) {
	const end = "\n<!-- end of results -->\n"
	for _, row := range []struct{ name, text, want string }{
		{"unknown result", "<!-- results: coin checks -->" + end, `README.md:2: unknown result "coin"; known: dice-reduced`},
		{"unknown check", `<!-- results: dice-reduced checks "eror" -->` + end, `README.md:2: dice has no check "eror"; it has: "error, %", "size", "a|b"`},
		{"unknown table", `<!-- results: dice-reduced table "size" -->` + end, `README.md:2: dice has no table "size"; it has: "by size"`},
		{"unknown column", `<!-- results: dice-reduced pivot "by size" "n" "method" "NLL" -->` + end, `README.md:2: table "by size" has no column "n"; it has: "N", "method", "NLL"`},
		{"cells twice", `<!-- results: dice-reduced pivot "by size" "N" "N" "NLL" -->` + end, `README.md:2: table "by size" has two cells for N 50 and N 50`},
		{"unknown kind", `<!-- results: dice-reduced graph "a" -->` + end, `README.md:2: "graph \"a\"" is none of run, checks [NAMES], table NAME and pivot`},
		{"no kind", `<!-- results: dice-reduced -->` + end, `README.md:2: want a folder of docs/results, then`},
		{"no quotes", `<!-- results: dice-reduced table size -->` + end, `README.md:2: size: names stand in quotes`},
		{"no end", "<!-- results: dice-reduced run -->\n\n<!-- results: dice-reduced run -->" + end, `README.md:2: no line <!-- end of results --> follows`},
		{"no beginning", "<!-- end of results -->", `README.md:2: <!-- end of results -->, but nothing began`},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := root(t, "# Title\n"+row.text)
			require.ErrorContains(t, rewrite(dir), row.want)
			got, err := os.ReadFile(filepath.Join(dir, "README.md"))
			require.NoError(t, err)
			require.Equal(t, "# Title\n"+row.text, string(got), "nothing is lost")
		})
	}
}
