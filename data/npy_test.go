package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
)

// npy returns a .npy file of a version with that dictionary, padded as NumPy does, and numbers.
func npy(version byte, dictionary string, numbers ...byte) []byte {
	file := []byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0}
	if version == 1 {
		file = binary.LittleEndian.AppendUint16(file, 117)
	} else {
		file = binary.LittleEndian.AppendUint32(file, 117)
	}
	return append(fmt.Appendf(file, "%-116s\n", dictionary), numbers...)
}

func TestReadNPY(t *testing.T) {
	const twoByThree = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }"
	for _, c := range []struct {
		name string
		file []byte
		dims []int
		err  string
	}{
		{"version 1", npy(1, twoByThree, 1, 2, 3, 4, 5, 6), []int{2, 3}, ""},
		{"version 2", npy(2, twoByThree, 1, 2, 3, 4, 5, 6), []int{2, 3}, ""},
		{"another order of keys, one axis", npy(3, "{'shape': (6,), 'fortran_order': False, 'descr': '|u1'}", 1, 2, 3, 4, 5, 6), []int{6}, ""},
		{"columns first", npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"), nil, "Fortran order True"},
		{"another type", npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"), nil, "type <f8"},
		{"no shape", npy(1, "{'descr': '|u1', 'fortran_order': False}"), nil, "no descr, fortran_order or shape"},
		{"a dimension beyond numbers", npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}"), nil, "shape (99999999999999999999,)"},
		{"more than memory", npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999, 9999999999)}"), nil, "more than memory"},
		{"too few numbers", npy(1, twoByThree, 1, 2, 3, 4, 5), nil, "found 5 bytes, want 6"},
		{"too many numbers", npy(1, twoByThree, 1, 2, 3, 4, 5, 6, 7), nil, "more bytes after the 6"},
		{"another file", []byte("PNG, say"), nil, "want the magic number"},
		{"an unknown version", npy(4, twoByThree), nil, "version 1 to 3"},
		{"no header", npy(1, twoByThree)[:30], nil, "header: found 20 bytes, want 117"},
		{"nothing", nil, nil, "magic number: found 0 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			array, err := readNPY(bytes.NewReader(c.file))
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, IDX{Dims: c.dims, Data: []byte{1, 2, 3, 4, 5, 6}}, array)
		})
	}
}

func TestReadNPZ(t *testing.T) {
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	f, err := z.Create("arr_0.npy")
	require.NoError(t, err)
	_, err = f.Write(npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", 7, 8))
	require.NoError(t, err)
	require.NoError(t, z.Close())

	array, err := readNPZ(archive.Bytes(), "arr_0.npy")
	require.NoError(t, err)
	require.Equal(t, IDX{Dims: []int{2}, Data: []byte{7, 8}}, array)
	_, err = readNPZ(archive.Bytes(), "arr_1.npy")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = readNPZ(archive.Bytes()[:50], "arr_0.npy")
	require.ErrorIs(t, err, zip.ErrFormat)
	torn := bytes.Clone(archive.Bytes())
	torn[60] ^= 1
	_, err = readNPZ(torn, "arr_0.npy")
	require.Error(t, err)
	require.NotErrorIs(t, err, io.EOF)
}
