package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// readNPZ returns an array of unsigned bytes from NumPy's archive, a zip of files that readNPY reads.
func readNPZ(archive []byte, member string) (IDX, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return IDX{}, err
	}
	f, err := z.Open(member)
	if err != nil {
		return IDX{}, err
	}
	defer f.Close()
	array, err := readNPY(f)
	if err != nil {
		return IDX{}, fmt.Errorf("%s: %w", member, err)
	}
	return array, nil
}

// The header is the text of a Python dictionary.
var (
	npyType  = regexp.MustCompile(`'descr': *'([^']*)'`)
	npyOrder = regexp.MustCompile(`'fortran_order': *(True|False)`)
	npyShape = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

// readNPY reads one array of unsigned bytes, row-major, from NumPy's format, versions 1 to 3
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
func readNPY(r io.Reader) (IDX, error) {
	header, err := npyHeader(r)
	if err != nil {
		return IDX{}, err
	}
	kind, order, shape := npyType.FindStringSubmatch(header), npyOrder.FindStringSubmatch(header), npyShape.FindStringSubmatch(header)
	if kind == nil || order == nil || shape == nil {
		return IDX{}, fmt.Errorf("header %q has no descr, fortran_order or shape", header)
	}
	if kind[1] != "|u1" || order[1] != "False" {
		return IDX{}, fmt.Errorf("array of type %s, Fortran order %s: want unsigned bytes, |u1, row-major", kind[1], order[1])
	}
	var dims []int
	for _, text := range strings.FieldsFunc(shape[1], func(r rune) bool { return r == ',' || r == ' ' }) {
		d, err := strconv.Atoi(text)
		if err != nil {
			return IDX{}, fmt.Errorf("shape (%s): %w", shape[1], err)
		}
		dims = append(dims, d)
	}
	size, ok := product(dims)
	if !ok {
		return IDX{}, fmt.Errorf("shape %d is more than memory can address", dims)
	}
	array, err := readBytes(r, size)
	if err != nil {
		return IDX{}, fmt.Errorf("array of shape %d: %w", dims, err)
	}
	switch _, err := io.ReadFull(r, make([]byte, 1)); err {
	case io.EOF:
		return IDX{Dims: dims, Data: array}, nil
	case nil:
		return IDX{}, fmt.Errorf("found more bytes after the %d of shape %d, want the end", size, dims)
	default:
		return IDX{}, fmt.Errorf("after the array: %w", err)
	}
}

func npyHeader(r io.Reader) (string, error) {
	start, err := readBytes(r, 8)
	if err != nil {
		return "", fmt.Errorf("magic number: %w", err)
	}
	if string(start[:6]) != "\x93NUMPY" || start[6] < 1 || start[6] > 3 {
		return "", fmt.Errorf("starts with %q, want the magic number of a .npy file of version 1 to 3", start)
	}
	width := 2 // of the header's length, in bytes
	if start[6] > 1 {
		width = 4
	}
	length, err := readBytes(r, width)
	if err != nil {
		return "", fmt.Errorf("length of the header: %w", err)
	}
	header, err := readBytes(r, int(binary.LittleEndian.Uint32(append(length, 0, 0)[:4])))
	if err != nil {
		return "", fmt.Errorf("header: %w", err)
	}
	return string(header), nil
}
