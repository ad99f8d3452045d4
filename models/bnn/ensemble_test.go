package bnn_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"credence/data"
	"credence/infer"
	"credence/models/bnn"
	"credence/optim"
	"credence/train"
)

func TestEnsembleIsTheAverageOfItsMembers(t *testing.T) {
	set := blobs(t, 90)
	for name, c := range map[string]struct {
		posterior bnn.Posterior
		draws     int
	}{
		"points":                  {bnn.Point{}, 0},
		"draws of each posterior": {bnn.Variational{Sigma: 0.3}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			e := bnn.NewEnsemble(3, bnn.Config{Widths: []int{2, 6, 3}, Posterior: c.posterior, Seed: 4})
			histories, err := e.Fit(t.Context(), set, train.Settings{Epochs: 5, LR: optim.Constant(0.01), Seed: 9})
			require.NoError(t, err)
			require.Len(t, histories, 3)
			p, err := e.Predict(set, c.draws)
			require.NoError(t, err)

			mean, expected := make([]float64, 270), make([]float64, 90)
			for i := range 3 {
				alone := bnn.NewClassifier(bnn.Config{Widths: []int{2, 6, 3}, Posterior: c.posterior, Seed: 4 + uint64(i)})
				_, err := alone.Fit(t.Context(), set, train.Settings{Epochs: 5, LR: optim.Constant(0.01), Seed: 9 + uint64(i)})
				require.NoError(t, err)
				q, err := alone.Predict(set, c.draws)
				require.NoError(t, err)
				for j, v := range q.Mean {
					mean[j] += v / 3
				}
				for j := range expected {
					expected[j] += (q.Entropy[j] - q.MutualInfo[j]) / 3
				}
			}
			require.InDeltaSlice(t, mean, p.Mean, 1e-12)
			for i, h := range p.Entropy {
				require.InDelta(t, h-expected[i], p.MutualInfo[i], 1e-9)
				require.Greater(t, p.MutualInfo[i], 0.0)
			}
		})
	}
}

// What an ensemble of copies of one network predicts is that network's prediction, and they agree.
func TestEnsembleOfOneMind(t *testing.T) {
	set := blobs(t, 30)
	m := bnn.NewClassifier(bnn.Config{Widths: []int{2, 6, 3}, Posterior: bnn.Point{}})
	e := &bnn.Ensemble{Members: []*bnn.Classifier{m, m.Clone()}}
	want, err := m.Predict(set, 0)
	require.NoError(t, err)
	got, err := e.Predict(set, 0)
	require.NoError(t, err)
	require.Equal(t, want.Mean, got.Mean)
	require.InDeltaSlice(t, make([]float64, 30), got.MutualInfo, 1e-12)
}

func TestRegressorEnsembleMixesItsMembers(t *testing.T) {
	set, _, _ := plane(t, 50)
	e := bnn.NewRegressorEnsemble(4, bnn.RegressorConfig{Noise: 0.5, LearnNoise: true, Config: bnn.Config{Widths: []int{2, 5, 1}, Posterior: bnn.Point{}}})
	_, err := e.Fit(t.Context(), set, train.Settings{Epochs: 20, LR: optim.Constant(0.01)})
	require.NoError(t, err)
	p, err := e.Predict(set, 0)
	require.NoError(t, err)
	want := infer.NewRegression(50)
	for _, m := range e.Members {
		q, err := m.Predict(set, 0)
		require.NoError(t, err)
		require.NoError(t, want.Add(q.Mean, q.Aleatoric))
	}
	require.InDeltaSlice(t, want.Mean(), p.Mean, 1e-12)
	require.InDeltaSlice(t, want.Epistemic(), p.Epistemic, 1e-12)
	require.InDeltaSlice(t, want.Aleatoric(), p.Aleatoric, 1e-12)
	require.NotEqual(t, e.Members[0].Noise(), e.Members[1].Noise())
	m, err := e.PredictMixture(set, 0)
	require.NoError(t, err)
	require.Equal(t, 4, m.Moments().Draws())
	require.InDeltaSlice(t, p.Variance, m.Moments().Variance(), 1e-12)
}

// An ensemble that is stopped goes on from the member it was at, to the same bits.
func TestEnsembleResumes(t *testing.T) {
	set := blobs(t, 60)
	c := bnn.Config{Widths: []int{2, 4, 3}, Posterior: bnn.Point{}}
	settings := train.Settings{Epochs: 3, BatchSize: 20} // 9 steps a member
	whole := bnn.NewEnsemble(3, c)
	want, err := whole.Fit(t.Context(), set, settings)
	require.NoError(t, err)

	settings.Checkpoint = t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	settings.Observe = func(s train.Step) {
		require.Equal(t, 27, s.Steps)
		if s.Step == 13 { // in the second
			cancel()
		}
	}
	_, err = bnn.NewEnsemble(3, c).Fit(ctx, set, settings)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "bnn: member 2 of 3: ")
	e, first := bnn.NewEnsemble(3, c), math.MaxInt
	settings.Observe = func(s train.Step) { first = min(first, s.Step) }
	got, err := e.Fit(t.Context(), set, settings)
	require.NoError(t, err)
	require.Equal(t, 14, first)
	require.Equal(t, want, got)
	for i, m := range e.Members {
		require.Equal(t, getWeights(whole.Members[i].Params()), getWeights(m.Params()))
	}
}

func TestEnsembleMistakes(t *testing.T) {
	var set data.Set = blobs(t, 3)
	_, err := new(bnn.Ensemble).Predict(set, 0)
	require.EqualError(t, err, "bnn: predicting: the ensemble has no members")
	_, err = new(bnn.RegressorEnsemble).Predict(set, 0)
	require.Error(t, err)
	_, err = new(bnn.RegressorEnsemble).PredictMixture(set, 0)
	require.Error(t, err)
	_, err = bnn.NewEnsemble(2, bnn.Config{Widths: []int{2, 3}}).Predict(set, -1)
	require.EqualError(t, err, "bnn: predicting: -1 draws, want 0 for the mean network, or more")
}
