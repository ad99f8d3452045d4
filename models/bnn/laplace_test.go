package bnn_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/metrics"
	"credence/models/bnn"
	"credence/models/conjugate"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// plane is targets about a plane, with its points as a matrix that has a column of ones at the end.
func plane(t *testing.T, n int) (*data.Table, *mat.Dense, []float64) {
	t.Helper()
	x, y := make([][]float64, n), make([][]float64, n)
	design, targets := mat.NewDense(n, 3, nil), make([]float64, n)
	for i := range x {
		a, b := math.Sin(float64(i)), math.Cos(float64(3*i))
		targets[i] = 2*a - b + 0.5 + 0.3*math.Sin(float64(7*i))
		x[i], y[i] = []float64{a, b}, []float64{targets[i]}
		design.SetRow(i, []float64{a, b, 1})
	}
	set, err := data.NewTable(x, y)
	require.NoError(t, err)
	return set, design, targets
}

// set writes the weights of the dense layers, [in+1, out] each with the bias last.
func setWeights(t *testing.T, ps *graph.Params, w []float64) {
	t.Helper()
	for _, p := range ps.All(graph.Trainable) {
		n := p.Value().Len()
		require.NoError(t, p.Value().SetFloat64s(w[:n]))
		w = w[n:]
	}
	require.Empty(t, w)
}

func getWeights(ps *graph.Params) []float64 {
	var w []float64
	for _, p := range ps.All(graph.Trainable) {
		w = p.Value().AppendTo(w)
	}
	return w
}

func requireEqualMatrix(t *testing.T, want, got mat.Matrix, relative float64) {
	t.Helper()
	n, m := want.Dims()
	largest := mat.Max(want)
	for i := range n {
		for j := range m {
			require.InDelta(t, want.At(i, j), got.At(i, j), relative*largest, "element %d, %d", i, j)
		}
	}
}

// A linear regression's posterior is Gaussian: the approximation is it, evidence and predictions too.
func TestLaplaceOfALinearRegressionIsExact(t *testing.T) {
	const noise, sigma = 0.5, 0.7
	set, design, y := plane(t, 540) // two batches
	prior, err := conjugate.Isotropic(3, 1/(sigma*sigma))
	require.NoError(t, err)
	linear, err := conjugate.NewLinear(prior, 1/(noise*noise))
	require.NoError(t, err)
	exact, err := linear.Update(design, y)
	require.NoError(t, err)

	r := bnn.NewRegressor(bnn.RegressorConfig{Noise: noise, Config: bnn.Config{
		Widths: []int{2, 1}, Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: sigma}, Precision: graph.Float64,
	}})
	setWeights(t, r.Params(), exact.Posterior().Mean())
	for _, s := range []infer.Structure{infer.Kronecker, infer.Full} {
		t.Run(s.String(), func(t *testing.T) {
			l, err := r.Laplace(t.Context(), set, bnn.LaplaceOptions{Structure: s})
			require.NoError(t, err)
			require.Equal(t, sigma, l.Sigma())
			require.Equal(t, exact.Posterior().Mean(), l.Mode())
			requireEqualMatrix(t, exact.Posterior().Covariance(), l.Covariance(), 1e-12)
			require.InEpsilon(t, exact.LogEvidence(), l.LogEvidence(), 1e-12)

			const draws = 4000
			p, err := l.Predict(set, draws)
			require.NoError(t, err)
			mean, variance, err := exact.Predict(design)
			require.NoError(t, err)
			for i := range mean {
				epistemic := variance[i] - noise*noise
				require.InDelta(t, mean[i], p.Mean[i], 5*math.Sqrt(epistemic/draws))
				require.InDelta(t, epistemic, p.Epistemic[i], 5*epistemic*math.Sqrt(2.0/draws))
				require.InDelta(t, noise*noise, p.Aleatoric[i], 1e-12)
			}
			m, err := l.PredictMixture(set, 50)
			require.NoError(t, err)
			few, err := l.Predict(set, 50)
			require.NoError(t, err)
			require.Equal(t, few.Mean, m.Moments().Mean())
			require.Equal(t, few.Variance, m.Moments().Variance())
		})
	}
	diagonal, err := r.Laplace(t.Context(), set, bnn.LaplaceOptions{Structure: infer.Diagonal})
	require.NoError(t, err)
	precision := exact.Posterior().Precision()
	for i := range 3 {
		require.InEpsilon(t, precision.At(i, i), 1/diagonal.Covariance().At(i, i), 1e-12)
		require.Zero(t, diagonal.Covariance().At(i, (i+1)%3))
	}
}

// Trained to the end, the network is at the posterior's mode: the whole way a user goes. The bias has no prior in
// training, so the data are such that the best one is 0.
func TestLaplaceAroundWhatTrainingFinds(t *testing.T) {
	const n, sigma = 30, 0.6
	x, y, design, targets := make([][]float64, 0, n), make([][]float64, 0, n), mat.NewDense(n, 2, nil), make([]float64, n)
	for i := range n {
		u := math.Sin(float64(i/2)) * (1 - 2*float64(i%2)) // with its mirror image
		targets[i] = 1.5*u + 0.3*math.Cos(float64(i/2))*(1-2*float64(i%2))
		x, y = append(x, []float64{u}), append(y, []float64{targets[i]})
		design.SetRow(i, []float64{u, 1})
	}
	set, err := data.NewTable(x, y)
	require.NoError(t, err)
	r := bnn.NewRegressor(bnn.RegressorConfig{Noise: 0.4, Config: bnn.Config{
		Widths: []int{1, 1}, Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: sigma}, Precision: graph.Float64,
	}})
	_, err = r.Fit(t.Context(), set, train.Settings{Epochs: 1500, BatchSize: n, LR: optim.Linear(0.03, 0, 1500)})
	require.NoError(t, err)
	l, err := r.Laplace(t.Context(), set, bnn.LaplaceOptions{})
	require.NoError(t, err)

	prior, err := conjugate.Isotropic(2, 1/(sigma*sigma))
	require.NoError(t, err)
	exact, err := conjugate.NewLinear(prior, 1/(0.4*0.4))
	require.NoError(t, err)
	exact, err = exact.Update(design, targets)
	require.NoError(t, err)
	require.InDeltaSlice(t, exact.Posterior().Mean(), l.Mode(), 1e-6)
	requireEqualMatrix(t, exact.Posterior().Covariance(), l.Covariance(), 1e-12)
}

// hessian returns the second derivatives of f at w by central differences.
func hessian(f func(w []float64) float64, w []float64) *mat.SymDense {
	const h = 1e-4
	at := func(i, j int, di, dj float64) float64 {
		v := slices.Clone(w)
		v[i] += di * h
		v[j] += dj * h
		return f(v)
	}
	out := mat.NewSymDense(len(w), nil)
	for i := range w {
		for j := range i + 1 {
			out.SetSym(i, j, (at(i, j, 1, 1)-at(i, j, 1, -1)-at(i, j, -1, 1)+at(i, j, -1, -1))/(4*h*h))
		}
	}
	return out
}

// inverse returns (h + 1/sigma²)⁻¹.
func inverse(t *testing.T, h *mat.SymDense, sigma float64) *mat.Dense {
	t.Helper()
	n := h.SymmetricDim()
	for i := range n {
		h.SetSym(i, i, h.At(i, i)+1/(sigma*sigma))
	}
	inv := mat.NewDense(n, n, nil)
	require.NoError(t, inv.Inverse(h))
	return inv
}

// For a logistic regression the Gauss-Newton matrix is the Hessian.
func TestLaplaceOfALogisticRegressionIsTheHessian(t *testing.T) {
	const sigma = 0.8
	set := blobs(t, 45)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 3}, Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: sigma}, Precision: graph.Float64})
	_, err := m.Fit(t.Context(), set, train.Settings{Epochs: 100, LR: optim.Constant(0.01)})
	require.NoError(t, err)
	l, err := m.Laplace(t.Context(), set, bnn.LaplaceOptions{Structure: infer.Full})
	require.NoError(t, err)

	w, work := getWeights(m.Params()), m.Clone()
	nll := func(w []float64) float64 {
		setWeights(t, work.Params(), w)
		p, err := work.Predict(set, 0)
		require.NoError(t, err)
		nll, err := metrics.NLL(p.Mean, 3, set.Labels())
		require.NoError(t, err)
		return nll * float64(set.Len())
	}
	requireEqualMatrix(t, inverse(t, hessian(nll, w), sigma), l.Covariance(), 1e-5)
	tau, square := 1/(sigma*sigma), 0.0
	for _, v := range w {
		square += v * v
	}
	logDet, _ := mat.LogDet(l.Covariance())
	require.InEpsilon(t, -nll(w)-tau/2*square+float64(len(w))/2*math.Log(tau)+logDet/2, l.LogEvidence(), 1e-9)
}

// gaussNewton returns the matrix of all weights by differences: Σ JᵀΛJ over the examples.
func gaussNewton(t *testing.T, m *bnn.Classifier, set *data.Table, classes int) *mat.Dense {
	t.Helper()
	n, w, work := set.Len(), getWeights(m.Params()), m.Clone()
	logits := func(w []float64) []float64 {
		setWeights(t, work.Params(), w)
		g := graph.New(work.Params(), graph.Predict)
		x := g.Input("x", n, set.XShape()[0])
		prog, err := g.Compile(work.Forward(x))
		require.NoError(t, err)
		for at := range data.InOrder(set, n) {
			out, err := prog.Run(0, graph.Feed{x: at})
			require.NoError(t, err)
			return out[0].Float64s()
		}
		return nil
	}
	const h = 1e-5
	jacobian := mat.NewDense(n*classes, len(w), nil)
	for i := range w {
		up, down := slices.Clone(w), slices.Clone(w)
		up[i] += h
		down[i] -= h
		a, b := logits(up), logits(down)
		for k := range a {
			jacobian.Set(k, i, (a[k]-b[k])/(2*h))
		}
	}
	p, err := m.Predict(set, 0)
	require.NoError(t, err)
	total := mat.NewDense(len(w), len(w), nil)
	for i := range n {
		lambda := mat.NewDense(classes, classes, nil)
		for a := range classes {
			for b := range classes {
				lambda.Set(a, b, -p.Mean[i*classes+a]*p.Mean[i*classes+b])
			}
			lambda.Set(a, a, lambda.At(a, a)+p.Mean[i*classes+a])
		}
		var half, one mat.Dense
		j := jacobian.Slice(i*classes, (i+1)*classes, 0, len(w))
		half.Mul(lambda, j)
		one.Mul(j.T(), &half)
		total.Add(total, &one)
	}
	return total
}

// Of a network with hidden layers each structure keeps what it says of the Gauss-Newton matrix.
func TestStructuresOfTheCurvature(t *testing.T) {
	const sigma = 0.9
	set := blobs(t, 37)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 4, 3, 3}, Posterior: bnn.Point{}, Precision: graph.Float64, Seed: 3})
	_, err := m.Fit(t.Context(), set, train.Settings{Epochs: 60, LR: optim.Constant(0.01)})
	require.NoError(t, err)
	covariance := func(set data.Set, o bnn.LaplaceOptions) *mat.SymDense {
		o.Sigma = sigma
		l, err := m.Laplace(t.Context(), set, o)
		require.NoError(t, err)
		return l.Covariance()
	}
	// block returns the part of layer from up to layer to, with only its diagonal or all of it.
	layer := []int{0, 12, 27, 39}
	block := func(ggn *mat.Dense, from, to int, diagonal bool) *mat.SymDense {
		n := layer[to] - layer[from]
		part := mat.NewSymDense(n, nil)
		for l := from; l < to; l++ {
			for i := layer[l]; i < layer[l+1]; i++ {
				for j := i; j < layer[l+1]; j++ {
					if i == j || !diagonal {
						part.SetSym(i-layer[from], j-layer[from], ggn.At(i, j))
					}
				}
			}
		}
		return part
	}
	ggn := gaussNewton(t, m, set, 3)
	for _, s := range []infer.Structure{infer.Diagonal, infer.Full} {
		for _, all := range []bool{true, false} {
			t.Run(fmt.Sprintf("%v, all layers: %t", s, all), func(t *testing.T) {
				from := 2
				if all {
					from = 0
				}
				want := inverse(t, block(ggn, from, 3, s == infer.Diagonal), sigma)
				requireEqualMatrix(t, want, covariance(set, bnn.LaplaceOptions{Structure: s, AllLayers: all}), 1e-7)
			})
		}
	}
	// The factors of a single example are exact in every layer.
	one, _, err := set.Split(1)
	require.NoError(t, err)
	want := inverse(t, block(gaussNewton(t, m, one, 3), 0, 3, false), sigma)
	requireEqualMatrix(t, want, covariance(one, bnn.LaplaceOptions{Structure: infer.Kronecker, AllLayers: true}), 1e-7)
}

// More data leave less to doubt: copies of the set narrow the posterior to the network itself.
func TestLaplaceApproachesTheMode(t *testing.T) {
	set := blobs(t, 30)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 8, 3}, Posterior: bnn.Point{}, Prior: prob.Gaussian{Sigma: 1}})
	_, err := m.Fit(t.Context(), set, train.Settings{Epochs: 40, LR: optim.Constant(0.01)})
	require.NoError(t, err)
	for _, o := range []bnn.LaplaceOptions{{}, {Structure: infer.Diagonal, AllLayers: true}} {
		distance, information := math.Inf(1), math.Inf(1)
		for _, copies := range []int{1, 16, 256} {
			rows := make([]int, 0, 30*copies)
			for i := range 30 * copies {
				rows = append(rows, i%30)
			}
			many, err := set.Subset(rows)
			require.NoError(t, err)
			l, err := m.Laplace(t.Context(), many, o)
			require.NoError(t, err)
			drawn, err := l.Predict(set, 200)
			require.NoError(t, err)
			mode, err := l.Predict(set, 0)
			require.NoError(t, err)
			point, err := m.Predict(set, 0)
			require.NoError(t, err)
			require.Equal(t, point.Mean, mode.Mean)
			d, sum := 0.0, 0.0
			for i, p := range drawn.Mean {
				d = max(d, math.Abs(p-mode.Mean[i]))
			}
			for _, v := range drawn.MutualInfo {
				sum += v / 30
			}
			require.Less(t, d, distance/2)
			require.Less(t, sum, information/4)
			distance, information = d, sum
		}
		require.Less(t, distance, 0.03)
	}
}

func TestLaplaceChoosesThePrior(t *testing.T) {
	set := blobs(t, 60)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 8, 3}, Posterior: bnn.Point{}}) // without a prior
	_, err := m.Fit(t.Context(), set, train.Settings{Epochs: 60, LR: optim.Constant(0.01)})
	require.NoError(t, err)
	l, err := m.Laplace(t.Context(), set, bnn.LaplaceOptions{})
	require.NoError(t, err)
	for _, factor := range []float64{0.3, 0.9, 1.1, 3} {
		other, err := l.WithSigma(factor * l.Sigma())
		require.NoError(t, err)
		require.Less(t, other.LogEvidence(), l.LogEvidence(), "%g times the prior's width", factor)
		again, err := other.Tuned()
		require.NoError(t, err)
		require.InEpsilon(t, l.Sigma(), again.Sigma(), 1e-9)
	}
	require.Greater(t, l.Determined(), 1.0)
	require.Less(t, l.Determined(), 27.0)
	// MacKay's condition of the maximum.
	square := 0.0
	for _, v := range l.Mode() {
		square += v * v
	}
	require.InEpsilon(t, l.Sigma()*l.Sigma()*l.Determined(), square, 1e-9)
}

// Draws don't depend on how many a program takes at once, nor the first on how many follow.
func TestLaplaceDrawsBeyondOneProgram(t *testing.T) {
	set := blobs(t, 60)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 50_000, 3}, Posterior: bnn.Point{}, Seed: 2})
	l, err := m.Laplace(t.Context(), set, bnn.LaplaceOptions{Structure: infer.Diagonal, Sigma: 0.001})
	require.NoError(t, err)
	three, err := l.Predict(set, 3) // two a program
	require.NoError(t, err)
	again, err := l.Predict(set, 3)
	require.NoError(t, err)
	require.Equal(t, three, again)
	first, err := l.Predict(set, 2)
	require.NoError(t, err)
	four, err := l.Predict(set, 4)
	require.NoError(t, err)
	for i := range three.Mean {
		third := 3*three.Mean[i] - 2*first.Mean[i]
		fourth := 4*four.Mean[i] - 3*three.Mean[i]
		require.Greater(t, math.Abs(third-fourth), 0.0)
		require.True(t, third > -1e-9 && third < 1+1e-9 && fourth > -1e-9 && fourth < 1+1e-9)
	}
}

func TestLaplaceMistakes(t *testing.T) {
	set := blobs(t, 30)
	ctx := context.Background()
	_, err := bnn.NewClassifier(bnn.Config{Widths: []int{2, 3}}).Laplace(ctx, set, bnn.LaplaceOptions{})
	require.EqualError(t, err, "bnn: Laplace approximation: the weights' posterior is bnn.Variational, want Point: the values to approximate around")
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 3}, Posterior: bnn.Point{}})
	_, err = m.Laplace(ctx, set, bnn.LaplaceOptions{Sigma: -1})
	require.EqualError(t, err, "bnn: Laplace approximation: infer: Laplace approximation: a prior with standard deviation -1, want a positive number")
	_, err = m.Laplace(ctx, set, bnn.LaplaceOptions{Structure: 7})
	require.ErrorContains(t, err, "7 is no structure of a curvature")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = m.Laplace(ended, set, bnn.LaplaceOptions{})
	require.ErrorIs(t, err, context.Canceled)
	l, err := m.Laplace(ctx, set, bnn.LaplaceOptions{Sigma: 1})
	require.NoError(t, err)
	_, err = l.Predict(set, -1)
	require.EqualError(t, err, "bnn: predicting: -1 draws, want 0 for the mean network, or more")
	_, err = l.WithSigma(0)
	require.Error(t, err)
	setWeights(t, m.Params(), make([]float64, 9))
	_, err = m.Laplace(ctx, set, bnn.LaplaceOptions{})
	require.ErrorContains(t, err, "the evidence has no maximum")
}
