package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is where data sets lie that are not embedded, each in a folder of its own with its original files,
// as they are or gzipped. The empty Folder is the one that CREDENCE_DATA names or, if that is not set,
// "credence" in the user's cache folder.
type Folder string

// Path returns the folder's place on disk.
func (f Folder) Path() (string, error) {
	if f != "" {
		return string(f), nil
	}
	if set := os.Getenv("CREDENCE_DATA"); set != "" {
		return set, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("data: no folder of data sets: %w", err)
	}
	return filepath.Join(cache, "credence"), nil
}

// MissingError says that a data set, or a file of it, is not in the folder.
type MissingError struct {
	Set  string // as `credence data fetch` names it
	File string // its path
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("data: %s: %s is missing; to download it: credence data fetch %s; "+
		"if it is elsewhere: --data-dir, or CREDENCE_DATA in the environment", e.Set, e.File, e.Set)
}

// open returns the contents of a file of the set, unpacked if it is gzipped. The file may have ".gz" after
// its name.
func (f Folder) open(set, name string) ([]byte, error) {
	root, err := f.Path()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(root, filepath.FromSlash(set), filepath.FromSlash(name))
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		content, err = os.ReadFile(path + ".gz")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{Set: set, File: path}
	}
	var plain io.Reader
	if err == nil {
		plain, err = gunzipped(bytes.NewReader(content))
	}
	if err == nil {
		content, err = io.ReadAll(plain)
	}
	if err != nil {
		return nil, fmt.Errorf("data: %s: %s: %w", set, path, err)
	}
	return content, nil
}
