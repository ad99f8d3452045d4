package infer

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Curvature is the Hessian H of a negative log-likelihood in n weights, or what stands in its place: a symmetric
// positive semidefinite matrix [n, n], as its eigenvalues and the rotation to its eigenvectors. With these H plus any
// multiple of 1 is inverted at once.
type Curvature struct {
	values []float64
	rotate func(z []float64) []float64 // from the eigenvectors' coordinates to the weights'
}

// NewCurvature returns the curvature h itself. The decomposition takes O(n³): seconds for some hundred weights.
func NewCurvature(h mat.Symmetric) (*Curvature, error) {
	values, vectors, err := decompose(h)
	if err != nil {
		return nil, err
	}
	return &Curvature{values, func(z []float64) []float64 {
		out := make([]float64, len(z))
		mat.NewVecDense(len(z), out).MulVec(vectors, mat.NewVecDense(len(z), z))
		return out
	}}, nil
}

// NewDiagonalCurvature returns the curvature with the given diagonal, which it keeps, and nothing beside it.
func NewDiagonalCurvature(diagonal []float64) (*Curvature, error) {
	for i, v := range diagonal {
		if !(v >= 0) || math.IsInf(v, 1) {
			return nil, fmt.Errorf("infer: the curvature of weight %d is %v, want a number of at least 0", i, v)
		}
	}
	return &Curvature{diagonal, func(z []float64) []float64 { return z }}, nil
}

// NewKroneckerCurvature returns the curvature a⊗g of weights [rows, columns] in row-major order, whose rows vary with
// a [rows, rows] and columns with g [columns, columns]. It takes no more than the decomposition of both.
func NewKroneckerCurvature(a, g mat.Symmetric) (*Curvature, error) {
	rowValues, left, err := decompose(a)
	if err != nil {
		return nil, err
	}
	columnValues, right, err := decompose(g)
	if err != nil {
		return nil, err
	}
	rows, columns := len(rowValues), len(columnValues)
	values := make([]float64, 0, rows*columns)
	for _, r := range rowValues {
		for _, c := range columnValues {
			values = append(values, r*c)
		}
	}
	return &Curvature{values, func(z []float64) []float64 {
		var half mat.Dense
		half.Mul(mat.NewDense(rows, columns, z), right.T())
		out := make([]float64, len(z))
		mat.NewDense(rows, columns, out).Mul(left, &half)
		return out
	}}, nil
}

// JoinCurvatures returns the curvature of the weights of all parts, one after the other, that has nothing between
// one part and another.
func JoinCurvatures(parts ...*Curvature) *Curvature {
	all := &Curvature{rotate: func(z []float64) []float64 {
		var out []float64
		for _, p := range parts {
			out = append(out, p.rotate(z[len(out):len(out)+p.Dim()])...)
		}
		return out
	}}
	for _, p := range parts {
		all.values = append(all.values, p.values...)
	}
	return all
}

// decompose returns the eigenvalues and eigenvectors of a positive semidefinite matrix. Rounding may have made the
// smallest negative; more than that is an error.
func decompose(h mat.Symmetric) ([]float64, *mat.Dense, error) {
	var e mat.EigenSym
	if !e.Factorize(h, true) || math.IsNaN(e.RawValues()[0]) {
		return nil, nil, errors.New("infer: a curvature has no eigenvalues: it is not finite")
	}
	values := e.Values(nil)
	if least, most := values[0], values[len(values)-1]; !(least >= -1e-3*most) {
		return nil, nil, fmt.Errorf("infer: a curvature has eigenvalues from %v to %v: it is not positive semidefinite", least, most)
	}
	for i, v := range values {
		values[i] = max(v, 0)
	}
	vectors := new(mat.Dense)
	e.VectorsTo(vectors)
	return values, vectors, nil
}

// Dim returns the number of weights.
func (c *Curvature) Dim() int { return len(c.values) }

// draw returns a draw of N(0, (H + tau)⁻¹).
func (c *Curvature) draw(tau float64, rng *rand.Rand) []float64 {
	z := make([]float64, len(c.values))
	for i, v := range c.values {
		z[i] = rng.NormFloat64() / math.Sqrt(v+tau)
	}
	return c.rotate(z)
}

// covariance returns (H + tau)⁻¹.
func (c *Curvature) covariance(tau float64) *mat.SymDense {
	n := len(c.values)
	cov, z := mat.NewSymDense(n, nil), make([]float64, n)
	for i, v := range c.values {
		clear(z)
		z[i] = 1
		cov.SymRankOne(cov, 1/(v+tau), mat.NewVecDense(n, append([]float64(nil), c.rotate(z)...)))
	}
	return cov
}

// logDet returns log det(H + tau).
func (c *Curvature) logDet(tau float64) float64 {
	sum := 0.0
	for _, v := range c.values {
		sum += math.Log(v + tau)
	}
	return sum
}

// determined returns the trace of H(H + tau)⁻¹.
func (c *Curvature) determined(tau float64) float64 {
	sum := 0.0
	for _, v := range c.values {
		sum += v / (v + tau)
	}
	return sum
}
