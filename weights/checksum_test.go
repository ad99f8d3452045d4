package weights_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/weights"
)

// signed puts the documented checksum, of all bytes with zeros for its digits, into a file.
func signed(t *testing.T, file []byte) []byte {
	t.Helper()
	head, rest, found := bytes.Cut(file, []byte(`"credence.sha256":"`))
	require.True(t, found)
	head = append(append([]byte{}, head...), `"credence.sha256":"`...)
	blank := append(append(append([]byte{}, head...), strings.Repeat("0", 64)...), rest[64:]...)
	sum := sha256.Sum256(blank)
	hex.Encode(blank[len(head):], sum[:])
	return blank
}

func TestChecksumIsTheDocumentedOne(t *testing.T) {
	file := encoded(t, model(graph.Float32, 1), nil)
	require.Equal(t, file, signed(t, file))
}

func TestLaterLayoutIsRefused(t *testing.T) {
	file := encoded(t, model(graph.Float32, 1), nil)
	later := bytes.Replace(file, []byte(`"credence.version":"1"`), []byte(`"credence.version":"2"`), 1)
	ps := model(graph.Float32, 2)
	before := bitsOf(ps)
	_, err := weights.Read(bytes.NewReader(signed(t, later)), ps)
	require.ErrorContains(t, err, `the file's layout is version "2", known is 1`)
	require.NotErrorIs(t, err, weights.ErrCorrupt)
	require.Equal(t, before, bitsOf(ps))
}
