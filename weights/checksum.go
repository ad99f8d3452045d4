package weights

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrCorrupt is wrapped by the error for a file that is truncated, was altered, or never was a
// safetensors file.
var ErrCorrupt = errors.New("truncated or altered file")

// The metadata of a file that this package wrote: which layout it has, and the SHA-256, in
// hexadecimal digits, of the whole file with zeros for these digits. Each key tells that the other
// should be there, so that no single altered bit hides the checksum.
const (
	reserved   = "credence."
	versionKey = reserved + "version"
	version    = "1"
	sumKey     = reserved + "sha256"
)

// unsummed stands in the place of the checksum while it is computed.
var unsummed = strings.Repeat("0", 2*sha256.Size)

// sign puts the checksum into a file that has unsummed in its place.
func sign(file []byte) error {
	at := placeOfSum(file, unsummed)
	if at < 0 {
		return errors.New("the header has no place for a checksum")
	}
	copy(file[at:], checksum(file, at))
	return nil
}

// verify compares a file with the checksum in its metadata. One of another program has none.
func verify(file []byte, meta map[string]string) error {
	v, ours := meta[versionKey]
	sum, summed := meta[sumKey]
	if !ours && !summed {
		return nil
	}
	at := placeOfSum(file, sum)
	if len(sum) != len(unsummed) || at < 0 {
		return fmt.Errorf("%w: the checksum is missing", ErrCorrupt)
	}
	if checksum(file, at) != sum {
		return fmt.Errorf("%w: the checksum does not match", ErrCorrupt)
	}
	if v != version {
		return fmt.Errorf("the file's layout is version %q, known is %s", v, version)
	}
	return nil
}

// placeOfSum returns where the checksum's digits are, or -1. Quotes inside a JSON string are
// escaped, so that nothing but the key looks like it.
func placeOfSum(file []byte, sum string) int {
	key := `"` + sumKey + `":"`
	at := bytes.Index(file, []byte(key+sum+`"`))
	if at < 0 {
		return -1
	}
	return at + len(key)
}

func checksum(file []byte, at int) string {
	h := sha256.New()
	h.Write(file[:at])
	h.Write([]byte(unsummed))
	h.Write(file[at+len(unsummed):])
	return hex.EncodeToString(h.Sum(nil))
}
