package weights_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/graph"
	"credence/weights"
)

func TestEveryAlteredBitIsFound(t *testing.T) {
	file := encoded(t, model(graph.Float32, 1), map[string]string{"step": "100"})
	ps := model(graph.Float32, 2)
	before := bitsOf(ps)
	for i := range 8 * len(file) {
		bad := slices.Clone(file)
		bad[i/8] ^= 1 << (i % 8)
		_, err := weights.Read(bytes.NewReader(bad), ps)
		require.ErrorIs(t, err, weights.ErrCorrupt, "bit %d of byte %d", i%8, i/8)
	}
	require.Equal(t, before, bitsOf(ps))
}

func TestEveryOtherLengthIsFound(t *testing.T) {
	file := encoded(t, model(graph.Float64, 1), nil)
	ps := model(graph.Float64, 2)
	before := bitsOf(ps)
	for n := range len(file) {
		_, err := weights.Read(bytes.NewReader(file[:n]), ps)
		require.ErrorIs(t, err, weights.ErrCorrupt, "the first %d bytes", n)
	}
	_, err := weights.Read(bytes.NewReader(append(file, 0)), ps)
	require.ErrorIs(t, err, weights.ErrCorrupt)
	require.Equal(t, before, bitsOf(ps))
}

// raw returns a file of a header and some bytes of data.
func raw(header string, data int) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), make([]byte, data)...)
}

// sound is the header of an array of one number.
const sound = `"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`

func TestMalformedFiles(t *testing.T) {
	huge := binary.LittleEndian.AppendUint64(nil, 9<<20)
	tests := []struct {
		name  string
		file  []byte
		wants string
	}{
		{"empty", nil, "0 bytes are no safetensors file"},
		{"no header", raw("", 0), "header"},
		{"header too large", append(huge, make([]byte, 9<<20)...), "a header of 9437184 bytes, more than 8388608"},
		{"header beyond the end", huge[:8:8], "a header of 9437184 bytes"},
		{"header is no object", raw("[]", 0), "truncated or altered"},
		{"two values", raw("{"+sound+"} {}", 4), "truncated or altered"},
		{"name twice", raw("{"+sound+","+sound+"}", 4), "duplicate"},
		{"name twice in an array", raw(`{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "duplicate"},
		{"not UTF-8", raw("{\"\xff\":"+sound[4:]+"}", 4), "UTF-8"},
		{"null metadata", raw(`{"__metadata__":null,`+sound+`}`, 4), "null at /__metadata__"},
		{"null array", raw(`{"w":null}`, 0), "null at /w"},
		{"null shape", raw(`{"w":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, 4), "null at /w/shape"},
		{"metadata is no text", raw(`{"__metadata__":{"k":1},`+sound+`}`, 4), "expected string"},
		{"unknown type", raw(`{"w":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}`, 4), "F33"},
		{"shape overflows", raw(`{"w":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,4]}}`, 4), "shape"},
		{"negative length", raw(`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "natural"},
		{"offsets do not fit the shape", raw(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "mismatch"},
		{"gap", raw(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "offset"},
		{"data is short", raw("{"+sound+"}", 3), "incomplete"},
		{"data is long", raw("{"+sound+"}", 5), "incomplete"},
		{"deep", raw(strings.Repeat("[", 1<<20), 0), "depth"},
		{"version without checksum", raw(`{"__metadata__":{"credence.version":"1"},`+sound+`}`, 4), "checksum is missing"},
		{"empty checksum", raw(`{"__metadata__":{"credence.sha256":""},`+sound+`}`, 4), "checksum is missing"},
		{"wrong checksum", raw(`{"__metadata__":{"credence.sha256":"`+strings.Repeat("a", 64)+`"},`+sound+`}`, 4), "does not match"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ps := graph.NewParams(graph.Float32, 1)
			w := ps.New("w", graph.Constant(7), 1)
			_, err := weights.Read(bytes.NewReader(tt.file), ps)
			require.ErrorIs(t, err, weights.ErrCorrupt)
			require.ErrorContains(t, err, tt.wants)
			require.NotContains(t, err.Error(), "\n")
			require.Equal(t, 7.0, w.Value().Item())
		})
	}
	t.Run("control", func(t *testing.T) {
		ps := graph.NewParams(graph.Float32, 1)
		w := ps.New("w", graph.Constant(7), 1)
		_, err := weights.Read(bytes.NewReader(raw("{"+sound+"}", 4)), ps)
		require.NoError(t, err)
		require.Zero(t, w.Value().Item())
	})
}

func TestOtherTypesAreNamed(t *testing.T) {
	ps := graph.NewParams(graph.Float32, 1)
	ps.New("w", graph.Zeros, 2)
	file := raw(`{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, 4)
	_, err := weights.Read(bytes.NewReader(file), ps)
	require.ErrorContains(t, err, "w is BF16 [2] in the file, F32 [2] here")
}

// FuzzRead holds that no bytes make Read panic, that an error leaves the parameters alone, and that
// what was read is written and read again the same.
func FuzzRead(f *testing.F) {
	f.Add(encoded(f, model(graph.Float32, 1), map[string]string{"step": "1"}))
	f.Add(encoded(f, model(graph.Float64, 1), nil))
	f.Add(raw(`{"fc0/w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},`+
		`"norm/mean":{"dtype":"F32","shape":[3],"data_offsets":[24,36]},`+
		`"scale":{"dtype":"F32","shape":[],"data_offsets":[36,40]}}`, 40))
	f.Add(raw("{"+sound+"}", 4))
	f.Fuzz(func(t *testing.T, file []byte) {
		ps := model(graph.Float32, 2)
		before := bitsOf(ps)
		meta, err := weights.Read(bytes.NewReader(file), ps)
		if err != nil {
			require.Equal(t, before, bitsOf(ps))
			return
		}
		again := model(graph.Float32, 2)
		got, err := weights.Read(bytes.NewReader(encoded(t, ps, meta)), again)
		require.NoError(t, err)
		require.Equal(t, meta, got)
		require.Equal(t, bitsOf(ps), bitsOf(again))
	})
}
