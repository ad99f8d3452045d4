package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// realSets is the folder of the real data sets; tests of them are skipped where there is none.
func realSets(t *testing.T) Folder {
	t.Helper()
	if os.Getenv("CREDENCE_DATA") == "" {
		t.Skip("CREDENCE_DATA names no folder of data sets")
	}
	return ""
}

// missing is a folder with nothing in it.
func missing(t *testing.T) Folder { return Folder(t.TempDir()) }

func requireImages(t *testing.T, s *Images, n, width, height, classes int, mean float64) {
	t.Helper()
	require.Equal(t, []int{n, width, height, classes}, []int{s.Len(), s.Width(), s.Height(), s.Classes()})
	ofClass := make([]int, classes)
	for _, label := range s.Labels() {
		ofClass[label]++
	}
	for _, count := range ofClass {
		require.Equal(t, n/classes, count)
	}
	sum := 0
	for _, image := range s.pixels {
		for _, p := range image {
			sum += int(p)
		}
	}
	require.InDelta(t, mean, float64(sum)/float64(n*width*height)/255, 1e-3)
}

func TestFashionMNIST(t *testing.T) {
	train, test, err := realSets(t).FashionMNIST()
	require.NoError(t, err)
	requireImages(t, train, 60_000, 28, 28, 10, 0.2860)
	require.Equal(t, []int{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}, train.Labels()[:10])
	require.Equal(t, []int{10_000, 28, 28, 10}, []int{test.Len(), test.Width(), test.Height(), test.Classes()})
	require.Equal(t, []int{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}, test.Labels()[:10])
}

func TestTestSets(t *testing.T) {
	for _, c := range []struct {
		name string
		load func(Folder) (*Images, error)
		mean float64
	}{
		{"kmnist", Folder.KMNIST, 0.1846},
		{"notmnist", Folder.NotMNIST, 0.4266},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := c.load(realSets(t))
			require.NoError(t, err)
			requireImages(t, s, 10_000, 28, 28, 10, c.mean)
		})
	}
}

func TestFreyFaces(t *testing.T) {
	s, err := realSets(t).FreyFaces()
	require.NoError(t, err)
	requireImages(t, s, 1965, 20, 28, 1, 0.6057)
	first, _ := s.At(0)
	require.Equal(t, []byte{81, 136, 167, 185, 187}, first[:5])

	// MATLAB writes variables compressed unless it is told not to.
	file, err := realSets(t).open("frey-face", "frey_rawface.mat")
	require.NoError(t, err)
	m := matlab{binary.LittleEndian}
	again, err := decodeFreyFaces(append(bytes.Clone(file[:128]), m.compressed(t, file[128:])...))
	require.NoError(t, err)
	require.Equal(t, s, again)

	file[2000] ^= 1
	_, err = decodeFreyFaces(file)
	require.ErrorContains(t, err, "not the original's")
}

func TestBinarizedMNIST(t *testing.T) {
	train, valid, test, err := realSets(t).BinarizedMNIST()
	require.NoError(t, err)
	for _, c := range []struct {
		set  *Images
		n    int
		mean float64 // that of MNIST's grey pixels
	}{{train, 50_000, 0.1307}, {valid, 10_000, 0.1307}, {test, 10_000, 0.1325}} {
		requireImages(t, c.set, c.n, 28, 28, 1, c.mean)
		for _, p := range c.set.pixels[c.n-1] {
			require.Contains(t, []byte{0, 255}, p)
		}
	}
}

func TestImageSetsMissing(t *testing.T) {
	for set, load := range map[string]func(Folder) error{
		"fashion-mnist":   func(f Folder) error { _, _, err := f.FashionMNIST(); return err },
		"kmnist":          func(f Folder) error { _, err := f.KMNIST(); return err },
		"notmnist":        func(f Folder) error { _, err := f.NotMNIST(); return err },
		"frey-face":       func(f Folder) error { _, err := f.FreyFaces(); return err },
		"binarized-mnist": func(f Folder) error { _, _, _, err := f.BinarizedMNIST(); return err },
		"cifar-10":        func(f Folder) error { _, _, err := f.CIFAR10(); return err },
	} {
		t.Run(set, func(t *testing.T) {
			var missingErr *MissingError
			require.ErrorAs(t, load(missing(t)), &missingErr)
			require.Equal(t, set, missingErr.Set)
		})
	}
}

// A file of other contents is named, with what was found.
func TestImageSetsAltered(t *testing.T) {
	for _, c := range []struct {
		set, file string
		load      func(Folder) error
		want      string
	}{
		{"fashion-mnist", "train-images-idx3-ubyte", func(f Folder) error { _, _, err := f.FashionMNIST(); return err }, "5 bytes that are not the original's: found SHA-256 "},
		{"kmnist", "kmnist-test-imgs.npz", func(f Folder) error { _, err := f.KMNIST(); return err }, "5 bytes that are not the original's"},
		{"notmnist", "t10k-images-idx3-ubyte", func(f Folder) error { _, err := f.NotMNIST(); return err }, "5 bytes that are not the original's"},
		{"frey-face", "frey_rawface.mat", func(f Folder) error { _, err := f.FreyFaces(); return err }, "found 5 bytes, want a MATLAB file's header"},
		{"binarized-mnist", "binarized_mnist_train.amat", func(f Folder) error { _, _, _, err := f.BinarizedMNIST(); return err }, "5 bytes that are not the original's"},
		{"cifar-10", "data_batch_1.bin", func(f Folder) error { _, _, err := f.CIFAR10(); return err }, "5 bytes that are not the original's"},
	} {
		t.Run(c.set, func(t *testing.T) {
			root := t.TempDir()
			require.NoError(t, os.MkdirAll(filepath.Join(root, c.set), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(root, c.set, c.file), []byte("wrong"), 0o644))
			require.ErrorContains(t, c.load(Folder(root)), "data: "+c.set+": "+c.file+": "+c.want)
		})
	}
}

// Both files are checked, then joined.
func TestIDXImages(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "set"), 0o755))
	write := func(name string, content []byte) original {
		require.NoError(t, os.WriteFile(filepath.Join(root, "set", name), content, 0o644))
		return original{name, fmt.Sprintf("%x", sha256.Sum256(content))}
	}
	images := write("images", []byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40})
	labels := write("labels", []byte{0, 0, 8, 1, 0, 0, 0, 2, 9, 3})
	s, err := Folder(root).idxImages("set", images, labels)
	require.NoError(t, err)
	require.Equal(t, []int{9, 3}, s.Labels())
	pixels, _ := s.At(1)
	require.Equal(t, []byte{30, 40}, pixels)

	_, err = Folder(root).idxImages("set", images, write("few", []byte{0, 0, 8, 1, 0, 0, 0, 1, 9}))
	require.EqualError(t, err, "data: set: images with few: 2 images and 1 labels, want as many")
	_, err = Folder(root).idxImages("set", images, write("torn", []byte{0, 0, 8, 1, 0, 0, 0, 2, 9}))
	require.ErrorContains(t, err, "data: set: torn: body of dimensions [2]")
}

func TestDecodeBits(t *testing.T) {
	s, err := decodeBits([]byte("0 1\n1 1\n"), 2, 1)
	require.NoError(t, err)
	require.Equal(t, [][]byte{{0, 255}, {255, 255}}, s.pixels)
	for name, c := range map[string]struct{ text, want string }{
		"half a line":     {"0 1\n1 ", "6 bytes of text are not whole lines of 2 numbers"},
		"another number":  {"0 1\n2 1\n", `line 2, number 1: "2", want 0 or 1 and then ' '`},
		"a line too long": {"0 1 1 1\n", `line 1, number 2: "1", want 0 or 1 and then '\n'`},
		"no space":        {"001\n1 1\n", `line 1, number 1: "00"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeBits([]byte(c.text), 2, 1)
			require.ErrorContains(t, err, c.want)
		})
	}
}
