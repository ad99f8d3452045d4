// Package experiments reproduces published results: one file an experiment, each with its settings, the
// numbers it is held against and its run.
//
// An experiment computes and reports; it neither prints nor writes files. It is given a Run, to which it hands
// its settings, checks, tables and pictures, and Do turns those into result.json, pictures, a report and an
// exit status.
package experiments

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// All returns the experiments in the order in which the lecture introduces their ideas.
func All() List {
	return List{
		probability, coin, bayesianLinearRegression, nuts, reinforce, bayesByBackprop, localReparameterization, regressionBands,
		mcDropoutUCI, concreteDropout, variationalDropout, sparseVDLeNet300, sparseVDLeNet5, sparseVDRandomLabels, marginalLikelihood,
		vaeExperiment, freyFaces, iwaeExperiment, semiSupervisedVAE, outOfDomain, adaptiveDepth, smallData, bnnComparison,
	}
}

// Find returns the experiment of that name; its error lists the known ones.
func Find(name string) (Experiment, error) { return All().Find(name) }

// Experiment is one published result and how we reproduce it.
type Experiment struct {
	Name    string  // as typed after "credence reproduce": lower case, digits and hyphens
	Summary string  // one line: what it shows
	Needs   string  // one line: data, memory and time, by scale
	Paper   string  // the publication, with its address
	Scales  []Scale // what it can run at, smallest first; the first is the default

	// Run does the work and hands its results to r. It returns early, with ctx's error, when ctx ends.
	Run func(ctx context.Context, r *Run) error
}

// List is a set of experiments in the order in which they are shown.
type List []Experiment

// Find returns the experiment of that name; its error lists the known ones.
func (l List) Find(name string) (Experiment, error) {
	names := make([]string, len(l))
	for i, e := range l {
		if e.Name == name {
			return e, nil
		}
		names[i] = e.Name
	}
	return Experiment{}, fmt.Errorf("unknown experiment %q; known: %s", name, strings.Join(names, ", "))
}

// Scale is how much of the publication's work a run does.
type Scale string

// The scales.
const (
	Quick   Scale = "quick"   // minutes on two cores, with the conclusions intact
	Reduced Scale = "reduced" // the publication's method, with less of everything
	Paper   Scale = "paper"   // the publication's own settings
)

// ParseScale returns the scale of that name; its error lists the known ones.
func ParseScale(name string) (Scale, error) {
	switch s := Scale(name); s {
	case Quick, Reduced, Paper:
		return s, nil
	}
	return "", fmt.Errorf("unknown scale %q; known: %s, %s, %s", name, Quick, Reduced, Paper)
}

// Has returns nil if e can run at scale s; its error lists the scales that it can.
func (e Experiment) Has(s Scale) error {
	if slices.Contains(e.Scales, s) {
		return nil
	}
	names := make([]string, len(e.Scales))
	for i, known := range e.Scales {
		names[i] = string(known)
	}
	return fmt.Errorf("%s has no scale %q; it has: %s", e.Name, s, strings.Join(names, ", "))
}
