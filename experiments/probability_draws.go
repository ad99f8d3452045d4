package experiments

import (
	"context"
	"fmt"
	"math"

	"credence/graph"
	"credence/report"
)

// drawn is what the draws of a distribution say, of all seeds together.
type drawn struct {
	values                   []float64
	mean, variance           float64
	meanStderr, varStderr    float64 // by integration
	meanOff, varOff          float64 // from the exact values, standard errors; NaN where these do not exist
	surpriseOff, quantileOff float64
}

func (d listedDistribution) draw(ctx context.Context, r *Run, stream int, k *known) (*drawn, error) {
	found, err := drawEach(ctx, r, stream, func(g *graph.Graph) []*graph.Node {
		of := d.make(constants{g})
		x := of.Sample(probabilityDraws)
		return []*graph.Node{x, of.LogProb(x)}
	})
	if err != nil {
		return nil, err
	}
	x, log := found[0], found[1]
	n := float64(len(x))
	s := &drawn{values: x, mean: meanOf(x, func(x float64) float64 { return x })}
	s.variance = meanOf(x, func(x float64) float64 { return (x - k.mean) * (x - k.mean) })
	s.meanStderr = math.Sqrt(k.variance / n)
	s.varStderr = math.Sqrt((k.fourth - k.variance*k.variance) / n)
	s.meanOff = math.Abs(s.mean-k.mean) / s.meanStderr
	s.varOff = math.Abs(s.variance-k.variance) / s.varStderr
	surprise := meanOf(log, func(l float64) float64 { return -l })
	if of := k.surprise2 - k.integrals.entropy*k.integrals.entropy; of > 1e-12 { // else it is the same everywhere
		s.surpriseOff = math.Abs(surprise-k.integrals.entropy) / math.Sqrt(of/n)
	}
	for i, q := range k.quantiles {
		share := meanOf(x, func(x float64) float64 {
			if x <= q {
				return 1
			}
			return 0
		})
		if p := k.reached[i]; p < 1 {
			s.quantileOff = max(s.quantileOff, math.Abs(share-p)/math.Sqrt(p*(1-p)/n))
		}
	}
	return s, nil
}

func meanOf(x []float64, f func(x float64) float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += f(v)
	}
	return sum / float64(len(x))
}

func checkDrawn(r *Run, draws []*drawn) {
	var mean, variance, surprise, quantile float64
	moments := 0
	for _, s := range draws {
		if !math.IsNaN(s.meanOff) {
			moments++
			mean, variance = max(mean, s.meanOff), max(variance, s.varOff)
		}
		surprise, quantile = max(surprise, s.surpriseOff), max(quantile, s.quantileOff)
	}
	of := func(what string, n int) string {
		return fmt.Sprintf("draws: %s, largest distance of %d distributions", what, n)
	}
	r.Check(drawsCheck(of("mean from the closed form", moments), mean))
	r.Check(drawsCheck(of("variance from the closed form", moments), variance))
	r.Check(drawsCheck(of("mean of −log p from the entropy", len(draws)), surprise))
	r.Check(drawsCheck(of("share up to the 5, 50, 95 % quantiles from the CDF", len(draws)), quantile))
}

func showListed(r *Run, all []*known, draws []*drawn) error {
	var densities, cumulative []report.Picture
	var rows [][]any
	for i, d := range listedDistributions {
		k, s := all[i], draws[i]
		x := linspace(d.view[0], d.view[1], 401)
		if d.whole {
			x = wholeNumbers(d.view[0], d.view[1])
		}
		shown, err := d.showsAt(x)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		densities = append(densities, report.Density{Title: d.name, X: "x", Range: d.edges(), Draws: s.values, At: x, P: shown.density, Whole: d.whole})
		marks := make([]report.Mark, len(k.quantiles))
		for j, q := range k.quantiles {
			marks[j] = report.Mark{X: q}
		}
		cumulative = append(cumulative, report.Density{Title: d.name, X: "x", Y: "CDF", Range: d.edges(), At: x, P: shown.cumulative, Whole: d.whole, Marks: marks})
		row := []any{d.name}
		if math.IsNaN(k.mean) {
			row = append(row, "–", "–", "–", "–", "–", "–")
		} else {
			row = append(row, k.mean, s.mean, s.meanStderr, k.variance, s.variance, s.varStderr)
		}
		if math.IsNaN(k.entropy) {
			row = append(row, "–")
		} else {
			row = append(row, k.entropy)
		}
		rows = append(rows, append(row, k.integrals.entropy, rounded(k.quantiles[0]), rounded(k.quantiles[1]), rounded(k.quantiles[2])))
	}
	r.Picture("distributions", fmt.Sprintf("Densities and probabilities of the distributions (lines, dots) over %d draws of each (bars).", probabilitySeeds*probabilityDraws),
		report.Panels{Across: 5, Pictures: densities})
	r.Picture("quantiles", "The probability of values up to x, and the quantiles of 5, 50 and 95 %: where it reaches them (dashed).",
		report.Panels{Across: 5, Pictures: cumulative})
	r.Table("distributions", "Closed forms beside draws, with the standard errors of these by integration. – is what there is not, or not in closed form.",
		[]string{"distribution", "mean", "of draws", "±", "variance", "of draws", "±", "entropy, nats", "by integration", "5 %", "50 %", "95 %"}, rows)
	return nil
}

// rounded shows a 0 that is one but for rounding.
func rounded(v float64) float64 { return math.Round(v*1e12) / 1e12 }

// edges is the view, half a number wider on both sides for whole numbers.
func (d listedDistribution) edges() [2]float64 {
	if d.whole {
		return [2]float64{d.view[0] - 0.5, d.view[1] + 0.5}
	}
	return d.view
}

// curves are a distribution's density and CDF at points that may lie outside its support.
type curves struct{ density, cumulative []float64 }

func (d listedDistribution) showsAt(x []float64) (curves, error) {
	var inside []float64
	for _, v := range x {
		if v > d.low && v < d.high || d.whole && v >= d.low && v <= d.high {
			inside = append(inside, v)
		}
	}
	log, err := d.logProb(inside)
	if err != nil {
		return curves{}, err
	}
	cdf, err := d.cumulative(inside)
	if err != nil {
		return curves{}, err
	}
	c, done := curves{}, 0
	for _, v := range x {
		switch {
		case done < len(inside) && v == inside[done]:
			c.density, c.cumulative = append(c.density, math.Exp(log[done])), append(c.cumulative, cdf[done])
			done++
		case done == 0:
			c.density, c.cumulative = append(c.density, 0), append(c.cumulative, 0)
		default:
			c.density, c.cumulative = append(c.density, 0), append(c.cumulative, 1)
		}
	}
	return c, nil
}
