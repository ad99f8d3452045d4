package conjugate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Linear is Bayesian linear regression, y = x·w + ε with ε ~ N(0, 1/beta) of known precision beta and a
// Gaussian prior on w (Bishop 2006, Pattern Recognition and Machine Learning, section 3.3).
//
// It is a belief about w: the prior at first, and after Update the posterior. Features, a constant one
// for the intercept among them, are the columns of x.
type Linear struct {
	belief      *Gaussian
	beta        float64
	logEvidence float64
}

// NewLinear returns the model before any data. The noise precision beta = 1/variance must be positive.
func NewLinear(prior *Gaussian, beta float64) (*Linear, error) {
	if err := checkPositive("noise precision", beta); err != nil {
		return nil, fmt.Errorf("conjugate: linear regression: %w", err)
	}
	return &Linear{belief: prior, beta: beta}, nil
}

// Posterior returns the distribution of w given all data so far; the prior if there were none.
func (m *Linear) Posterior() *Gaussian { return m.belief }

// LogEvidence returns log p(y | x) in nats of all data so far, with w integrated out; 0 if there were none.
func (m *Linear) LogEvidence() float64 { return m.logEvidence }

// Update returns the model after it has also seen y [n] at x [n, dim]. Batches in any split and order
// lead to the same posterior and evidence, up to rounding. Shapes that differ, no rows, and entries that
// are not finite are errors; a posterior that is not numerically definite wraps ErrSingular.
func (m *Linear) Update(x mat.Matrix, y []float64) (*Linear, error) {
	next, err := m.update(x, y)
	if err != nil {
		return nil, fmt.Errorf("conjugate: updating a linear regression: %w", err)
	}
	return next, nil
}

// update moves the mean by a step solved from the residuals, so that the evidence is a sum of squares and
// nothing large cancels.
func (m *Linear) update(x mat.Matrix, y []float64) (*Linear, error) {
	residual, err := m.residual(m.belief, x, y)
	if err != nil {
		return nil, err
	}
	n, dim := x.Dims()
	precision := mat.NewSymDense(dim, nil)
	precision.SymOuterK(m.beta, x.T())
	precision.AddSym(precision, m.belief.precision)
	belief, err := newPrecision(m.belief.Mean(), precision)
	if err != nil {
		return nil, fmt.Errorf("posterior precision: %w", err)
	}

	var step, fitted mat.VecDense
	step.MulVec(x.T(), residual)
	step.ScaleVec(m.beta, &step)
	_ = belief.chol.SolveVecTo(&step, &step) // only warns of the condition number
	belief.mean.AddVec(belief.mean, &step)
	fitted.MulVec(x, &step)
	residual.SubVec(residual, &fitted)

	gain := 0.5 * (float64(n)*math.Log(m.beta/(2*math.Pi)) + m.belief.chol.LogDet() - belief.chol.LogDet() -
		m.beta*mat.Dot(residual, residual) - m.belief.square(&step))
	if err := checkFinite("posterior mean", belief.mean.RawVector().Data); err != nil {
		return nil, err
	}
	if err := checkFinite("log evidence", []float64{gain}); err != nil {
		return nil, err
	}
	return &Linear{belief: belief, beta: m.beta, logEvidence: m.logEvidence + gain}, nil
}

// Predict returns the mean and variance, [n] each, of the predictive distribution of y at each row of
// x [n, dim]; it is Gaussian. The variance is the sum of the noise, 1/beta, and of Epistemic.
func (m *Linear) Predict(x mat.Matrix) (mean, variance []float64, err error) {
	variance, err = m.Epistemic(x)
	if err != nil {
		return nil, nil, err
	}
	for i := range variance {
		variance[i] += 1 / m.beta
	}
	var mu mat.VecDense
	mu.MulVec(x, m.belief.mean)
	return mu.RawVector().Data, variance, nil
}

// Epistemic returns the variance, [n], of the noiseless x·w at each row of x [n, dim]: what more data
// would reduce.
func (m *Linear) Epistemic(x mat.Matrix) ([]float64, error) {
	if err := m.checkRows(x); err != nil {
		return nil, fmt.Errorf("conjugate: predicting by linear regression: %w", err)
	}
	white := m.belief.whiten(x)
	n, _ := x.Dims()
	variance := make([]float64, n)
	for i := range variance {
		column := white.ColView(i)
		variance[i] = mat.Dot(column, column)
	}
	return variance, nil
}

// ExpectedLogLikelihood returns E_q[log p(y | x, w)] in nats, summed over the n rows.
func (m *Linear) ExpectedLogLikelihood(q *Gaussian, x mat.Matrix, y []float64) (float64, error) {
	residual, err := m.residual(q, x, y)
	if err != nil {
		return 0, fmt.Errorf("conjugate: expected log-likelihood: %w", err)
	}
	misfit := mat.Dot(residual, residual) + sumSquares(q.whiten(x))
	return 0.5 * (float64(len(y))*math.Log(m.beta/(2*math.Pi)) - m.beta*misfit), nil
}

// ELBO returns E_q[log p(y | x, w)] − KL(q‖p(w)) in nats for any Gaussian q, full or diagonal, where p(w)
// is m's belief before it has seen y [n] at x [n, dim]. It is the evidence of that data less
// KL(q‖posterior).
func (m *Linear) ELBO(q *Gaussian, x mat.Matrix, y []float64) (float64, error) {
	logLik, err := m.ExpectedLogLikelihood(q, x, y)
	if err != nil {
		return 0, err
	}
	kl, err := q.KL(m.belief)
	return logLik - kl, err
}

// residual returns y − x·E_q[w], [n].
func (m *Linear) residual(q *Gaussian, x mat.Matrix, y []float64) (*mat.VecDense, error) {
	if err := m.checkRows(x); err != nil {
		return nil, err
	}
	n, dim := x.Dims()
	if len(y) != n {
		return nil, fmt.Errorf("x [%d %d], y [%d]: numbers of rows differ", n, dim, len(y))
	}
	if err := checkFinite("y", y); err != nil {
		return nil, err
	}
	if q.Dim() != dim {
		return nil, fmt.Errorf("x [%d %d], q over %d weights: dimensions differ", n, dim, q.Dim())
	}
	var fitted mat.VecDense
	fitted.MulVec(x, q.mean)
	residual := mat.NewVecDense(n, nil)
	residual.SubVec(mat.NewVecDense(n, y), &fitted)
	return residual, nil
}

// checkRows refuses an x that is not [n, dim] of finite numbers with n at least 1.
func (m *Linear) checkRows(x mat.Matrix) error {
	n, dim := x.Dims()
	if n == 0 || dim != m.belief.Dim() {
		return fmt.Errorf("x [%d %d], want [n %d] with n at least 1", n, dim, m.belief.Dim())
	}
	for i := range n {
		if err := checkFinite("x", mat.Row(nil, i, x)); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	return nil
}
