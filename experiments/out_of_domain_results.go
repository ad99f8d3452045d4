package experiments

import (
	"fmt"

	"credence/data"
)

// The bands. Areas under one half, of which Fashion-MNIST against MNIST may be one, are findings: they are recorded
// without a verdict.
const (
	domainMinArea = 0.9 // of Fashion-MNIST told from MNIST by log p(x)
	probeMaxLoss  = 3.0 // of the latent variables against pixels with 100 labels of MNIST, points of error
	probeMaxError = 14. // of the latent variables with the most labels of MNIST, %
)

// domainResults are the networks' results, by set and seed.
type domainResults struct {
	domainPlan
	domains []domain
	scored  []*data.Images
	results []domainResult
}

// trained returns the numbers of the sets that have networks.
func (d domainResults) trained() []int {
	var in []int
	for i, set := range d.domains {
		if set.train != nil {
			in = append(in, i)
		}
	}
	return in
}

// of returns the results of the networks of a set.
func (d domainResults) of(in int) []domainResult {
	var results []domainResult
	for _, result := range d.results {
		if result.In == in {
			results = append(results, result)
		}
	}
	return results
}

func (d domainResults) report(r *Run) error {
	all, err := d.areas()
	if err != nil {
		return err
	}
	var rows [][]any
	for _, in := range d.trained() {
		var ofSet []areas
		for _, a := range all {
			if a.in == in {
				ofSet = append(ofSet, a)
			}
		}
		for out := range d.domains {
			if out == in {
				continue
			}
			row := []any{d.domains[in].name, d.domains[out].name}
			for k := range domainScores {
				area := func(a areas) float64 { return a.of[out][k] }
				row = append(row, plusMinus(over(ofSet, area)))
				d.recordArea(r, in, out, k, overSeeds("", ofSet, area))
			}
			rows = append(rows, row)
		}
	}
	columns := []string{"trained on", "told from"}
	for _, score := range domainScores {
		columns = append(columns, score.name)
	}
	r.Table("areas", fmt.Sprintf("Areas under the receiver operating characteristic, the images of the other set being those to detect: 1 tells all, 0.5 nothing; below it, the other set looks more like the training images than their own kind does. Means of %d seeds, ± a standard error over them, of %d images a set. By low log p(x); by a low bound; by typicality, the distance of log p(x) from its mean over training images; by complexity, log p(x) plus the length of the compressed image; by high mean intensity, which knows nothing of the network.",
		d.Seeds, d.Scored), columns, rows)
	d.densities(r)
	d.probes(r)
	return nil
}

// recordArea records the areas by log p(x) and by the control.
func (d domainResults) recordArea(r *Run, in, out, score int, c Check) {
	if score != 0 && score != len(domainScores)-1 {
		return
	}
	c.Name = fmt.Sprintf("AUROC of %s told from %s by %s (%s)", d.domains[out].name, d.domains[in].name, domainScores[score].name, r.Scale)
	c.Split, c.SelectedOn = "test", "validation"
	if in == 0 && out == 1 && score == 0 {
		c.Low = new(domainMinArea)
		r.Check(c)
		return
	}
	r.Info(c)
}

// densities records how likely the networks find the sets.
func (d domainResults) densities(r *Run) {
	var rows [][]any
	for _, in := range d.trained() {
		for i, set := range d.domains {
			logP := func(result domainResult) float64 { return average(result.Sets[i].LogP) }
			bound := func(result domainResult) float64 { return average(result.Sets[i].Bound) }
			rows = append(rows, []any{d.domains[in].name, set.name, plusMinus(over(d.of(in), logP)), plusMinus(over(d.of(in), bound))})
		}
	}
	r.Table("densities", fmt.Sprintf("Means over the images in nats, and of %d seeds, ± a standard error.", d.Seeds),
		[]string{"trained on", "images", "log p(x)", "bound"}, rows)
	c := overSeeds(fmt.Sprintf("log p(x) minus the bound of %s by its own networks, nats (%s)", d.domains[0].name, r.Scale), d.of(0), func(result domainResult) float64 {
		return average(result.Sets[0].LogP) - average(result.Sets[0].Bound)
	})
	c.Low, c.High, c.Split = new(0.0), new(vaeMaxGap), "test"
	c.SelectedOn = "validation"
	r.Check(c)
}

func (d domainResults) probes(r *Run) {
	var rows [][]any
	for _, in := range d.trained() {
		for k, n := range d.Labels {
			latent := func(result domainResult) float64 { return result.Probes[k].Latent }
			pixels := func(result domainResult) float64 { return result.Probes[k].Pixels }
			gain := func(result domainResult) float64 { return pixels(result) - latent(result) }
			rows = append(rows, []any{d.domains[in].name, n, plusMinus(over(d.of(in), latent)), plusMinus(over(d.of(in), pixels)), plusMinus(over(d.of(in), gain))})
			c := overSeeds(fmt.Sprintf("error of a linear probe of pixels minus that of %d latent variables, %s, %d labels, points (%s)",
				d.Latent, d.domains[in].name, n, r.Scale), d.of(in), gain)
			c.Split, c.SelectedOn = "test", "validation"
			if in == 0 && k == 0 {
				c.Low = new(-probeMaxLoss)
				r.Check(c)
				continue
			}
			r.Info(c)
		}
	}
	most := len(d.Labels) - 1
	c := overSeeds(fmt.Sprintf("error of a linear probe of %d latent variables, %s, %d labels, %% (%s)", d.Latent, d.domains[0].name, d.Labels[most], r.Scale),
		d.of(0), func(result domainResult) float64 { return result.Probes[most].Latent })
	c.High, c.Split, c.SelectedOn = new(probeMaxError), "test", "validation"
	r.Check(c)
	r.Table("probes", fmt.Sprintf("Test error in %% of logistic regression on the encoder's means of %d latent variables, learnt without labels, and on pixels: means of %d seeds, each with its own network and labels, ± a standard error; gain is that of the latent variables, in points.", d.Latent, d.Seeds),
		[]string{"images", "labels", "latent variables", "pixels", "gain"}, rows)
}
