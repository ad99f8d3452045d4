package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"

	"credence/graph"
	"credence/prob"
)

// listedDistribution is a distribution of numbers with what is needed to integrate and to show it.
type listedDistribution struct {
	name      string
	make      func(c constants) prob.Distribution
	low, high float64    // where it lies; a whole-numbered one may have too little above high to matter
	peak      float64    // where the density may have a kink
	view      [2]float64 // what is shown
	whole     bool
}

var inf = math.Inf(1)

var listedDistributions = []listedDistribution{
	{"Normal(0, 1)", func(c constants) prob.Distribution { return prob.Normal{Mu: c.of(0), Sigma: c.of(1)} }, -inf, inf, 0, [2]float64{-4, 4}, false},
	{"Uniform(−1, 2)", func(c constants) prob.Distribution { return prob.Uniform{Low: c.of(-1), High: c.of(2)} }, -1, 2, 0.5, [2]float64{-2, 3}, false},
	{"Laplace(0, 1)", func(c constants) prob.Distribution { return prob.Laplace{Mu: c.of(0), Scale: c.of(1)} }, -inf, inf, 0, [2]float64{-5, 5}, false},
	{"Student-t, 6 d.o.f.", func(c constants) prob.Distribution { return prob.StudentT{Nu: c.of(6), Mu: c.of(0), Sigma: c.of(1)} }, -inf, inf, 0, [2]float64{-5, 5}, false},
	{"Cauchy(0, 1)", func(c constants) prob.Distribution { return prob.Cauchy{Mu: c.of(0), Scale: c.of(1)} }, -inf, inf, 0, [2]float64{-8, 8}, false},
	{"Logistic(0, 1)", func(c constants) prob.Distribution { return prob.Logistic{Mu: c.of(0), Scale: c.of(1)} }, -inf, inf, 0, [2]float64{-7, 7}, false},
	{"Gumbel(0, 1)", func(c constants) prob.Distribution { return prob.Gumbel{Mu: c.of(0), Scale: c.of(1)} }, -inf, inf, 0, [2]float64{-3, 7}, false},
	{"Truncated normal(0, 1, −1, 2)", func(c constants) prob.Distribution {
		return prob.TruncatedNormal{Mu: c.of(0), Sigma: c.of(1), Low: c.of(-1), High: c.of(2)}
	}, -1, 2, 0, [2]float64{-2, 3}, false},
	{"Half-normal(1)", func(c constants) prob.Distribution { return prob.HalfNormal{Sigma: c.of(1)} }, 0, inf, 1, [2]float64{0, 4}, false},
	{"Log-normal(0, 0.5)", func(c constants) prob.Distribution { return prob.LogNormal{Mu: c.of(0), Sigma: c.of(0.5)} }, 0, inf, 1, [2]float64{0, 4}, false},
	{"Exponential(1)", func(c constants) prob.Distribution { return prob.Exponential{Rate: c.of(1)} }, 0, inf, 1, [2]float64{0, 6}, false},
	{"Gamma(3, 1)", func(c constants) prob.Distribution { return prob.Gamma{Alpha: c.of(3), Beta: c.of(1)} }, 0, inf, 2, [2]float64{0, 10}, false},
	{"Beta(2, 5)", func(c constants) prob.Distribution { return prob.Beta{Alpha: c.of(2), Beta: c.of(5)} }, 0, 1, 0.2, [2]float64{0, 1}, false},
	{"Bernoulli(0.3)", func(c constants) prob.Distribution { return prob.Bernoulli{Logits: c.logit(0.3)} }, 0, 1, 0, [2]float64{-1, 2}, true},
	{"Categorical(0.1, 0.4, 0.3, 0.2)", func(c constants) prob.Distribution {
		return prob.Categorical{Logits: c.g.ConstArray([]float64{0.1, 0.4, 0.3, 0.2}, 4).Log()}
	}, 0, 3, 0, [2]float64{-1, 4}, true},
	{"Binomial(10, 0.3)", func(c constants) prob.Distribution { return prob.Binomial{N: c.of(10), Logits: c.logit(0.3)} }, 0, 10, 0, [2]float64{-1, 11}, true},
	{"Poisson(4)", func(c constants) prob.Distribution { return prob.Poisson{LogRate: c.of(4).Log()} }, 0, 300, 0, [2]float64{-1, 14}, true},
	{"Geometric(0.4)", func(c constants) prob.Distribution { return prob.Geometric{Logits: c.logit(0.4)} }, 0, 300, 0, [2]float64{-1, 12}, true},
	{"Negative binomial(3, 0.5)", func(c constants) prob.Distribution { return prob.NegativeBinomial{R: c.of(3), Logits: c.logit(0.5)} }, 0, 300, 0, [2]float64{-1, 14}, true},
	{"Truncated geometric(0.3, 8)", func(c constants) prob.Distribution { return prob.TruncatedGeometric{Tau: c.of(0.3), Max: 8} }, 1, 8, 1, [2]float64{0, 9}, true},
}

// quantilesShown are the probabilities whose quantiles are compared and shown.
var quantilesShown = []float64{0.05, 0.5, 0.95}

// known is what is known of a distribution without draws.
type known struct {
	mean, variance, entropy float64   // in closed form; NaN without one
	quantiles               []float64 // of quantilesShown
	reached                 []float64 // the CDF there
	integrals
}

func listDistributions(ctx context.Context, r *Run) error {
	all, draws := make([]*known, len(listedDistributions)), make([]*drawn, len(listedDistributions))
	for i, d := range listedDistributions {
		var err error
		if all[i], err = d.know(); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		if draws[i], err = d.draw(ctx, r, i, all[i]); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	checkKnown(r, all)
	checkDrawn(r, draws)
	return showListed(r, all, draws)
}

// know computes all that the distribution's methods say, and the same by integration.
func (d listedDistribution) know() (*known, error) {
	k := &known{}
	found, err := compute(0, func(g *graph.Graph) []*graph.Node {
		of, none := d.make(constants{g}), g.Const(math.NaN())
		mean, variance, entropy, quantiles := none, none, none, none.Broadcast(len(quantilesShown))
		if m, has := of.(hasMean); has {
			mean, variance = m.Mean(), of.(hasVariance).Variance()
		}
		if e, has := of.(hasEntropy); has {
			entropy = e.Entropy()
		}
		if q, has := of.(hasQuantile); has {
			quantiles = q.Quantile(g.ConstArray(quantilesShown, len(quantilesShown)))
		}
		return []*graph.Node{mean, variance, entropy, quantiles}
	})
	if err != nil {
		return nil, err
	}
	k.mean, k.variance, k.entropy, k.quantiles = found[0][0], found[1][0], found[2][0], found[3]
	if math.IsNaN(k.quantiles[0]) {
		if k.quantiles, err = d.leastReaching(quantilesShown); err != nil {
			return nil, err
		}
	}
	if k.reached, err = d.cumulative(k.quantiles); err != nil {
		return nil, err
	}
	k.integrals, err = d.integrate(k.quantiles)
	return k, err
}

// leastReaching returns the quantiles of a whole-numbered distribution by its CDF.
func (d listedDistribution) leastReaching(probabilities []float64) ([]float64, error) {
	x := wholeNumbers(d.low, d.high)
	cdf, err := d.cumulative(x)
	if err != nil {
		return nil, err
	}
	var quantiles []float64
	for _, p := range probabilities {
		at, _ := slices.BinarySearch(cdf, p)
		quantiles = append(quantiles, x[at])
	}
	return quantiles, nil
}

func (d listedDistribution) cumulative(x []float64) ([]float64, error) {
	return d.at(x, func(of prob.Distribution, x *graph.Node) *graph.Node { return of.(hasCDF).CDF(x) })
}

func (d listedDistribution) logProb(x []float64) ([]float64, error) {
	return d.at(x, func(of prob.Distribution, x *graph.Node) *graph.Node { return of.LogProb(x) })
}

func (d listedDistribution) at(x []float64, f func(of prob.Distribution, x *graph.Node) *graph.Node) ([]float64, error) {
	found, err := compute(0, func(g *graph.Graph) []*graph.Node {
		return []*graph.Node{f(d.make(constants{g}), g.ConstArray(x, len(x)))}
	})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func checkKnown(r *Run, all []*known) {
	var total, mean, variance, entropy, cdf, undone float64
	short := 0
	for i, k := range all {
		larger := func(worst *float64, distance float64) {
			if !math.IsNaN(distance) {
				*worst = max(*worst, math.Abs(distance))
			}
		}
		larger(&total, k.total-1)
		larger(&mean, (k.mean-k.integrals.mean)/math.Sqrt(k.variance))
		larger(&variance, k.variance/k.integrals.variance-1)
		larger(&entropy, k.entropy-k.integrals.entropy)
		for j, p := range quantilesShown {
			larger(&cdf, k.reached[j]-k.integrals.reached[j])
			switch {
			case !listedDistributions[i].whole:
				larger(&undone, k.reached[j]-p)
			case k.reached[j] < p-toRounding || k.below[j] >= p+toRounding:
				short++
			}
		}
	}
	r.Check(equalCheck("total probability less 1, largest", total))
	r.Check(equalCheck("mean, closed form less integral, largest, standard deviations", mean))
	r.Check(equalCheck("variance, closed form to integral less 1, largest", variance))
	r.Check(equalCheck("entropy, closed form less integral, largest, nats", entropy))
	r.Check(equalCheck("CDF less integral of the density, largest", cdf))
	r.Check(equalCheck("CDF of the quantile of p less p, largest of the densities", undone))
	r.Check(Check{Name: "quantiles of whole numbers that are not the least that reach p", Value: float64(short), High: new(0.0)})
}
