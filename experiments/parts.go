package experiments

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// part returns what compute returns, which it keeps in the run's checkpoint folder: the run that goes on after an
// interruption reads it back. T is kept as JSON; the name is in lower case, digits and hyphens, and its own in
// the run. It may be called by several goroutines for different names.
func part[T any](r *Run, name string, compute func() (T, error)) (T, error) {
	var value T
	if !fileName.MatchString(name) {
		return value, fmt.Errorf("part %q: a name is lower case, digits and hyphens", name)
	}
	folder := filepath.Join(r.checkpoints(), "parts")
	path := filepath.Join(folder, name+".json")
	content, err := os.ReadFile(path)
	if err == nil {
		if err := json.Unmarshal(content, &value); err != nil {
			return value, fmt.Errorf("part %s: %s: %w", name, path, err)
		}
		return value, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return value, fmt.Errorf("part %s: %w", name, err)
	}
	if value, err = compute(); err != nil {
		return value, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return value, fmt.Errorf("part %s: %w", name, err)
	}
	err = writeFile(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(value) })
	if err != nil {
		return value, fmt.Errorf("part %s: %w", name, err)
	}
	return value, nil
}
