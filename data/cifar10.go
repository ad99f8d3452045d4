package data

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"
	"sync"
)

// cifar10 is the five batches to train on, then the one to test on.
var cifar10 = [6]original{
	{"data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
	{"data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
	{"data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
	{"data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
	{"data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
	{"test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
}

// CIFAR10 returns the 50,000 training and 10,000 test photographs of Krizhevsky 2009
// (https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf), 32 x 32 pixels in red, green and blue. Classes 0 to
// 9 are airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck, 1,000 of each in the test set.
//
// It reads the six files of the binary version in cifar-10, data_batch_1.bin to data_batch_5.bin and test_batch.bin.
// Where NAME.bin is missing, NAME.png and NAME.labels stand for it: its images as tiles of one RGB image, row by
// row, and a byte for each label. A missing file, and one that does not give the bytes of the original, which its SHA-256
// tells, are errors that name it.
func (f Folder) CIFAR10() (train, test *ColorImages, err error) {
	var batches [len(cifar10)]*ColorImages
	var errs [len(cifar10)]error
	var wait sync.WaitGroup
	for i, file := range cifar10 {
		wait.Go(func() { batches[i], errs[i] = f.cifarBatch("cifar-10", file) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	train, test = batches[0], batches[5]
	for _, batch := range batches[1:5] {
		train.pixels = append(train.pixels, batch.pixels...)
		train.labels = append(train.labels, batch.labels...)
	}
	return train, test, nil
}

// A record of a batch is a label and three planes, of red, of green and of blue.
const (
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarRecord = 1 + 3*cifarPlane
)

// cifarBatch returns the images of one file, or of what stands for it.
func (f Folder) cifarBatch(set string, file original) (*ColorImages, error) {
	records, err := f.openOriginal(set, file)
	if missing := (*MissingError)(nil); errors.As(err, &missing) {
		if records, err = f.cifarSheet(set, file); errors.As(err, new(*MissingError)) {
			err = missing
		}
	}
	if err != nil {
		return nil, err
	}
	images, err := decodeCIFAR(records)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %s: %w", set, file.name, err)
	}
	return images, nil
}

// decodeCIFAR puts the channels of each pixel side by side.
func decodeCIFAR(records []byte) (*ColorImages, error) {
	if len(records)%cifarRecord != 0 {
		return nil, fmt.Errorf("%d bytes are not whole records of %d", len(records), cifarRecord)
	}
	n := len(records) / cifarRecord
	pixels, labels := make([]byte, 0, n*3*cifarPlane), make([]int, n)
	for k := range labels {
		labels[k] = int(records[k*cifarRecord])
		planes := records[k*cifarRecord+1 : (k+1)*cifarRecord]
		for i := range cifarPlane {
			pixels = append(pixels, planes[i], planes[cifarPlane+i], planes[2*cifarPlane+i])
		}
	}
	return newColorImages(pixels, cifarSide, cifarSide, 3, labels, 10)
}

// cifarSheet returns the records of a file from the sheet and the labels that stand for it.
func (f Folder) cifarSheet(set string, file original) ([]byte, error) {
	name := strings.TrimSuffix(file.name, ".bin")
	sheet, err := f.open(set, name+".png")
	if err != nil {
		return nil, err
	}
	labels, err := f.open(set, name+".labels")
	if err != nil {
		return nil, err
	}
	records, err := recordsOfSheet(sheet, labels)
	if err == nil {
		err = checkSHA256(records, file.sha256)
	}
	if err != nil {
		return nil, fmt.Errorf("data: %s: %s.png with %s.labels: %w", set, name, name, err)
	}
	return records, nil
}

// recordsOfSheet takes a PNG apart into as many tiles as there are labels, row by row.
func recordsOfSheet(sheet, labels []byte) ([]byte, error) {
	size, err := png.DecodeConfig(bytes.NewReader(sheet))
	if err != nil {
		return nil, err
	}
	columns, rows := size.Width/cifarSide, size.Height/cifarSide
	if size.Width%cifarSide != 0 || size.Height%cifarSide != 0 || columns*rows != len(labels) {
		return nil, fmt.Errorf("%d x %d pixels for %d labels, want a tile of %d x %d for each",
			size.Width, size.Height, len(labels), cifarSide, cifarSide)
	}
	decoded, err := png.Decode(bytes.NewReader(sheet))
	if err != nil {
		return nil, err
	}
	rgb, ok := decoded.(*image.RGBA)
	if !ok {
		return nil, errors.New("pixels of another kind, want 8 bits each of red, green and blue")
	}
	records := make([]byte, 0, len(labels)*cifarRecord)
	for k, label := range labels {
		records = append(records, label)
		tile := rgb.Pix[rgb.PixOffset(k%columns*cifarSide, k/columns*cifarSide):]
		for channel := range 3 {
			for i := range cifarPlane {
				records = append(records, tile[i/cifarSide*rgb.Stride+i%cifarSide*4+channel])
			}
		}
	}
	return records, nil
}
