package data

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// matlab writes MATLAB files of one byte order.
type matlab struct{ binary.AppendByteOrder }

func (m matlab) element(kind uint32, content []byte) []byte {
	e := append(m.AppendUint32(m.AppendUint32(nil, kind), uint32(len(content))), content...)
	for len(e)%8 > 0 && kind != matCompressed {
		e = append(e, 0)
	}
	return e
}

// small is an element of at most four bytes within its tag.
func (m matlab) small(kind uint32, content []byte) []byte {
	return append(m.AppendUint32(nil, uint32(len(content))<<16|kind), append(bytes.Clone(content), 0, 0, 0, 0)[:4]...)
}

// variable is the numbers of two columns; a name of up to four letters goes into a small element.
func (m matlab) variable(name string, kind uint32, numbers ...byte) []byte {
	dims := m.AppendUint32(m.AppendUint32(nil, uint32(len(numbers)/2)), 2)
	content := m.element(6, m.AppendUint32(m.AppendUint32(nil, 9), 0))
	content = append(content, m.element(matInt32, dims)...)
	if len(name) <= 4 {
		content = append(content, m.small(matInt8, []byte(name))...)
	} else {
		content = append(content, m.element(matInt8, []byte(name))...)
	}
	return m.element(matMatrix, append(content, m.element(kind, numbers)...))
}

func (m matlab) compressed(t *testing.T, element []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, err := z.Write(element)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return m.element(matCompressed, packed.Bytes())
}

func (m matlab) file(mark string, elements ...[]byte) []byte {
	header := bytes.Repeat([]byte{' '}, 124)
	return append(append(m.AppendUint16(header, 0x0100), mark...), bytes.Join(elements, nil)...)
}

func TestReadMAT(t *testing.T) {
	little, big := matlab{binary.LittleEndian}, matlab{binary.BigEndian}
	ff := little.variable("ff", matUint8, 1, 2, 3, 4, 5, 6)
	other := little.variable("another", 9, 0, 0, 0, 0, 0, 0, 0, 0)
	version := little.file("IM", ff)
	version[125] = 2
	for _, c := range []struct {
		name string
		file []byte
		err  string
	}{
		{"plain", little.file("IM", ff), ""},
		{"big-endian", big.file("MI", big.variable("ff", matUint8, 1, 2, 3, 4, 5, 6)), ""},
		{"compressed", little.file("IM", little.compressed(t, ff)), ""},
		{"after others", little.file("IM", other, little.element(2, []byte{1, 2, 3}), little.compressed(t, other), ff), ""},
		{"no such variable", little.file("IM", other), `without a variable "ff"`},
		{"no variables", little.file("IM"), `without a variable "ff"`},
		{"other numbers", little.file("IM", little.variable("ff", 9, 0, 0, 0, 0, 0, 0, 0, 0)), "numbers of type 9, want 2"},
		{"other dimensions", little.file("IM", little.variable("ff", matUint8, 1, 2, 3)), "3 numbers of dimensions [1 2]"},
		{"no header", make([]byte, 100), "found 100 bytes"},
		{"another format", make([]byte, 200), "no MATLAB file of level 5"},
		{"another version", version, "version 0x0200"},
		{"torn", little.file("IM", ff[:40]), "want"},
		{"torn in its tag", little.file("IM", ff[:5]), "tag of an element: found 5 bytes"},
		{"not compressed as it says", little.file("IM", little.element(matCompressed, ff)), "compressed element"},
		{"compressed nothing", little.file("IM", little.compressed(t, nil)), "tag of an element"},
		{"empty matrix", little.file("IM", little.element(matMatrix, nil)), `without a variable "ff"`},
		{"a long small element", little.file("IM", little.AppendUint64(nil, 5<<16|1)), "small element of 5 bytes"},
		{"other types", little.file("IM", little.element(matMatrix, bytes.Repeat(little.small(1, []byte("ff")), 4))), "types 1 and 1, want 5 and 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dims, numbers, err := readMAT(c.file, "ff")
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []int{3, 2}, dims)
			require.Equal(t, []byte{1, 2, 3, 4, 5, 6}, numbers)
		})
	}
}

// No truncation is anything but an error.
func TestReadMATTruncated(t *testing.T) {
	m := matlab{binary.LittleEndian}
	file := m.file("IM", m.variable("ff", matUint8, 1, 2, 3, 4, 5, 6, 7, 8))
	for n := range file {
		_, _, err := readMAT(file[:n], "ff")
		require.Error(t, err, n)
		if n < 128 || n > 136 {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, n)
		}
	}
	_, _, err := readMAT(file, "ff")
	require.NoError(t, err)
}
