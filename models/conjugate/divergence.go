package conjugate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Entropy returns the differential entropy in nats; it may be negative.
func (d *Gaussian) Entropy() float64 {
	return 0.5 * (float64(d.Dim())*(1+math.Log(2*math.Pi)) - d.chol.LogDet())
}

// KL returns KL(d‖p) in nats. The two must have equal dimensions.
func (d *Gaussian) KL(p *Gaussian) (float64, error) {
	if d.Dim() != p.Dim() {
		return 0, fmt.Errorf("conjugate: KL of Gaussians: dimensions %d and %d differ", d.Dim(), p.Dim())
	}
	var delta mat.VecDense
	delta.SubVec(d.mean, p.mean)
	// tr(Λp Σd) = ‖u_d⁻ᵀ u_pᵀ‖² in the Frobenius norm.
	trace := sumSquares(d.whiten(&p.u))
	kl := 0.5 * (trace - float64(d.Dim()) + p.square(&delta) + d.chol.LogDet() - p.chol.LogDet())
	return max(0, kl), nil
}

// MeanField returns the diagonal Gaussian q that minimises KL(q‖d): the exact means, and variances
// 1/Λᵢᵢ where Λ is the precision (Bishop 2006, Pattern Recognition and Machine Learning, section 10.1.2).
// They are never larger than the true marginal variances.
func (d *Gaussian) MeanField() *Gaussian {
	q := &Gaussian{mean: d.mean, precision: mat.NewSymDense(d.Dim(), nil)}
	for i := range d.Dim() {
		q.precision.SetSym(i, i, d.precision.At(i, i))
	}
	q.chol.Factorize(q.precision)
	q.chol.UTo(&q.u)
	return q
}

// MeanFieldGap returns min KL(q‖d) over diagonal q in nats, ½(Σ log Λᵢᵢ − log det Λ): what the best
// mean-field ELBO falls short of the log evidence when d is the posterior.
func (d *Gaussian) MeanFieldGap() float64 {
	gap := 0.0
	for i := range d.Dim() {
		// A term is −log of the share of Λᵢᵢ that the pivot keeps, so none is negative.
		gap += 0.5*math.Log(d.precision.At(i, i)) - math.Log(d.u.At(i, i))
	}
	return max(0, gap)
}

// sumSquares returns the squared Frobenius norm.
func sumSquares(x mat.Matrix) float64 {
	norm := mat.Norm(x, 2)
	return norm * norm
}
