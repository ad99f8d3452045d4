package fetch

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// unpacked downloads the set's archive, takes the missing files out of it, and removes it.
func (f Fetcher) unpacked(ctx context.Context, set Set, dir string, missing []File) error {
	archive := filepath.Join(dir, set.Archive.Name)
	if !exists(archive) {
		if err := f.file(ctx, set, *set.Archive, archive); err != nil {
			return err
		}
	}
	if err := unpack(ctx, archive, dir, missing); err != nil {
		return fmt.Errorf("data: unpacking %s: %w", archive, err)
	}
	return os.Remove(archive)
}

// unpack writes the files of a gzipped tar archive that are wanted, by the last part of their names.
func unpack(ctx context.Context, archive, dir string, wanted []File) error {
	packed, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		return err
	}
	byName := map[string]File{}
	for _, f := range wanted {
		byName[f.Name] = f
	}
	for entries := tar.NewReader(plain); len(byName) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		entry, err := entries.Next()
		if err == io.EOF {
			return fmt.Errorf("%d files are not in it", len(byName))
		}
		if err != nil {
			return err
		}
		f, ok := byName[path.Base(entry.Name)]
		if !ok {
			continue
		}
		if err := f.take(entries, dir); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		delete(byName, f.Name)
	}
	return nil
}

// take writes content that has the file's checksum to its place.
func (f File) take(content io.Reader, dir string) error {
	path := filepath.Join(dir, f.Name)
	part, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	err = errors.Join(f.Sum.verifyAll(content, part), part.Close())
	if err != nil {
		os.Remove(path + ".part")
		return err
	}
	return settle(path+".part", path)
}
