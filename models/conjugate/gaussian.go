package conjugate

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Gaussian is a multivariate normal distribution over a weight vector, kept by its precision matrix.
//
// It is made by one of its constructors; the zero value is not usable.
type Gaussian struct {
	mean      *mat.VecDense
	precision *mat.SymDense
	chol      mat.Cholesky
	u         mat.TriDense // upper, precision = uᵀu
}

// NewGaussian returns N(mean, covariance). It wraps ErrSingular when the covariance is not positive
// definite, and refuses sizes that differ and entries that are not finite. It copies its arguments.
func NewGaussian(mean []float64, covariance mat.Symmetric) (*Gaussian, error) {
	cov, err := newPrecision(mean, covariance)
	if err != nil {
		return nil, fmt.Errorf("conjugate: Gaussian from a covariance: %w", err)
	}
	d, err := newPrecision(mean, cov.Covariance())
	if err != nil {
		return nil, fmt.Errorf("conjugate: Gaussian from a covariance: inverting it: %w", err)
	}
	return d, nil
}

// NewGaussianPrecision returns N(mean, precision⁻¹), with the errors of NewGaussian.
func NewGaussianPrecision(mean []float64, precision mat.Symmetric) (*Gaussian, error) {
	d, err := newPrecision(mean, precision)
	if err != nil {
		return nil, fmt.Errorf("conjugate: Gaussian from a precision: %w", err)
	}
	return d, nil
}

// Diagonal returns the Gaussian of independent weights with these means and variances, [dim] each: the
// family of mean-field variational inference. Variances must be positive.
func Diagonal(mean, variance []float64) (*Gaussian, error) {
	precision := make([]float64, len(variance))
	for i, v := range variance {
		if err := checkPositive(fmt.Sprintf("variance[%d]", i), v); err != nil {
			return nil, fmt.Errorf("conjugate: diagonal Gaussian: %w", err)
		}
		precision[i] = 1 / v
	}
	if len(variance) == 0 {
		return nil, errors.New("conjugate: diagonal Gaussian: no variances")
	}
	d, err := newPrecision(mean, mat.NewDiagDense(len(precision), precision))
	if err != nil {
		return nil, fmt.Errorf("conjugate: diagonal Gaussian: %w", err)
	}
	return d, nil
}

// Isotropic returns N(0, I/alpha) in dim dimensions, the prior of ridge regression. The dimension and the
// precision alpha must be positive.
func Isotropic(dim int, alpha float64) (*Gaussian, error) {
	if dim < 1 {
		return nil, fmt.Errorf("conjugate: isotropic Gaussian: dimension is %d, want at least 1", dim)
	}
	if err := checkPositive("precision", alpha); err != nil {
		return nil, fmt.Errorf("conjugate: isotropic Gaussian: %w", err)
	}
	precision := make([]float64, dim)
	for i := range precision {
		precision[i] = alpha
	}
	return newPrecision(make([]float64, dim), mat.NewDiagDense(dim, precision))
}

// newPrecision checks, copies and factorises.
func newPrecision(mean []float64, precision mat.Symmetric) (*Gaussian, error) {
	dim := precision.SymmetricDim()
	if len(mean) != dim || dim == 0 {
		return nil, fmt.Errorf("mean [%d], matrix [%d %d]: want equal sizes of at least 1", len(mean), dim, dim)
	}
	if err := checkFinite("mean", mean); err != nil {
		return nil, err
	}
	d := &Gaussian{mean: mat.NewVecDense(dim, append([]float64(nil), mean...)), precision: mat.NewSymDense(dim, nil)}
	d.precision.CopySym(precision)
	if err := checkFinite("matrix", d.precision.RawSymmetric().Data); err != nil {
		return nil, err
	}
	if !d.chol.Factorize(d.precision) {
		return nil, ErrSingular
	}
	d.chol.UTo(&d.u)
	if err := d.checkPivots(); err != nil {
		return nil, err
	}
	return d, nil
}

// checkPivots refuses a matrix whose Cholesky factor is rounding error. A pivot is compared with its own
// diagonal entry: their ratio is the share of a weight that the ones before it do not determine, and does
// not depend on the units of the features, as the condition number would.
func (d *Gaussian) checkPivots() error {
	const eps = 0x1p-52
	for i := range d.Dim() {
		pivot, diagonal := d.u.At(i, i), d.precision.At(i, i)
		if !(pivot*pivot > float64(d.Dim())*eps*diagonal) {
			return fmt.Errorf("row %d depends on the rows before it: %w", i, ErrSingular)
		}
	}
	return nil
}

// Dim returns the number of weights.
func (d *Gaussian) Dim() int { return d.mean.Len() }

// Mean returns a copy of the mean, [dim].
func (d *Gaussian) Mean() []float64 { return append([]float64(nil), d.mean.RawVector().Data...) }

// Precision returns a copy of the inverse covariance, [dim, dim].
func (d *Gaussian) Precision() *mat.SymDense {
	p := mat.NewSymDense(d.Dim(), nil)
	p.CopySym(d.precision)
	return p
}

// Covariance returns the covariance, [dim, dim], computed anew at each call.
func (d *Gaussian) Covariance() *mat.SymDense {
	var cov mat.SymDense
	_ = d.chol.InverseTo(&cov) // only warns of the condition number: the pivots were checked
	return &cov
}

// LogDensity returns log N(w; mean, covariance) in nats, for w [dim].
func (d *Gaussian) LogDensity(w []float64) (float64, error) {
	if len(w) != d.Dim() {
		return 0, fmt.Errorf("conjugate: log-density: w [%d], want [%d]", len(w), d.Dim())
	}
	if err := checkFinite("w", w); err != nil {
		return 0, fmt.Errorf("conjugate: log-density: %w", err)
	}
	delta := mat.NewVecDense(d.Dim(), append([]float64(nil), w...))
	delta.SubVec(delta, d.mean)
	return 0.5 * (d.chol.LogDet() - float64(d.Dim())*math.Log(2*math.Pi) - d.square(delta)), nil
}

// Sample returns one draw, [dim]: mean + u⁻¹ε for standard normal ε.
func (d *Gaussian) Sample(rng *rand.Rand) []float64 {
	w := mat.NewDense(d.Dim(), 1, nil)
	for i := range d.Dim() {
		w.Set(i, 0, rng.NormFloat64())
	}
	_ = d.u.SolveTo(w, false, w) // only warns of the condition number
	w.Add(w, d.mean)
	return w.RawMatrix().Data
}

// square returns vᵀ·precision·v.
func (d *Gaussian) square(v *mat.VecDense) float64 {
	var uv mat.VecDense
	uv.MulVec(&d.u, v)
	return mat.Dot(&uv, &uv)
}

// whiten returns u⁻ᵀxᵀ, [dim, n] for x [n, dim]: the squared norm of column i is xᵢ·covariance·xᵢᵀ.
func (d *Gaussian) whiten(x mat.Matrix) *mat.Dense {
	var v mat.Dense
	_ = d.u.SolveTo(&v, true, x.T()) // only warns of the condition number
	return &v
}
