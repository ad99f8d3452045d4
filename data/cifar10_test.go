package data

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The means and deviations of the channels are those that papers subtract and divide by.
func TestCIFAR10(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes 60,000 photographs")
	}
	train, test, err := realSets(t).CIFAR10()
	require.NoError(t, err)
	require.Equal(t, []int{50_000, 10_000}, []int{train.Len(), test.Len()})
	require.Equal(t, []int{32, 32, 3}, train.XShape())
	require.Equal(t, []int{6, 9, 9, 4, 1, 1, 2, 7, 8, 3}, train.Labels()[:10])
	require.Equal(t, []int{3, 8, 8, 0, 6, 6, 1, 6, 3, 1}, test.Labels()[:10])
	for s, each := range map[*ColorImages]int{train: 5000, test: 1000} {
		var ofClass [10]int
		for _, label := range s.labels {
			ofClass[label]++
		}
		for _, count := range ofClass {
			require.Equal(t, each, count)
		}
	}
	var sum, squares [3]int
	for _, image := range train.pixels {
		for i, p := range image {
			sum[i%3] += int(p)
			squares[i%3] += int(p) * int(p)
		}
	}
	const n = 50_000 * 32 * 32
	for c, want := range [3]struct{ mean, deviation float64 }{{0.491400, 0.247032}, {0.482158, 0.243485}, {0.446531, 0.261588}} {
		mean := float64(sum[c]) / n
		require.InDelta(t, want.mean, mean/255, 5e-7)
		require.InDelta(t, want.deviation, math.Sqrt(float64(squares[c])/n-mean*mean)/255, 5e-7)
	}
}

// cifarRecords returns n records with bytes that tell their places apart.
func cifarRecords(n int) []byte {
	records := make([]byte, n*cifarRecord)
	for i := range records {
		records[i] = byte(i*i/3 + i)
		if i%cifarRecord == 0 {
			records[i] = byte(i / cifarRecord % 10)
		}
	}
	return records
}

// sheetOf draws records as a PNG of tiles, and returns their labels.
func sheetOf(t *testing.T, records []byte, columns int) (sheet, labels []byte) {
	t.Helper()
	n := len(records) / cifarRecord
	drawn := image.NewRGBA(image.Rect(0, 0, columns*32, n/columns*32))
	for k := range n {
		record := records[k*cifarRecord:]
		labels = append(labels, record[0])
		for i := range 1024 {
			at := color.RGBA{R: record[1+i], G: record[1025+i], B: record[2049+i], A: 255}
			drawn.SetRGBA(k%columns*32+i%32, k/columns*32+i/32, at)
		}
	}
	return encoded(t, drawn), labels
}

func encoded(t *testing.T, drawn image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, drawn))
	return b.Bytes()
}

// folderOf writes files of set "set".
func folderOf(t *testing.T, files map[string][]byte) Folder {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "set"), 0o755))
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(root, "set", name), content, 0o644))
	}
	return Folder(root)
}

func cifarFile(records []byte) original {
	return original{"few.bin", fmt.Sprintf("%x", sha256.Sum256(records))}
}

// A binary file and the sheet that stands for it give the same images.
func TestCIFARBatch(t *testing.T) {
	records := cifarRecords(6)
	sheet, labels := sheetOf(t, records, 3)
	for name, files := range map[string]map[string][]byte{
		"binary":           {"few.bin": records},
		"sheet":            {"few.png": sheet, "few.labels": labels},
		"binary and sheet": {"few.bin": records, "few.png": []byte("not read")},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := folderOf(t, files).cifarBatch("set", cifarFile(records))
			require.NoError(t, err)
			require.Equal(t, []int{0, 1, 2, 3, 4, 5}, s.Labels())
			require.Equal(t, 10, s.Classes())
			pixels, _ := s.At(4)
			for i := range 1024 {
				for c := range 3 {
					require.Equal(t, records[4*3073+1+c*1024+i], pixels[3*i+c])
				}
			}
		})
	}
}

func TestCIFARBatchErrors(t *testing.T) {
	records := cifarRecords(6)
	sheet, labels := sheetOf(t, records, 3)
	otherLabels := []byte{0, 1, 2, 3, 4, 9}
	badLabel := bytes.Clone(records)
	badLabel[0] = 10
	odd := encoded(t, image.NewRGBA(image.Rect(0, 0, 6*32, 33)))
	grey := encoded(t, image.NewGray(image.Rect(0, 0, 6*32, 32)))
	for _, c := range []struct {
		name  string
		files map[string][]byte
		of    []byte // the original
		want  string
	}{
		{"altered", map[string][]byte{"few.bin": badLabel}, records, "data: set: few.bin: 18438 bytes that are not the original's: found SHA-256 "},
		{"half a record", map[string][]byte{"few.bin": records[:5000]}, records[:5000], "data: set: few.bin: 5000 bytes are not whole records of 3073"},
		{"a label too large", map[string][]byte{"few.bin": badLabel}, badLabel, "data: set: few.bin: label of image 0 is 10, want 0..9"},
		{"a torn sheet", map[string][]byte{"few.png": sheet[:len(sheet)/2], "few.labels": labels}, records, "data: set: few.png with few.labels: png: invalid format"},
		{"no PNG", map[string][]byte{"few.png": []byte("few"), "few.labels": labels}, records, "data: set: few.png with few.labels: "},
		{"other labels", map[string][]byte{"few.png": sheet, "few.labels": otherLabels}, records, "data: set: few.png with few.labels: 18438 bytes that are not the original's: found SHA-256 "},
		{"a label too few", map[string][]byte{"few.png": sheet, "few.labels": labels[:5]}, records, "data: set: few.png with few.labels: 96 x 64 pixels for 5 labels, want a tile of 32 x 32 for each"},
		{"a line too many", map[string][]byte{"few.png": odd, "few.labels": labels}, records, "data: set: few.png with few.labels: 192 x 33 pixels for 6 labels"},
		{"a grey sheet", map[string][]byte{"few.png": grey, "few.labels": labels}, records, "data: set: few.png with few.labels: pixels of another kind, want 8 bits each of red, green and blue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := folderOf(t, c.files).cifarBatch("set", cifarFile(c.of))
			require.ErrorContains(t, err, c.want)
		})
	}
	for name, files := range map[string]map[string][]byte{
		"nothing":   nil,
		"no labels": {"few.png": sheet},
		"no sheet":  {"few.labels": labels},
	} {
		t.Run(name, func(t *testing.T) {
			f := folderOf(t, files)
			_, err := f.cifarBatch("set", cifarFile(records))
			var missing *MissingError
			require.ErrorAs(t, err, &missing)
			require.Equal(t, filepath.Join(string(f), "set", "few.bin"), missing.File)
		})
	}
}
