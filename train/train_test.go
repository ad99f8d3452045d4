package train_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/optim"
	"credence/prob"
	"credence/train"
)

// line is a Bayesian linear regression, the smallest model with noise, a KL and a smaller last batch.
type line struct {
	ps *graph.Params
	fc *layers.BayesDense
}

func newLine(seed uint64) *line {
	ps := graph.NewParams(graph.Float32, seed)
	return &line{ps, layers.NewBayesDense(ps, "fc", 2, 1, prob.Gaussian{Sigma: 1}, layers.BayesOptions{Sigma: 0.1})}
}

func (m *line) Params() *graph.Params { return m.ps }

func (m *line) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	g := x.Graph()
	out := prob.Normal{Mu: m.fc.Forward(x), Sigma: g.Const(0.3)}
	return out.LogProb(y).Sum(1), m.fc.KL(g)
}

func (m *line) bits() []float64 {
	var all []float64
	for _, p := range m.ps.All() {
		all = p.Value().AppendTo(all)
	}
	return all
}

func points(t *testing.T, n int) *data.Table {
	t.Helper()
	x, y := make([][]float64, n), make([][]float64, n)
	for i := range x {
		a, b := math.Sin(float64(i)), math.Cos(float64(3*i))
		x[i], y[i] = []float64{a, b}, []float64{2*a - b + 0.1*math.Sin(float64(7*i))}
	}
	set, err := data.NewTable(x, y)
	require.NoError(t, err)
	return set
}

func TestFitRaisesTheBound(t *testing.T) {
	m := newLine(1)
	history, err := train.Fit(context.Background(), m, points(t, 53), train.Settings{Epochs: 200, BatchSize: 10, LR: optim.Constant(0.02)})
	require.NoError(t, err)
	require.Len(t, history, 200)
	require.Greater(t, history[199].ELBO, history[0].ELBO+1)
	require.InDelta(t, 2, m.fc.Mu.Value().At(0), 0.2)
	require.InDelta(t, -1, m.fc.Mu.Value().At(1), 0.2)
	last := history[199]
	require.InDelta(t, -(last.NLL + last.KL/53), last.ELBO, 1e-9)
}

func TestSameSeedSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	run := func(seed uint64) []float64 {
		m := newLine(seed)
		_, err := train.Fit(context.Background(), m, points(t, 53), train.Settings{Epochs: 3, BatchSize: 10, Seed: seed})
		require.NoError(t, err)
		return m.bits()
	}
	want := run(1)
	require.Equal(t, want, run(1))
	runtime.GOMAXPROCS(1)
	require.Equal(t, want, run(1))
	require.NotEqual(t, want, run(2))
}

// A run stopped after any step and resumed ends with the bits of one that was not: 4 epochs of 6
// minibatches, the last of 3 examples.
func TestResumeIsBitExact(t *testing.T) {
	set := points(t, 53)
	settings := train.Settings{Epochs: 4, BatchSize: 10, LR: optim.Cosine(0.01, 0, 24), KL: train.WarmUp{Epochs: 2}, ClipNorm: 5}
	whole := newLine(1)
	wantHistory, err := train.Fit(context.Background(), whole, set, settings)
	require.NoError(t, err)
	for stop := 1; stop < 24; stop++ {
		s := settings
		s.Checkpoint = filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithCancel(context.Background())
		s.Observe = func(at train.Step) {
			if at.Step == stop {
				cancel()
			}
		}
		_, err := train.Fit(ctx, newLine(1), set, s)
		var interrupted *train.Interrupted
		require.ErrorAs(t, err, &interrupted)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, stop, interrupted.Step)
		require.Contains(t, err.Error(), s.Checkpoint)

		m := newLine(1)
		s.Observe = func(at train.Step) { require.Greater(t, at.Step, stop) }
		history, err := train.Fit(context.Background(), m, set, s)
		require.NoError(t, err)
		require.Equal(t, whole.bits(), m.bits(), "stopped after step %d", stop)
		require.Equal(t, wantHistory, history)
	}
}

// pictures is a line from the pixels of an image to a number.
type pictures struct{ *line }

func newPictures() pictures {
	ps := graph.NewParams(graph.Float32, 1)
	return pictures{&line{ps, layers.NewBayesDense(ps, "fc", 4*4*3, 1, prob.Gaussian{Sigma: 1}, layers.BayesOptions{Sigma: 0.1})}}
}

func (m pictures) Terms(x, y *graph.Node) (logLik, complexity *graph.Node) {
	return m.line.Terms(x.Flatten(), y.ExpandDims(1))
}

// Augmented images are others in each epoch; a run stopped in any of them goes on with those that it would have seen.
func TestResumeWithAugmentedImages(t *testing.T) {
	pixels, labels := make([]byte, 20*4*4*3), make([]int, 20)
	for i := range pixels {
		pixels[i] = byte(i * i)
		labels[i/48] = i / 48 % 2
	}
	images, err := data.NewColorImages(pixels, 4, 4, 3, labels, 2)
	require.NoError(t, err)
	augmented := images.Standardized().Augmented(data.Augmentation{Pad: 2, Flip: true})
	settings := train.Settings{Epochs: 3, BatchSize: 8, LR: optim.Constant(0.01)}
	fit := func(set data.Set) []float64 {
		m := newPictures()
		_, err := train.Fit(context.Background(), m, set, settings)
		require.NoError(t, err)
		return m.bits()
	}
	want := fit(augmented)
	require.NotEqual(t, want, fit(images.Standardized()))
	require.NotEqual(t, want, fit(struct{ data.Set }{augmented}), "the images of epoch 0 in all epochs")

	for stop := 1; stop < 9; stop++ {
		s := settings
		s.Checkpoint = t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		s.Observe = func(at train.Step) {
			if at.Step == stop {
				cancel()
			}
		}
		_, err := train.Fit(ctx, newPictures(), augmented, s)
		require.ErrorIs(t, err, context.Canceled)
		m := newPictures()
		s.Observe = nil
		_, err = train.Fit(context.Background(), m, augmented, s)
		require.NoError(t, err)
		require.Equal(t, want, m.bits(), "stopped after step %d", stop)
	}
}

func TestAFinishedRunIsNotRepeated(t *testing.T) {
	s := train.Settings{Epochs: 2, Checkpoint: t.TempDir()}
	first := newLine(1)
	want, err := train.Fit(context.Background(), first, points(t, 20), s)
	require.NoError(t, err)
	s.Observe = func(train.Step) { t.Error("a step was taken") }
	again := newLine(1)
	got, err := train.Fit(context.Background(), again, points(t, 20), s)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, first.bits(), again.bits())
}

func TestCheckpointsOfOtherRunsAreRefused(t *testing.T) {
	dir := t.TempDir()
	s := train.Settings{Epochs: 1, Checkpoint: dir}
	_, err := train.Fit(context.Background(), newLine(1), points(t, 20), s)
	require.NoError(t, err)

	other := newLine(2)
	before := other.bits()
	_, err = train.Fit(context.Background(), other, points(t, 20), s)
	require.ErrorContains(t, err, "is of another run: seed 1, order 0, batches of 20 of 20 examples; this one has 2, 0, 20 of 20")
	require.Equal(t, before, other.bits()[:len(before)])

	path := filepath.Join(dir, "checkpoint.safetensors")
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, file[:len(file)-5], 0o644))
	_, err = train.Fit(context.Background(), newLine(1), points(t, 20), s)
	require.ErrorContains(t, err, "train: resuming")
	require.ErrorContains(t, err, path)
}

func TestMistakesAreErrors(t *testing.T) {
	for name, row := range map[string]struct {
		s    train.Settings
		want string
	}{
		"no epochs":      {train.Settings{}, "train: 0 epochs, want at least 1"},
		"negative batch": {train.Settings{Epochs: 1, BatchSize: -1}, "train: a batch size of -1, want at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := train.Fit(context.Background(), newLine(1), points(t, 5), row.s)
			require.EqualError(t, err, row.want)
		})
	}
	t.Run("wrong width", func(t *testing.T) {
		set, err := data.NewTable([][]float64{{1, 2, 3}}, [][]float64{{1}})
		require.NoError(t, err)
		_, err = train.Fit(context.Background(), newLine(1), set, train.Settings{Epochs: 1})
		require.ErrorContains(t, err, "train_test.go:")
		require.ErrorContains(t, err, "[1 3]")
	})
}

func TestANonFiniteLossStopsAndChangesNothing(t *testing.T) {
	m := newLine(1)
	var before []float64
	s := train.Settings{Epochs: 9, BatchSize: 10, LR: optim.Constant(0.01), Observe: func(at train.Step) {
		if at.Step == 4 {
			m.fc.Rho.Value().Set(1, math.NaN())
			before = m.bits()
		}
	}}
	_, err := train.Fit(context.Background(), m, points(t, 53), s)
	var bad *graph.NonFiniteError
	require.True(t, errors.As(err, &bad), "%v", err)
	require.ErrorContains(t, err, "train: epoch 1, step 5: ")
	require.Equal(t, "fc/rho [2 1]", bad.Node)
	require.Equal(t, 1, bad.Index)
	for i, v := range m.bits() {
		require.Equal(t, math.Float64bits(before[i]), math.Float64bits(v))
	}
}

// As testing.AllocsPerRun does, it counts whole allocations a step: the runtime makes one now and then.
func TestAStepDoesNotAllocate(t *testing.T) {
	const first, last = 30, 50 // within an epoch, when every batch size has its program
	var before, after runtime.MemStats
	s := train.Settings{Epochs: 2, BatchSize: 2, Observe: func(at train.Step) {
		switch at.Step {
		case first:
			runtime.ReadMemStats(&before)
		case last:
			runtime.ReadMemStats(&after)
		}
	}}
	_, err := train.Fit(context.Background(), newLine(1), points(t, 53), s)
	require.NoError(t, err)
	require.Zero(t, (after.Mallocs-before.Mallocs)/(last-first))
}
