package experiments

import (
	"fmt"
)

// The bands, in nats and latent variables. The paper gives its bounds as a figure, of which we quote no
// digits: in it the bound rises to about 10 latent variables and then stays.
const (
	vaeMinGain    = 5.0  // of 20 latent variables over 3
	vaeMaxLoss    = 3.0  // of 200 against 20
	vaeMaxGap     = 15.0 // of log p(x) over the bound
	vaeMinActive  = 10.0 // of the main network
	vaeMaxOverfit = 6.0  // of the training bound over the test bound, with 200
)

func (p vaePlan) report(r *Run, nets vaeNets) {
	main := nets[vaeMain]
	row := func(name string, f func(i int) float64) Check {
		values := make([]float64, p.Seeds)
		for i := range values {
			values[i] = f(i)
		}
		c := ofSeeds(name+" ("+string(r.Scale)+")", values)
		c.Split, c.SelectedOn = "test", p.SelectedOn
		return c
	}
	bound := func(latent, i int) float64 { return nets[latent][i].testBound() }

	c := row("bound, 20 latent variables, nats", func(i int) float64 { return bound(vaeMain, i) })
	c.Low, c.High = new(p.MinBound), new(-80.0)
	r.Check(c)
	c = row("bound of 20 latent variables minus that of 3, nats", func(i int) float64 { return bound(vaeMain, i) - bound(vaeFew, i) })
	c.Low = new(vaeMinGain)
	r.Check(c)
	c = row("bound of 200 latent variables minus that of 20, nats", func(i int) float64 { return bound(vaeMany, i) - bound(vaeMain, i) })
	c.Low = new(-vaeMaxLoss)
	r.Check(c)
	c = row("training bound minus test bound, 200 latent variables, nats", func(i int) float64 { return nets[vaeMany][i].trainBound() - bound(vaeMany, i) })
	c.High = new(vaeMaxOverfit)
	r.Check(c)
	c = row(fmt.Sprintf("log p(x) by %d draws minus the bound, nats", p.Draws[1]), func(i int) float64 { return main[i].logP[1] - main[i].bound })
	c.Low, c.High = new(0.0), new(vaeMaxGap)
	r.Check(c)
	c = row(fmt.Sprintf("log p(x) by %d draws minus that by %d, nats", p.Draws[1], p.Draws[0]), func(i int) float64 { return main[i].logP[1] - main[i].logP[0] })
	c.Low = new(0.0)
	r.Check(c)
	c = row("active latent variables of 20", func(i int) float64 { return float64(main[i].active) })
	c.Low = new(vaeMinActive)
	r.Check(c)
	c = row("active latent variables of 3", func(i int) float64 { return float64(nets[vaeFew][i].active) })
	c.Low = new(float64(vaeFew))
	r.Check(c)
	for k, draws := range p.Draws {
		r.Info(row(fmt.Sprintf("log p(x) by %d draws, 20 latent variables, nats", draws), func(i int) float64 { return main[i].logP[k] }))
	}
	p.tables(r, nets)
}

func (p vaePlan) tables(r *Run, nets vaeNets) {
	var rows [][]any
	for _, latent := range p.Latents {
		for _, n := range nets[latent] {
			rows = append(rows, []any{latent, n.seed, n.trainBound(), n.testBound(), n.active})
		}
	}
	r.Table("networks", "Bounds in nats per digit: of training, averaged over the last epoch; of the test digits, at its end. A latent variable is active if its posterior mean varies by more than 0.01 over the digits.",
		[]string{"latent variables", "seed", "training bound", "test bound", "active"}, rows)
	rows = nil
	for _, n := range nets[vaeMain] {
		rows = append(rows, []any{n.seed, n.bound, n.logP[0], n.logP[1]})
	}
	r.Table("evidence", fmt.Sprintf("Nats per digit, over the first %d test digits: the bound, and log p(x) by importance sampling, itself a bound from below that rises with the draws.", p.Weighed),
		[]string{"seed", "bound", fmt.Sprintf("%d draws", p.Draws[0]), fmt.Sprintf("%d draws", p.Draws[1])}, rows)
}
