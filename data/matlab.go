package data

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
)

// Types of the elements of a MATLAB file, level 5
// (https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf).
const (
	matInt8       = 1
	matUint8      = 2
	matInt32      = 5
	matMatrix     = 14
	matCompressed = 15
)

// matMost is the most bytes that a compressed element may hold: far more than any set of ours.
const matMost = 1 << 28

// matElement is a tag and what it announces.
type matElement struct {
	kind uint32
	data []byte
}

// readMAT returns a variable of a MATLAB file, level 5, that is stored as unsigned bytes, column-major: its
// dimensions and numbers.
func readMAT(file []byte, variable string) (dims []int, numbers []byte, err error) {
	const header = 128
	if len(file) < header {
		return nil, nil, fmt.Errorf("found %d bytes, want a MATLAB file's header of %d: %w", len(file), header, io.ErrUnexpectedEOF)
	}
	var order binary.ByteOrder
	switch mark := string(file[126:header]); mark {
	case "IM":
		order = binary.LittleEndian
	case "MI":
		order = binary.BigEndian
	default:
		return nil, nil, fmt.Errorf("no MATLAB file of level 5: its header ends in %q, want IM or MI", mark)
	}
	if version := order.Uint16(file[124:]); version != 0x0100 {
		return nil, nil, fmt.Errorf("MATLAB file of version %#04x, want 0x0100, level 5", version)
	}
	for at := file[header:]; len(at) > 0; {
		var e matElement
		if e, at, err = nextElement(at, order); err != nil {
			return nil, nil, err
		}
		if e.kind == matCompressed {
			if e, err = inflated(e, order); err != nil {
				return nil, nil, err
			}
		}
		if e.kind != matMatrix {
			continue
		}
		name, dims, numbers, err := matVariable(e.data, order)
		if name == variable {
			return dims, numbers, err
		}
	}
	return nil, nil, fmt.Errorf("MATLAB file without a variable %q", variable)
}

// nextElement returns the first element and what follows it and its padding.
func nextElement(file []byte, order binary.ByteOrder) (e matElement, rest []byte, err error) {
	if len(file) < 8 {
		return e, nil, fmt.Errorf("tag of an element: found %d bytes, want 8: %w", len(file), io.ErrUnexpectedEOF)
	}
	e.kind = order.Uint32(file)
	if small := e.kind >> 16; small > 0 { // up to four bytes, within the tag
		if small > 4 {
			return e, nil, fmt.Errorf("a small element of %d bytes, want at most 4", small)
		}
		e.kind, e.data = e.kind&0xffff, file[4:4+small]
		return e, file[8:], nil
	}
	size := uint64(order.Uint32(file[4:]))
	file = file[8:]
	if size > uint64(len(file)) {
		return e, nil, fmt.Errorf("element of type %d: found %d bytes, want %d: %w", e.kind, len(file), size, io.ErrUnexpectedEOF)
	}
	e.data = file[:size]
	if e.kind != matCompressed {
		size = min((size+7)/8*8, uint64(len(file)))
	}
	return e, file[size:], nil
}

// inflated returns the element that a compressed one holds.
func inflated(e matElement, order binary.ByteOrder) (matElement, error) {
	z, err := zlib.NewReader(bytes.NewReader(e.data))
	if err != nil {
		return e, fmt.Errorf("compressed element: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(z, matMost))
	if err != nil {
		return e, fmt.Errorf("compressed element: %w", err)
	}
	e, _, err = nextElement(content, order)
	return e, err
}

// matVariable takes a matrix element apart. Its name is known also where the rest is not as it should be.
func matVariable(content []byte, order binary.ByteOrder) (name string, dims []int, numbers []byte, err error) {
	var parts [4]matElement // flags, dimensions, name, numbers
	for i := range parts {
		if parts[i], content, err = nextElement(content, order); err != nil {
			return name, nil, nil, fmt.Errorf("variable %q: %w", name, err)
		}
		if i == 2 {
			name = string(parts[i].data)
		}
	}
	shape, values := parts[1], parts[3]
	if shape.kind != matInt32 || len(shape.data)%4 != 0 || parts[2].kind != matInt8 {
		return name, nil, nil, fmt.Errorf("variable %q: dimensions and name of types %d and %d, want %d and %d",
			name, shape.kind, parts[2].kind, matInt32, matInt8)
	}
	for i := 0; i < len(shape.data); i += 4 {
		dims = append(dims, int(int32(order.Uint32(shape.data[i:]))))
	}
	if values.kind != matUint8 {
		return name, nil, nil, fmt.Errorf("variable %q: numbers of type %d, want %d, unsigned bytes", name, values.kind, matUint8)
	}
	for _, d := range dims {
		if d < 0 {
			return name, nil, nil, fmt.Errorf("variable %q: dimensions %d", name, dims)
		}
	}
	if size, ok := product(dims); !ok || size != len(values.data) {
		return name, nil, nil, fmt.Errorf("variable %q: %d numbers of dimensions %d", name, len(values.data), dims)
	}
	return name, dims, values.data, nil
}
