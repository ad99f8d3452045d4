package experiments

import (
	"fmt"
	"math"

	"credence/report"
)

// The bands.
const (
	marginalRounding = 1e-9 // nats, of one draw of the exact posterior, in float64
	marginalMaxGap   = 0.5  // nats below log p(x) of 1,000 draws of the encoder's posterior
	marginalMaxAbove = 4.0  // standard errors above log p(x) or away from an expectation
	marginalMinLoss  = 1.0  // nats, of the prior with all its draws against the encoder with one, at most latent variables
	marginalMaxOff   = 0.5  // of log(draws of the prior within a nat) / KL from 1
)

// marginalOf returns the results, one a seed, that have a number of latent variables.
func marginalOf(found []*marginalResult, latent int) []*marginalResult {
	var of []*marginalResult
	for _, m := range found {
		if m.latent == latent {
			of = append(of, m)
		}
	}
	return of
}

// worstOfSeeds returns, seed by seed, the largest of a number over the numbers of latent variables.
func (p marginalPlan) worstOfSeeds(found []*marginalResult, of func(*marginalResult) float64) []float64 {
	worst := make([]float64, p.Seeds)
	for i := range worst {
		worst[i] = math.Inf(-1)
		for _, latent := range p.Latents {
			worst[i] = max(worst[i], of(marginalOf(found, latent)[i]))
		}
	}
	return worst
}

// last is the gap by most draws.
func last(gaps []marginalGap) float64 { return gaps[len(gaps)-1].mean }

// thousand is the place of 1,000 draws among the gaps.
const thousand = 3

// above is by how many standard errors an estimate is above log p(x), where it is most.
func (m *marginalResult) above() float64 {
	most := math.Inf(-1)
	for _, gaps := range [][]marginalGap{m.prior, m.encoder} {
		for _, gap := range gaps {
			most = max(most, gap.mean/gap.stderr)
		}
	}
	return most
}

// off is by how much the logarithm of the number of the prior's draws that come within a nat of log p(x) differs
// from the divergence, relatively; -Inf if none do.
func (m *marginalResult) off() float64 {
	draws := drawsWithinANat(m.prior)
	if math.IsInf(draws, 1) {
		return math.Inf(-1)
	}
	return math.Abs(math.Log(draws)/m.kl - 1)
}

// drawsWithinANat interpolates the logarithm of the gap in that of the draws; +Inf if it stays above a nat.
func drawsWithinANat(gaps []marginalGap) float64 {
	for i := 1; i < len(gaps); i++ {
		before, after := -gaps[i-1].mean, max(-gaps[i].mean, 1e-6)
		if before > 1 && after <= 1 {
			return math.Pow(10, float64(i-1)+math.Log(before)/math.Log(before/after))
		}
	}
	return math.Inf(1)
}

func (p marginalPlan) report(r *Run, found []*marginalResult) {
	check := func(name string, values []float64, low, high *float64) {
		c := ofSeeds(name, values)
		c.Low, c.High, c.Split, c.SelectedOn = low, high, "test", "validation"
		r.Check(c)
	}
	most := p.Latents[len(p.Latents)-1]
	check("error of one draw of the exact posterior, largest, nats",
		p.worstOfSeeds(found, func(m *marginalResult) float64 { return m.worst }), nil, new(marginalRounding))
	check("log p(x) minus the encoder's estimate by 1,000 draws, largest, nats",
		p.worstOfSeeds(found, func(m *marginalResult) float64 { return -m.encoder[thousand].mean }), nil, new(marginalMaxGap))
	check("estimate above log p(x), largest, standard errors", p.worstOfSeeds(found, (*marginalResult).above), nil, new(marginalMaxAbove))
	var ratios, losses []float64
	for _, m := range marginalOf(found, p.Latents[0]) {
		ratios = append(ratios, math.Abs(m.ratio-1)/m.ratioStderr)
	}
	check(fmt.Sprintf("mean of p(x|z)/p(x) over the prior away from 1, %d latent variables, standard errors", p.Latents[0]), ratios, nil, new(marginalMaxAbove))
	for _, m := range marginalOf(found, most) {
		losses = append(losses, m.encoder[0].mean-last(m.prior))
	}
	check(fmt.Sprintf("the encoder's estimate by 1 draw minus the prior's by %d, %d latent variables, nats", p.PriorDraws, most), losses, new(marginalMinLoss), nil)
	check("log(draws of the prior within a nat) over KL(posterior‖prior), largest difference from 1",
		p.worstOfSeeds(found, (*marginalResult).off), nil, new(marginalMaxOff))
	p.table(r, found)
	r.Picture("draws", "How far below log p(x) the estimates are on average, by the number of draws; the band is the standard error over digits, of the first seed.",
		report.Panels{Across: 2, Pictures: []report.Picture{
			p.curves(found, "Draws of the prior", func(m *marginalResult) []marginalGap { return m.prior }),
			p.curves(found, "Draws of the encoder's posterior", func(m *marginalResult) []marginalGap { return m.encoder }),
		}})
}

func (p marginalPlan) table(r *Run, found []*marginalResult) {
	var rows [][]any
	for _, latent := range p.Latents {
		of := marginalOf(found, latent)
		cell := func(f func(*marginalResult) float64) string { return plusMinus(over(of, f)) }
		kl, _ := over(of, func(m *marginalResult) float64 { return m.kl })
		within := 0.0
		for _, m := range of {
			within = max(within, drawsWithinANat(m.prior))
		}
		needed := fmt.Sprintf("more than %d", p.PriorDraws)
		if !math.IsInf(within, 1) {
			needed = fmt.Sprintf("%.2g", within)
		}
		rows = append(rows, []any{
			latent, cell(func(m *marginalResult) float64 { return m.logP }), cell(func(m *marginalResult) float64 { return m.kl }),
			fmt.Sprintf("%.2g", math.Exp(kl)), needed,
			cell(func(m *marginalResult) float64 { return m.prior[thousand].mean }), cell(func(m *marginalResult) float64 { return last(m.prior) }),
			cell(func(m *marginalResult) float64 { return m.encoder[0].mean }), cell(func(m *marginalResult) float64 { return m.encoder[thousand].mean }),
		})
	}
	r.Table("estimates", fmt.Sprintf("Nats per digit, mean and standard error over %d seeds. KL is that of the exact posterior from the prior, and exp(KL) about how many draws of the prior it takes; "+
		"beside it how many come within a nat of log p(x), in the seed that takes most. The last columns are the estimates minus log p(x). One draw of the exact posterior makes no error.", p.Seeds),
		[]string{"latent variables", "log p(x)", "KL", "exp(KL)", "draws within a nat", "prior, 1,000", fmt.Sprintf("prior, %d", p.PriorDraws), "encoder, 1", "encoder, 1,000"}, rows)
}

func (p marginalPlan) curves(found []*marginalResult, title string, of func(*marginalResult) []marginalGap) report.Picture {
	var lines []report.Line
	for _, latent := range p.Latents {
		line, draws := report.Line{Name: fmt.Sprintf("%d latent", latent), Dots: true}, 1.0
		for _, gap := range of(marginalOf(found, latent)[0]) {
			line.X, line.Y, line.Err = append(line.X, draws), append(line.Y, gap.mean), append(line.Err, gap.stderr)
			draws *= 10
		}
		lines = append(lines, line)
	}
	return report.Curves{Title: title, X: "draws", Y: "estimate minus log p(x), nats", LogX: true, Lines: lines}
}
