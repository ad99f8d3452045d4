package data

import (
	"fmt"
	"slices"
)

// freyPixels is the SHA-256 of all pixels: files of the same faces differ in their bytes.
const freyPixels = "2438ba4f0d2a6bd8bac43de756141eaa33c8d248dd613d464bdb1210d9b7af78"

// FreyFaces returns the 1,965 frames of a video of Brendan Frey's face, 28 rows by 20 columns of grey pixels, in
// the order of the video, from frey_rawface.mat in frey-face. They have no classes: every label is 0. A
// missing file, another format than a MATLAB file of level 5, and other pixels are errors.
//
// One frame is much like the next: a random split puts a near copy of every test image among the
// training images, a contiguous one does not.
func (f Folder) FreyFaces() (*Images, error) {
	content, err := f.open("frey-face", "frey_rawface.mat")
	if err != nil {
		return nil, err
	}
	faces, err := decodeFreyFaces(content)
	if err != nil {
		return nil, fmt.Errorf("data: frey-face: frey_rawface.mat: %w", err)
	}
	return faces, nil
}

func decodeFreyFaces(file []byte) (*Images, error) {
	const height, width, frames = 28, 20, 1965
	dims, pixels, err := readMAT(file, "ff")
	if err != nil {
		return nil, err
	}
	if !slices.Equal(dims, []int{height * width, frames}) {
		return nil, fmt.Errorf("variable ff has dimensions %d, want [%d %d]", dims, height*width, frames)
	}
	if err := checkSHA256(pixels, freyPixels); err != nil {
		return nil, err
	}
	return newImages(pixels, width, height, make([]int, frames), 1)
}
