package experiments

import (
	"fmt"

	"credence/data"
	"credence/report"
)

// Kingma et al. 2014, table 1: test error in % by labels. NN is a supervised network, and M1+TSVM a transductive
// support vector machine on M1's features.
var (
	kingmaNN   = map[int]float64{100: 25.81, 600: 11.44, 1000: 10.7, 3000: 6.04}
	kingmaTSVM = map[int]string{100: "11.82 ± 0.25", 600: "5.72 ± 0.05", 1000: "4.24 ± 0.07", 3000: "3.49 ± 0.04"}
	kingmaM2   = map[int]string{100: "11.97 ± 1.71", 600: "4.94 ± 0.13", 1000: "3.60 ± 0.56", 3000: "3.92 ± 0.63"}
	kingmaBoth = map[int]string{100: "3.33 ± 0.14", 600: "2.59 ± 0.05", 1000: "2.40 ± 0.02", 3000: "2.18 ± 0.04"}

	kingmaM2Mean   = map[int]float64{100: 11.97, 600: 4.94, 1000: 3.60, 3000: 3.92}
	kingmaBothMean = map[int]float64{100: 3.33, 600: 2.59, 1000: 2.40, 3000: 2.18}
)

func semiError(method int) func(semiResult) float64 {
	return func(s semiResult) float64 { return s.errors[method] }
}

func (p semiPlan) report(r *Run, results map[int][]semiResult) {
	papers := [semiMethods]map[int]float64{semiSupervised: kingmaNN, semiM2: kingmaM2Mean, semiM1M2: kingmaBothMean}
	for _, labels := range p.Labels {
		for method, name := range semiNames {
			c := overSeeds(fmt.Sprintf("test error of %s, %d labels, %% (%s)", name, labels, r.Scale), results[labels], semiError(method))
			c.Split, c.SelectedOn = "test", "validation"
			if paper, ok := papers[method][labels]; ok {
				c.Paper, c.Provenance = new(paper), Verified
			}
			if high, ok := p.MaxError[labels]; ok && method == semiM1M2 {
				c.High = new(high)
				r.Check(c)
			} else {
				r.Info(c)
			}
		}
		p.gain(r, labels, results[labels])
	}
	p.tables(r, results)
}

// gain asks that the unlabelled digits help.
func (p semiPlan) gain(r *Run, labels int, results []semiResult) {
	c := overSeeds(fmt.Sprintf("test error of the %s minus that of M1+M2, %d labels, points (%s)", semiNames[semiSupervised], labels, r.Scale),
		results, func(s semiResult) float64 { return s.errors[semiSupervised] - s.errors[semiM1M2] })
	c.Split, c.SelectedOn, c.Low = "test", "validation", new(0.0)
	if labels == p.Labels[0] {
		c.Low = new(p.MinGain)
	}
	r.Check(c)
}

func (p semiPlan) tables(r *Run, results map[int][]semiResult) {
	columns := []string{"method"}
	rows := make([][]any, 0, semiMethods)
	papers := [semiMethods]func(labels int) string{
		semiSupervised: func(labels int) string { return fmt.Sprint(kingmaNN[labels]) },
		semiProbe:      func(labels int) string { return "TSVM: " + kingmaTSVM[labels] },
		semiM2:         func(labels int) string { return kingmaM2[labels] },
		semiM1M2:       func(labels int) string { return kingmaBoth[labels] },
	}
	for method, name := range semiNames {
		row := []any{name}
		for _, labels := range p.Labels {
			row = append(row, plusMinus(over(results[labels], semiError(method))), papers[method](labels))
		}
		rows = append(rows, row)
	}
	for _, labels := range p.Labels {
		columns = append(columns, fmt.Sprintf("%d labels (%s)", labels, r.Scale), "the paper's")
	}
	r.Table("error", fmt.Sprintf("Test error in %%, ± the standard error over %d seeds; the paper's are of 3,000 passes and its own seeds. Its figures for M1 are with a transductive support vector machine in the place of the linear probe.", p.Seeds),
		columns, rows)

	rows = nil
	for _, labels := range p.Labels {
		for i, s := range results[labels] {
			row := []any{labels, r.Seed + uint64(i)}
			for _, rate := range s.errors {
				row = append(row, rate)
			}
			rows = append(rows, row)
		}
	}
	r.Table("seeds", "Test error in % of each seed: all four methods have the same labelled digits.",
		append([]string{"labels", "seed"}, semiNames[:]...), rows)
}

// analogies draws test digits as every class, by M2 and by M1+M2.
func (p semiPlan) analogies(r *Run, m1 semiFeatures, s semiResult, test *data.Images) error {
	rows := make([]int, 10)
	for class := range rows {
		rows[class] = firstOf(test, class)
	}
	byPixels, err := s.pixels.Analogies(test, rows)
	if err != nil {
		return err
	}
	features, err := s.stacked.Analogies(m1.test, rows)
	if err != nil {
		return err
	}
	var z [][]float64 // of M1: what M2 was not given is at the prior's mean
	for k := len(m1.latents); len(features) > 0; features = features[k:] {
		point := make([]float64, p.Latent)
		for i, latent := range m1.latents {
			point[latent] = features[i]
		}
		z = append(z, point)
	}
	byFeatures, err := m1.Decoded(z)
	if err != nil {
		return err
	}
	r.Picture("analogies", fmt.Sprintf("A test digit at the left, and what the models make of its z in each class y: the mean of p(x|y,z), with %d labels. z has learnt what classes share, such as slant and stroke.", p.Labels[0]),
		report.Panels{Across: 2, Pictures: []report.Picture{
			analogyGrid("M2", test, rows, byPixels), analogyGrid("M1+M2", test, rows, byFeatures),
		}})
	return nil
}

// analogyGrid is the digits of these rows, each followed by its analogies.
func analogyGrid(title string, test *data.Images, rows []int, analogies []float64) report.Picture {
	const classes = 10
	var pixels []float64
	for i, row := range rows {
		pixels = append(append(pixels, pixelsOf(test, row)...), analogies[i*classes*784:(i+1)*classes*784]...)
	}
	g := digitGrid(title, classes+1, pixels)
	g.Zoom = 2
	g.ColumnNames = []string{"x"}
	for class := range classes {
		g.ColumnNames = append(g.ColumnNames, fmt.Sprint("y = ", class))
	}
	return g
}
