package experiments

import (
	"fmt"
	"slices"

	"credence/metrics"
	"credence/report"
)

// The bands that are the same at all scales, in nats and latent variables. The paper's code and its reproductions
// differ by up to 0.4 nats.
const (
	iwaeMinActive = 1.0 // more active latent variables of IWAE with most draws than of the VAE with one
	iwaeMaxWorse  = 0.5 // than the paper
)

// of returns an objective's networks, one a seed.
func (p iwaePlan) of(nets []*iwaeNet, o iwaeObjective) []*iwaeNet {
	at := slices.Index(p.Objectives, o) * p.Seeds
	return nets[at : at+p.Seeds]
}

// minus returns the differences of a number between the networks of two objectives, seed by seed.
func (p iwaePlan) minus(nets []*iwaeNet, a, b iwaeObjective, f func(*iwaeNet) float64) []float64 {
	differences := make([]float64, p.Seeds)
	for i := range differences {
		differences[i] = f(p.of(nets, a)[i]) - f(p.of(nets, b)[i])
	}
	return differences
}

// logP and active are what networks are compared by.
func logP(n *iwaeNet) float64   { return n.logP(1) }
func active(n *iwaeNet) float64 { return float64(n.active) }

func (p iwaePlan) report(r *Run, nets []*iwaeNet) {
	check := func(c Check, low float64) {
		c.Name, c.Split, c.Low = fmt.Sprintf("%s (%s)", c.Name, r.Scale), "test", new(low)
		r.Check(c)
	}
	check(ofSeeds("log p(x), IWAE k = 50 minus VAE k = 1, nats", p.minus(nets, iwae50, vae1, logP)), p.MinGain)
	check(ofSeeds("log p(x), IWAE k = 5 minus VAE k = 1, nats", p.minus(nets, iwae5, vae1, logP)), 0)
	check(ofSeeds("log p(x), IWAE k = 50 minus IWAE k = 5, nats", p.minus(nets, iwae50, iwae5, logP)), 0)
	if r.Scale != Quick { // too short for latent variables to fall idle
		check(ofSeeds("active latent variables, IWAE k = 50 minus VAE k = 1", p.minus(nets, iwae50, vae1, active)), iwaeMinActive)
	}
	check(overSeeds(fmt.Sprintf("log p(x), VAE k = 1, by %d draws minus by %d, nats", p.Draws[1], p.Draws[0]), p.of(nets, vae1), p.rise), 0)
	for _, o := range p.Objectives {
		c := overSeeds(fmt.Sprintf("log p(x), %v, by %d draws, nats (%s)", o, p.Draws[1], r.Scale), p.of(nets, o), logP)
		c.Split = "test"
		if r.Scale != Paper {
			r.Info(c)
			continue
		}
		c.Paper, c.Provenance, c.Low = new(o.Paper), SecondHand, new(o.Paper-iwaeMaxWorse)
		r.Check(c)
	}
	p.tables(r, nets)
}

// rise is how much more draws raise the estimate, over the digits that both were used for.
func (p iwaePlan) rise(n *iwaeNet) float64 {
	both := min(p.Weighed[0], p.Weighed[1])
	return average(n.evidence[1][:both]) - average(n.evidence[0][:both])
}

func (p iwaePlan) tables(r *Run, nets []*iwaeNet) {
	by := func(i int) string { return fmt.Sprintf("log p(x), %d draws", p.Draws[i]) }
	columns := []string{"trained by", by(1), by(0), "more than VAE k = 1", "active latent variables"}
	if r.Scale == Paper {
		columns = append(columns, "paper (second-hand)")
	}
	cell := func(mean float64, stderr *float64) string { return plusMinus(mean, stderr) }
	var rows, seeds [][]any
	for _, o := range p.Objectives {
		of := p.of(nets, o)
		gain := "–"
		if o != vae1 {
			gain = cell(overValues(p.minus(nets, o, vae1, logP)))
		}
		row := []any{o.String(), cell(over(of, logP)), cell(over(of, func(n *iwaeNet) float64 { return n.logP(0) })), gain, cell(over(of, active))}
		if r.Scale == Paper {
			row = append(row, fixed(o.Paper, 2))
		}
		rows = append(rows, row)
		for i, n := range of {
			seeds = append(seeds, []any{o.String(), n.seed, n.trainBound(), n.logP(0), n.logP(1), plusMinus(p.paired(n, p.of(nets, vae1)[i])), n.active})
		}
	}
	r.Table("evidence", fmt.Sprintf("Nats per test digit, mean and standard error over %d seeds: log p(x) estimated by importance sampling, a bound from below that rises with the draws; "+
		"by %d draws of the first %d digits, by %d of the first %d. A latent variable is active if its posterior mean varies by more than 0.01 over the digits.",
		p.Seeds, p.Draws[1], p.Weighed[1], p.Draws[0], p.Weighed[0]), columns, rows)
	r.Table("seeds", fmt.Sprintf("The same by seed, with the bound that was trained, averaged over the last epoch. The difference from the VAE of the same seed, by %d draws, has the standard error over digits.", p.Draws[1]),
		[]string{"trained by", "seed", "training bound", by(0), by(1), "more than VAE k = 1", "active"}, seeds)
}

// paired is the mean difference of log p(x) between two networks, digit by digit, and its standard error.
func (p iwaePlan) paired(a, b *iwaeNet) (mean float64, stderr *float64) {
	differences := make([]float64, len(a.evidence[1]))
	for i := range differences {
		differences[i] = a.evidence[1][i] - b.evidence[1][i]
	}
	mean, se, err := metrics.MeanStderr(differences)
	if err != nil { // a single digit
		return differences[0], nil
	}
	return mean, &se
}

func (p iwaePlan) pictures(r *Run, nets []*iwaeNet) error {
	var lines []report.Line
	var pixels []float64
	var names []string
	const across = 12
	for _, o := range p.Objectives {
		n := p.of(nets, o)[0]
		line := report.Line{Name: o.String()}
		for _, e := range n.history {
			line.X, line.Y = append(line.X, float64(e.Epoch)), append(line.Y, e.ELBO)
		}
		lines = append(lines, line)
		images, err := n.Generate(across, r.Seed)
		if err != nil {
			return err
		}
		pixels, names = append(pixels, images...), append(names, o.String())
	}
	r.Picture("bounds", "The bound that each network of the first seed is trained by, averaged over each epoch.",
		report.Curves{Title: "Bounds of training", X: "epoch", Y: "bound, nats per digit", LogX: true, Lines: lines})
	g := digitGrid("Draws of the prior, decoded", across, pixels)
	g.RowNames = names
	r.Picture("samples", "Means of p(x|z) at draws z of the prior.", g)
	return nil
}
