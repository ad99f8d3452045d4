package vae_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"credence/data"
	"credence/graph"
	"credence/graph/graphtest"
	"credence/infer"
	"credence/models/vae"
	"credence/optim"
	"credence/train"
)

// bars are 4 by 4 images with one bright row or one bright column.
func bars(t *testing.T, n int) *data.Images {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	pixels, labels := make([]byte, 16*n), make([]int, n)
	for i := range n {
		labels[i] = rng.IntN(8)
		for k := range 4 {
			at := 4*labels[i] + k
			if labels[i] >= 4 {
				at = 4*k + labels[i] - 4
			}
			pixels[16*i+at] = 255
		}
	}
	set, err := data.NewImages(pixels, 4, 4, labels, 8)
	require.NoError(t, err)
	return set
}

func fitted(t *testing.T, c vae.Config, epochs int) *vae.VAE {
	t.Helper()
	c.Inputs, c.Hidden, c.Seed = 16, []int{32}, 1
	v := vae.New(c)
	_, err := v.Fit(t.Context(), bars(t, 1000), train.Settings{Epochs: epochs, LR: optim.Constant(5e-3)})
	require.NoError(t, err)
	return v
}

// The images are one of 8 with equal probability: nothing predicts them better than -log 8.
func TestFitLearnsTheDistribution(t *testing.T) {
	v := fitted(t, vae.Config{Latent: 3, Binarize: true}, 150)
	set := bars(t, 200)
	evidence, err := v.LogEvidence(t.Context(), set, 1000)
	require.NoError(t, err)
	require.Len(t, evidence, 200)
	mean := floats.Sum(evidence) / 200
	require.Less(t, mean, -math.Log(8)+0.05)
	require.Greater(t, mean, -3.0, "independent pixels would give -9")

	images, err := v.Generate(500, 7)
	require.NoError(t, err)
	right := 0
	for i := range 500 {
		if isBar(images[16*i : 16*i+16]) {
			right++
		}
	}
	require.Greater(t, right, 350, "most draws of the model are bars")
	other, err := v.Generate(500, 8)
	require.NoError(t, err)
	require.NotEqual(t, images, other)

	rows := []int{0, 1, 2, 3, 4}
	x := make([]float64, 16*len(rows))
	set.Batch(rows, x, make([]float64, len(rows)))
	again, err := v.Reconstructed(set, rows)
	require.NoError(t, err)
	for i, p := range again {
		require.InDelta(t, x[i], p, 0.3)
	}
}

func isBar(x []float64) bool {
	best := 0.0
	for bar := range 8 {
		on, off := 0.0, 0.0
		for k, v := range x {
			if bar < 4 && k/4 == bar || bar >= 4 && k%4 == bar-4 {
				on += v
			} else {
				off += v
			}
		}
		best = max(best, on/4-off/12)
	}
	return best > 0.5
}

// More draws never lower the expectation of the estimate.
func TestLogEvidenceRises(t *testing.T) {
	v := fitted(t, vae.Config{Latent: 3}, 20)
	set := bars(t, 300)
	last := math.Inf(-1)
	for _, draws := range []int{1, 10, 200} {
		evidence, err := v.LogEvidence(t.Context(), set, draws)
		require.NoError(t, err)
		mean := floats.Sum(evidence) / 300
		require.Greater(t, mean, last)
		last = mean
	}
	_, err := v.LogEvidence(t.Context(), set, 0)
	require.EqualError(t, err, "vae: evidence by 0 draws")
}

func TestEstimatorsTrain(t *testing.T) {
	for name, e := range map[string]infer.Estimator{
		"pathwise": infer.Pathwise{}, "importance weighted": infer.IWAE{Draws: 5}, "doubly reparameterised": infer.DReG{Draws: 5},
		"sticking the landing": infer.StickingTheLanding{},
	} {
		t.Run(name, func(t *testing.T) {
			v := fitted(t, vae.Config{Latent: 2, Estimator: e}, 60)
			evidence, err := v.LogEvidence(t.Context(), bars(t, 200), 200)
			require.NoError(t, err)
			require.Greater(t, floats.Sum(evidence)/200, -5.0, "before training it is about -11")
		})
	}
}

func TestGaussianLikelihood(t *testing.T) {
	v := fitted(t, vae.Config{Latent: 3, Likelihood: vae.Gaussian{}}, 60)
	evidence, err := v.LogEvidence(t.Context(), bars(t, 200), 200)
	require.NoError(t, err)
	require.Greater(t, floats.Sum(evidence)/200, 10.0, "a density of nearly exact pixels")
}

func TestBoundGradient(t *testing.T) {
	for name, l := range map[string]vae.Likelihood{"Bernoulli": vae.Bernoulli{}, "Gaussian": vae.Gaussian{MinSigma: 0.1}} {
		t.Run(name, func(t *testing.T) {
			v := vae.New(vae.Config{Inputs: 5, Hidden: []int{4}, Latent: 2, Likelihood: l, Precision: graph.Float64, Seed: 1})
			g := graph.New(v.Params(), graph.Train)
			x := g.Input("x", 3, 5)
			bound, _ := v.Terms(x, nil)
			graphtest.ParamGradient(t, bound.Sum(), graph.Feed{x: []float64{0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1}})
		})
	}
}

func TestManifoldAndInterpolation(t *testing.T) {
	v := vae.New(vae.Config{Inputs: 16, Hidden: []int{8}, Latent: 2, Seed: 1})
	images, err := v.Manifold(5)
	require.NoError(t, err)
	require.Len(t, images, 25*16)
	middle, err := v.Decoded([][]float64{{0, 0}})
	require.NoError(t, err)
	require.InDeltaSlice(t, middle, images[12*16:13*16], 1e-6)
	line, err := v.Interpolated([]float64{-1, 0}, []float64{1, 0}, 3)
	require.NoError(t, err)
	require.InDeltaSlice(t, middle, line[16:32], 1e-6)

	_, err = v.Decoded([][]float64{{0, 0, 0}})
	require.EqualError(t, err, "vae: point 0 has 3 numbers, want 2")
	_, err = vae.New(vae.Config{Inputs: 16, Latent: 3}).Manifold(2)
	require.EqualError(t, err, "vae: the manifold of 3 latent variables, want 2")
	require.Panics(t, func() { vae.New(vae.Config{Inputs: 16}) })
}

// Whatever the latent variables, a decoder of no weights gives the mean, between 0.001 and 0.999.
func TestDecoderStartsAtTheMean(t *testing.T) {
	for name, l := range map[string]vae.Likelihood{"Bernoulli": vae.Bernoulli{}, "Gaussian": vae.Gaussian{}} {
		t.Run(name, func(t *testing.T) {
			v := vae.New(vae.Config{Inputs: 4, Latent: 2, Likelihood: l, Mean: []float64{0, 0.2, 0.9, 1}, Seed: 1})
			w := v.Params().Lookup("x/w").Value()
			require.NoError(t, w.SetFloat64s(make([]float64, len(w.Float64s()))))
			x, err := v.Decoded([][]float64{{3, -2}})
			require.NoError(t, err)
			require.InDeltaSlice(t, []float64{0.001, 0.2, 0.9, 0.999}, x, 1e-6)
		})
	}
	require.PanicsWithValue(t, "vae: the mean of 4 inputs has 1 numbers", func() {
		vae.New(vae.Config{Inputs: 4, Latent: 2, Mean: []float64{0.5}})
	})
}
