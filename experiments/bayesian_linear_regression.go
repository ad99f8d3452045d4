package experiments

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"credence/models/conjugate"
	"credence/report"
)

var bayesianLinearRegression = Experiment{
	Name:    "bayesian-linear-regression",
	Summary: "the closed-form posterior of a line and a cubic, what MLE and MAP miss, and variational inference beside it",
	Needs:   "no data; quick: seconds",
	Paper:   "Bishop 2006, Pattern Recognition and Machine Learning, sections 3.3 and 10.1.2, https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/",
	Scales:  []Scale{Quick},
	Run:     runBayesianLinearRegression,
}

// The model of all parts: y = w0 + w1 x + w2 x² + ... + noise.
const (
	linearAlpha = 2.0  // precision of the prior on each weight
	linearBeta  = 25.0 // precision of the noise, known to the learners
	cubic       = 4    // weights
)

func runBayesianLinearRegression(ctx context.Context, r *Run) error {
	r.Setting("prior precision", linearAlpha)
	r.Setting("noise precision", linearBeta)
	for _, part := range []func(ctx context.Context, r *Run) error{
		linearFormulas, linearSequence, linearPredictive, linearOverconfidence, linearVariational,
	} {
		if err := part(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// powers returns the features 1, x, x², ..., [len(x), dim].
func powers(x []float64, dim int) *mat.Dense {
	phi := mat.NewDense(len(x), dim, nil)
	for i, v := range x {
		for j := range dim {
			phi.Set(i, j, math.Pow(v, float64(j)))
		}
	}
	return phi
}

// polynomial is a problem with known weights.
type polynomial struct {
	prior   *conjugate.Linear
	weights []float64
	x, y    []float64
	phi     *mat.Dense
}

// linearPrior is the model before any data.
func linearPrior(dim int) (*conjugate.Linear, error) {
	weights, err := conjugate.Isotropic(dim, linearAlpha)
	if err != nil {
		return nil, err
	}
	return conjugate.NewLinear(weights, linearBeta)
}

// drawPolynomial returns data at x of weights drawn from the prior.
func drawPolynomial(rng *rand.Rand, x []float64) (*polynomial, error) {
	prior, err := linearPrior(cubic)
	if err != nil {
		return nil, err
	}
	p := &polynomial{prior: prior, weights: prior.Posterior().Sample(rng), x: x, phi: powers(x, cubic)}
	p.y = observe(rng, p.phi, p.weights)
	return p, nil
}

// observe returns phi·w with noise.
func observe(rng *rand.Rand, phi *mat.Dense, w []float64) []float64 {
	y := product(phi, w)
	for i := range y {
		y[i] += rng.NormFloat64() / math.Sqrt(linearBeta)
	}
	return y
}

func product(phi mat.Matrix, w []float64) []float64 {
	var f mat.VecDense
	f.MulVec(phi, mat.NewVecDense(len(w), w))
	return f.RawVector().Data
}

func uniform(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 2*rng.Float64() - 1
	}
	return x
}

// linearFormulas holds the closed forms against another way to the same: conditioning the joint normal of
// weights and observations, which inverts an [n, n] covariance instead of a [dim, dim] precision.
func linearFormulas(_ context.Context, r *Run) error {
	const n = 30
	rng := rand.New(rand.NewPCG(r.Seed, 1))
	p, err := drawPolynomial(rng, uniform(rng, n))
	if err != nil {
		return err
	}
	m, err := p.prior.Update(p.phi, p.y)
	if err != nil {
		return err
	}
	marginal := mat.NewSymDense(n, nil) // of y
	marginal.SymOuterK(1/linearAlpha, p.phi)
	for i := range n {
		marginal.SetSym(i, i, marginal.At(i, i)+1/linearBeta)
	}
	var chol mat.Cholesky
	if !chol.Factorize(marginal) {
		return fmt.Errorf("covariance of the observations: %w", conjugate.ErrSingular)
	}
	var solved, solvedPhi, mean, covariance mat.Dense // of marginal⁻¹y, marginal⁻¹phi; of the weights
	y := mat.NewDense(n, 1, p.y)
	if err := errors.Join(chol.SolveTo(&solved, y), chol.SolveTo(&solvedPhi, p.phi)); err != nil {
		return err
	}
	mean.Mul(p.phi.T(), &solved)
	mean.Scale(1/linearAlpha, &mean)
	covariance.Mul(p.phi.T(), &solvedPhi)
	covariance.Apply(func(i, j int, v float64) float64 { return (delta(i, j) - v/linearAlpha) / linearAlpha }, &covariance)
	evidence := -0.5 * (n*math.Log(2*math.Pi) + chol.LogDet() + mat.Dot(y.ColView(0), solved.ColView(0)))

	grid := powers(linspace(-2, 2, 41), cubic)
	predicted, variance, err := m.Predict(grid)
	if err != nil {
		return err
	}
	var wantMean, spread, wantSpread mat.Dense
	wantMean.Mul(grid, &mean)
	spread.Mul(grid, &covariance)
	wantSpread.Mul(&spread, grid.T())
	awayVariance := 0.0
	for i, v := range variance {
		awayVariance = max(awayVariance, math.Abs(v-wantSpread.At(i, i)-1/linearBeta))
	}
	post := m.Posterior()
	for _, row := range []struct {
		name  string
		value float64
	}{
		{"posterior mean", farthest(post.Mean(), mean.RawMatrix().Data)},
		{"posterior covariance", farthestOf(post.Covariance(), &covariance)},
		{"predictive mean", farthest(predicted, wantMean.RawMatrix().Data)},
		{"predictive variance", awayVariance},
		{"log evidence, nats", math.Abs(m.LogEvidence() - evidence)},
	} {
		r.Check(Check{Name: "closed form against the dense joint normal, " + row.name, Value: row.value, High: new(exactly)})
	}

	// The data pin down the trace of phi covariance phiᵀ beta: of the weights, all but alpha tr covariance.
	epistemic, err := m.Epistemic(p.phi)
	if err != nil {
		return err
	}
	determined := linearBeta * n * average(epistemic)
	r.Check(Check{
		Name:  "well-determined weights: from the epistemic variance, minus from the posterior's trace",
		Value: determined - (cubic - linearAlpha*mat.Trace(post.Covariance())), Low: new(-exactly), High: new(exactly),
	})
	return nil
}

func delta(i, j int) float64 {
	if i == j {
		return 1
	}
	return 0
}

// farthest returns the largest difference of elements.
func farthest(a, b []float64) float64 {
	away := 0.0
	for i := range a {
		away = max(away, math.Abs(a[i]-b[i]))
	}
	return away
}

func farthestOf(a, b mat.Matrix) float64 {
	return farthest(mat.DenseCopyOf(a).RawMatrix().Data, mat.DenseCopyOf(b).RawMatrix().Data)
}

// linearSequence learns a line point by point.
func linearSequence(_ context.Context, r *Run) error {
	truth := [2]float64{-0.3, 0.5}
	rng := rand.New(rand.NewPCG(r.Seed, 2))
	x := uniform(rng, 20)
	phi := powers(x, 2)
	y := observe(rng, phi, truth[:])
	prior, err := linearPrior(2)
	if err != nil {
		return err
	}
	picture := report.Narrowing{
		Title: "Learning a line", X: "x", Y: "y", WRange: [2]float64{-1.45, 1.45}, XRange: [2]float64{-1, 1}, YRange: [2]float64{-1.45, 1.45}, Truth: &truth,
	}
	m := prior
	for n := 0; ; n++ {
		switch n {
		case 0, 1, 2, 5, 20:
			picture.Stages = append(picture.Stages, lineStage(rng, m, x[:n], y[:n]))
		}
		if n == len(x) {
			break
		}
		if m, err = m.Update(phi.Slice(n, n+1, 0, 2), y[n:n+1]); err != nil {
			return err
		}
	}
	r.Picture("narrowing", "The posterior over a line's two weights narrows as points arrive, and with it the lines drawn from it.", picture)

	batch, err := prior.Update(phi, y)
	if err != nil {
		return err
	}
	one, all := m.Posterior(), batch.Posterior()
	for _, row := range []struct {
		name  string
		value float64
	}{
		{"posterior mean", farthest(one.Mean(), all.Mean())},
		{"posterior covariance", farthestOf(one.Covariance(), all.Covariance())},
		{"log evidence, nats", math.Abs(m.LogEvidence() - batch.LogEvidence())},
	} {
		r.Check(Check{Name: "20 points one by one against all at once, " + row.name, Value: row.value, High: new(exactly)})
	}
	return nil
}

func lineStage(rng *rand.Rand, m *conjugate.Linear, x, y []float64) report.Stage {
	q := m.Posterior()
	mean, cov := q.Mean(), q.Covariance()
	s := report.Stage{
		Caption: fmt.Sprintf("after %d points", len(x)), X: x, Y: y, Mean: [2]float64(mean),
		Cov: [2][2]float64{{cov.At(0, 0), cov.At(0, 1)}, {cov.At(1, 0), cov.At(1, 1)}},
	}
	switch len(x) {
	case 0:
		s.Caption = "prior"
	case 1:
		s.Caption = "after 1 point"
	}
	for range 6 {
		s.Draws = append(s.Draws, [2]float64(q.Sample(rng)))
	}
	return s
}
