package fetch

import (
	"compress/gzip"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Sum is a published checksum: "sha256:" or "md5:" and hexadecimal digits.
type Sum string

func (s Sum) hash() hash.Hash {
	if strings.HasPrefix(string(s), "md5:") {
		return md5.New()
	}
	return sha256.New()
}

// verify compares the content of a file with s.
func (s Sum) verify(path string) error { return s.verifyAs(path, false) }

// verifyAs compares what is packed in a file, if it is packed.
func (s Sum) verifyAs(path string, packed bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	content := io.Reader(f)
	if packed {
		if content, err = gzip.NewReader(f); err != nil {
			return err
		}
	}
	return s.verifyAll(content, io.Discard)
}

// verifyAll copies content to w, and compares it with s.
func (s Sum) verifyAll(content io.Reader, w io.Writer) error {
	h := s.hash()
	if _, err := io.Copy(io.MultiWriter(h, w), content); err != nil {
		return err
	}
	kind, want, _ := strings.Cut(string(s), ":")
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("its %s is %s, not %s as published", kind, got, want)
	}
	return nil
}

// Missing returns the files of the set that are not in its folder below root, in any of the forms that are read.
// It looks for names only; Fetch verifies what is there.
func (s Set) Missing(root string) []File {
	var missing []File
	for _, f := range s.Files {
		if f.here(s.Path(root)) == nil {
			missing = append(missing, f)
		}
	}
	return missing
}

// Path returns the folder of the set below root.
func (s Set) Path(root string) string { return filepath.Join(root, filepath.FromSlash(s.Name)) }

// found is a file on disk.
type found struct {
	path   string
	packed bool // gzipped here, where the published file is not
	sum    Sum
}

// here returns the files that stand for f in the folder, nil if there are none.
func (f File) here(dir string) []found {
	path := filepath.Join(dir, filepath.FromSlash(f.Name))
	for _, form := range []found{{path, false, f.Sum}, {path + ".gz", true, f.Sum}} {
		if exists(form.path) {
			return []found{form}
		}
	}
	var all []found
	for _, other := range f.Instead {
		path := filepath.Join(dir, filepath.FromSlash(other.Name))
		if !exists(path) {
			return nil
		}
		all = append(all, found{path, false, other.Sum})
	}
	return all
}

// verify returns the files that are missing, or an error if one is there that is not the published one.
func (s Set) verify(root string) (missing []File, err error) {
	for _, f := range s.Files {
		forms := f.here(s.Path(root))
		if forms == nil {
			missing = append(missing, f)
		}
		for _, form := range forms {
			err := form.sum.verifyAs(form.path, form.packed)
			if err != nil && f.reencoded(form.path) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("data: %s: %s is not the published file: %w; remove it, and fetch it again", s.Name, form.path, err)
			}
		}
	}
	return missing, nil
}

// reencoded reports whether the file at path is one of the same name that serves instead.
func (f File) reencoded(path string) bool {
	for _, other := range f.Instead {
		if other.Name == f.Name && other.Sum.verify(path) == nil {
			return true
		}
	}
	return false
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
