package data

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

//go:embed mnist/*.gz
var mnistFiles embed.FS

// mnistFile is one of MNIST's four files as http://yann.lecun.com/exdb/mnist/ served them.
type mnistFile struct {
	name   string
	bytes  int
	sha256 string
}

// mnist is the images and labels to train on, then those to test on.
var mnist = [4]mnistFile{
	{"train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
	{"train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
	{"t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
	{"t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
}

// MNIST returns the 60,000 training and 10,000 test digits of LeCun and Cortes, 28 x 28 pixels in 10 classes,
// from files embedded in the program. They are decoded once a process, in well under a second; an error would
// mean that the program was built from altered files.
// The usual validation set is the last 10,000 training digits: see [Images.Split].
func MNIST() (train, test *Images, err error) {
	sets, err := embeddedMNIST()
	return sets[0], sets[1], err
}

var embeddedMNIST = sync.OnceValues(func() (sets [2]*Images, err error) {
	dir, err := fs.Sub(mnistFiles, "mnist")
	if err == nil {
		sets[0], sets[1], err = readMNIST(dir)
	}
	if err != nil {
		return [2]*Images{}, fmt.Errorf("data: embedded MNIST: %w", err)
	}
	return sets, nil
})

// MNISTFrom is [MNIST] from a folder with the four original gzip files, such as train-images-idx3-ubyte.gz.
// A missing file, and one of another size or SHA-256 than the original's, is an error that names it.
func MNISTFrom(dir string) (train, test *Images, err error) {
	train, test, err = readMNIST(os.DirFS(dir))
	if err != nil {
		return nil, nil, fmt.Errorf("data: MNIST from %s: %w", dir, err)
	}
	return train, test, nil
}

// readMNIST checks all four files before it decodes any.
func readMNIST(dir fs.FS) (train, test *Images, err error) {
	var contents [4][]byte
	for i, file := range mnist {
		if contents[i], err = file.read(dir); err != nil {
			return nil, nil, err
		}
	}
	if train, err = decodeMNIST(contents[0], contents[1]); err != nil {
		return nil, nil, fmt.Errorf("training digits: %w", err)
	}
	if test, err = decodeMNIST(contents[2], contents[3]); err != nil {
		return nil, nil, fmt.Errorf("test digits: %w", err)
	}
	return train, test, nil
}

func decodeMNIST(images, labels []byte) (*Images, error) {
	pixels, err := readMaybeGzip(bytes.NewReader(images))
	if err != nil {
		return nil, err
	}
	classOf, err := readMaybeGzip(bytes.NewReader(labels))
	if err != nil {
		return nil, err
	}
	return joinIDX(pixels, classOf, 10)
}

// read returns the file's bytes, as they are on disk, after checking that they are the original's.
func (f mnistFile) read(dir fs.FS) ([]byte, error) {
	content, err := fs.ReadFile(dir, f.name)
	if err != nil {
		return nil, err
	}
	if len(content) != f.bytes {
		return nil, fmt.Errorf("%s: found %d bytes, want the original's %d", f.name, len(content), f.bytes)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != f.sha256 {
		return nil, fmt.Errorf("%s: the file was altered: found SHA-256 %s, want %s", f.name, got, f.sha256)
	}
	return content, nil
}
