package data

import (
	"crypto/sha256"
	"fmt"
)

// original is a file of a data set as it was published.
type original struct {
	name   string // without the ".gz" that it may have
	sha256 string // of its contents, unpacked: packing them again changes the packed ones
}

// openOriginal is open, where a content that is not the published one is an error.
func (f Folder) openOriginal(set string, file original) ([]byte, error) {
	content, err := f.open(set, file.name)
	if err != nil {
		return nil, err
	}
	if err := checkSHA256(content, file.sha256); err != nil {
		return nil, fmt.Errorf("data: %s: %s: %w", set, file.name, err)
	}
	return content, nil
}

func checkSHA256(content []byte, want string) error {
	if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != want {
		return fmt.Errorf("%d bytes that are not the original's: found SHA-256 %s, want %s", len(content), got, want)
	}
	return nil
}
