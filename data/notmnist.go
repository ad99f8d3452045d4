package data

// NotMNIST returns 10,000 letters A to J in many typefaces by Bulatov 2011, 28 x 28 pixels and 1,000 of a class, from
// the sample in MNIST's format of https://github.com/davidflanagan/notMNIST-to-MNIST in notmnist. It is a set
// to test on. A missing file and one of another SHA-256 are errors that name it.
func (f Folder) NotMNIST() (test *Images, err error) {
	return f.idxImages("notmnist",
		original{"t10k-images-idx3-ubyte", "8e7f38ae95cc8f48e0986175ffc9137e5007ebcf3d8fdf6656c904eb9dab198b"},
		original{"t10k-labels-idx1-ubyte", "5f8e6012f2ce730700d8d05fca098bc47f71d25b890e4bec7ac5ebfd614a4001"})
}
