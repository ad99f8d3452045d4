package bnn

import (
	"context"
	"fmt"
	"path/filepath"

	"credence/data"
	"credence/infer"
	"credence/train"
)

// Ensemble is classifiers that have learnt the same set from different initial weights, in different orders
// (Lakshminarayanan et al. 2017, https://arxiv.org/abs/1612.01474, without adversarial examples): a mixture over what
// each has found. It is not safe for concurrent use.
type Ensemble struct{ Members []*Classifier }

// NewEnsemble returns an ensemble of so many members with the configuration, whose seeds are c.Seed and those after
// it. Weights that are points are the usual ones: Posterior: Point{}. It panics where NewClassifier does.
func NewEnsemble(members int, c Config) *Ensemble {
	e := new(Ensemble)
	for range members {
		e.Members = append(e.Members, NewClassifier(c))
		c.Seed++
	}
	return e
}

// Fit trains one member after the other, as Classifier.Fit does, and returns the history of each. The order of the
// examples is by s.Seed for the first member and the seeds after it for the others; a Checkpoint has a folder for
// each, and what Observe sees are steps of all.
func (e *Ensemble) Fit(ctx context.Context, set data.Set, s train.Settings) ([][]train.Epoch, error) {
	return fitMembers(e.Members, s, func(m *Classifier, s train.Settings) ([]train.Epoch, error) { return m.Fit(ctx, set, s) })
}

// Predict averages over the members with so many draws of each: 0, the mean network, for weights that are points.
func (e *Ensemble) Predict(set data.Set, draws int) (*Prediction, error) {
	if len(e.Members) == 0 {
		return nil, errNoMembers
	}
	posteriors := make([]drawn, len(e.Members))
	for i, m := range e.Members {
		posteriors[i] = m
	}
	return classify(set, draws, e.Members[0].outputs(), posteriors...)
}

// RegressorEnsemble is Ensemble of regressors: its predictions are mixtures of one normal a member and draw.
type RegressorEnsemble struct{ Members []*Regressor }

// NewRegressorEnsemble is NewEnsemble of regressors.
func NewRegressorEnsemble(members int, c RegressorConfig) *RegressorEnsemble {
	e := new(RegressorEnsemble)
	for range members {
		e.Members = append(e.Members, NewRegressor(c))
		c.Seed++
	}
	return e
}

// Fit is Ensemble.Fit.
func (e *RegressorEnsemble) Fit(ctx context.Context, set data.Set, s train.Settings) ([][]train.Epoch, error) {
	return fitMembers(e.Members, s, func(m *Regressor, s train.Settings) ([]train.Epoch, error) { return m.Fit(ctx, set, s) })
}

// Predict is Ensemble.Predict: what the members disagree in is epistemic.
func (e *RegressorEnsemble) Predict(set data.Set, draws int) (*RegressionPrediction, error) {
	if len(e.Members) == 0 {
		return nil, errNoMembers
	}
	return regress(set, draws, e.noisy()...)
}

// PredictMixture predicts as Predict does and keeps the members' and draws' normals; see Regressor.PredictMixture.
func (e *RegressorEnsemble) PredictMixture(set data.Set, draws int) (*infer.Mixture, error) {
	if len(e.Members) == 0 {
		return nil, errNoMembers
	}
	return mix(set, draws, e.noisy()...)
}

func (e *RegressorEnsemble) noisy() []noisy {
	all := make([]noisy, len(e.Members))
	for i, m := range e.Members {
		all[i] = m.noisy()
	}
	return all
}

var errNoMembers = fmt.Errorf("bnn: predicting: the ensemble has no members")

func fitMembers[M any](members []M, s train.Settings, fit func(M, train.Settings) ([]train.Epoch, error)) ([][]train.Epoch, error) {
	var histories [][]train.Epoch
	for i, m := range members {
		of := s
		of.Seed += uint64(i)
		if s.Checkpoint != "" {
			of.Checkpoint = filepath.Join(s.Checkpoint, fmt.Sprint("member", i))
		}
		if s.Observe != nil {
			of.Observe = func(step train.Step) {
				step.Step += i * step.Steps
				step.Steps *= len(members)
				s.Observe(step)
			}
		}
		history, err := fit(m, of)
		if err != nil {
			return histories, fmt.Errorf("bnn: member %d of %d: %w", i+1, len(members), err)
		}
		histories = append(histories, history)
	}
	return histories, nil
}
