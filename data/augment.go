package data

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
)

// Augmentation says how training images are varied. The zero Augmentation leaves them as they are.
type Augmentation struct {
	Pad  int    // zeros put around an image, from which a window of its size is cut at random; 0..min(height, width)-1
	Flip bool   // mirrors an image left to right with probability 1/2
	Seed uint64 // of the windows and flips
}

// Augmented is a set of images to train on, each cut and mirrored anew in every epoch. With Pad 4 and Flip it is what
// He et al. 2016, section 4.2 (https://arxiv.org/abs/1512.03385), train on. What becomes of an image is a function
// of the seed, the epoch and its row only: not of the batches, nor of the number of cores.
// An Augmented never changes and is safe for concurrent use.
type Augmented struct {
	images *ColorImages
	how    Augmentation
	epoch  int
}

var (
	_ Labeled = (*Augmented)(nil)
	_ Varying = (*Augmented)(nil)
)

// Augmented returns the images augmented, at epoch 0. Standardized images are standardized after they have been cut, the
// zeros among their values. It panics unless a.Pad is in 0..min(height, width)-1, where every window shows a part
// of the image.
func (s *ColorImages) Augmented(a Augmentation) *Augmented {
	if a.Pad < 0 || a.Pad >= min(s.height, s.width) {
		panic(fmt.Sprintf("data: ColorImages.Augmented: padding %d x %d pixels by %d, want 0..%d",
			s.width, s.height, a.Pad, min(s.height, s.width)-1))
	}
	return &Augmented{images: s, how: a}
}

// InEpoch returns the images as epoch e has them; see [Varying].
func (a *Augmented) InEpoch(e int) Set {
	other := *a
	other.epoch = e
	return &other
}

// Len returns the number of images.
func (a *Augmented) Len() int { return a.images.Len() }

// XShape returns [height, width, channels].
func (a *Augmented) XShape() []int { return a.images.XShape() }

// YShape returns [], a scalar label.
func (a *Augmented) YShape() []int { return a.images.YShape() }

// Classes returns the number of classes.
func (a *Augmented) Classes() int { return a.images.Classes() }

// Labels returns a new slice of the labels of all images.
func (a *Augmented) Labels() []int { return a.images.Labels() }

// Batch writes augmented images to x [len(rows), height, width, channels] and labels to y [len(rows)]; see [Set].
func (a *Augmented) Batch(rows []int, x, y []float64) {
	size := a.images.size()
	checkBuffers(len(rows), x, size, y, 1)
	// A row out of range panics here, in the caller's goroutine.
	for i, row := range rows {
		y[i] = float64(a.images.labels[row])
	}
	workers := min(runtime.GOMAXPROCS(0), len(rows))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(rows); i += workers {
				a.images.write(rows[i], a.view(rows[i]), x[i*size:(i+1)*size])
			}
		})
	}
	wait.Wait()
}

// view returns what is seen of image row in this epoch.
func (a *Augmented) view(row int) view {
	rng := rand.NewPCG(a.how.Seed, uint64(a.epoch+1)<<32+uint64(row))
	windows := uint64(2*a.how.Pad + 1) // along each side
	return view{
		down:     int(rng.Uint64()%windows) - a.how.Pad,
		right:    int(rng.Uint64()%windows) - a.how.Pad,
		mirrored: a.how.Flip && rng.Uint64()%2 == 1,
	}
}
