package experiments

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// makeWritable makes the folder, proves that files can be written there, before any work is done, and sweeps
// out what a killed run left unfinished.
func makeWritable(dir string) error {
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = writeFile(filepath.Join(dir, unfinished), func(w io.Writer) error {
			_, err := io.WriteString(w, "credence\n")
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("experiments: results can't be written to %s: %w", dir, cause(err))
	}
	return sweep(dir)
}

func sweep(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if strings.HasPrefix(strings.TrimLeft(f.Name(), "."), strings.TrimLeft(unfinished, ".")) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, f.Name())))
		}
	}
	return err
}

// cause drops the operation and path from a file error, for a line that names the folder already.
func cause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// writeFile writes a file so that path holds either all of the new content or what it held before, also
// where the disk fills up or the power fails.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), unfinished+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it has been renamed, which is well
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return replace(f.Name(), path)
}

// unfinished begins the names of files that are being written; a killed run leaves them behind. Whoever writes such
// a file by way of a temporary one of its own puts a further dot before its name.
const unfinished = ".unfinished-"

// replace puts a written file in the place of another, and makes both the content and the name last.
func replace(from, to string) error {
	f, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(to)); err == nil {
		dir.Sync() // not every system can, and the file is whole either way
		dir.Close()
	}
	return nil
}
