package data

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// IDX is an array of bytes read from MNIST's file format: a magic number 0, 0, 8, len(Dims); the dimensions
// as big-endian 32-bit numbers; then the bytes, row-major.
type IDX struct {
	Dims []int
	Data []byte // [Dims...]
}

// ReadIDX reads one array of unsigned bytes, strictly: another magic number, a truncated header or
// body (which errors.Is finds as [io.ErrUnexpectedEOF]) and bytes after the body are errors. Memory grows with what r
// delivers, not with what its header claims.
func ReadIDX(r io.Reader) (IDX, error) {
	idx, err := readIDX(r)
	if err != nil {
		return IDX{}, fmt.Errorf("data: IDX: %w", err)
	}
	return idx, nil
}

func readIDX(r io.Reader) (IDX, error) {
	dims, err := readIDXHeader(r)
	if err != nil {
		return IDX{}, err
	}
	size, ok := product(dims)
	if !ok {
		return IDX{}, fmt.Errorf("dimensions %d are more than memory can address", dims)
	}
	data, err := readBytes(r, size)
	if err != nil {
		return IDX{}, fmt.Errorf("body of dimensions %d: %w", dims, err)
	}
	switch _, err := io.ReadFull(r, make([]byte, 1)); err {
	case io.EOF:
		return IDX{Dims: dims, Data: data}, nil
	case nil:
		return IDX{}, fmt.Errorf("found more bytes after the %d of dimensions %d, want the end", size, dims)
	default:
		return IDX{}, fmt.Errorf("after the body: %w", err)
	}
}

func readIDXHeader(r io.Reader) ([]int, error) {
	magic, err := readBytes(r, 4)
	if err != nil {
		return nil, fmt.Errorf("magic number: %w", err)
	}
	if magic[0] != 0 || magic[1] != 0 || magic[2] != 8 || magic[3] == 0 {
		return nil, fmt.Errorf("magic number is % x, want 00 00 08 and the number of dimensions", magic)
	}
	header, err := readBytes(r, 4*int(magic[3]))
	if err != nil {
		return nil, fmt.Errorf("dimensions: %w", err)
	}
	dims := make([]int, magic[3])
	for i := range dims {
		d := binary.BigEndian.Uint32(header[4*i:])
		if uint64(d) > math.MaxInt {
			return nil, fmt.Errorf("dimension %d is %d, more than memory can address", i, d)
		}
		dims[i] = int(d)
	}
	return dims, nil
}

// product returns the product of dims, which are not negative, and whether it fits an int.
func product(dims []int) (int, bool) {
	p := 1
	for _, d := range dims {
		if d != 0 && p > math.MaxInt/d {
			return 0, false
		}
		p *= d
	}
	return p, true
}

// readBytes reads n bytes in pieces that double, so that it never allocates more than a few times what r delivers.
func readBytes(r io.Reader, n int) ([]byte, error) {
	var data []byte
	for len(data) < n {
		have := len(data)
		want := n
		if have < n/2 { // 2*have cannot overflow
			want = min(n, max(2*have, 1<<16))
		}
		grown := make([]byte, want)
		copy(grown, data)
		m, err := io.ReadFull(r, grown[have:])
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("found %d bytes, want %d: %w", have+m, n, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, fmt.Errorf("after %d bytes of %d: %w", have+m, n, err)
		}
		data = grown
	}
	return data, nil
}

// ImagesFrom reads images [n, height, width] and labels [n] in 0..classes-1 from two IDX files, plain or gzipped.
// Beside the errors of [ReadIDX], other numbers of dimensions, different counts and a label out of range are
// errors; each names the file.
func ImagesFrom(imagesPath, labelsPath string, classes int) (*Images, error) {
	images, err := openIDX(imagesPath)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", imagesPath, err)
	}
	labels, err := openIDX(labelsPath)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", labelsPath, err)
	}
	s, err := joinIDX(images, labels, classes)
	if err != nil {
		return nil, fmt.Errorf("data: %s with %s: %w", imagesPath, labelsPath, err)
	}
	return s, nil
}

func openIDX(path string) (IDX, error) {
	f, err := os.Open(path)
	if err != nil {
		return IDX{}, err
	}
	defer f.Close()
	return readMaybeGzip(f)
}

// readMaybeGzip reads an IDX array that gzip may have compressed, which its first two bytes tell.
func readMaybeGzip(r io.Reader) (IDX, error) {
	plain, err := gunzipped(r)
	if err != nil {
		return IDX{}, err
	}
	return readIDX(plain)
}

// gunzipped returns what r holds, unpacked if it is gzipped.
func gunzipped(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	if start, _ := buffered.Peek(2); string(start) != "\x1f\x8b" {
		return buffered, nil
	}
	unzipped, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return unzipped, nil
}

func joinIDX(images, labels IDX, classes int) (*Images, error) {
	if len(images.Dims) != 3 || len(labels.Dims) != 1 {
		return nil, fmt.Errorf("dimensions %d and %d, want [n height width] and [n]", images.Dims, labels.Dims)
	}
	if images.Dims[0] != labels.Dims[0] {
		return nil, fmt.Errorf("%d images and %d labels, want as many", images.Dims[0], labels.Dims[0])
	}
	classOf := make([]int, len(labels.Data))
	for i, label := range labels.Data {
		classOf[i] = int(label)
	}
	return newImages(images.Data, images.Dims[2], images.Dims[1], classOf, classes)
}
