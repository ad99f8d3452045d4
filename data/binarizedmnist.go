package data

import (
	"bytes"
	"fmt"
)

// binarizedMNIST is the images to train on, to validate on and to test on.
var binarizedMNIST = [3]original{
	{"binarized_mnist_train.amat", "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"},
	{"binarized_mnist_valid.amat", "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2"},
	{"binarized_mnist_test.amat", "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"},
}

// BinarizedMNIST returns MNIST as Larochelle drew each pixel once, in the split of Salakhutdinov and Murray 2008:
// 50,000 training, 10,000 validation and 10,000 test digits, 28 x 28 pixels that are 0 or 255, from three files in
// binarized-mnist. They have no classes: every label is 0. Results on them are not comparable with those on digits whose
// pixels are drawn anew each time. A missing file and one of another SHA-256 are errors that name it.
func (f Folder) BinarizedMNIST() (train, valid, test *Images, err error) {
	var sets [3]*Images
	for i, file := range binarizedMNIST {
		content, err := f.openOriginal("binarized-mnist", file)
		if err != nil {
			return nil, nil, nil, err
		}
		if sets[i], err = decodeBits(content, 28, 28); err != nil {
			return nil, nil, nil, fmt.Errorf("data: binarized-mnist: %s: %w", file.name, err)
		}
	}
	return sets[0], sets[1], sets[2], nil
}

// decodeBits reads a line an image: its pixels, 0 or 1, each followed by a space but for the last, by a newline.
func decodeBits(text []byte, width, height int) (*Images, error) {
	size := width * height
	if len(text)%(2*size) != 0 {
		return nil, fmt.Errorf("%d bytes of text are not whole lines of %d numbers", len(text), size)
	}
	pixels := make([]byte, len(text)/2)
	for i := range pixels {
		bit, after := text[2*i], byte(' ')
		if (i+1)%size == 0 {
			after = '\n'
		}
		if bit != '0' && bit != '1' || text[2*i+1] != after {
			return nil, fmt.Errorf("line %d, number %d: %q, want 0 or 1 and then %q", i/size+1, i%size+1, bytes.TrimSpace(text[2*i:2*i+2]), after)
		}
		pixels[i] = 255 * (bit - '0')
	}
	return newImages(pixels, width, height, make([]int, len(pixels)/size), 1)
}
