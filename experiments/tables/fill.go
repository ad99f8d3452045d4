package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"credence/experiments"
)

const (
	opening = "<!-- results:"
	closing = "<!-- end of results -->"
)

// filled returns a document's text with what its comments ask for. Errors name the line.
func filled(root, path, text string) (string, error) {
	var out strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i])
		line := strings.TrimSpace(lines[i])
		if line == closing {
			return "", fmt.Errorf("%s:%d: %s, but nothing began", path, i+1, closing)
		}
		wanted, found := strings.CutPrefix(line, opening)
		if !found {
			continue
		}
		block, err := blockOf(root, path, strings.TrimSuffix(wanted, "-->"))
		if err != nil {
			return "", fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
		end := i + 1
		for end < len(lines) && !strings.HasPrefix(strings.TrimSpace(lines[end]), opening) && strings.TrimSpace(lines[end]) != closing {
			end++
		}
		if end == len(lines) || strings.TrimSpace(lines[end]) != closing {
			return "", fmt.Errorf("%s:%d: no line %s follows", path, i+1, closing)
		}
		out.WriteString(block + lines[end])
		i = end
	}
	return out.String(), nil
}

var wordOrQuoted = regexp.MustCompile(`"[^"]*"|\S+`)

// blockOf returns what a comment asks for, in Markdown.
func blockOf(root, path, wanted string) (string, error) {
	words := wordOrQuoted.FindAllString(wanted, -1)
	if len(words) < 2 {
		return "", errors.New("want a folder of docs/results, then run, checks, table or pivot")
	}
	file := filepath.Join(root, "docs", "results", words[0], "result.json")
	r, err := experiments.ReadResult(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("unknown result %q; known: %s", words[0], strings.Join(known(root), ", "))
	}
	if err != nil {
		return "", err
	}
	var names []string
	for _, w := range words[2:] {
		name, err := strconv.Unquote(w)
		if err != nil {
			return "", fmt.Errorf("%s: names stand in quotes", w)
		}
		names = append(names, name)
	}
	switch kind := words[1]; {
	case kind == "run" && len(names) == 0:
		link, err := filepath.Rel(filepath.Dir(path), file)
		return runLine(r, filepath.ToSlash(link)), err
	case kind == "checks":
		return checks(r, names)
	case kind == "table" && len(names) == 1:
		return table(r, names[0])
	case kind == "pivot" && len(names) == 4:
		return pivot(r, names[0], names[1], names[2], names[3])
	}
	return "", fmt.Errorf("%q is none of run, checks [NAMES], table NAME and pivot TABLE ROW COLUMN CELL", strings.Join(words[1:], " "))
}

func known(root string) []string {
	files, _ := filepath.Glob(filepath.Join(root, "docs", "results", "*", "result.json"))
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = filepath.Base(filepath.Dir(f))
	}
	return names
}
