package data

import "fmt"

// kmnist is the test images and their labels; these bytes have the MD5s that were published.
var kmnist = [2]original{
	{"kmnist-test-imgs.npz", "692d824896bec8f3c357ebf7a0fe904ed67ac632ce953d0b58f7fbef7bb27d87"},
	{"kmnist-test-labels.npz", "660f13a4705431ea2a6391c41ecbe384cd0d932c595a101ec4f3b8989e785046"},
}

// KMNIST returns the 10,000 test images of Kuzushiji-MNIST, cursive Japanese characters, by Clanuwat et al. 2018
// (https://arxiv.org/abs/1812.01718), 28 x 28 pixels and 1,000 of each of 10 classes, from two files in kmnist. A
// missing file and one of another SHA-256 are errors that name it.
func (f Folder) KMNIST() (test *Images, err error) {
	var arrays [2]IDX
	for i, file := range kmnist {
		content, err := f.openOriginal("kmnist", file)
		if err != nil {
			return nil, err
		}
		if arrays[i], err = readNPZ(content, "arr_0.npy"); err != nil {
			return nil, fmt.Errorf("data: kmnist: %s: %w", file.name, err)
		}
	}
	if test, err = joinIDX(arrays[0], arrays[1], 10); err != nil {
		return nil, fmt.Errorf("data: kmnist: %w", err)
	}
	return test, nil
}
