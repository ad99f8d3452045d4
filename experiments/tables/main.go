// Command tables writes the results of experiments into README.md and the documents of docs, from the result.json
// files below docs/results.
//
//	go run ./experiments/tables    # from the root of the repository; go generate ./experiments/... does the same
//
// It writes anew what stands between two comments, the first of which says what is wanted:
//
//	<!-- results: sparse-vd-lenet300-paper checks -->
//	<!-- end of results -->
//
// After "results:" comes a folder of docs/results, then one of
//
//	run                             how it was run, what it is held against, how many checks passed
//	checks                          all its checks; with names in quotes, only those
//	table "NAME"                    one of its tables
//	pivot "NAME" "ROW" "COLUMN" "CELL"
//	                                a table with a row for each value of one column and a column for each of another
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . ../..

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := rewrite(root); err != nil {
		fmt.Fprintln(os.Stderr, "tables:", err)
		os.Exit(1)
	}
}

// rewrite brings the documents up to date.
func rewrite(root string) error {
	paths, err := documents(root)
	if err != nil {
		return err
	}
	for _, path := range paths {
		was, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		now, err := filled(root, path, string(was))
		if err != nil {
			return err
		}
		if now == string(was) {
			continue
		}
		if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func documents(root string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	return append([]string{filepath.Join(root, "README.md")}, paths...), err
}
