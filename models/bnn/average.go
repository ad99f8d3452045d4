package bnn

import (
	"fmt"

	"credence/data"
	"credence/graph"
	"credence/infer"
	"credence/prob"
)

// classify averages the class probabilities over all draws of all posteriors, which have classifiers' outputs.
func classify(set data.Set, draws, classes int, posteriors ...drawn) (*Prediction, error) {
	probs := func(logits *graph.Node) *graph.Node { return prob.Categorical{Logits: logits}.Probs() }
	var batches []*infer.Classification
	for _, q := range posteriors {
		err := q.predict(set, draws, probs, func(batch, _ int, outputs [][]float64) error {
			if batch == len(batches) {
				batches = append(batches, infer.NewClassification(len(outputs[0])/classes, classes))
			}
			return each(outputs, batches[batch].Add)
		})
		if err != nil {
			return nil, err
		}
	}
	p := &Prediction{Classes: classes}
	for _, b := range batches {
		p.Mean = append(p.Mean, b.Mean()...)
		p.Entropy = append(p.Entropy, b.Entropy()...)
		p.MutualInfo = append(p.MutualInfo, b.MutualInfo()...)
	}
	return p, nil
}

// noisy is a posterior of the means of normals, with the variance of the noise.
type noisy struct {
	drawn
	variance float64
}

func means(outputs *graph.Node) *graph.Node { return outputs }

// regress averages over all draws of all posteriors.
func regress(set data.Set, draws int, posteriors ...noisy) (*RegressionPrediction, error) {
	var batches []*infer.Regression
	for _, q := range posteriors {
		err := q.predict(set, draws, means, func(batch, _ int, outputs [][]float64) error {
			if batch == len(batches) {
				batches = append(batches, infer.NewRegression(len(outputs[0])))
			}
			noise := repeated(q.variance, len(outputs[0]))
			return each(outputs, func(mean []float64) error { return batches[batch].Add(mean, noise) })
		})
		if err != nil {
			return nil, err
		}
	}
	p := &RegressionPrediction{}
	for _, b := range batches {
		p.Mean = append(p.Mean, b.Mean()...)
		p.Epistemic = append(p.Epistemic, b.Epistemic()...)
		p.Aleatoric = append(p.Aleatoric, b.Aleatoric()...)
		p.Variance = append(p.Variance, b.Variance()...)
	}
	return p, nil
}

// mix keeps all draws of all posteriors.
func mix(set data.Set, draws int, posteriors ...noisy) (*infer.Mixture, error) {
	var m *infer.Mixture
	for _, q := range posteriors {
		all := make([][]float64, max(draws, 1))
		err := q.predict(set, draws, means, func(_, draw int, outputs [][]float64) error {
			for d, batch := range outputs {
				all[draw+d] = append(all[draw+d], batch...)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if m == nil {
			m = infer.NewMixture(len(all[0]))
		}
		noise := repeated(q.variance, len(all[0]))
		if err := each(all, func(mean []float64) error { return m.Add(mean, noise) }); err != nil {
			return nil, fmt.Errorf("bnn: predicting: %w", err)
		}
	}
	return m, nil
}

func each(draws [][]float64, add func([]float64) error) error {
	for _, d := range draws {
		if err := add(d); err != nil {
			return err
		}
	}
	return nil
}

func repeated(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}
