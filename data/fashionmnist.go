package data

import (
	"bytes"
	"fmt"
)

// fashionMNIST is the images and labels to train on, then those to test on.
var fashionMNIST = [4]original{
	{"train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
	{"train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
	{"t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
	{"t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
}

// FashionMNIST returns the 60,000 training and 10,000 test pictures of clothes of Xiao, Rasul and Vollgraf 2017
// (https://arxiv.org/abs/1708.07747), 28 x 28 pixels in 10 classes, from the four files in fashion-mnist. A
// missing file and one of another SHA-256 are errors that name it.
func (f Folder) FashionMNIST() (train, test *Images, err error) {
	if train, err = f.idxImages("fashion-mnist", fashionMNIST[0], fashionMNIST[1]); err != nil {
		return nil, nil, err
	}
	if test, err = f.idxImages("fashion-mnist", fashionMNIST[2], fashionMNIST[3]); err != nil {
		return nil, nil, err
	}
	return train, test, nil
}

// idxImages returns images of 10 classes in MNIST's format.
func (f Folder) idxImages(set string, images, labels original) (*Images, error) {
	var arrays [2]IDX
	for i, file := range []original{images, labels} {
		content, err := f.openOriginal(set, file)
		if err != nil {
			return nil, err
		}
		if arrays[i], err = readIDX(bytes.NewReader(content)); err != nil {
			return nil, fmt.Errorf("data: %s: %s: %w", set, file.name, err)
		}
	}
	s, err := joinIDX(arrays[0], arrays[1], 10)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %s with %s: %w", set, images.name, labels.name, err)
	}
	return s, nil
}
