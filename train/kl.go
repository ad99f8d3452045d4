package train

import "math"

// KLWeights shares the complexity cost of an epoch out among its minibatches. The shares of an epoch
// add up to 1, so that an epoch's objectives add up to the negative evidence lower bound; only a
// warm-up gives less.
type KLWeights interface {
	// Share returns the part of the complexity cost that minibatch i of the m of an epoch bears,
	// with i and epoch counted from 0.
	Share(epoch, i, m int) float64
}

// Uniform gives every minibatch the share 1/m (Graves 2011).
type Uniform struct{}

// Share returns 1/m.
func (Uniform) Share(_, _, m int) float64 { return 1 / float64(m) }

// Geometric halves the share from one minibatch to the next: 2^(m-i) / (2^m - 1) with i from 1, so
// that the first are ruled by the prior and the last by the data (Blundell et al. 2015, section 3.4).
type Geometric struct{}

// Share returns 2^-(i+1) / (1 - 2^-m), the same without overflow.
func (Geometric) Share(_, i, m int) float64 {
	return math.Exp2(-float64(i+1)) / -math.Expm1(-float64(m)*math.Ln2)
}

// WarmUp scales the shares of Then, nil meaning Uniform, by a factor that is 0 for the first From epochs
// and rises linearly to 1 at the end of the given number of Epochs, which is more than From.
type WarmUp struct {
	From   int
	Epochs int
	Then   KLWeights
}

// Share returns the scaled share.
func (w WarmUp) Share(epoch, i, m int) float64 {
	then := w.Then
	if then == nil {
		then = Uniform{}
	}
	share := then.Share(epoch, i, m)
	if epoch >= w.Epochs {
		return share
	}
	done := float64(epoch-w.From) + float64(i)/float64(m)
	return share * max(0, done) / float64(w.Epochs-w.From)
}
