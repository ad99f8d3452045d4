package vae_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/graph/graphtest"
	"credence/infer"
	"credence/metrics"
	"credence/models/vae"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// someBars are images of a bright row or column, its number the label, in which a fifth of the pixels are wrong.
func someBars(t *testing.T, n int, seed uint64) *data.Images {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	pixels, labels := make([]byte, 36*n), make([]int, n)
	for i := range n {
		labels[i] = i % 4
		for at := range 36 {
			on := labels[i] < 2 && at/6/3 == labels[i] || labels[i] >= 2 && at%6/3 == labels[i]-2
			if on != (rng.IntN(5) == 0) {
				pixels[36*i+at] = 255
			}
		}
	}
	set, err := data.NewImages(pixels, 6, 6, labels, 4)
	require.NoError(t, err)
	return set
}

func errorRate(t *testing.T, m *vae.SemiSupervised, set data.Labeled) float64 {
	t.Helper()
	probs, err := m.Predict(t.Context(), set)
	require.NoError(t, err)
	rate, err := metrics.ErrorRate(probs, set.Classes(), set.Labels())
	require.NoError(t, err)
	return rate
}

// tiny is a model of 3 bits in 4 classes whose bounds have no noise, as nothing depends on z and q(z|x,y) is the
// prior.
func tiny(t *testing.T) *vae.SemiSupervised {
	t.Helper()
	m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{Inputs: 3, Classes: 4, Hidden: []int{5, 6}, Latent: 2, Init: graph.Glorot, Precision: graph.Float64, Seed: 1})
	for _, name := range []string{"mu/w", "log_sigma2/w", "decoder0/w"} {
		m.Params().Lookup(name).Value().Fill(0)
	}
	return m
}

func run(t *testing.T, feed graph.Feed, nodes ...*graph.Node) [][]float64 {
	t.Helper()
	program, err := nodes[0].Graph().Compile(nodes...)
	require.NoError(t, err)
	out, err := program.Run(0, feed)
	require.NoError(t, err)
	values := make([][]float64, len(out))
	for i, a := range out {
		values[i] = a.Float64s()
	}
	return values
}

var bits = []float64{0, 1, 1, 1, 0, 1}

// Without noise U(x) is the bound that enumeration gives, and log p(x) exceeds it by KL(q(y|x)‖p(y|x)).
func TestUnlabelledBoundSumsTheClassesOut(t *testing.T) {
	m := tiny(t)
	g := graph.New(m.Params(), graph.Predict)
	x := g.Input("x", 2, 3)
	z := g.Const(0).Broadcast(2, 2)
	logLik := func(y *graph.Node) *graph.Node { return m.Decode(y, z).LogProb(x) }
	every := g.ConstArray([]float64{0, 1, 2, 3}, 4, 1)
	logJoint := m.Labelled(x, every)
	q, logP := m.Classify(x), logJoint.LogSumExp(0)
	gap := q.KL(prob.Categorical{Logits: logJoint.Transpose(1, 0)})
	enumerated := infer.Enumeration{}.Bound(infer.Model{Posterior: q, Prior: prob.Categorical{Logits: g.Const(0).Broadcast(4)}, LogLik: logLik})

	v := run(t, graph.Feed{x: bits}, m.Unlabelled(x), enumerated, logP.Sub(gap), logP)
	require.InDeltaSlice(t, v[1], v[0], 1e-12)
	require.InDeltaSlice(t, v[2], v[0], 1e-12)
	require.Less(t, v[0][0], v[3][0])
}

// The bound of labels is that of their row among all classes.
func TestLabelledBoundOfEveryClass(t *testing.T) {
	m := tiny(t)
	g := graph.New(m.Params(), graph.Predict)
	x := g.Input("x", 2, 3)
	v := run(t, graph.Feed{x: bits}, m.Labelled(x, g.ConstArray([]float64{0, 1, 2, 3}, 4, 1)), m.Labelled(x, g.ConstArray([]float64{3, 1}, 2)))
	require.Len(t, v[0], 8)
	require.InDeltaSlice(t, []float64{v[0][3*2], v[0][2+1]}, v[1], 1e-12)
	require.NotEqual(t, v[0][0], v[0][2])
}

// q(z|x,y) is a network of x and y, as 0 and a 1, put together.
func TestClassesEnterAsARowOfTheFirstLayer(t *testing.T) {
	m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{Inputs: 3, Classes: 4, Hidden: []int{5}, Latent: 2, Init: graph.Glorot, Precision: graph.Float64, Seed: 1})
	g := graph.New(m.Params(), graph.Predict)
	x := g.Input("x", 2, 3)
	p := func(name string) *graph.Node { return g.Param(m.Params().Lookup(name)) }
	y := g.ConstArray([]float64{2, 0}, 2)
	whole := graph.Concat(1, x, y.OneHot(4)).MatMul(graph.Concat(0, p("encoder0/w"), p("encoder0/y"))).Add(p("encoder0/b"))
	v := run(t, graph.Feed{x: bits}, m.Encode(x, y).Mean(), whole.Softplus().MatMul(p("mu/w")).Add(p("mu/b")))
	require.InDeltaSlice(t, v[1], v[0], 1e-12)
}

func TestSemiSupervisedGradients(t *testing.T) {
	for name, l := range map[string]vae.Likelihood{"Bernoulli": vae.Bernoulli{}, "real Gaussian": vae.RealGaussian{}} {
		t.Run(name, func(t *testing.T) {
			m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{
				Inputs: 3, Classes: 4, Hidden: []int{5}, Latent: 2, Likelihood: l, Init: graph.Glorot, Precision: graph.Float64, Seed: 1,
			})
			g := graph.New(m.Params(), graph.Train)
			x := g.Input("x", 2, 3)
			objective := m.Unlabelled(x).Add(m.Labelled(x, g.ConstArray([]float64{3, 1}, 2))).Sum()
			graphtest.ParamGradient(t, objective, graph.Feed{x: bits})
		})
	}
}

// Over an epoch each labelled example comes as often as another, and the objective is that of the paper.
func TestFitMaximisesThePapersObjective(t *testing.T) {
	m := tiny(t)
	labelled, err := data.NewLabeledTable([][]float64{{1, 1, 0}, {0, 0, 1}}, []int{2, 1}, 4)
	require.NoError(t, err)
	unlabelled, err := data.NewTable([][]float64{{0, 1, 1}, {1, 0, 1}, {1, 1, 1}, {0, 0, 0}}, [][]float64{{7}, {7}, {7}, {7}})
	require.NoError(t, err)
	require.InDelta(t, 0.1*6/2, m.ClassifierWeight(2, 4), 1e-15)

	g := graph.New(m.Params(), graph.Predict)
	l, u := g.ConstArray([]float64{1, 1, 0, 0, 0, 1}, 2, 3), g.ConstArray([]float64{0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0}, 4, 3)
	y := g.ConstArray([]float64{2, 1}, 2)
	want := m.Labelled(l, y).Add(m.Classify(l).LogProb(y).Scale(0.3)).Sum().Add(m.Unlabelled(u).Sum())
	objective := run(t, nil, want)[0][0]

	var first train.Step
	_, err = m.Fit(t.Context(), labelled, unlabelled, train.Settings{Epochs: 1, Observe: func(s train.Step) { first = s }})
	require.NoError(t, err)
	require.InDelta(t, objective, 4*first.ELBO, 1e-12)
}

// asked is a set that remembers in which epochs it was asked for.
type asked struct {
	data.Labeled
	epochs *[]int
}

func (a asked) InEpoch(e int) data.Set {
	*a.epochs = append(*a.epochs, e)
	return a
}

func TestSetsThatVaryAreTakenAnewInEachEpoch(t *testing.T) {
	m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{Inputs: 36, Classes: 4, Hidden: []int{5}, Latent: 2, Seed: 1})
	var labelled, unlabelled []int
	_, err := m.Fit(t.Context(), asked{someBars(t, 4, 1), &labelled}, asked{someBars(t, 8, 2), &unlabelled}, train.Settings{Epochs: 3, BatchSize: 4})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2}, slices.Compact(labelled))
	require.Equal(t, []int{0, 1, 2}, slices.Compact(unlabelled))
}

// One label a class is enough where the unlabelled show what the classes are.
func TestUnlabelledExamplesHelp(t *testing.T) {
	labelled, unlabelled, test := someBars(t, 4, 1), someBars(t, 1000, 2), someBars(t, 400, 3)
	rate := func(unlabelled data.Set, epochs int) float64 {
		m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{Inputs: 36, Classes: 4, Hidden: []int{20}, Latent: 2, Seed: 1})
		_, err := m.Fit(t.Context(), labelled, unlabelled, train.Settings{Epochs: epochs, LR: optim.Constant(5e-3)})
		require.NoError(t, err)
		return errorRate(t, m, test)
	}
	alone, with := rate(labelled, 300), rate(unlabelled, 30)
	require.Greater(t, alone, 0.1)
	require.Less(t, with, 0.05)
}

// M1+M2, stopped in the middle of an epoch, goes on to the same bits.
func TestStackedModelsGoOnFromACheckpoint(t *testing.T) {
	set := someBars(t, 300, 1)
	m1 := vae.New(vae.Config{Inputs: 36, Hidden: []int{10}, Latent: 3, Seed: 1})
	_, err := m1.Fit(t.Context(), set, train.Settings{Epochs: 20, LR: optim.Constant(1e-2)})
	require.NoError(t, err)
	features, err := m1.Features(t.Context(), set, []int{0, 2})
	require.NoError(t, err)
	few, _, err := features.Split(8)
	require.NoError(t, err)
	fit := func(folder string, until int) ([]float64, error) {
		m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{
			Inputs: 2, Classes: 4, Hidden: []int{10}, Latent: 2, Likelihood: vae.RealGaussian{}, Read: vae.FromFeatures,
			WeightPrior: prob.Gaussian{Sigma: 1}, Seed: 1,
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := m.Fit(ctx, few, features, train.Settings{Epochs: 4, Checkpoint: folder, Observe: func(s train.Step) {
			if s.Step == until {
				cancel()
			}
		}})
		return m.Params().Lookup("y/w").Value().Float64s(), err
	}
	want, err := fit("", 0)
	require.NoError(t, err)
	folder := t.TempDir()
	_, err = fit(folder, 5)
	require.ErrorIs(t, err, context.Canceled)
	got, err := fit(folder, 0)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestFeaturesAreThePosteriors(t *testing.T) {
	set := someBars(t, 700, 1)
	v := vae.New(vae.Config{Inputs: 36, Hidden: []int{10}, Latent: 3, Seed: 1})
	dead := v.Params().Lookup("mu/w").Value()
	for i := 1; i < dead.Len(); i += 3 {
		dead.Set(i, 0)
	}
	latents, err := v.Informative(t.Context(), set, 0.01)
	require.NoError(t, err)
	require.Equal(t, []int{0, 2}, latents)

	features, err := v.Features(t.Context(), set, latents)
	require.NoError(t, err)
	require.Equal(t, []int{4}, features.XShape())
	require.Equal(t, set.Labels(), features.Labels())
	means, err := v.Encoded(set, []int{0, 699})
	require.NoError(t, err)
	x, _ := features.At(699)
	require.InDeltaSlice(t, []float64{means[1][0], means[1][2]}, x[:2], 1e-6)

	// Training draws them, prediction takes their means.
	for mode, spread := range map[graph.Mode]float64{graph.Train: 1, graph.Predict: 0} {
		g := graph.New(graph.NewParams(graph.Float64, 1), mode)
		mu, sigma := 3.0, 0.5
		draws := run(t, nil, vae.FromFeatures(g.ConstArray([]float64{mu, sigma}, 2).Broadcast(10_000, 2)))[0]
		mean, stderr, err := metrics.MeanStderr(draws)
		require.NoError(t, err)
		require.InDelta(t, mu, mean, 4*sigma/100)
		require.InDelta(t, spread*sigma/100, stderr, 0.0002)
	}
}

func TestBinarizedDrawsInTrainingOnly(t *testing.T) {
	for mode, want := range map[graph.Mode]float64{graph.Train: 1, graph.Predict: 0} {
		g := graph.New(graph.NewParams(graph.Float32, 1), mode)
		x := vae.Binarized(g.Const(0.3).Broadcast(20_000))
		v := run(t, nil, x.Mean(), x.Mul(x.AddScalar(-1)).Abs().Mean())
		require.InDelta(t, 0.3, v[0][0], 4*math.Sqrt(0.3*0.7/20_000))
		require.InDelta(t, (1-want)*0.21, v[1][0], 1e-6, "0 of zeros and ones")
	}
}

// A class is what tells analogies of an image apart.
func TestAnalogies(t *testing.T) {
	labelled, unlabelled := someBars(t, 40, 1), someBars(t, 1000, 2)
	m := vae.NewSemiSupervised(vae.SemiSupervisedConfig{Inputs: 36, Classes: 4, Hidden: []int{20}, Latent: 2, Seed: 1})
	_, err := m.Fit(t.Context(), labelled, unlabelled, train.Settings{Epochs: 30, LR: optim.Constant(5e-3)})
	require.NoError(t, err)
	images, err := m.Analogies(unlabelled, []int{4, 9, 17})
	require.NoError(t, err)
	require.Len(t, images, 3*4*36)
	for image := range 3 {
		for class := range 4 {
			pixels := images[36*(4*image+class):][:36]
			corners := [][2]float64{{pixels[0], pixels[35]}, {pixels[35], pixels[0]}}[class%2]
			require.Greater(t, corners[0], 0.6, "image %d, class %d", image, class)
			require.Less(t, corners[1], 0.4, "image %d, class %d", image, class)
		}
	}
}

func TestSemiSupervisedMistakes(t *testing.T) {
	require.PanicsWithValue(t, "vae: 3 inputs, 2 latent variables, 0 hidden layers and 4 classes", func() {
		vae.NewSemiSupervised(vae.SemiSupervisedConfig{Inputs: 3, Classes: 4, Latent: 2})
	})
	m := tiny(t)
	_, err := m.Fit(t.Context(), someBars(t, 4, 1), someBars(t, 8, 1), train.Settings{Epochs: 1})
	require.ErrorContains(t, err, "[8 36]", "the examples are not the model's")
	other, err := data.NewLabeledTable([][]float64{{1, 1, 0}}, []int{2}, 3)
	require.NoError(t, err)
	_, err = m.Fit(t.Context(), other, other, train.Settings{Epochs: 1})
	require.EqualError(t, err, "vae: 1 labelled examples [3] in 3 classes beside unlabelled ones [3]: want at least one, in 4 classes, of the same shape")
}
