package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"credence/data"
	"credence/graph"
	"credence/layers"
	"credence/metrics"
	"credence/models/bnn"
	"credence/prob"
)

// comparisonMethod is a way to a predictive distribution, with what is tried for it.
type comparisonMethod struct {
	name, key string
	draws     bool // its posterior is drawn from
	many      bool // it has several networks
	// build makes the posterior of a try's networks, and says how many bytes it keeps.
	build func(ctx context.Context, t comparisonTry, nets []*bnn.Classifier, digits data.Set) (predictor, int, error)
	tries []comparisonTry
}

// comparisonTry is how a network is trained: the key names it among all that are.
type comparisonTry struct {
	key, text string
	posterior bnn.Posterior
	prior     prob.Prior
	rate      float64
	around    float64 // prior sd of the Laplace approximation around the network
}

// predictor is a posterior.
type predictor interface {
	Predict(set data.Set, draws int) (*bnn.Prediction, error)
}

// comparisonRate is the learning rate of the methods that try something else.
const comparisonRate = 1e-3

// comparisonTries returns a try for each value.
func comparisonTries(key, text string, values []float64, of func(v float64) comparisonTry) []comparisonTry {
	all := make([]comparisonTry, len(values))
	for i, v := range values {
		all[i] = of(v)
		all[i].key, all[i].text = fmt.Sprintf("%s-%d", key, i), fmt.Sprintf("%s %g", text, v)
		if all[i].rate == 0 {
			all[i].rate = comparisonRate
		}
	}
	return all
}

// around returns tries of the Laplace approximation around one network.
func around(network comparisonTry, sigmas ...float64) []comparisonTry {
	var all []comparisonTry
	for _, sigma := range sigmas {
		t := network
		t.around, t.text = sigma, fmt.Sprintf("%s, around it %g", network.text, sigma)
		all = append(all, t)
	}
	return all
}

var (
	likelihoodTries = comparisonTries("ml", "learning rate", []float64{2.5e-4, 5e-4, 1e-3, 2e-3}, func(v float64) comparisonTry {
		return comparisonTry{posterior: bnn.Point{}, rate: v}
	})
	mapTries = comparisonTries("map", "prior sd", []float64{0.1, 0.2, 0.4, 0.8}, func(v float64) comparisonTry {
		return comparisonTry{posterior: bnn.Point{}, prior: prob.Gaussian{Sigma: v}}
	})
	dropoutTries = comparisonTries("dropout", "rate", []float64{0.1, 0.2, 0.3, 0.5}, func(v float64) comparisonTry {
		return comparisonTry{posterior: bnn.Dropout{Rate: v}}
	})
	laplaceTries  = slices.Concat(around(mapTries[1], 0.1, 0.2), around(mapTries[2], 0.1, 0.2))
	backpropTries = comparisonTries("bbb", "prior sd", []float64{0.1, 0.2, 0.4, 0.8}, func(v float64) comparisonTry {
		return comparisonTry{
			posterior: bnn.Variational{Estimator: layers.LocalReparameterization, Sigma: 0.004},
			prior:     prob.Gaussian{Sigma: v},
		}
	})
)

// comparisonMethods begin with the one that the others are compared with. An ensemble's members are networks of
// maximum likelihood; the Laplace approximation is around a MAP network, with a prior of its own.
var comparisonMethods = []comparisonMethod{
	{name: "maximum likelihood", key: "ml", tries: likelihoodTries, build: asNetwork},
	{name: "MAP", key: "map", tries: mapTries, build: asNetwork},
	{name: "MC dropout", key: "dropout", draws: true, tries: dropoutTries, build: asNetwork},
	{name: "Bayes by Backprop", key: "bbb", draws: true, tries: backpropTries, build: asNetwork},
	{name: "deep ensemble", key: "ensemble", many: true, tries: likelihoodTries, build: asEnsemble},
	{name: "Laplace, last layer", key: "laplace", draws: true, tries: laplaceTries, build: asLaplace},
}

func asNetwork(_ context.Context, _ comparisonTry, nets []*bnn.Classifier, _ data.Set) (predictor, int, error) {
	return nets[0], 4 * storedNumbers(nets), nil
}

func asEnsemble(_ context.Context, _ comparisonTry, nets []*bnn.Classifier, _ data.Set) (predictor, int, error) {
	return &bnn.Ensemble{Members: nets}, 4 * storedNumbers(nets), nil
}

// asLaplace's posterior keeps, besides the network, two factors' eigenvectors and, for each weight, its mode and
// an eigenvalue.
func asLaplace(ctx context.Context, t comparisonTry, nets []*bnn.Classifier, digits data.Set) (predictor, int, error) {
	post, err := nets[0].Laplace(ctx, digits, bnn.LaplaceOptions{Sigma: t.around})
	if err != nil {
		return nil, 0, err
	}
	weights := len(post.Mode())
	return post, 4*storedNumbers(nets) + 8*(weights/10*(weights/10)+10*10+2*weights), nil
}

// storedNumbers returns how many a model keeps.
func storedNumbers(nets []*bnn.Classifier) int {
	n := 0
	for _, net := range nets {
		for _, p := range net.Params().All(graph.Trainable, graph.State) {
			n += p.Value().Len()
		}
	}
	return n
}

// comparisonTrained is a method's posterior, ready to predict.
type comparisonTrained struct {
	predictor
	method  comparisonMethod
	nets    []*bnn.Classifier
	bytes   int
	seconds float64
}

// train trains a method by one of its tries. The seeds of an ensemble's members are no other run's.
func (c *comparison) train(ctx context.Context, stage string, m comparisonMethod, try, seed, members int, digits *data.Images) (t comparisonTrained, err error) {
	t.method = m
	if !m.many {
		members = 1
	}
	for i := range members {
		net, seconds, err := c.network(ctx, stage, m.tries[try], 100*(c.r.Seed+uint64(seed))+uint64(i), digits)
		if err != nil {
			return t, err
		}
		t.nets, t.seconds = append(t.nets, net), t.seconds+seconds
	}
	start := time.Now()
	t.predictor, t.bytes, err = m.build(ctx, m.tries[try], t.nets, digits)
	t.seconds += time.Since(start).Seconds()
	return t, err
}

// comparisonResult is what a method's posterior of one seed gives on the test sets.
type comparisonResult struct {
	Err, NLL, ECE, Brier float64   // %, nats, fractions
	AUROC                []float64 // of the predictive entropy, digits against each of the other sets
	Train, Predict       float64   // seconds, the second for the test set
	Megabytes            float64
	Curve                []comparisonPoint
}

// comparisonPoint is a prediction by so many draws or members; by none, by the mean network.
type comparisonPoint struct {
	Draws              int
	Err, NLL, Duration float64 // %, nats, seconds
}

func (c *comparison) measure(ctx context.Context, t comparisonTrained) (comparisonResult, error) {
	s := comparisonResult{Train: t.seconds, Megabytes: float64(t.bytes) / (1 << 20)}
	labels := c.test.Labels()
	start := time.Now()
	q, err := t.Predict(c.test, c.draws(t.method))
	if err != nil {
		return s, err
	}
	s.Predict = time.Since(start).Seconds()
	basic, err := score(q.Mean, c.test)
	if err != nil {
		return s, err
	}
	s.Err, s.NLL, s.ECE = basic.err, basic.nll, basic.ece
	if s.Brier, err = metrics.Brier(q.Mean, 10, labels); err != nil {
		return s, err
	}
	for _, o := range c.other {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		p, err := t.Predict(o, c.draws(t.method))
		if err != nil {
			return s, err
		}
		area, err := separation(q.Entropy, p.Entropy)
		if err != nil {
			return s, err
		}
		s.AUROC = append(s.AUROC, area)
	}
	s.Curve, err = c.curve(ctx, t)
	return s, err
}

// separation returns the area under the curve of a score that shall be higher for the other set.
func separation(digits, other []float64) (float64, error) {
	labels := make([]int, len(digits)+len(other))
	for i := range other {
		labels[len(digits)+i] = 1
	}
	return metrics.AUROC(slices.Concat(digits, other), labels)
}

// curve predicts the test set with more and more draws or members.
func (c *comparison) curve(ctx context.Context, t comparisonTrained) ([]comparisonPoint, error) {
	var points []comparisonPoint
	add := func(p predictor, draws, count int) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		start := time.Now()
		q, err := p.Predict(c.test, draws)
		if err != nil {
			return err
		}
		seconds := time.Since(start).Seconds()
		s, err := score(q.Mean, c.test)
		points = append(points, comparisonPoint{count, s.err, s.nll, seconds})
		return err
	}
	switch {
	case t.method.many:
		for k := range t.nets {
			if err := add(&bnn.Ensemble{Members: t.nets[:k+1]}, 0, k+1); err != nil {
				return nil, err
			}
		}
	case t.method.draws:
		for _, draws := range append([]int{0}, c.Curve...) {
			if err := add(t, draws, draws); err != nil {
				return nil, err
			}
		}
	}
	return points, nil
}

// intensity returns the areas of the mean pixel in place of an entropy: how far brightness alone tells the sets apart.
func (c *comparison) intensity() ([]float64, error) {
	digits := meanInk(c.test)
	areas := make([]float64, len(c.other))
	for i, o := range c.other {
		area, err := separation(digits, meanInk(o.Images))
		if err != nil {
			return nil, err
		}
		areas[i] = area
	}
	return areas, nil
}

func meanInk(set *data.Images) []float64 {
	means := make([]float64, set.Len())
	for i := range means {
		pixels, _ := set.At(i)
		for _, p := range pixels {
			means[i] += float64(p) / (math.MaxUint8 * float64(len(pixels)))
		}
	}
	return means
}
