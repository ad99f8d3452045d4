package sparsevd

import (
	"math"

	"credence/layers"
)

// Bits returns, for each layer, how many bits a weight needs when it is written as a whole number of
// steps, its sign included. The posterior holds a weight no more precisely than its standard deviation
// sigma: with steps no longer than that, rounding is noise of at most a twelfth of its variance. b bits
// count 2^(b-1) - 1 steps up to the largest weight w, hence
//
//	b = ⌈log2(1 + w/σ)⌉ + 1
//
// where σ is the geometric mean of the sigmas of the weights that are not pruned. A layer of which
// nothing is left needs 0 bits. The idea is that of Louizos, Ullrich and Welling 2017,
// https://arxiv.org/abs/1705.08665, who let the posterior's uncertainty set the precision of weights;
// the formula is ours.
func (n *Network) Bits() []int {
	bits := make([]int, len(n.sparse))
	for i, l := range n.sparse {
		bits[i] = bitsOf(l)
	}
	return bits
}

func bitsOf(l *layers.SparseWeights) int {
	kept, left, largest, logSigma := l.Kept(), 0, 0.0, 0.0
	for i, k := range kept {
		if k {
			left++
			largest = max(largest, math.Abs(l.Theta.Value().At(i)))
			logSigma += l.LogSigma2.Value().At(i) / 2
		}
	}
	if left == 0 {
		return 0
	}
	sigma := math.Exp(logSigma / float64(left))
	return min(int(math.Ceil(math.Log2(1+largest/sigma)))+1, float32Bits)
}

const float32Bits = 32

// BitCompression returns the bits of the network's weights, 32 each, over those of the weights that are
// not pruned when each has the Bits of its layer. What tells where they are counts as nothing, as in
// Compression.
func (n *Network) BitCompression() float64 {
	dense, left := 0, 0
	for i, bits := range n.Bits() {
		kept, total := count(n.sparse[i])
		dense, left = dense+float32Bits*total, left+bits*kept
	}
	return float64(dense) / float64(left)
}

// Rounded returns the network with the weights of each layer rounded to numbers of so many bits: to
// whole multiples of a step of which 2^(bits-1) - 1 make its largest weight. Biases stay as they are.
// It panics unless there is a number of bits, at least 2, for each layer that has weights.
func (c *Compact) Rounded(bits []int) *Compact {
	r := &Compact{inputs: c.inputs}
	for i, m := range c.layers {
		m.value = rounded(m.value, bits[i])
		r.layers = append(r.layers, m)
	}
	return r
}

func rounded(values []float32, bits int) []float32 {
	largest := float32(0)
	for _, v := range values {
		largest = max(largest, v, -v)
	}
	if largest == 0 {
		return values
	}
	if bits < 2 {
		panic("sparsevd: fewer than 2 bits hold no weight and its sign")
	}
	step := float64(largest) / (math.Exp2(float64(bits-1)) - 1)
	all := make([]float32, len(values))
	for i, v := range values {
		all[i] = float32(math.Round(float64(v)/step) * step)
	}
	return all
}
