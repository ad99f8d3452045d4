package data

import (
	"fmt"
	"math/rand/v2"
)

// Batches cuts the rows 0..n-1 of a set into minibatches, in a new random order each epoch. The order is a function
// of the seed and the epoch only, so a run resumed at any batch of any epoch sees what it would have seen.
// A Batches allocates only when made. It is not safe for concurrent use.
type Batches struct {
	size  int
	seed  uint64
	pcg   rand.PCG
	order []int
}

// NewBatches returns the minibatches of size rows of n, at epoch 0. It panics unless n >= 0 and size >= 1.
func NewBatches(n, size int, seed uint64) *Batches {
	if n < 0 || size < 1 {
		panic(fmt.Sprintf("data: NewBatches of %d rows in batches of %d: want at least 0 and 1", n, size))
	}
	b := &Batches{size: size, seed: seed, order: make([]int, n)}
	b.Epoch(0)
	return b
}

// PerEpoch returns the number of minibatches in an epoch, the last, maybe smaller, among them.
func (b *Batches) PerEpoch() int {
	full := len(b.order) / b.size
	if len(b.order)%b.size > 0 {
		full++
	}
	return full
}

// Epoch goes to epoch e and its order; slices that Batch returned before now hold other rows.
func (b *Batches) Epoch(e int) {
	for i := range b.order {
		b.order[i] = i
	}
	// An odd multiplier keeps epochs distinct and sets neighbours far apart in the generator's state.
	b.pcg.Seed(b.seed, uint64(e)*0x9e3779b97f4a7c15)
	rng := rand.New(&b.pcg)
	for i := len(b.order) - 1; i > 0; i-- {
		j := rng.IntN(i + 1)
		b.order[i], b.order[j] = b.order[j], b.order[i]
	}
}

// Batch returns the rows of minibatch i of this epoch, [size] but for a smaller last one. They are a view, to be
// read only, valid until the next Epoch. It panics unless 0 <= i < PerEpoch.
func (b *Batches) Batch(i int) []int {
	if i < 0 || i >= b.PerEpoch() {
		panic(fmt.Sprintf("data: Batch(%d): an epoch has %d", i, b.PerEpoch()))
	}
	end := len(b.order)
	if i+1 < b.PerEpoch() {
		end = (i + 1) * b.size
	}
	return b.order[i*b.size : end : end]
}
