package fetch

import (
	"fmt"
	"strings"
)

// Set is a data set that can be downloaded.
type Set struct {
	Name    string // of its folder: "fashion-mnist", "uci/yacht"
	What    string // a few words
	Licence string
	Files   []File
	Archive *File // a gzipped tar that holds the files; nil if each has addresses of its own
}

// File is one file of a set.
type File struct {
	Name    string // below the set's folder, with slashes
	Bytes   int64  // 0 if it is not known
	Sum     Sum
	URLs    []string // tried in this order
	Instead []File   // which, all together, are read in its place where they lie; they are not downloaded
}

// Bytes returns the size of the set's files, as far as it is known.
func (s Set) Bytes() int64 {
	var sum int64
	for _, f := range s.Files {
		sum += f.Bytes
	}
	return sum
}

// Sets returns the sets that can be downloaded.
func Sets() []Set {
	return append([]Set{mnist, fashionMNIST, kmnist, notMNIST, binarizedMNIST, freyFace, cifar10}, uci()...)
}

// Named returns the sets of the given names; "uci" stands for all whose names begin with "uci/". The error for
// an unknown name lists the known ones.
func Named(sets []Set, names ...string) ([]Set, error) {
	var chosen []Set
	for _, name := range names {
		before := len(chosen)
		for _, s := range sets {
			if s.Name == name || strings.HasPrefix(s.Name, name+"/") {
				chosen = append(chosen, s)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("unknown data set %q; known: %s", name, known(sets))
		}
	}
	return chosen, nil
}

func known(sets []Set) string {
	names := make([]string, len(sets))
	for i, s := range sets {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

// at returns f with the addresses of its file below each of the bases.
func (f File) at(bases ...string) File {
	for _, base := range bases {
		f.URLs = append(f.URLs, base+f.Name)
	}
	return f
}

const (
	mnistS3     = "https://ossci-datasets.s3.amazonaws.com/mnist/"
	mnistGoogle = "https://storage.googleapis.com/cvdf-datasets/mnist/"
	mnistOrigin = "http://yann.lecun.com/exdb/mnist/"
)

var mnist = Set{
	Name: "mnist", What: "digits, 28 x 28; embedded in the program", Licence: "CC BY-SA 3.0 (LeCun, Cortes)",
	Files: []File{
		File{Name: "train-images-idx3-ubyte.gz", Bytes: 9912422, Sum: "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"}.at(mnistS3, mnistGoogle, mnistOrigin),
		File{Name: "train-labels-idx1-ubyte.gz", Bytes: 28881, Sum: "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"}.at(mnistS3, mnistGoogle, mnistOrigin),
		File{Name: "t10k-images-idx3-ubyte.gz", Bytes: 1648877, Sum: "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"}.at(mnistS3, mnistGoogle, mnistOrigin),
		File{Name: "t10k-labels-idx1-ubyte.gz", Bytes: 4542, Sum: "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"}.at(mnistS3, mnistGoogle, mnistOrigin),
	},
}

const (
	fashionS3  = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
	fashionGit = "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"
)

var fashionMNIST = Set{
	Name: "fashion-mnist", What: "articles of clothing, 28 x 28", Licence: "MIT (Zalando SE)",
	Files: []File{
		File{Name: "train-images-idx3-ubyte.gz", Bytes: 26421880, Sum: "sha256:3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"}.at(fashionS3, fashionGit),
		File{Name: "train-labels-idx1-ubyte.gz", Bytes: 29515, Sum: "sha256:a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"}.at(fashionS3, fashionGit),
		File{Name: "t10k-images-idx3-ubyte.gz", Bytes: 4422102, Sum: "sha256:346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"}.at(fashionS3, fashionGit),
		File{Name: "t10k-labels-idx1-ubyte.gz", Bytes: 5148, Sum: "sha256:67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"}.at(fashionS3, fashionGit),
	},
}

const kmnistOrigin = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"

var kmnist = Set{
	Name: "kmnist", What: "cursive Japanese characters, 28 x 28: the test images", Licence: "CC BY-SA 4.0 (CODH)",
	Files: []File{
		File{Name: "kmnist-test-imgs.npz", Bytes: 3079479, Sum: "md5:dace6de62ca8b90843cc45366337d02e"}.at(kmnistOrigin),
		File{Name: "kmnist-test-labels.npz", Bytes: 5304, Sum: "md5:3ae489a79983d0fe386152684e3b5412"}.at(kmnistOrigin),
	},
}

const notMNISTGit = "https://github.com/davidflanagan/notMNIST-to-MNIST/raw/c58c29ff93d7b8c809c449b380a232f9f39909fd/"

var notMNIST = Set{
	Name: "notmnist", What: "letters A to J of many fonts, 28 x 28: 10,000 of them", Licence: "none stated (Bulatov; converted by Flanagan)",
	Files: []File{
		File{Name: "t10k-images-idx3-ubyte.gz", Bytes: 3172375, Sum: "md5:2c87c839a4ef9b238846600eec8c35b7"}.at(notMNISTGit),
		File{Name: "t10k-labels-idx1-ubyte.gz", Bytes: 5118, Sum: "md5:7ea9118cbafd0f6e3ee2ad771d782a01"}.at(notMNISTGit),
	},
}

const larochelle = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"

var binarizedMNIST = Set{
	Name: "binarized-mnist", What: "digits, 28 x 28, black and white once for all", Licence: "as MNIST's (Larochelle)",
	Files: []File{
		File{Name: "binarized_mnist_train.amat", Bytes: 78400000, Sum: "sha256:ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d"}.at(larochelle),
		File{Name: "binarized_mnist_valid.amat", Bytes: 15680000, Sum: "sha256:1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2"}.at(larochelle),
		File{Name: "binarized_mnist_test.amat", Bytes: 15680000, Sum: "sha256:e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c"}.at(larochelle),
	},
}

// The checksum of the original is one that a public loader gives. The other file has the same pixels, written anew.
var freyFace = Set{
	Name: "frey-face", What: "one face, 28 x 20, from a film", Licence: "none stated (thanks to Brendan Frey)",
	Files: []File{{
		Name: "frey_rawface.mat", Sum: "md5:5aeb024d42b8a6091f30e5eb18c8a48d",
		URLs:    []string{"https://cs.nyu.edu/~roweis/data/frey_rawface.mat"},
		Instead: []File{{Name: "frey_rawface.mat", Sum: "sha256:19b0a74e5fd0fda0b1c9e355995251beca5172a1b08a994c2c2b7e0b4f788275"}},
	}},
}

var cifar10 = Set{
	Name: "cifar-10", What: "photographs of ten kinds of things, 32 x 32, in colour", Licence: "none stated (Krizhevsky)",
	Archive: &File{
		Name: "cifar-10-binary.tar.gz", Bytes: 170052171, Sum: "md5:c32a1d4ab5d03f1284b67883e8d87530",
		URLs: []string{"https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"},
	},
	Files: []File{
		cifarBatch("data_batch_1", "5dd7e06a14cb22eb9f671a540d1b7c25", "6298a37ba2e21d878467d31f43b853f5c56ddd6c025994d5b880ba2517d90feb", "d829dbdf32167c9d7b3687cee66d92d80d46c441308b5aca0d11e8b69e27dac9"),
		cifarBatch("data_batch_2", "5ea93a67294ea407fff1d09f752e9692", "85413642597ea89a64c6f5a353ae3d518fa97eaabf2157bbe2a6104fc34cb3e5", "5d18f7371ed35ea9ade77952fe958b0660a45cd6c8b8a8970030f21612cfd7e3"),
		cifarBatch("data_batch_3", "942cd6a4bcdd0dd3c604fbe906cb4421", "31e661af960b969efeca505b38874a845714a275cd550326b7b14ec6500f66cc", "32cf77b0ee2e790b1c4384d2d82e42dc1571b87e67f6da8f444b2725b2973f65"),
		cifarBatch("data_batch_4", "ae636b3ba5c66a11e91e8cb52e771fcb", "d19f5cbdbfb2d615b02dc0632c1e227c7f81beac4ec54fa554fedac565c826dc", "d2815e3f8f656272864920fc0edde56b04ec9cf81bf397c0dd3069f4aea51aeb"),
		cifarBatch("data_batch_5", "53f37980c15c3d472c316c40844f3f0d", "af0fc5c0985f8639dd8d1f0bc8c3c822ac93b290820bba844101bd68f82699ee", "2ddf3ab27d5d04409c94ce7b56849c243129c10de1058ae0bfe14c77e934800c"),
		cifarBatch("test_batch", "803d5f7f4d78ea53de84dbe85f74fb6d", "5cdd09829b80b6cd6d5ac4c07fa9357a8908a0f41813772f364ac0008c4c2b74", "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5"),
	},
}

// cifarBatch is one of the official files of 10,000 images. A sheet of its images without loss, and its labels,
// may lie in its place.
func cifarBatch(name, md5, sheet, labels string) File {
	return File{
		Name: name + ".bin", Bytes: 30730000, Sum: Sum("md5:" + md5),
		Instead: []File{{Name: name + ".png", Sum: Sum("sha256:" + sheet)}, {Name: name + ".labels", Sum: Sum("sha256:" + labels)}},
	}
}
