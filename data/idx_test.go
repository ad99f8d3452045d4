package data_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"credence/data"
)

// encodeIDX writes the format that ReadIDX reads.
func encodeIDX(body []byte, dims ...int) []byte {
	out := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		out = binary.BigEndian.AppendUint32(out, uint32(d))
	}
	return append(out, body...)
}

func gzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestReadIDXRoundTrip(t *testing.T) {
	long := make([]byte, 200_000) // takes several pieces to read
	for i := range long {
		long[i] = byte(i * 7 / 3)
	}
	for _, c := range []struct {
		name string
		body []byte
		dims []int
	}{
		{"labels", []byte{3, 1, 4}, []int{3}},
		{"images", []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, []int{3, 2, 2}},
		{"none", nil, []int{0, 28, 28}},
		{"long", long, []int{20, 100, 100}},
	} {
		t.Run(c.name, func(t *testing.T) {
			encoded := encodeIDX(c.body, c.dims...)
			for _, r := range []io.Reader{
				bytes.NewReader(encoded),
				iotest.HalfReader(bytes.NewReader(encoded)),
				iotest.DataErrReader(bytes.NewReader(encoded)),
			} {
				idx, err := data.ReadIDX(r)
				require.NoError(t, err)
				require.Equal(t, c.dims, idx.Dims)
				require.True(t, bytes.Equal(c.body, idx.Data))
			}
		})
	}
}

func TestReadIDXTruncatedAnywhere(t *testing.T) {
	whole := encodeIDX([]byte{1, 2, 3, 4, 5, 6}, 1, 3, 2)
	for n := range whole {
		_, err := data.ReadIDX(bytes.NewReader(whole[:n]))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes", n)
		want := fmt.Sprintf("body of dimensions [1 3 2]: found %d bytes, want 6", n-16)
		switch {
		case n < 4:
			want = fmt.Sprintf("magic number: found %d bytes, want 4", n)
		case n < 16:
			want = fmt.Sprintf("dimensions: found %d bytes, want 12", n-4)
		}
		require.EqualError(t, err, "data: IDX: "+want+": unexpected EOF")
	}
}

func TestReadIDXErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"text", []byte("<html>"), "data: IDX: magic number is 3c 68 74 6d, want 00 00 08 and the number of dimensions"},
		{"floats", []byte{0, 0, 13, 1, 0, 0, 0, 0}, "data: IDX: magic number is 00 00 0d 01, want 00 00 08 and the number of dimensions"},
		{"no dimensions", []byte{0, 0, 8, 0, 5}, "data: IDX: magic number is 00 00 08 00, want 00 00 08 and the number of dimensions"},
		{"trailing byte", append(encodeIDX([]byte{1, 2}, 2), 0), "data: IDX: found more bytes after the 2 of dimensions [2], want the end"},
		{"trailing byte after none", append(encodeIDX(nil, 0), 0), "data: IDX: found more bytes after the 0 of dimensions [0], want the end"},
		{"too large", encodeIDX(nil, 1<<30, 1<<30, 1<<30), "data: IDX: dimensions [1073741824 1073741824 1073741824] are more than memory can address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.ReadIDX(bytes.NewReader(c.content))
			require.EqualError(t, err, c.want)
		})
	}
}

func TestReadIDXKeepsTheReadersError(t *testing.T) {
	broken := errors.New("disk on fire")
	whole := encodeIDX([]byte{1, 2, 3}, 3)
	for n := range len(whole) + 1 {
		_, err := data.ReadIDX(io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken, "after %d bytes", n)
	}
}

func TestReadIDXDoesNotBelieveItsHeader(t *testing.T) {
	lie := encodeIDX([]byte{1, 2, 3}, 1<<15, 1<<15) // claims a gigabyte
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := data.ReadIDX(bytes.NewReader(lie))
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func FuzzReadIDX(f *testing.F) {
	whole := encodeIDX([]byte{1, 2, 3, 4, 5, 6}, 1, 3, 2)
	f.Add(whole)
	f.Add(whole[:9])
	f.Add(append(whole, 1))
	f.Add(encodeIDX(nil, 0, 28, 28))
	f.Add(encodeIDX([]byte{7}, 1<<15, 1<<15))
	f.Add(encodeIDX(nil, 1<<30, 1<<30, 1<<30))
	f.Add([]byte("not an array"))
	f.Fuzz(func(t *testing.T, content []byte) {
		idx, err := data.ReadIDX(bytes.NewReader(content))
		if err != nil {
			require.Zero(t, idx)
			return
		}
		require.True(t, bytes.Equal(content, encodeIDX(idx.Data, idx.Dims...)))
	})
}

func TestImagesFrom(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	images := encodeIDX([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 3, 2)
	labels := encodeIDX([]byte{9, 0}, 2)
	zipped := gzipped(t, images)
	plainImages, plainLabels := write("images", images), write("labels", labels)
	zippedImages, zippedLabels := write("images.gz", zipped), write("labels.gz", gzipped(t, labels))

	for _, paths := range [][2]string{{plainImages, plainLabels}, {zippedImages, zippedLabels}} {
		s, err := data.ImagesFrom(paths[0], paths[1], 10)
		require.NoError(t, err)
		require.Equal(t, []int{2, 3}, []int{s.Width(), s.Height()})
		require.Equal(t, []int{9, 0}, s.Labels())
		pixels, label := s.At(1)
		require.Equal(t, []byte{7, 8, 9, 10, 11, 12}, pixels)
		require.Equal(t, 0, label)
	}

	altered := bytes.Clone(zipped)
	altered[len(altered)-6] ^= 1 // in gzip's checksum
	for _, c := range []struct {
		name, images, labels, want string
	}{
		{"missing", filepath.Join(dir, "none"), plainLabels, "none: "},
		{"empty", write("empty", nil), plainLabels, "empty: magic number: found 0 bytes, want 4: unexpected EOF"},
		{"altered gzip", write("altered.gz", altered), plainLabels, "altered.gz: after the body: gzip: invalid checksum"},
		{"truncated gzip", write("short.gz", zipped[:len(zipped)-1]), plainLabels, "short.gz: after the body: unexpected EOF"},
		{"gzip without a header", write("stub.gz", zipped[:5]), plainLabels, "stub.gz: gzip: unexpected EOF"},
		{"rubbish after gzip", write("tail.gz", append(bytes.Clone(zipped), "tail"...)), plainLabels, "tail.gz: after the body: "},
		{"bad labels", plainImages, write("few", labels[:9]), "few: body of dimensions [2]: found 1 bytes, want 2: unexpected EOF"},
		{"label too large", plainImages, write("ten", encodeIDX([]byte{9, 10}, 2)), "ten: label of image 1 is 10, want 0..9"},
		{"counts differ", plainImages, write("three", encodeIDX([]byte{1, 2, 3}, 3)), "three: 2 images and 3 labels, want as many"},
		{"swapped", plainLabels, plainImages, "dimensions [2] and [2 3 2], want [n height width] and [n]"},
		{"images without pixels", write("flat", encodeIDX(nil, 2, 0, 0)), plainLabels, "0 x 0 pixels and 10 classes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.ImagesFrom(c.images, c.labels, 10)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}
